package app

import (
	"context"

	"lucarne/account"
	"lucarne/account/signin"
	"lucarne/http/realtime"
	"lucarne/live"
	"lucarne/platform/event"
	"lucarne/platform/fault"
	"lucarne/video"
)

// openRealtime builds the server of Socket.IO, and tells it what happens to lives.
func (s *Site) openRealtime() {
	s.realtime = realtime.New(realtime.Options{Auth: socketAuthenticator{s.sessions}, Lives: liveAudience{s.subjects}})
	s.outbox.Subscribe(
		event.On("realtime: video state", func(ctx context.Context, fact video.StateChanged) error { return s.tellState(ctx, fact) }),
		event.On("realtime: live ended", func(_ context.Context, fact live.Ended) error {
			if fact.Error != live.Blocked {
				return nil
			}
			return s.realtime.ForceEnded(fact.VideoID)
		}),
		event.On("realtime: video deleted", func(_ context.Context, fact video.Deleted) error { return s.realtime.ForceEnded(fact.VideoID) }),
	)
}

// tellState tells the state a video has by now: facts may come late and out of order.
func (s *Site) tellState(ctx context.Context, fact video.StateChanged) error {
	d, err := s.videos.Get(ctx, fact.VideoID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.realtime.StateChanged(d.ID, d.State)
}

// socketAuthenticator answers for tokens that come in messages rather than headers.
type socketAuthenticator struct{ sessions *signin.Sessions }

func (a socketAuthenticator) ByToken(ctx context.Context, token string, from realtime.Origin) (account.Viewer, error) {
	return a.sessions.ByToken(ctx, token, signin.Client(from))
}

// liveAudience says who may follow a live, and how many watch it.
type liveAudience struct{ *subjects }

// MayFollow lets those follow who may see the page; a password protects what is shown, not that it is on.
func (a liveAudience) MayFollow(ctx context.Context, viewer account.Viewer, id video.ID) bool {
	d, err := a.videos.Get(ctx, id)
	if err != nil || !d.IsLive {
		return false
	}
	return d.Privacy == video.Password && !d.IsBlocked || a.videos.Check(ctx, d.Video, video.Access{Viewer: viewer}) == nil
}

// Viewers is how many watch now.
func (a liveAudience) Viewers(id video.ID) int { return a.viewers.Now(id) }
