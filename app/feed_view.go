package app

import (
	"context"

	"lucarne/account"
	"lucarne/account/instance"
	"lucarne/http/feed"
	"lucarne/platform/blob"
	"lucarne/platform/config"
	"lucarne/platform/fault"
)

// feedSettings is what feeds and the documents below /.well-known say of the instance.
func (p *platform) feedSettings(c *configuration, icons func() []feed.Icon) func() feed.Settings {
	return func() feed.Settings {
		cfg := p.config()
		i := cfg.Instance
		return feed.Settings{
			Name: i.Name, ShortDescription: i.ShortDescription, Description: i.Description, Language: i.DefaultLanguage, Robots: i.Robots,
			SecurityTxt: i.SecurityTxt, HidesNSFW: i.DefaultNSFWPolicy == "do_not_list", TrackerEnabled: cfg.Tracker.Enabled,
			SignupOpen: cfg.Signup.Enabled, Icons: icons(), NodeConfig: c.nodeConfig, Videos: cfg.Feeds.Videos.Count,
			SitemapVideos: cfg.Lucarne.PageSize.Sitemap, Ages: feedAges(cfg.Lucarne.Cache),
		}
	}
}

func feedAges(c config.CacheAges) feed.Ages {
	return feed.Ages{Feeds: c.Feeds.Std(), Discovery: c.Discovery.Std(), Robots: c.Robots.Std(), Sitemap: c.Sitemap.Std(), OEmbed: c.OEmbed.Std()}
}

// instanceIcons are the sizes of the instance's avatar, smallest first, or those the program brings along.
func instanceIcons(pictures *instance.Pictures, builtIn []feed.Icon) func() []feed.Icon {
	return func() []feed.Icon {
		images, err := pictures.List(context.Background(), instance.Avatar)
		if err != nil || len(images) == 0 {
			return builtIn
		}
		icons := make([]feed.Icon, len(images))
		for i, image := range images {
			icons[len(images)-1-i] = feed.Icon{Path: "/lazy-static/avatars/" + image.Filename, Side: image.Width, Type: blob.ContentType(image.Filename)}
		}
		return icons
	}
}

// feedAccounts finds who feeds are of, and for whom.
type feedAccounts struct{ users *account.Users }

func (f feedAccounts) Get(ctx context.Context, id account.ID) (account.Account, error) {
	return f.users.AccountByID(ctx, id)
}

func (f feedAccounts) ByHandle(ctx context.Context, handle string) (account.Account, error) {
	return f.users.AccountByHandle(ctx, handle)
}

func (f feedAccounts) ByFeedToken(ctx context.Context, id account.ID, token string) (account.Viewer, error) {
	user, err := f.users.ByFeedToken(ctx, id, token)
	if fault.Is(err, fault.NotFound) || err == nil && user.IsBlocked {
		return account.Viewer{}, fault.New(fault.Forbidden, "User and token mismatch")
	}
	return account.Viewer{User: &user}, err
}
