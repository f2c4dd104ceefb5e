package api

import (
	"net/http"

	"golang.org/x/text/language"

	"lucarne/channel"
	"lucarne/platform/constant"
	"lucarne/video"
)

type overviewJSON struct {
	Categories []categoryShelfJSON `json:"categories"`
	Channels   []channelShelfJSON  `json:"channels"`
	Tags       []tagShelfJSON      `json:"tags"`
}

type categoryShelfJSON struct {
	Category label[int]  `json:"category"`
	Videos   []videoJSON `json:"videos"`
}

type channelShelfJSON struct {
	Channel summaryJSON `json:"channel"`
	Videos  []videoJSON `json:"videos"`
}

type tagShelfJSON struct {
	Tag    string      `json:"tag"`
	Videos []videoJSON `json:"videos"`
}

const maxOverviewPage = 10

func (a *API) overview(w http.ResponseWriter, r *request) error {
	return a.remembered(w, r, func() (any, error) {
		in, err := r.query()
		if err != nil {
			return nil, err
		}
		page := in.optInt("page", between(1, maxOverviewPage))
		var f video.Filter
		r.sensitive(in, &f)
		if err := in.err(); err != nil {
			return nil, err
		}
		found, err := a.Videos.Overview(r.Context(), r.viewer, f.NSFW, max(1, valueOf(page)))
		if err != nil {
			return nil, err
		}
		return overviewJSON{
			Categories: shelves(found.Categories, func(id int, videos []videoJSON) categoryShelfJSON {
				return categoryShelfJSON{label[int]{id, constant.Categories().Label(id, language.English)}, videos}
			}, a),
			Channels: shelves(found.Channels, func(c channel.Channel, videos []videoJSON) channelShelfJSON {
				return channelShelfJSON{a.channelSummary(c), videos}
			}, a),
			Tags: shelves(found.Tags, func(tag string, videos []videoJSON) tagShelfJSON { return tagShelfJSON{tag, videos} }, a),
		}, nil
	})
}

func shelves[S, T any](of []video.Shelf[S], encode func(S, []videoJSON) T, a *API) []T {
	list := make([]T, len(of))
	for i, shelf := range of {
		videos := make([]videoJSON, len(shelf.Videos))
		for j, d := range shelf.Videos {
			videos[j] = a.video(d.Video)
		}
		list[i] = encode(shelf.Subject, videos)
	}
	return list
}
