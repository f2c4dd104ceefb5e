package api

import (
	"context"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/video"
)

// Catalogue is what the API speaks for about channels and videos.
type Catalogue struct {
	Channels   *channel.Channels
	Videos     *video.Videos
	Thumbnails *video.Thumbnails
	// FindAccount finds an account by "name" or "name@host"; an unknown one is fault.NotFound.
	FindAccount func(ctx context.Context, handle string) (account.Account, error)
	// Viewers counts who watches a video right now; nil counts nobody.
	Viewers func(video.ID) int
	// NSFWPolicy is the instance's policy on sensitive videos, for people who have not chosen one.
	NSFWPolicy func() string
}

func (a *API) catalogueRoutes() []route {
	var all []route
	for _, table := range [][]route{a.channelRoutes(), a.videoListRoutes(), a.videoRoutes(), a.passwordRoutes()} {
		all = append(all, table...)
	}
	return all
}
