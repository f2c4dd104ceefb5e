package app

import (
	"context"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/platform/event"
)

// subscribe is the list of who listens to which fact.
func subscribe(p *platform, s *subjects) {
	p.outbox.Subscribe(s.files.Listeners()...)
	p.outbox.Subscribe(s.captions.Listeners()...)
	p.outbox.Subscribe(s.liveSessions.Listeners()...)
	if s.chats != nil {
		p.outbox.Subscribe(s.chats.Listeners()...)
	}
	p.outbox.Subscribe(
		event.On("channel images: replaced", func(ctx context.Context, fact channel.ImagesReplaced) error {
			return s.gallery.Remove(ctx, fact.Images)
		}),
		event.On("channel images: channel deleted", func(ctx context.Context, fact channel.Deleted) error {
			return s.gallery.Remove(ctx, fact.Images)
		}),
		event.On("account images: replaced", func(ctx context.Context, fact account.ImagesReplaced) error {
			return s.gallery.Remove(ctx, fact.Images)
		}),
		event.On("account images: user deleted", func(ctx context.Context, fact account.UserDeleted) error {
			return s.gallery.Remove(ctx, fact.Images)
		}),
	)
}
