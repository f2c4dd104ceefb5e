// Package instance keeps what the instance shows of itself beside its settings: its pictures, its home page, and the way to write to
// those who run it.
package instance

import (
	"context"

	"lucarne/platform/fault"
	"lucarne/platform/setting"
)

const homepageSetting = "instance.homepage"

// MaxHomepage bounds the home page, in bytes.
const MaxHomepage = 200_000

// Homepage is a page in Markdown that administrators write to stand at the site's root.
type Homepage struct{ settings *setting.Settings }

// NewHomepage makes the home page kept in the settings.
func NewHomepage(settings *setting.Settings) *Homepage { return &Homepage{settings: settings} }

type homepage struct {
	Content string `json:"content"`
}

// Get reads the home page, and fails with fault.NotFound when nobody wrote one.
func (h *Homepage) Get(ctx context.Context) (string, error) {
	var page homepage
	_, err := h.settings.Get(ctx, homepageSetting, &page)
	if err == nil && page.Content == "" {
		err = fault.New(fault.NotFound, "Instance homepage could not be found")
	}
	return page.Content, err
}

// Exists reports whether there is a home page.
func (h *Homepage) Exists(ctx context.Context) (bool, error) {
	_, err := h.Get(ctx)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// Put replaces the home page; an empty text takes it away.
func (h *Homepage) Put(ctx context.Context, content string) error {
	if len(content) > MaxHomepage {
		return fault.InvalidParam("content", nil, "Should have at most %d bytes", MaxHomepage)
	}
	if content == "" {
		return h.settings.Delete(ctx, homepageSetting)
	}
	return h.settings.Put(ctx, homepageSetting, homepage{Content: content})
}
