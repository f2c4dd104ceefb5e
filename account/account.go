// Package account holds who there is: users of this instance, the accounts and actors they and others act as, sessions, rights and
// follows.
package account

import (
	"strings"
	"time"
)

// ID names an account, UserID a user of this instance, ActorID an actor (account or channel, here or elsewhere).
type (
	ID      int64
	UserID  int64
	ActorID int64
)

// Site is where this instance lives on the web, as seen from outside.
type Site struct {
	Origin string // "https://video.example.org", without a slash at the end
	Host   string // "video.example.org", with the port when it is not the scheme's own
}

// ActorKind is what an actor stands for.
type ActorKind string

// The kinds of actors; in ActivityPub Application, Person and Group.
const (
	ApplicationActor ActorKind = "application"
	AccountActor     ActorKind = "account"
	ChannelActor     ActorKind = "channel"
)

// Actor is what federates: it has a URL, an inbox and keys from its first moment. Accounts and channels each have one.
type Actor struct {
	ID             ActorID
	Kind           ActorKind
	Username       string // as chosen, unique without case on its host
	Host           string // "" is here
	URL            string
	InboxURL       string
	OutboxURL      string
	SharedInboxURL string
	FollowersURL   string
	FollowingURL   string
	FollowersCount int
	FollowingCount int
	CreatedAt      time.Time
	UpdatedAt      time.Time
	Avatars        []Image // smallest first
	Banners        []Image // widest first
}

// IsLocal reports whether the actor lives here.
func (a Actor) IsLocal() bool { return a.Host == "" }

// Handle is "name" for a local actor, "name@host" for a remote one.
func (a Actor) Handle() string {
	if a.IsLocal() {
		return a.Username
	}
	return a.Username + "@" + a.Host
}

// Image is one size of an avatar or banner.
type Image struct {
	Width     int
	Height    int
	Filename  string // key in the avatars store
	RemoteURL string // where a remote actor's image lives; "" here
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Account is whom people see: the face of a user, or of somebody elsewhere.
type Account struct {
	ID          ID
	UserID      UserID // 0: the instance's own account, and remote ones
	Actor       Actor
	Name        string // display name
	Description string
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Role is what a user may do at large; rights refine it.
type Role int

// The roles, numbered as PeerTube's API does.
const (
	Administrator Role = 0
	Moderator     Role = 1
	Ordinary      Role = 2
)

// User signs in here.
type User struct {
	ID              UserID
	Username        string
	Email           string
	PendingEmail    string
	EmailVerified   *bool // nil: never asked
	EmailPublic     bool
	PasswordHash    string
	Role            Role
	AdminFlags      int // bit 1: bypass the block of new videos
	IsBlocked       bool
	BlockedReason   string
	VideoQuota      int64 // bytes, -1 none
	VideoQuotaDaily int64
	HasTwoFactor    bool
	FeedToken       string
	PluginAuth      string
	Preferences     Preferences
	Notifications   NotificationSettings
	LastLoginAt     time.Time
	CreatedAt       time.Time
	UpdatedAt       time.Time
	Account         Account
}

// Preferences are what a user chose about watching; kept as JSON, so fields may be added with a useful zero value.
type Preferences struct {
	NSFWPolicy                string   `json:"nsfwPolicy"` // display | warn | blur | do_not_list
	NSFWFlagsDisplayed        int      `json:"nsfwFlagsDisplayed"`
	NSFWFlagsHidden           int      `json:"nsfwFlagsHidden"`
	NSFWFlagsWarned           int      `json:"nsfwFlagsWarned"`
	NSFWFlagsBlurred          int      `json:"nsfwFlagsBlurred"`
	P2PEnabled                bool     `json:"p2pEnabled"`
	VideosHistoryEnabled      bool     `json:"videosHistoryEnabled"`
	AutoPlayVideo             bool     `json:"autoPlayVideo"`
	AutoPlayNextVideo         bool     `json:"autoPlayNextVideo"`
	AutoPlayNextVideoPlaylist bool     `json:"autoPlayNextVideoPlaylist"`
	VideoLanguages            []string `json:"videoLanguages"` // nil: all
	Language                  string   `json:"language"`       // of the interface; "" as the browser says
	Theme                     string   `json:"theme"`
	NoInstanceConfigWarning   bool     `json:"noInstanceConfigWarning"`
	NoWelcome                 bool     `json:"noWelcome"`
	NoAccountSetupWarning     bool     `json:"noAccountSetupWarning"`
	NewFeaturesInfoRead       int      `json:"newFeaturesInfoRead"` // bit mask
}

// NotificationSettings say how each kind of news reaches the user: a bit mask of 1 on the site, 2 by mail; 0 not at all. The keys are
// PeerTube's names ("newCommentOnMyVideo").
type NotificationSettings map[string]int

// Viewer is who asks: the zero Viewer is somebody not signed in.
type Viewer struct {
	User *User
}

// IsSignedIn reports whether a user asks.
func (v Viewer) IsSignedIn() bool { return v.User != nil }

// AccountID is the account of the user who asks, 0 for nobody.
func (v Viewer) AccountID() ID {
	if v.User == nil {
		return 0
	}
	return v.User.Account.ID
}

// UserID is the user who asks, 0 for nobody.
func (v Viewer) UserID() UserID {
	if v.User == nil {
		return 0
	}
	return v.User.ID
}

// Can reports whether the user who asks has the right; nobody has none.
func (v Viewer) Can(right Right) bool { return v.User != nil && v.User.Role.Has(right) }

// SplitHandle cuts "name@host" into its parts; a handle that names this site, or no host, gives host "".
func (s Site) SplitHandle(handle string) (username, host string) {
	username, host, _ = strings.Cut(strings.TrimPrefix(handle, "@"), "@")
	if strings.EqualFold(host, s.Host) {
		host = ""
	}
	return username, strings.ToLower(host)
}
