package feed

import (
	"context"
	"net/http"
	"strings"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/fault"
	"lucarne/platform/markdown"
	"lucarne/platform/shortid"
	"lucarne/video"
)

// feed answers /feeds/<name>.<format>.
func (f *Feeds) feed(w http.ResponseWriter, r *http.Request) error {
	name, extension, _ := strings.Cut(r.PathValue("file"), ".")
	build, known := map[string]func(*http.Request, *query) (document, error){
		"videos": f.videos, "subscriptions": f.subscriptions, "video-comments": f.comments,
	}[name]
	if !known {
		return fault.New(fault.NotFound, "Unknown feed")
	}
	as, known := formats[extension]
	if !known {
		return fault.InvalidParams([]fault.Param{{Name: "format", Value: extension, Message: "Should have a valid format (rss, atom, json)", Location: "params"}})
	}
	q, err := queryOf(r)
	if err != nil {
		return err
	}
	d, err := build(r, q)
	if err != nil {
		return err
	}
	return f.writeFeed(w, r, as, d)
}

// videos is the feed of all videos, or of those of an account or a channel.
func (f *Feeds) videos(r *http.Request, q *query) (document, error) {
	settings := f.o.Settings()
	filter := q.filter(settings.HidesNSFW)
	order := q.sort()
	d, err := f.owner(r.Context(), q, &filter)
	if err != nil {
		return document{}, err
	}
	if err := q.err(); err != nil {
		return document{}, err
	}
	d.Self = f.o.Site.Origin + r.URL.RequestURI()
	return f.filled(r.Context(), account.Viewer{}, d, filter, order)
}

// filled puts the videos into a feed.
func (f *Feeds) filled(ctx context.Context, viewer account.Viewer, d document, filter video.Filter, order video.Sort) (document, error) {
	page := video.Page{Count: f.o.Settings().Videos, Sort: order, SkipTotal: true}
	found, err := f.o.Videos.List(ctx, viewer, filter, page)
	if err != nil {
		return document{}, err
	}
	for _, v := range found.Videos {
		d.Items = append(d.Items, f.itemOf(v))
	}
	d.Updated = newest(d.Items, d.Updated)
	return d, nil
}

// owner reads whose videos are asked for, narrows the filter to them and describes the feed.
func (f *Feeds) owner(ctx context.Context, q *query, filter *video.Filter) (document, error) {
	found, isChannel, err := f.channelOf(ctx, q)
	if err != nil {
		return document{}, err
	}
	if isChannel {
		filter.Channels = []channel.ID{found.ID}
		return f.ofChannel(found), nil
	}
	someone, isAccount, err := f.accountOf(ctx, q)
	if err != nil {
		return document{}, err
	}
	if isAccount {
		filter.Account = someone.ID
		return f.ofAccount(someone), nil
	}
	return f.ofInstance(), nil
}

func (f *Feeds) channelOf(ctx context.Context, q *query) (found channel.Channel, asked bool, err error) {
	if id := q.id("videoChannelId"); id != 0 {
		found, err = f.o.Channels.Get(ctx, channel.ID(id))
		return found, true, err
	}
	if handle := q.text("videoChannelName"); handle != "" {
		found, err = f.o.Channels.ByHandle(ctx, handle)
		return found, true, err
	}
	return found, false, nil
}

func (f *Feeds) accountOf(ctx context.Context, q *query) (found account.Account, asked bool, err error) {
	if id := q.id("accountId"); id != 0 {
		found, err = f.o.Accounts.Get(ctx, account.ID(id))
		return found, true, err
	}
	if handle := q.text("accountName"); handle != "" {
		found, err = f.o.Accounts.ByHandle(ctx, handle)
		return found, true, err
	}
	return found, false, nil
}

// blank is what all feeds of this instance say.
func (f *Feeds) blank() document {
	icons := f.o.Settings().Icons
	d := document{
		Generator: "Lucarne - " + f.o.Site.Origin, Updated: f.o.Started,
		Rights: "All rights reserved, unless the licence of a work or the terms at " + f.o.Site.Origin + "/about say otherwise.",
	}
	if len(icons) > 0 {
		d.Icon, d.Image = f.o.Site.Origin+icons[0].Path, f.o.Site.Origin+icons[len(icons)-1].Path
	}
	return d
}

func (f *Feeds) ofInstance() document {
	settings := f.o.Settings()
	d := f.blank()
	d.Title, d.Link, d.Author = settings.Name, f.o.Site.Origin, settings.Name
	d.Description = markdown.Plain(settings.Description)
	return d
}

func (f *Feeds) ofChannel(c channel.Channel) document {
	d := f.blank()
	d.Title, d.Link, d.Author = c.Name, f.channelURL(c.Actor.Handle()), c.Name
	d.Description, d.Updated = markdown.Plain(c.Description), c.UpdatedAt
	d.Image = f.avatarURL(c.Actor, d.Image)
	return d
}

func (f *Feeds) ofAccount(a account.Account) document {
	d := f.blank()
	d.Title, d.Link, d.Author = a.Name, f.accountURL(a.Actor.Handle()), a.Name
	d.Description, d.Updated = markdown.Plain(a.Description), a.UpdatedAt
	d.Image = f.avatarURL(a.Actor, d.Image)
	return d
}

// avatarURL is the widest avatar of an actor, or otherwise when it has none.
func (f *Feeds) avatarURL(of account.Actor, otherwise string) string {
	width := 0
	for _, image := range of.Avatars {
		if image.Width >= width && image.Filename != "" {
			width, otherwise = image.Width, f.o.Site.Origin+"/lazy-static/avatars/"+image.Filename
		}
	}
	return otherwise
}

// subscriptions is the feed of the channels a user follows, for whoever has the token of that user's feeds.
func (f *Feeds) subscriptions(r *http.Request, q *query) (document, error) {
	id, token := q.id("accountId"), q.text("token")
	if id == 0 {
		q.refuse("accountId", "Should have a valid id")
	}
	if token == "" {
		q.refuse("token", "Should have a valid token")
	}
	filter, order := q.filter(false), q.sort()
	if err := q.err(); err != nil {
		return document{}, err
	}
	viewer, err := f.o.Accounts.ByFeedToken(r.Context(), account.ID(id), token)
	if err != nil {
		return document{}, err
	}
	if filter.Channels, err = f.followed(r.Context(), viewer); err != nil {
		return document{}, err
	}
	d := f.ofAccount(viewer.User.Account)
	d.Self, d.IsPrivate = f.o.Site.Origin+r.URL.RequestURI(), true
	return f.filled(r.Context(), viewer, d, filter, order)
}

// followed are the channels a user follows; none is an empty list, which matches nothing.
func (f *Feeds) followed(ctx context.Context, viewer account.Viewer) ([]channel.ID, error) {
	none := []channel.ID{}
	if f.o.Subscriptions == nil {
		return none, nil
	}
	ids, err := f.o.Subscriptions.ChannelsOf(ctx, viewer)
	return append(none, ids...), err
}

// comments is the feed of what is said under videos. Nobody can say anything yet, so that it describes what it would be of and is empty.
func (f *Feeds) comments(r *http.Request, q *query) (document, error) {
	d, err := f.commented(r.Context(), q)
	if err == nil {
		err = q.err()
	}
	d.Self = f.o.Site.Origin + r.URL.RequestURI()
	return d, err
}

func (f *Feeds) commented(ctx context.Context, q *query) (document, error) {
	text := q.text("videoId")
	if text == "" {
		return f.owner(ctx, q, new(video.Filter))
	}
	ref, err := shortid.Parse(text)
	if err != nil {
		q.refuse("videoId", "Should have a valid video id (id, short UUID or UUID)")
		return document{}, q.err()
	}
	v, err := f.o.Videos.See(ctx, ref, video.Access{})
	if err != nil {
		return document{}, err
	}
	d := f.blank()
	d.Title, d.Link, d.Description, d.Updated = v.Name, f.watchURL(v.Video), markdown.Plain(v.Description), v.PublishedAt
	d.Author = v.Channel.Name
	return d, nil
}
