package web

import (
	"net/http"
	"regexp"
	"strings"

	"lucarne/channel"
	"lucarne/http/web/ui"
	"lucarne/platform/fault"
	"lucarne/platform/markdown"
	"lucarne/platform/shortid"
	"lucarne/video"
	"lucarne/video/audience"
)

func (p *Pages) watchRoutes() []route {
	return []route{
		{method: "GET", pattern: "/w/{id}", do: p.watch},
		{method: "GET", pattern: "/w/{id}/progress", do: p.watchProgress},
		{method: "POST", pattern: "/w/{id}/rate", access: signedIn, do: p.rate},
		{method: "POST", pattern: "/w/{id}/password", group: "login", do: p.openByPassword},
	}
}

// watchView is what the page of a video shows.
type watchView struct {
	video       video.Details
	player      ui.PlayerProps
	isPlayable  bool
	live        *liveStageView // nil for what is no live
	progress    *progressView  // nil unless files are being made
	description string         // HTML
	support     string         // HTML
	chapters    []ui.Chapter
	downloads   []download
	share       share
	rating      audience.Rating
	viewers     int64
	suggestions []ui.Card
	chat        *ui.ChatProps // nil: there is none
}

// seen is the video the path names, for somebody who may see it.
func (r *request) seen() (video.Details, error) {
	ref, err := r.ref()
	if err != nil {
		return video.Details{}, err
	}
	return r.pages.Videos.See(r.Context(), ref, r.accessTo(ref))
}

// ref is the identifier in the path. What cannot be one names no video.
func (r *request) ref() (shortid.Ref, error) {
	ref, err := shortid.Parse(r.PathValue("id"))
	if err != nil {
		return ref, fault.New(fault.NotFound, "Video not found").Because(err)
	}
	return ref, nil
}

func (p *Pages) watch(w http.ResponseWriter, r *request) error {
	d, err := r.seen()
	if needsPassword(err) {
		return r.askPassword(w, err)
	}
	if err != nil {
		return err
	}
	if path := watchPath(d.Video); r.URL.Path != path {
		return r.toShortForm(w, path)
	}
	view, err := r.watchView(d)
	if err != nil {
		return err
	}
	return r.show(w, http.StatusOK, r.watchPage(view), watchContent(r, view))
}

// toShortForm leads from the other names of a video to the one its links have.
func (r *request) toShortForm(w http.ResponseWriter, path string) error {
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	http.Redirect(w, r.Request, path, http.StatusFound)
	return nil
}

func (r *request) watchView(d video.Details) (watchView, error) {
	parts, err := r.playerParts(d)
	if err != nil {
		return watchView{}, err
	}
	view := watchView{
		video: d, player: r.player(d, parts), chapters: parts.chapters, share: r.share(d), support: markdown.HTML(d.Support),
		description: r.describe(d.Video), downloads: r.downloads(d, parts),
	}
	view.isPlayable = isPlayable(view.player)
	view.live = r.liveStageOf(d, view.player, stagePath(d.Video))
	if r.pages.Viewers != nil {
		view.viewers = int64(r.pages.Viewers(d.ID))
	}
	if view.progress, err = r.progress(d, view.isPlayable); err != nil {
		return view, err
	}
	if view.rating, err = r.ratingOf(d.Video); err != nil {
		return view, err
	}
	if view.chat, err = r.watchChat(d); err != nil {
		return view, err
	}
	view.suggestions, err = r.suggestions(d)
	return view, err
}

func isPlayable(p ui.PlayerProps) bool { return len(p.Sources) > 0 || p.Settings.HLS != "" }

// seekLink is a moment of the video in its description, as package markdown writes it.
var seekLink = regexp.MustCompile(`\?start=(\d+)s" class="timecode"`)

// describe renders the description; the player's script follows its moments without leaving the page.
func (r *request) describe(v video.Video) string {
	html := markdown.Links{Watch: watchPath(v), Hashtag: searchPath + "?tagsOneOf="}.HTML(v.Description)
	return seekLink.ReplaceAllString(html, `$0 data-seek="$1"`)
}

// suggestedVideos is how many stand beside the video.
const suggestedVideos = 12

// suggestions are videos like this one: with its tags, of its channel, in its category, then whatever is watched now.
func (r *request) suggestions(of video.Details) ([]ui.Card, error) {
	var found []video.Details
	known := map[video.ID]bool{of.ID: true}
	for _, f := range similar(of.Video) {
		if len(found) >= suggestedVideos {
			break
		}
		r.hideSensitive(&f)
		list, err := r.pages.Videos.List(r.Context(), r.viewer, f, video.Page{
			Count: suggestedVideos + 1, Sort: video.Sort{By: "hot", IsDescending: true}, SkipTotal: true,
		})
		if err != nil {
			return nil, err
		}
		for _, v := range list.Videos {
			if !known[v.ID] && len(found) < suggestedVideos {
				known[v.ID] = true
				found = append(found, v)
			}
		}
	}
	cards := r.cards(found)
	for i := range cards {
		cards[i].Eager = false
	}
	return cards, nil
}

// similar are the filters whose videos resemble one, the nearest first.
func similar(to video.Video) []video.Filter {
	var filters []video.Filter
	if len(to.Tags) > 0 {
		filters = append(filters, video.Filter{TagsOneOf: to.Tags})
	}
	filters = append(filters, video.Filter{Channels: []channel.ID{to.Channel.ID}})
	if to.Category != 0 {
		filters = append(filters, video.Filter{Categories: []int{to.Category}})
	}
	return append(filters, video.Filter{})
}

// plain is a Markdown text for previews and search engines.
func plain(source string) string {
	return markdown.Truncate(strings.TrimSpace(markdown.Plain(source)), maxDescription)
}
