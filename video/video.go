// Package video holds videos: what is known of them, who may see them, the files they are made of, and the lists they appear in.
package video

import (
	"time"

	"github.com/google/uuid"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/shortid"
)

// ID names a video inside this instance. Outside, its UUID does.
type ID int64

// Topic is what transactions touch (db.Tx.Touch) when they change what a list or a page of videos shows.
const Topic = "video"

// CountersTopic is what transactions touch that change nothing but counters and scores (views, likes, comments, ranking): pages show
// them, but no filter reads them, so that the totals of lists stay.
const CountersTopic = "video-counters"

// Privacy is who may watch, numbered as PeerTube's API does.
type Privacy int

// The privacies.
const (
	Public   Privacy = 1
	Unlisted Privacy = 2 // whoever has the link
	Private  Privacy = 3 // its owner, and those who may see all videos
	Internal Privacy = 4 // users of this instance
	Password Privacy = 5 // whoever knows one of its passwords
)

// HasPrivateFiles reports whether the files need the viewer's right too, and so live apart from public ones.
func (p Privacy) HasPrivateFiles() bool { return p == Private || p == Internal || p == Password }

// State is how far a video is, numbered as PeerTube's API does.
type State int

// The states.
const (
	Published              State = 1
	ToTranscode            State = 2
	ToImport               State = 3
	WaitingForLive         State = 4
	LiveEnded              State = 5
	ToMoveToStorage        State = 6
	TranscodingFailed      State = 7
	MoveToStorageFailed    State = 8
	ToEdit                 State = 9
	ToMoveToFileSystem     State = 10
	MoveToFileSystemFailed State = 11
	ToImportFailed         State = 12
)

// CommentsPolicy says who may comment, numbered as PeerTube's API does.
type CommentsPolicy int

// The comment policies.
const (
	CommentsEnabled          CommentsPolicy = 1
	CommentsDisabled         CommentsPolicy = 2
	CommentsRequiresApproval CommentsPolicy = 3
)

// Video is a video as lists show it.
type Video struct {
	ID      ID
	UUID    uuid.UUID
	URL     string // ActivityPub id
	Host    string // "" is here
	Channel channel.Channel

	Name        string
	Description string
	Support     string
	Category    int    // 0 none
	Licence     int    // 0 none
	Language    string // "" unknown
	Tags        []string

	Privacy       Privacy
	State         State
	Failure       string // why State is a failed one
	IsListed      bool   // its state lets others see it
	IsBlocked     bool
	BlockedReason string
	NSFW          bool
	NSFWFlags     int
	NSFWSummary   string

	DurationSeconds int
	AspectRatio     float64
	Views           int
	Likes           int
	Dislikes        int
	Comments        int
	Downloads       int
	FilesSize       int64 // bytes of all files here

	WaitTranscoding bool
	DownloadEnabled bool
	CommentsPolicy  CommentsPolicy
	IsLive          bool

	PublishedAt           time.Time
	OriginallyPublishedAt time.Time // zero unknown
	CreatedAt             time.Time
	UpdatedAt             time.Time

	Thumbnails []Thumbnail
	Schedule   *Schedule // nil: none
	// LiveSchedules are when a live is to begin, soonest first; those passed stay until it is changed.
	LiveSchedules []time.Time

	isAnnounced bool // Announced was recorded
}

// ShortUUID is the form used in links.
func (v Video) ShortUUID() string { return shortid.Encode(v.UUID) }

// IsLocal reports whether the video lives here.
func (v Video) IsLocal() bool { return v.Host == "" }

// IsOwnedBy reports whether the viewer's account owns the video's channel.
func (v Video) IsOwnedBy(viewer account.Viewer) bool { return v.Channel.IsOwnedBy(viewer) }

// ThumbnailKind tells the small picture of lists from the large one of players.
type ThumbnailKind string

// The kinds of thumbnails.
const (
	Miniature ThumbnailKind = "thumbnail"
	Preview   ThumbnailKind = "preview"
)

// Thumbnail is one size of a video's picture.
type Thumbnail struct {
	Kind        ThumbnailKind
	Width       int
	Height      int
	Filename    string // key in the store of its kind, see ThumbnailKind.Store
	RemoteURL   string
	IsAutomatic bool // taken from the video rather than given
	UpdatedAt   time.Time
}

// Schedule is a change of privacy at a time to come.
type Schedule struct {
	UpdateAt time.Time
	Privacy  Privacy // 0 keeps the video's
}

// FileID names a video file.
type FileID int64

// Storage is where a file's bytes are, numbered as PeerTube's API does.
type Storage int

// The storages.
const (
	FileSystem    Storage = 0
	ObjectStorage Storage = 1
)

// File is one rendition: a progressive file, or the fragmented file of an HLS rendition.
type File struct {
	ID               FileID
	VideoID          ID
	PlaylistID       int64 // 0: progressive
	Resolution       int   // 0: audio only
	Width            int
	Height           int
	FPS              int
	Size             int64
	Extname          string // ".mp4"
	Filename         string
	PlaylistFilename string // media playlist of an HLS rendition
	Codecs           string // RFC 6381
	Bandwidth        int    // peak, bits per second
	AverageBandwidth int
	HasAudio         bool
	HasVideo         bool
	InfoHash         string // BitTorrent v1, hex; "" without torrent
	TorrentFilename  string
	FileURL          string // remote
	TorrentURL       string // remote
	MetadataURL      string // remote
	Storage          Storage
	CreatedAt        time.Time
	UpdatedAt        time.Time
}

// Playlist is the HLS form of a video: its master playlist and renditions.
type Playlist struct {
	ID               int64
	VideoID          ID
	PlaylistFilename string // master playlist
	PlaylistURL      string // remote
	SHA256Filename   string // segments-sha256.json
	SHA256URL        string // remote
	InfoHashes       []string
	P2PVersion       int
	Storage          Storage
	Files            []File // best first
}
