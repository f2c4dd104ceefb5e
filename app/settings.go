package app

import (
	"context"
	"net/netip"
	"time"

	"lucarne/account"
	"lucarne/account/instance"
	"lucarne/account/signin"
	"lucarne/channel"
	"lucarne/http/router"
	"lucarne/video"
	"lucarne/video/audience"
	"lucarne/video/transcode"
	"lucarne/video/upload"
)

// What each subject sees of the configuration, asked for at every use so that changes apply at once.

func (p *platform) accountSettings() account.Settings {
	c := p.config()
	return account.Settings{
		VideoQuota:         int64(c.User.VideoQuota),
		VideoQuotaDaily:    int64(c.User.VideoQuotaDaily),
		MinPasswordLength:  c.User.PasswordConstraints.MinLength,
		DefaultChannelName: c.User.DefaultChannelName,
		VerifiesEmail:      c.Signup.RequiresEmailVerification,
		Preferences: account.Preferences{
			NSFWPolicy:                c.Instance.DefaultNSFWPolicy,
			P2PEnabled:                c.Defaults.P2P.Webapp.Enabled,
			VideosHistoryEnabled:      c.User.History.Videos.Enabled,
			AutoPlayVideo:             c.Defaults.Player.AutoPlay,
			AutoPlayNextVideoPlaylist: true,
			Theme:                     "instance-default",
		},
	}
}

func (p *platform) signinLimits() signin.Limits {
	login := p.config().RatesLimit.Login
	return signin.Limits{Window: login.Window.Std(), PerIP: login.Max}
}

func (p *platform) sessionOptions(users *account.Users, codes *signin.Codes) signin.Options {
	c := p.config()
	return signin.Options{
		DB: p.db, Clock: p.clock, Logger: p.logger, Users: users, Secret: p.secret,
		AccessLifetime: c.OAuth2.TokenLifetime.AccessToken.Std(), RefreshLifetime: c.OAuth2.TokenLifetime.RefreshToken.Std(),
		PageLifetime: c.Lucarne.Lifetime.PageSession.Std(), HasHTTPS: c.Webserver.HTTPS, NoRoot: c.User.DisableRootAuth,
		MustVerifyEmail: func() bool { return p.config().Signup.RequiresEmailVerification }, ClientIP: router.ClientIP,
		TwoFactor: codes, Limits: p.signinLimits(),
	}
}

func (p *platform) letterOptions() account.LetterOptions {
	c := p.config().Lucarne.Lifetime
	return account.LetterOptions{
		DB: p.db, Clock: p.clock, Site: p.site, Jobs: p.jobs, Mail: p.mail, Language: func() string { return p.config().Instance.DefaultLanguage },
		VerificationLifetime: c.EmailVerification.Std(), ResetLifetime: c.PasswordReset.Std(), CreationLifetime: c.PasswordCreation.Std(),
	}
}

func (p *platform) signupSettings() account.SignupSettings {
	s := p.config().Signup
	return account.SignupSettings{
		IsOpen: s.Enabled, Limit: s.Limit, RequiresApproval: s.RequiresApproval, RequiresEmailVerification: s.RequiresEmailVerification,
		Allowed: networks(s.Filters.CIDR.Whitelist), Denied: networks(s.Filters.CIDR.Blacklist),
	}
}

// networks reads subnets that the configuration has checked.
func networks(texts []string) []netip.Prefix {
	var list []netip.Prefix
	for _, text := range texts {
		if prefix, err := netip.ParsePrefix(text); err == nil {
			list = append(list, prefix)
		}
	}
	return list
}

// signup answers the configuration's question whether registration is open.
type signup struct{ registrations *account.Registrations }

// SignupOpen reports whether anybody may register now, and whether somebody at the address may.
func (s signup) SignupOpen(ctx context.Context, ip string) (isOpen, isOpenForAddress bool, err error) {
	o, err := s.registrations.Openness(ctx, ip)
	return o.IsOpen, o.IsOpenTo, err
}

func (p *platform) contactSettings() instance.ContactSettings {
	c := p.config()
	return instance.ContactSettings{IsOpen: c.ContactForm.Enabled, Administrator: c.Admin.Email}
}

func (p *platform) channelSettings() channel.Settings {
	return channel.Settings{MaxPerUser: p.config().VideoChannels.MaxPerUser}
}

func (p *platform) videoSettings() video.Settings {
	c := p.config()
	return video.Settings{TrendingDays: c.Trending.Videos.IntervalDays, ShelfLength: c.Lucarne.PageSize.Overview}
}

func (p *platform) fileTokenLifetime() time.Duration {
	return p.config().Lucarne.Lifetime.VideoFileToken.Std()
}

func (p *platform) thumbnailSizes() []video.Size {
	var sizes []video.Size
	for _, size := range p.config().Thumbnails.Sizes {
		sizes = append(sizes, video.Size{Width: size.Width, Height: size.Height})
	}
	return sizes
}

func (p *platform) transcoding() transcode.Operation {
	c := p.config()
	t := c.Transcoding
	return transcode.Operation{
		Settings: transcode.Settings{
			Resolutions: t.Resolutions.Heights(), AlwaysOriginal: t.AlwaysTranscodeOriginalResolution, MaxFPS: t.FPS.Max,
			AlwaysAudio: t.AlwaysTranscodePodcastOptimizedAudio, HLS: t.HLS.Enabled, WebVideos: t.WebVideos.Enabled, SplitAudio: t.HLS.SplitAudioAndVideo, Hardware: c.Lucarne.Transcoding.Hardware,
		},
		Enabled: t.Enabled, KeepOriginal: t.OriginalFile.Keep, Storyboards: c.Storyboards.Enabled,
		ThumbnailFrames: c.Thumbnails.GenerationFromVideo.FramesToAnalyze, Threads: t.Threads, Device: c.Lucarne.Transcoding.Device,
		Timeout: c.Lucarne.Transcoding.Timeout.Std(),
	}
}

func (p *platform) uploadSettings() upload.Settings {
	c := p.config()
	u := c.Lucarne.Upload
	return upload.Settings{
		AllowAdditionalExtensions: c.Transcoding.AllowAdditionalExtensions, AllowAudio: c.Transcoding.AllowAudioFiles,
		MaxBytes: int64(u.MaxBytes), MaxAge: u.MaxAge.Std(), MaxPerUser: u.MaxPerUser, MinFreeBytes: int64(u.MinFreeDiskBytes),
		CanReplace: c.VideoFile.Update.Enabled, KeepOriginal: c.Transcoding.OriginalFile.Keep,
	}
}

func (p *platform) audienceSettings() audience.Settings {
	c := p.config()
	v := c.Views.Videos
	return audience.Settings{
		CountAfter: v.CountViewAfter.Std(), ViewExpiration: v.ViewExpiration.Std(), Silence: c.Lucarne.Lifetime.Viewer.Std(),
		TrustSessions: v.TrustViewerSessionID, HistoryMaxAge: c.History.Videos.MaxAge.Std(), LocalViewsMaxAge: v.Local.MaxAge.Std(),
		RemoteViewsMaxAge: v.Remote.MaxAge.Std(),
	}
}
