package api

import (
	"maps"
	"math"
	"net/http"
	"slices"

	"lucarne/account"
	"lucarne/platform/fault"
)

func (a *API) myRoutes() []route {
	if a.Users == nil || a.Channels == nil || a.Videos == nil {
		return nil
	}
	const me = "/users/me"
	mine := func(method, pattern, operation string, do func(http.ResponseWriter, *request) error) route {
		return route{method: method, pattern: pattern, operation: operation, access: signedIn, do: do}
	}
	avatar := mine("POST", me+"/avatar/pick", "", a.pickMyAvatar)
	avatar.maxBody = -1
	return []route{
		avatar,
		mine("GET", me, "getUserInfo", a.getMe),
		mine("PUT", me, "putUserInfo", a.updateMe),
		mine("DELETE", me, "deleteMe", a.deleteMe),
		mine("DELETE", me+"/avatar", "", a.deleteMyAvatar),
		mine("GET", me+"/video-quota-used", "", a.myUsage),
		mine("PUT", me+"/notification-settings", "", a.updateMyNotifications),
		mine("POST", me+"/new-feature-info/read", "", a.readNewFeature),
		mine("GET", "/users/scoped-tokens", "", a.scopedTokens),
		mine("POST", "/users/scoped-tokens", "", a.renewScopedTokens),
	}
}

// myJSON is a user as the user sees it. The lists that follow are of subjects this instance does not have yet: they are empty.
type myJSON struct {
	userJSON
	SpecialPlaylists           []struct{} `json:"specialPlaylists"`
	VideoChannelCollaborations []struct{} `json:"videoChannelCollaborations"`
}

func (a *API) getMe(w http.ResponseWriter, r *request) error {
	j := a.user(*r.viewer.User)
	if err := a.withChannels(r.Context(), &j, r.viewer.AccountID()); err != nil {
		return err
	}
	return answer(w, r, myJSON{userJSON: j, SpecialPlaylists: []struct{}{}, VideoChannelCollaborations: []struct{}{}})
}

func (a *API) updateMe(w http.ResponseWriter, r *request) error {
	in, err := r.body()
	if err != nil {
		return err
	}
	c := account.MyChange{
		CurrentPassword: valueOf(in.optString("currentPassword")), Password: in.optString("password"), Email: in.optString("email"),
		EmailPublic: in.optBool("emailPublic"), DisplayName: in.optString("displayName"), Description: in.optString("description"),
		Preferences: in.preferences(),
	}
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Users.UpdateMe(r.Context(), r.viewer, c); err != nil {
		return err
	}
	return noContent(w)
}

// preferences reads those that were sent, and gives what sets them.
func (in *input) preferences() func(*account.Preferences) {
	var edits []func(*account.Preferences)
	edit := func(f func(*account.Preferences)) { edits = append(edits, f) }
	flags := between(0, math.MaxInt32)
	for _, name := range slices.Sorted(maps.Keys(preferenceTexts)) {
		if value := in.optString(name); value != nil {
			edit(func(p *account.Preferences) { *preferenceTexts[name](p) = *value })
		}
	}
	for _, name := range slices.Sorted(maps.Keys(preferenceSwitches)) {
		if value := in.optBool(name); value != nil {
			edit(func(p *account.Preferences) { *preferenceSwitches[name](p) = *value })
		}
	}
	for _, name := range slices.Sorted(maps.Keys(preferenceFlags)) {
		if value := in.optInt(name, flags); value != nil {
			edit(func(p *account.Preferences) { *preferenceFlags[name](p) = *value })
		}
	}
	if languages := in.strings("videoLanguages", length(1, 10)); in.has("videoLanguages") {
		edit(func(p *account.Preferences) { p.VideoLanguages = orAll(languages) })
	}
	return func(p *account.Preferences) {
		for _, f := range edits {
			f(p)
		}
	}
}

// orAll is nil, which stands for all, where nothing is chosen.
func orAll(languages []string) []string {
	if len(languages) == 0 {
		return nil
	}
	return languages
}

var preferenceTexts = map[string]func(*account.Preferences) *string{
	"nsfwPolicy": func(p *account.Preferences) *string { return &p.NSFWPolicy },
	"theme":      func(p *account.Preferences) *string { return &p.Theme },
	"language":   func(p *account.Preferences) *string { return &p.Language },
}

var preferenceSwitches = map[string]func(*account.Preferences) *bool{
	"p2pEnabled":                   func(p *account.Preferences) *bool { return &p.P2PEnabled },
	"videosHistoryEnabled":         func(p *account.Preferences) *bool { return &p.VideosHistoryEnabled },
	"autoPlayVideo":                func(p *account.Preferences) *bool { return &p.AutoPlayVideo },
	"autoPlayNextVideo":            func(p *account.Preferences) *bool { return &p.AutoPlayNextVideo },
	"autoPlayNextVideoPlaylist":    func(p *account.Preferences) *bool { return &p.AutoPlayNextVideoPlaylist },
	"noInstanceConfigWarningModal": func(p *account.Preferences) *bool { return &p.NoInstanceConfigWarning },
	"noWelcomeModal":               func(p *account.Preferences) *bool { return &p.NoWelcome },
	"noAccountSetupWarningModal":   func(p *account.Preferences) *bool { return &p.NoAccountSetupWarning },
}

var preferenceFlags = map[string]func(*account.Preferences) *int{
	"nsfwFlagsDisplayed": func(p *account.Preferences) *int { return &p.NSFWFlagsDisplayed },
	"nsfwFlagsHidden":    func(p *account.Preferences) *int { return &p.NSFWFlagsHidden },
	"nsfwFlagsWarned":    func(p *account.Preferences) *int { return &p.NSFWFlagsWarned },
	"nsfwFlagsBlurred":   func(p *account.Preferences) *int { return &p.NSFWFlagsBlurred },
}

func (a *API) deleteMe(w http.ResponseWriter, r *request) error {
	if err := a.Users.DeleteMe(r.Context(), r.viewer); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) pickMyAvatar(w http.ResponseWriter, r *request) error {
	const field = "avatarfile"
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
	images, err := a.Users.SetAvatar(r.Context(), r.viewer, file)
	if err != nil {
		return imageFault(field, err)
	}
	return a.imageList(w, r, "avatars", images, avatarPath)
}

func (a *API) deleteMyAvatar(w http.ResponseWriter, r *request) error {
	if err := a.Users.DeleteAvatar(r.Context(), r.viewer); err != nil {
		return err
	}
	return a.imageList(w, r, "avatars", nil, avatarPath)
}

func (a *API) myUsage(w http.ResponseWriter, r *request) error {
	usage, err := a.Videos.Usage(r.Context(), r.viewer.UserID())
	if err != nil {
		return err
	}
	mine := usage[r.viewer.UserID()]
	return answer(w, r, map[string]int64{"videoQuotaUsed": mine.Bytes, "videoQuotaUsedDaily": mine.Daily})
}

// allWays is the mask of the ways news reaches people.
const allWays = 3

// neededNotifications are the kinds of news that PeerTube's clients always send; the younger ones may be left out.
var neededNotifications = []string{
	"newVideoFromSubscription", "newCommentOnMyVideo", "abuseAsModerator", "videoAutoBlacklistAsModerator", "blacklistOnMyVideo",
	"myVideoImportFinished", "myVideoPublished", "commentMention", "newFollow", "newUserRegistration", "newInstanceFollower", "autoInstanceFollowing",
}

func (a *API) updateMyNotifications(w http.ResponseWriter, r *request) error {
	in, err := r.body()
	if err != nil {
		return err
	}
	settings := make(account.NotificationSettings, len(in.fields))
	for _, name := range neededNotifications {
		if !in.has(name) {
			in.refuse(name, nil, invalidValue)
			continue
		}
		settings[name] = valueOf(in.optInt(name, between(0, allWays)))
	}
	for name := range in.fields {
		if _, isRead := settings[name]; !isRead {
			settings[name] = valueOf(in.optInt(name, between(0, allWays)))
		}
	}
	if err := in.err(); err != nil {
		return err
	}
	if err := a.Users.SetNotifications(r.Context(), r.viewer, settings); err != nil {
		return err
	}
	return noContent(w)
}

// readNewFeature notes that the user has seen what is new, a bit of a mask.
func (a *API) readNewFeature(w http.ResponseWriter, r *request) error {
	in, err := r.body()
	if err != nil {
		return err
	}
	in.require("feature", invalidValue)
	feature := valueOf(in.optInt("feature", between(0, math.MaxInt32)))
	if err := in.err(); err != nil {
		return err
	}
	seen := account.MyChange{Preferences: func(p *account.Preferences) { p.NewFeaturesInfoRead |= feature }}
	if err := a.Users.UpdateMe(r.Context(), r.viewer, seen); err != nil {
		return err
	}
	return noContent(w)
}

func (a *API) scopedTokens(w http.ResponseWriter, r *request) error {
	return answer(w, r, map[string]string{"feedToken": r.viewer.User.FeedToken})
}

func (a *API) renewScopedTokens(w http.ResponseWriter, r *request) error {
	token, err := a.Users.RenewFeedToken(r.Context(), r.viewer)
	if err != nil {
		return err
	}
	return answer(w, r, map[string]string{"feedToken": token})
}
