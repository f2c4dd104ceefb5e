package video

import (
	"cmp"
	"context"
	"fmt"

	"lucarne/account"
	"lucarne/channel"
)

// Overview is a discovery page: a few categories, channels and tags, each with some of its videos.
type Overview struct {
	Categories []Shelf[int]
	Channels   []Shelf[channel.Channel]
	Tags       []Shelf[string]
}

// Shelf is a subject with some of its videos.
type Shelf[S any] struct {
	Subject S
	Videos  []Details
}

const (
	shelvesPerPage = 3 // of each sort
	minOnShelf     = 6
	usualShelf     = 12
)

// Overview makes the page numbered from 1. Only subjects with enough videos for a shelf are shown; later pages show rarer ones.
func (v *Videos) Overview(ctx context.Context, viewer account.Viewer, nsfw *bool, page int) (Overview, error) {
	offset := (max(page, 1) - 1) * shelvesPerPage
	var made Overview
	categories, err := popular[int](ctx, v.o.DB, sharedCategory, offset)
	if err == nil {
		made.Categories, err = shelves(ctx, v, viewer, categories, func(c int) Filter { return Filter{Categories: []int{c}, NSFW: nsfw} })
	}
	if err != nil {
		return Overview{}, fmt.Errorf("overview of categories: %w", err)
	}
	if made.Channels, err = v.channelShelves(ctx, viewer, nsfw, offset); err != nil {
		return Overview{}, fmt.Errorf("overview of channels: %w", err)
	}
	tags, err := popular[string](ctx, v.o.DB, sharedTag, offset)
	if err == nil {
		made.Tags, err = shelves(ctx, v, viewer, tags, func(tag string) Filter { return Filter{TagsOneOf: []string{tag}, NSFW: nsfw} })
	}
	if err != nil {
		return Overview{}, fmt.Errorf("overview of tags: %w", err)
	}
	return made, nil
}

func (v *Videos) channelShelves(ctx context.Context, viewer account.Viewer, nsfw *bool, offset int) ([]Shelf[channel.Channel], error) {
	ids, err := popular[channel.ID](ctx, v.o.DB, sharedChannel, offset)
	if err != nil {
		return nil, err
	}
	byID, err := shelves(ctx, v, viewer, ids, func(id channel.ID) Filter { return Filter{Channels: []channel.ID{id}, NSFW: nsfw} })
	if err != nil {
		return nil, err
	}
	made := make([]Shelf[channel.Channel], len(byID))
	for i, shelf := range byID {
		made[i] = Shelf[channel.Channel]{Subject: shelf.Videos[0].Channel, Videos: shelf.Videos}
	}
	return made, nil
}

func shelves[S any](ctx context.Context, v *Videos, viewer account.Viewer, subjects []S, filter func(S) Filter) ([]Shelf[S], error) {
	made, most := []Shelf[S]{}, cmp.Or(v.o.Settings().ShelfLength, usualShelf)
	for _, subject := range subjects {
		list, err := v.List(ctx, viewer, filter(subject), Page{Count: most, SkipTotal: true})
		if err != nil {
			return nil, err
		}
		if len(list.Videos) >= min(minOnShelf, most) {
			made = append(made, Shelf[S]{Subject: subject, Videos: list.Videos})
		}
	}
	return made, nil
}

// recentVideos bounds what is counted to find popular subjects, whatever the size of the site.
const recentVideos = 2000
