package api

import (
	"errors"
	"net/http"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/fault"
	"lucarne/video"
)

func (a *API) channelRoutes() []route {
	if a.Channels == nil {
		return nil
	}
	const one = "/video-channels/{handle}"
	return []route{
		{method: "GET", pattern: "/video-channels", do: a.listChannels},
		{method: "POST", pattern: "/video-channels", access: signedIn, do: a.createChannel},
		{method: "GET", pattern: one, do: a.getChannel},
		{method: "PUT", pattern: one, access: signedIn, do: a.updateChannel},
		{method: "DELETE", pattern: one, access: signedIn, do: a.deleteChannel},
		{method: "GET", pattern: one + "/videos", access: optional, do: a.channelVideos},
		{method: "POST", pattern: one + "/avatar/pick", access: signedIn, maxBody: a.maxImageForm(), do: a.pickImage(account.Avatar)},
		{method: "DELETE", pattern: one + "/avatar", access: signedIn, do: a.deleteImage(account.Avatar)},
		{method: "POST", pattern: one + "/banner/pick", access: signedIn, maxBody: a.maxImageForm(), do: a.pickImage(account.Banner)},
		{method: "DELETE", pattern: one + "/banner", access: signedIn, do: a.deleteImage(account.Banner)},
		{method: "GET", pattern: "/accounts/{handle}/video-channels", access: optional, do: a.accountChannels},
		{method: "GET", pattern: "/accounts/{handle}/videos", access: optional, do: a.accountVideos},
		{method: "GET", pattern: "/search/video-channels", operation: "searchChannels", access: optional, do: a.searchChannels},
	}
}

// pathChannel is the channel the path names.
func (r *request) pathChannel() (channel.Channel, error) {
	return r.api.Channels.ByHandle(r.Context(), r.PathValue("handle"))
}

func (r *request) channelPage(in *input) (channel.Page, error) {
	p := r.page(in)
	if err := in.err(); err != nil {
		return channel.Page{}, err
	}
	sort, err := channel.ParseSort(valueOf(in.optString("sort")))
	return channel.Page{Start: p.start, Count: p.count, Sort: sort}, locate(err, "query")
}

// valueOf is what was sent, or the zero value.
func valueOf[T any](sent *T) T {
	if sent == nil {
		return *new(T)
	}
	return *sent
}

// locate says where the parameters a subject refused were.
func locate(err error, location string) error {
	var f *fault.Error
	if errors.As(err, &f) {
		for i := range f.Params {
			f.Params[i].Location = location
		}
	}
	return err
}

func (a *API) listChannels(w http.ResponseWriter, r *request) error {
	in, err := r.query()
	if err != nil {
		return err
	}
	p, err := r.channelPage(in)
	if err != nil {
		return err
	}
	found, err := a.Channels.List(r.Context(), channel.Filter{}, p)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(found.Total, found.Channels, a.channel))
}

func (a *API) createChannel(w http.ResponseWriter, r *request) error {
	in, err := r.body()
	if err != nil {
		return err
	}
	d := channel.Draft{
		Username: valueOf(in.optString("name")), Name: valueOf(in.optString("displayName")),
		Description: valueOf(in.optString("description")), Support: valueOf(in.optString("support")),
	}
	if err := in.err(); err != nil {
		return err
	}
	made, err := a.Channels.Create(r.Context(), r.viewer, d)
	if err != nil {
		return err
	}
	return answer(w, r, map[string]any{"videoChannel": map[string]channel.ID{"id": made.ID}})
}

func (a *API) getChannel(w http.ResponseWriter, r *request) error {
	found, err := r.pathChannel()
	if err != nil {
		return err
	}
	return answer(w, r, a.channel(found))
}

func (a *API) updateChannel(w http.ResponseWriter, r *request) error {
	found, err := r.pathChannel()
	if err != nil {
		return err
	}
	in, err := r.body()
	if err != nil {
		return err
	}
	c := channel.Change{Name: in.optString("displayName"), Description: in.optString("description"), Support: in.optString("support")}
	everywhere := valueOf(in.optBool("bulkVideosSupportUpdate"))
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Channels.Update(r.Context(), r.viewer, found.ID, c); err != nil {
		return err
	}
	if everywhere && c.Support != nil {
		if err := a.Videos.SetSupport(r.Context(), r.viewer, found.ID, *c.Support); err != nil {
			return err
		}
	}
	return noContent(w)
}

func (a *API) deleteChannel(w http.ResponseWriter, r *request) error {
	found, err := r.pathChannel()
	if err != nil {
		return err
	}
	if err := a.Channels.Delete(r.Context(), r.viewer, found.ID); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) pickImage(kind account.ImageKind) func(http.ResponseWriter, *request) error {
	field, folder := string(kind)+"file", avatarPath
	if kind == account.Banner {
		folder = bannerPath
	}
	return func(w http.ResponseWriter, r *request) error {
		found, err := r.pathChannel()
		if err != nil {
			return err
		}
		_, files, done, err := r.multipart(a.TemporaryFolder, parts{field: a.maxImage()})
		if err != nil {
			return err
		}
		defer done()
		if files[field] == nil {
			return fault.InvalidParam(field, nil, badImage)
		}
		file, err := files[field].open()
		if err != nil {
			return err
		}
		defer file.Close()
		images, err := a.Channels.SetImage(r.Context(), r.viewer, found.ID, kind, file)
		if err != nil {
			return imageFault(field, err)
		}
		return a.imageList(w, r, string(kind)+"s", images, folder)
	}
}

const badImage = "This file is not supported or too large. Please, make sure it is of the following type : .png, .jpeg, .jpg, .gif, .webp"

// imageFault says of a picture that cannot be read what the API always says, with the field's name.
func imageFault(field string, err error) error {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Unsupported, fault.TooLarge:
		return fault.InvalidParam(field, nil, badImage).Because(err)
	}
	return err
}

func (a *API) deleteImage(kind account.ImageKind) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, r *request) error {
		found, err := r.pathChannel()
		if err != nil {
			return err
		}
		if err := a.Channels.DeleteImage(r.Context(), r.viewer, found.ID, kind); err != nil {
			return err
		}
		return noContent(w)
	}
}

func (a *API) accountChannels(w http.ResponseWriter, r *request) error {
	owner, err := a.FindAccount(r.Context(), r.PathValue("handle"))
	if err != nil {
		return err
	}
	in, err := r.query()
	if err != nil {
		return err
	}
	p, err := r.channelPage(in)
	if err != nil {
		return err
	}
	withStats := valueOf(in.optBool("withStats"))
	f := channel.Filter{Owner: owner.ID, Search: valueOf(in.optString("search"))}
	if err := in.err(); err != nil {
		return err
	}
	found, err := a.Channels.List(r.Context(), f, p)
	if err != nil {
		return err
	}
	answered := listOf(found.Total, found.Channels, a.channel)
	if withStats {
		if err := a.addStats(r, found.Channels, answered.Data); err != nil {
			return err
		}
	}
	return answer(w, r, answered)
}

func (a *API) addStats(r *request, channels []channel.Channel, encoded []channelJSON) error {
	ids := make([]channel.ID, len(channels))
	for i, c := range channels {
		ids[i] = c.ID
	}
	all, err := a.Videos.ChannelStats(r.Context(), ids...)
	for i, id := range ids {
		encoded[i].channelStatsJSON = statsOf(all[id])
	}
	return err
}

func statsOf(s video.ChannelStats) *channelStatsJSON {
	days := make([]dayViewsJSON, len(s.ViewsPerDay))
	for i, d := range s.ViewsPerDay {
		days[i] = dayViewsJSON{Date: timestamp(d.Day), Views: d.Views}
	}
	return &channelStatsJSON{VideosCount: s.VideosCount, ViewsPerDay: days, TotalViews: s.TotalViews}
}

func (a *API) searchChannels(w http.ResponseWriter, r *request) error {
	in, err := r.query()
	if err != nil {
		return err
	}
	p, err := r.channelPage(in)
	if err != nil {
		return err
	}
	f := channel.Filter{Search: valueOf(in.optString("search")), Host: in.optString("host"), Handles: in.strings("handles")}
	if err := in.err(); err != nil {
		return err
	}
	found, err := a.Channels.List(r.Context(), f, p)
	if err != nil {
		return err
	}
	return answer(w, r, listOf(found.Total, found.Channels, a.channel))
}

func (a *API) accountVideos(w http.ResponseWriter, r *request) error {
	return a.answerList(w, r, func() (func(*video.Filter), error) {
		owner, err := a.FindAccount(r.Context(), r.PathValue("handle"))
		return func(f *video.Filter) { f.Account = owner.ID }, err
	})
}

func (a *API) channelVideos(w http.ResponseWriter, r *request) error {
	return a.answerList(w, r, func() (func(*video.Filter), error) {
		found, err := r.pathChannel()
		return func(f *video.Filter) { f.Channels = []channel.ID{found.ID} }, err
	})
}
