package api

import (
	"fmt"
	"math"

	"github.com/google/uuid"
	"golang.org/x/text/language"

	"lucarne/account"
	"lucarne/platform/constant"
	"lucarne/platform/markdown"
	"lucarne/video"
)

// videoJSON is a video as lists show it. What only some lists show is nil or empty in the others.
type videoJSON struct {
	ID                    video.ID        `json:"id"`
	UUID                  uuid.UUID       `json:"uuid"`
	ShortUUID             string          `json:"shortUUID"`
	URL                   string          `json:"url"`
	Name                  string          `json:"name"`
	Category              label[*int]     `json:"category"`
	Licence               label[*int]     `json:"licence"`
	Language              label[*string]  `json:"language"`
	Privacy               label[int]      `json:"privacy"`
	NSFW                  bool            `json:"nsfw"`
	NSFWFlags             int             `json:"nsfwFlags"`
	NSFWSummary           *string         `json:"nsfwSummary"`
	TruncatedDescription  *string         `json:"truncatedDescription"`
	Description           *string         `json:"description"`
	IsLocal               bool            `json:"isLocal"`
	Duration              int             `json:"duration"`
	AspectRatio           float64         `json:"aspectRatio"`
	Views                 int             `json:"views"`
	Viewers               int             `json:"viewers"`
	Likes                 int             `json:"likes"`
	Dislikes              int             `json:"dislikes"`
	Comments              int             `json:"comments"`
	Downloads             int             `json:"downloads"`
	ThumbnailPath         *string         `json:"thumbnailPath"`
	PreviewPath           *string         `json:"previewPath"`
	Thumbnails            []thumbnailJSON `json:"thumbnails"`
	EmbedPath             string          `json:"embedPath"`
	CreatedAt             timestamp       `json:"createdAt"`
	UpdatedAt             timestamp       `json:"updatedAt"`
	PublishedAt           timestamp       `json:"publishedAt"`
	OriginallyPublishedAt timestamp       `json:"originallyPublishedAt"`
	IsLive                bool            `json:"isLive"`
	LiveSchedules         *[]liveDateJSON `json:"liveSchedules,omitempty"` // of lives
	Account               any             `json:"account"`
	Channel               any             `json:"channel"`
	*videoManagementJSON
	*videoInclusionJSON
	*videoFilesJSON
	Tags        *[]string        `json:"tags,omitempty"`
	UserHistory *userHistoryJSON `json:"userHistory,omitempty"` // where the user who asks stands, if anywhere
}

// videoManagementJSON is what owners and moderators see besides.
type videoManagementJSON struct {
	State             label[int]    `json:"state"`
	WaitTranscoding   bool          `json:"waitTranscoding"`
	ScheduledUpdate   *scheduleJSON `json:"scheduledUpdate,omitempty"`
	Blacklisted       bool          `json:"blacklisted"`
	BlacklistedReason *string       `json:"blacklistedReason"`
	Failure           string        `json:"failure,omitempty"` // ours: why the state is a failed one, for who may do something about it
}

// videoInclusionJSON is what lists with `include` tell of owners.
type videoInclusionJSON struct {
	BlockedOwner  bool `json:"blockedOwner"`
	BlockedServer bool `json:"blockedServer"`
}

type videoFilesJSON struct {
	StreamingPlaylists []playlistJSON `json:"streamingPlaylists"`
	Files              []fileJSON     `json:"files"`
}

type scheduleJSON struct {
	UpdateAt timestamp      `json:"updateAt"`
	Privacy  *video.Privacy `json:"privacy"`
}

type thumbnailJSON struct {
	Height      int    `json:"height"`
	Width       int    `json:"width"`
	AspectRatio string `json:"aspectRatio"`
	FileURL     string `json:"fileUrl"`
}

// unknown labels what a video does not say.
const unknown = "Unknown"

// video encodes what lists and pages of videos share; the texts of labels are English, as clients expect to translate them.
func (a *API) video(v video.Video) videoJSON {
	j := videoJSON{
		ID: v.ID, UUID: v.UUID, ShortUUID: v.ShortUUID(), URL: v.URL, Name: v.Name,
		Category: labelled(constant.Categories(), v.Category), Licence: labelled(constant.Licences(), v.Licence),
		Language: labelled(constant.Languages(), v.Language), Privacy: label[int]{int(v.Privacy), constant.Privacies().Label(int(v.Privacy), language.English)},
		NSFW: v.NSFW, NSFWFlags: v.NSFWFlags, NSFWSummary: orNull(v.NSFWSummary),
		TruncatedDescription: orNull(markdown.Truncate(v.Description, markdown.TruncatedLength)), Description: orNull(v.Description),
		IsLocal: v.IsLocal(), Duration: v.DurationSeconds, AspectRatio: v.AspectRatio,
		Views: v.Views, Viewers: a.viewersOf(v.ID), Likes: v.Likes, Dislikes: v.Dislikes, Comments: v.Comments, Downloads: v.Downloads,
		EmbedPath: "/videos/embed/" + v.UUID.String(), Thumbnails: make([]thumbnailJSON, 0, len(v.Thumbnails)),
		CreatedAt: timestamp(v.CreatedAt), UpdatedAt: timestamp(v.UpdatedAt), PublishedAt: timestamp(v.PublishedAt),
		OriginallyPublishedAt: timestamp(v.OriginallyPublishedAt), IsLive: v.IsLive,
		Account: a.accountSummary(v.Channel.Owner), Channel: a.channelSummary(v.Channel),
	}
	if v.IsLive {
		j.LiveSchedules = new(liveDates(v.LiveSchedules))
	}
	a.addThumbnails(&j, v.Thumbnails)
	return j
}

func (a *API) viewersOf(id video.ID) int {
	if a.Viewers == nil {
		return 0
	}
	return a.Viewers(id)
}

func labelled[K comparable](table constant.Table[K], id K) label[*K] {
	if entry, known := table.Find(id); known {
		return label[*K]{&id, entry.English}
	}
	return label[*K]{nil, unknown}
}

// The folders pictures of videos are served from.
var thumbnailPaths = map[video.ThumbnailKind]string{video.Miniature: "/lazy-static/thumbnails/", video.Preview: "/lazy-static/previews/"}

// addThumbnails fills the list, and the two paths that clients written before version 8.1 read.
func (a *API) addThumbnails(j *videoJSON, thumbnails []video.Thumbnail) {
	for _, t := range thumbnails {
		j.Thumbnails = append(j.Thumbnails, thumbnailJSON{
			Height: t.Height, Width: t.Width, AspectRatio: aspectRatio(t.Width, t.Height), FileURL: a.Site.Origin + thumbnailPath(t),
		})
	}
	j.ThumbnailPath = pathOfWidth(thumbnails, video.Miniature, oldThumbnailWidth)
	j.PreviewPath = pathOfWidth(thumbnails, video.Preview, oldPreviewWidth)
}

// The widths of the one thumbnail and the one preview before version 8.1.
const (
	oldThumbnailWidth = 280
	oldPreviewWidth   = 850
)

func thumbnailPath(t video.Thumbnail) string { return thumbnailPaths[t.Kind] + t.Filename }

// pathOfWidth is the path of the thumbnail of that kind whose width is nearest; nil when there is none.
func pathOfWidth(thumbnails []video.Thumbnail, kind video.ThumbnailKind, width int) *string {
	var path *string
	distance := math.MaxInt
	for _, t := range thumbnails {
		if d := max(t.Width-width, width-t.Width); t.Kind == kind && d < distance {
			path, distance = new(thumbnailPath(t)), d
		}
	}
	return path
}

var aspectRatios = []struct {
	name  string
	ratio float64
}{{"16:9", 16.0 / 9}, {"16:10", 16.0 / 10}, {"4:3", 4.0 / 3}, {"5:4", 5.0 / 4}, {"1:1", 1}}

// aspectRatio names the nearest of the ratios the API knows.
func aspectRatio(width, height int) string {
	if height == 0 {
		return aspectRatios[0].name
	}
	best, distance := "", math.Inf(1)
	for _, known := range aspectRatios {
		if d := math.Abs(float64(width)/float64(height) - known.ratio); d < distance {
			best, distance = known.name, d
		}
	}
	return best
}

// stateLabels are the API's names of states.
var stateLabels = map[video.State]string{
	video.Published: "Published", video.ToTranscode: "To transcode", video.ToImport: "To import", video.WaitingForLive: "Waiting for livestream",
	video.LiveEnded: "Livestream ended", video.ToMoveToStorage: "To move to an external storage", video.TranscodingFailed: "Transcoding failed",
	video.MoveToStorageFailed: "External storage move failed", video.ToEdit: "To edit", video.ToMoveToFileSystem: "To move to file system",
	video.MoveToFileSystemFailed: "Move to file system failed", video.ToImportFailed: "Import failed",
}

var commentLabels = map[video.CommentsPolicy]string{
	video.CommentsEnabled: "Enabled", video.CommentsDisabled: "Disabled", video.CommentsRequiresApproval: "Requires approval",
}

func management(v video.Video, viewer account.Viewer) *videoManagementJSON {
	j := &videoManagementJSON{
		State: label[int]{int(v.State), stateLabels[v.State]}, WaitTranscoding: v.WaitTranscoding,
		Blacklisted: v.IsBlocked, BlacklistedReason: orNull(v.BlockedReason),
	}
	if v.CanManage(viewer) {
		j.Failure = v.Failure
	}
	if v.Schedule != nil {
		j.ScheduledUpdate = &scheduleJSON{UpdateAt: timestamp(v.Schedule.UpdateAt)}
		if v.Schedule.Privacy != 0 {
			j.ScheduledUpdate.Privacy = &v.Schedule.Privacy
		}
	}
	return j
}

// videoDetailsJSON is a video with everything its page needs.
type videoDetailsJSON struct {
	videoJSON
	Support            *string    `json:"support"`
	DescriptionPath    string     `json:"descriptionPath"`
	Tags               []string   `json:"tags"`
	CommentsEnabled    bool       `json:"commentsEnabled"`
	CommentsPolicy     label[int] `json:"commentsPolicy"`
	DownloadEnabled    bool       `json:"downloadEnabled"`
	InputFileUpdatedAt timestamp  `json:"inputFileUpdatedAt"`
	TrackerURLs        []string   `json:"trackerUrls"`
	// PluginData is what clients look for of plugins, of lives where there are chats.
	PluginData map[string]bool `json:"pluginData,omitempty"`
}

func (a *API) videoDetails(d video.Details, viewer account.Viewer) videoDetailsJSON {
	j := videoDetailsJSON{
		videoJSON: a.video(d.Video), Support: orNull(d.Support), DescriptionPath: fmt.Sprintf("%s/videos/%s/description", Prefix, d.UUID),
		Tags: append([]string{}, d.Tags...), CommentsEnabled: d.CommentsPolicy != video.CommentsDisabled,
		CommentsPolicy: label[int]{int(d.CommentsPolicy), commentLabels[d.CommentsPolicy]}, DownloadEnabled: d.DownloadEnabled,
		InputFileUpdatedAt: timestamp(d.SourceReplacedAt), TrackerURLs: a.trackers(),
	}
	j.Account, j.Channel = a.account(d.Channel.Owner), a.channel(d.Channel)
	j.videoManagementJSON = management(d.Video, viewer)
	j.videoFilesJSON = a.files(d)
	return j
}
