package api

import (
	"net/http"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/video"
)

func (a *API) videoListRoutes() []route {
	if a.Videos == nil {
		return nil
	}
	return []route{
		{method: "GET", pattern: "/videos", operation: "getVideos", access: optional, do: a.listVideos},
		{method: "GET", pattern: "/search/videos", operation: "searchVideos", access: optional, do: a.searchVideos},
		{method: "GET", pattern: "/users/me/videos", access: signedIn, do: a.myVideos},
		{method: "GET", pattern: "/overviews/videos", access: optional, do: a.overview},
	}
}

func (a *API) listVideos(w http.ResponseWriter, r *request) error {
	return a.remembered(w, r, func() (any, error) { return a.videoList(r, video.Sort{}, nil) })
}

// answerList answers a list restricted to an account or a channel, which find looks up.
func (a *API) answerList(w http.ResponseWriter, r *request, find func() (narrow func(*video.Filter), err error)) error {
	return a.remembered(w, r, func() (any, error) {
		narrow, err := find()
		if err != nil {
			return nil, err
		}
		return a.videoList(r, video.Sort{}, narrow)
	})
}

func (a *API) searchVideos(w http.ResponseWriter, r *request) error {
	return a.remembered(w, r, func() (any, error) { return a.videoList(r, video.Sort{By: "match"}, nil) })
}

func (a *API) myVideos(w http.ResponseWriter, r *request) error {
	in, err := r.query()
	if err != nil {
		return err
	}
	channels, err := a.channelsNamed(r, in)
	if err != nil {
		return err
	}
	list, err := a.videoList(r, video.Sort{By: "createdAt", IsDescending: true}, func(f *video.Filter) {
		f.Owner, f.Channels = r.viewer.AccountID(), channels
		if !in.has("nsfw") {
			f.NSFW = nil // one's own are no surprise
		}
	})
	if err != nil {
		return err
	}
	return answer(w, r, list)
}

// channelsNamed resolves the filter channelNameOneOf; nil when it was not sent.
func (a *API) channelsNamed(r *request, in *input) ([]channel.ID, error) {
	names := in.strings("channelNameOneOf")
	if names == nil {
		return nil, in.err()
	}
	found, err := a.Channels.List(r.Context(), channel.Filter{Owner: r.viewer.AccountID(), Handles: names}, channel.Page{Count: channel.MaxPage})
	ids := make([]channel.ID, len(found.Channels))
	for i, c := range found.Channels {
		ids[i] = c.ID
	}
	return ids, err
}

// videoList reads the query, finds the videos and encodes them. byDefault is the order when the query names none.
func (a *API) videoList(r *request, byDefault video.Sort, narrow func(*video.Filter)) (list[videoJSON], error) {
	in, err := r.query()
	if err != nil {
		return list[videoJSON]{}, err
	}
	p, f, err := r.videoQuery(in)
	if err != nil {
		return list[videoJSON]{}, err
	}
	if p.Sort.By == "" {
		p.Sort = byDefault
	}
	if narrow != nil {
		narrow(&f)
	}
	found, err := a.Videos.List(r.Context(), r.viewer, f, p)
	if err != nil {
		return list[videoJSON]{}, err
	}
	encoded := listOf(found.Total, found.Videos, func(d video.Details) videoJSON { return a.listedVideo(d, f, r.viewer) })
	return encoded, a.addPositions(r, encoded.Data)
}

// listedVideo encodes a video with what the list was asked to include.
func (a *API) listedVideo(d video.Details, f video.Filter, viewer account.Viewer) videoJSON {
	j := a.video(d.Video)
	const ofModeration = video.IncludeNotPublished | video.IncludeBlocked | video.IncludeBlockedOwner
	if f.Owner != 0 || f.Include&ofModeration != 0 || len(f.States) > 0 {
		j.videoManagementJSON = management(d.Video, viewer)
	}
	if f.Include.Has(video.IncludeBlockedOwner) {
		j.videoInclusionJSON = new(videoInclusionJSON)
	}
	if f.Include.Has(video.IncludeFiles) {
		j.videoFilesJSON = a.files(d)
	}
	if f.Include.Has(video.IncludeTags) {
		tags := append([]string{}, d.Tags...)
		j.Tags = &tags
	}
	return j
}

// videoQuery reads the parameters that all lists of videos share.
func (r *request) videoQuery(in *input) (video.Page, video.Filter, error) {
	bounds := r.page(in)
	if err := in.err(); err != nil {
		return video.Page{}, video.Filter{}, err
	}
	sort, err := video.ParseSort(valueOf(in.optString("sort")))
	if err != nil {
		return video.Page{}, video.Filter{}, locate(err, "query")
	}
	p := video.Page{Start: bounds.start, Count: bounds.count, Sort: sort, SkipTotal: valueOf(in.optBool("skipCount"))}
	f := r.videoFilter(in)
	return p, f, in.err()
}

func (r *request) videoFilter(in *input) video.Filter {
	f := video.Filter{
		Include: video.Include(valueOf(in.optInt("include", between(0, 127)))), Search: valueOf(in.optString("search", length(0, 1000))),
		Categories: in.ints("categoryOneOf"), Licences: in.ints("licenceOneOf"), Languages: in.strings("languageOneOf"),
		TagsOneOf: in.strings("tagsOneOf"), TagsAllOf: in.strings("tagsAllOf"), AutoTags: in.strings("autoTagOneOf"), UUIDs: in.strings("uuids"),
		Host: in.optString("host"), IsLocal: in.optBool("isLocal"), IsLive: in.optBool("isLive"), IncludeScheduledLive: valueOf(in.optBool("includeScheduledLive")),
		HasHLSFiles: in.optBool("hasHLSFiles"), HasWebVideoFiles: in.optBool("hasWebVideoFiles"), ExcludeAlreadyWatched: valueOf(in.optBool("excludeAlreadyWatched")),
		MinSeconds: in.optInt("durationMin"), MaxSeconds: in.optInt("durationMax"),
		PublishedAfter:           valueOf(in.optTime("startDate", "Should have a start date that conforms to ISO 8601")),
		PublishedBefore:          valueOf(in.optTime("endDate", "Should have a end date that conforms to ISO 8601")),
		OriginallyPublishedAfter: valueOf(in.optTime("originallyPublishedStartDate", "Should have a published start date that conforms to ISO 8601")),
		OriginallyPublishedEnd:   valueOf(in.optTime("originallyPublishedEndDate", "Should have a published end date that conforms to ISO 8601")),
	}
	for _, privacy := range in.ints("privacyOneOf", between(int(video.Public), int(video.Password))) {
		f.Privacies = append(f.Privacies, video.Privacy(privacy))
	}
	for _, state := range in.ints("stateOneOf", between(int(video.Published), int(video.ToImportFailed))) {
		f.States = append(f.States, video.State(state))
	}
	r.boundLists(in, f)
	r.sensitive(in, &f)
	return f
}

// maxOneOf bounds the values of one filter.
const maxOneOf = 100

func (r *request) boundLists(in *input, f video.Filter) {
	for name, n := range map[string]int{
		"categoryOneOf": len(f.Categories), "licenceOneOf": len(f.Licences), "languageOneOf": len(f.Languages), "tagsOneOf": len(f.TagsOneOf),
		"tagsAllOf": len(f.TagsAllOf), "autoTagOneOf": len(f.AutoTags), "uuids": len(f.UUIDs),
	} {
		if n > maxOneOf {
			in.refuse(name, nil, "Should have at most %d values", maxOneOf)
		}
	}
}

// doNotList is the policy that keeps sensitive videos out of lists.
const doNotList = "do_not_list"

// sensitive reads the filters on sensitive content. Where the query says nothing, the viewer's policy decides, then the instance's.
func (r *request) sensitive(in *input, f *video.Filter) {
	f.NSFWFlagsIncluded = valueOf(in.optInt("nsfwFlagsIncluded", atLeast(0)))
	f.NSFWFlagsExcluded = valueOf(in.optInt("nsfwFlagsExcluded", atLeast(0)))
	if wanted := in.optString("nsfw"); wanted != nil {
		switch *wanted {
		case "both", "":
		case "true", "false":
			isWanted := *wanted == "true"
			f.NSFW = &isWanted
		default:
			in.refuse("nsfw", *wanted, invalidValue)
		}
		return
	}
	policy := r.api.NSFWPolicy()
	if r.viewer.IsSignedIn() {
		chosen := r.viewer.User.Preferences
		policy = chosen.NSFWPolicy
		f.NSFWFlagsExcluded |= chosen.NSFWFlagsHidden
		f.NSFWFlagsIncluded |= chosen.NSFWFlagsDisplayed | chosen.NSFWFlagsWarned | chosen.NSFWFlagsBlurred
	}
	if policy == doNotList {
		f.NSFW = new(bool)
	}
}
