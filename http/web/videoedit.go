package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"lucarne/channel"
	"lucarne/http/web/ui"
	"lucarne/platform/constant"
	"lucarne/platform/db"
	"lucarne/platform/fault"
	"lucarne/platform/shortid"
	"lucarne/video"
)

func (p *Pages) videoEditRoutes() []route {
	const one = "/my/videos/{id}"
	return []route{
		{method: "GET", pattern: one, access: signedIn, do: p.editPage},
		{method: "POST", pattern: one, access: signedIn, maxBody: 2*maxPicture + maxFormText, do: p.saveVideo},
		{method: "POST", pattern: one + "/delete", access: signedIn, do: p.deleteVideo},
		{method: "GET", pattern: one + "/captions", access: signedIn, do: p.captionsPage},
		{method: "POST", pattern: one + "/captions", access: signedIn, maxBody: maxCaption + maxFormText, do: p.saveCaption},
		{method: "POST", pattern: one + "/captions/delete", access: signedIn, do: p.deleteCaption},
		{method: "GET", pattern: one + "/chapters", access: signedIn, do: p.chaptersPage},
		{method: "POST", pattern: one + "/chapters", access: signedIn, do: p.saveChapters},
	}
}

// The bounds of a video's texts, as the subject has them, for the counters.
const (
	maxVideoDescription = 10_000
	maxVideoSupport     = 1000
	maxVideoSummary     = 250
	maxVideoTags        = 5
	maxPicture          = 32 << 20
	thumbnailField      = "thumbnailfile"
	dateLayout          = "2006-01-02"
	minuteLayout        = "2006-01-02T15:04"
)

// managed is the video of the address, for those who may change it.
func (r *request) managed() (video.Details, error) {
	ref, err := shortid.Parse(r.PathValue("id"))
	if err != nil {
		return video.Details{}, fault.New(fault.NotFound, "Video not found")
	}
	return r.pages.Videos.Manage(r.Context(), r.viewer, ref)
}

func (p *Pages) editPage(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	f, err := r.editForm(d)
	if err != nil {
		return err
	}
	return r.showEdit(w, d, f)
}

// editForm is filled in with what the video is.
func (r *request) editForm(d video.Details) (*form, error) {
	f := r.newForm()
	f.set("name", d.Name).set("description", d.Description).set("support", d.Support).set("tags", strings.Join(d.Tags, ", "))
	f.set("category", numberOrNone(d.Category)).set("licence", numberOrNone(d.Licence)).set("language", d.Language)
	f.set("privacy", itoa(d.Privacy)).set("commentsPolicy", itoa(d.CommentsPolicy)).set("channelId", itoa(d.Channel.ID))
	f.set("nsfwSummary", d.NSFWSummary)
	f.setIf("nsfw", d.NSFW).setIf("downloadEnabled", d.DownloadEnabled).setIf("waitTranscoding", d.WaitTranscoding)
	for _, flag := range sensitiveFlags {
		f.setIf(flag.field, d.NSFWFlags&flag.bit != 0)
	}
	if !d.OriginallyPublishedAt.IsZero() {
		f.set("originallyPublishedAt", d.OriginallyPublishedAt.UTC().Format(dateLayout))
	}
	if d.Schedule != nil {
		f.set("scheduleAt", d.Schedule.UpdateAt.UTC().Format(minuteLayout)).set("scheduleZone", "+00:00")
		f.set("schedulePrivacy", itoa(d.Schedule.Privacy))
	}
	if d.Privacy != video.Password {
		return f, nil
	}
	passwords, err := r.passwordsOf(d.ID)
	return f.set("passwords", strings.Join(passwords, "\n")), err
}

// passwordsOf are all passwords of a video, oldest first: what the form leaves out would be taken away.
func (r *request) passwordsOf(id video.ID) ([]string, error) {
	var passwords []string
	for {
		total, keys, err := r.pages.Videos.Passwords(r.Context(), r.viewer, id, video.Page{Start: len(passwords), Count: video.MaxPage})
		for _, key := range keys {
			passwords = append(passwords, key.Password)
		}
		if err != nil || len(keys) == 0 || len(passwords) >= total {
			slices.Reverse(passwords)
			return passwords, err
		}
	}
}

// sensitiveFlags say what makes a video sensitive, as PeerTube numbers it.
var sensitiveFlags = []struct {
	field string
	bit   int
}{{"nsfwViolent", 1}, {"nsfwSex", 2}, {"nsfwShocking", 4}}

func (r *request) sensitiveLabel(field string) string {
	switch field {
	case "nsfwViolent":
		return r.t.T("videoedit.violent")
	case "nsfwSex":
		return r.t.T("videoedit.sex")
	}
	return r.t.T("videoedit.shocking")
}

// editView is the page of a video's details.
type editView struct {
	video    video.Details
	form     *form
	channels []channel.Channel
	frameURL string // of a file the browser can show frames of; "" none
}

func (r *request) showEdit(w http.ResponseWriter, d video.Details, f *form) error {
	view := editView{video: d, form: f, frameURL: r.frameURL(d)}
	list, err := r.pages.Channels.List(r.Context(), channel.Filter{Owner: d.Channel.Owner.ID}, channel.Page{Count: channel.MaxPage})
	if err != nil {
		return err
	}
	view.channels = list.Channels
	return r.show(w, f.status(), r.myPage(r.t.T("videoedit.title", "name", d.Name)), editContent(r, view))
}

// frameURL is the smallest file that shows a picture.
func (r *request) frameURL(d video.Details) string {
	files := allFiles(d)
	for i := len(files) - 1; i >= 0; i-- {
		if files[i].HasVideo {
			var parts playerParts
			if d.Privacy.HasPrivateFiles() {
				parts.token, parts.until = r.pages.FileTokens.Issue(d.UUID)
			}
			return parts.sign(downloadURL(d.Video, files[i]))
		}
	}
	return ""
}

func (p *Pages) saveVideo(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	f, sent, done, err := r.sentFiles(map[string]int64{thumbnailField: r.pages.MaxImageBytes()})
	if err != nil {
		return err
	}
	defer done()
	change := f.videoChange()
	if f.isRefused() {
		return r.showEdit(w, d, f)
	}
	if err := r.updateVideo(d, change, sent); err != nil {
		if f.take(err, nil) {
			return r.showEdit(w, d, f)
		}
		return err
	}
	r.flash(w, ui.Good, r.t.T("videoedit.saved"))
	return r.redirect(w, editPath(d.Video))
}

// updateVideo changes a video and, where one was sent, its thumbnail: both or none.
func (r *request) updateVideo(d video.Details, change video.Change, sent files) error {
	chosen, err := sent.open(thumbnailField)
	if err != nil {
		return err
	}
	if chosen == nil {
		return r.pages.Videos.Update(r.Context(), r.viewer, d.ID, change)
	}
	defer chosen.Close()
	prepared, err := r.pages.Thumbnails.Prepare(r.Context(), video.Pictures{Thumbnail: chosen}, false)
	if err != nil {
		return pictureFault(thumbnailField, err)
	}
	err = r.pages.Videos.Update(r.Context(), r.viewer, d.ID, change, func(ctx context.Context, tx *db.Tx) error {
		return r.pages.Thumbnails.SetIn(ctx, tx, d.ID, prepared)
	})
	if err != nil {
		r.pages.Thumbnails.Discard(context.WithoutCancel(r.Context()), prepared)
	}
	return err
}

// pictureFault names the field of a picture that cannot be read; other errors stay as they are.
func pictureFault(field string, err error) error {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Unsupported, fault.TooLarge:
		return fault.InvalidParam(field, nil, "This is no picture we can read").Because(err)
	}
	return err
}

// videoChange reads the whole form of a video. An empty field empties what it is for.
func (f *form) videoChange() video.Change {
	c := f.details()
	support, language, summary := f.get("support"), f.get("language"), f.get("nsfwSummary")
	category, licence := int(numberOf(f.get("category"))), int(numberOf(f.get("licence")))
	comments, isSensitive := video.CommentsPolicy(numberOf(f.get("commentsPolicy"))), f.has("nsfw")
	canDownload, waits := f.has("downloadEnabled"), f.has("waitTranscoding")
	flags := f.sensitiveFlags()
	c.Support, c.Language, c.NSFWSummary, c.Category, c.Licence = &support, &language, &summary, &category, &licence
	c.CommentsPolicy, c.NSFW, c.NSFWFlags, c.DownloadEnabled, c.WaitTranscoding = &comments, &isSensitive, &flags, &canDownload, &waits
	if !isSensitive {
		*c.NSFWFlags, *c.NSFWSummary = 0, ""
	}
	published := f.time("originallyPublishedAt", dateLayout)
	c.OriginallyPublishedAt = &published
	schedule := f.schedule()
	c.Schedule = &schedule
	return c
}

// schedule is who may watch from a moment on; nil for no such change, or for a moment that is refused.
func (f *form) schedule() *video.Schedule {
	if !f.has("scheduleAt") {
		return nil
	}
	at, err := readMoment(f.get("scheduleAt"), f.get("scheduleZone"))
	if err != nil {
		f.refuse("scheduleAt", f.r.t.T("problem.date"))
		return nil
	}
	privacy := video.Privacy(numberOf(f.get("schedulePrivacy")))
	if privacy == 0 {
		privacy = video.Public
	}
	return &video.Schedule{UpdateAt: at, Privacy: privacy}
}

func (f *form) sensitiveFlags() (flags int) {
	for _, flag := range sensitiveFlags {
		if f.has(flag.field) {
			flags |= flag.bit
		}
	}
	return flags
}

// time reads a moment in UTC; the zero time for none, or for what is refused.
func (f *form) time(name, layout string) time.Time {
	if !f.has(name) {
		return time.Time{}
	}
	at, err := time.Parse(layout, f.get(name))
	if err != nil || at.Year() < 1800 {
		f.refuse(name, f.r.t.T("problem.date"))
	}
	return at
}

func (p *Pages) deleteVideo(w http.ResponseWriter, r *request) error {
	d, err := r.managed()
	if err != nil {
		return err
	}
	f, err := r.sentForm()
	if err != nil {
		return err
	}
	if !f.has("confirmed") {
		page := r.narrowPage(r.t.T("videoedit.delete-title"))
		return r.show(w, http.StatusOK, page, deleteVideoContent(r, d.Video))
	}
	if err := p.Videos.Delete(r.Context(), r.viewer, d.ID); err != nil {
		return err
	}
	r.flash(w, ui.Good, r.t.T("myvideos.deleted", "n", 1))
	return r.redirect(w, myVideosPath)
}

// videoTabs are the pages of one video.
func (r *request) videoTabs(v video.Video, current string) []ui.Tab {
	base := editPath(v)
	list := []ui.Tab{
		{URL: base, Label: r.t.T("videoedit.details"), Icon: "pencil"},
		{URL: base + "/captions", Label: r.t.T("videoedit.captions"), Icon: "captions"},
		{URL: base + "/chapters", Label: r.t.T("videoedit.chapters"), Icon: "list"},
		{URL: base + "/files", Label: r.t.T("videoedit.files"), Icon: "file-video"},
		{URL: base + "/stats", Label: r.t.T("videoedit.stats"), Icon: "chart-column"},
	}
	if r.pages.Rooms != nil {
		list = append(list, ui.Tab{URL: videoChatPath(v), Label: r.t.T("chatsettings.chat"), Icon: "message-square"})
	}
	for i := range list {
		list[i].Current = list[i].URL == base+current
	}
	return list
}

func (r *request) commentOptions(chosen string) []ui.Option {
	return choices(
		chosen, itoa(video.CommentsEnabled), r.t.T("videoedit.comments-open"), itoa(video.CommentsRequiresApproval), r.t.T("videoedit.comments-approval"),
		itoa(video.CommentsDisabled), r.t.T("videoedit.comments-closed"),
	)
}

func (r *request) anyOptions(table constant.Table[int], chosen string) []ui.Option {
	return options(r, table, r.t.T("videoedit.not-said"), int(numberOf(chosen)), itoa[int])
}

func (r *request) spokenOptions(chosen string) []ui.Option {
	return options(r, constant.Languages(), r.t.T("videoedit.not-said"), chosen, func(code string) string { return code })
}

// schedulePrivacies are those a video may turn to by itself.
func (r *request) schedulePrivacies(chosen string) []ui.Option {
	if chosen == "" {
		chosen = itoa(video.Public)
	}
	list := r.privacyOptions(chosen)
	return slices.DeleteFunc(list, func(o ui.Option) bool {
		return o.Value == itoa(video.Password) || o.Value == itoa(video.Private)
	})
}
