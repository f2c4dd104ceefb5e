// Package audience is who watches videos: views and viewers, watch history, likes and dislikes, and what owners learn from them.
package audience

import (
	"log/slog"
	"time"

	"lucarne/account"
	"lucarne/platform/clock"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/video"
)

// Settings are the rules of counting. A negative age keeps for ever.
type Settings struct {
	CountAfter        time.Duration // time watched that makes a view; the whole of a shorter video does too
	ViewExpiration    time.Duration // time after which the same viewer counts again
	Silence           time.Duration // time without a report after which a viewer is gone
	TrustSessions     bool          // tell viewers apart by the session their player names, not by address
	HistoryMaxAge     time.Duration
	LocalViewsMaxAge  time.Duration // of the hourly detail, not of the totals
	RemoteViewsMaxAge time.Duration
}

// Options set up the subjects of this package.
type Options struct {
	DB       *db.DB
	Clock    clock.Clock
	Outbox   *event.Outbox
	Videos   *video.Videos
	Settings func() Settings
	Logger   *slog.Logger
}

// Viewed tells that views were added to a video, ours or a remote one whose origin counts them.
type Viewed struct {
	VideoID video.ID
	Views   int
}

// Rated tells that an account changed its mind on a video.
type Rated struct {
	VideoID   video.ID
	AccountID account.ID
	From, To  Rating
}
