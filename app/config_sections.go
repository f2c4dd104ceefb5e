package app

import (
	"runtime/debug"

	"lucarne/http/api"
	"lucarne/platform/config"
	"lucarne/video/subtitle"
)

// The functions of this file write sections of the configuration in the shape of the API.

func enabled(is bool) api.Enabled { return api.Enabled{Enabled: is} }

// commit is the revision the program was built from, when the build says so.
func commit() string {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}

func viewClient(v *api.ServerConfig, cfg *config.Config) {
	c, d := cfg.Client, cfg.Defaults
	v.Client.NewFeaturesInfo = c.NewFeaturesInfo
	v.Client.Header.HideInstanceName = c.Header.HideInstanceName
	v.Client.Videos.Miniature.PreferAuthorDisplayName = c.Videos.Miniature.PreferAuthorDisplayName
	v.Client.Videos.ResumableUpload.MaxChunkSize = int64(c.Videos.ResumableUpload.MaxChunkSize)
	v.Client.BrowseVideos.DefaultSort, v.Client.BrowseVideos.DefaultScope = c.BrowseVideos.DefaultSort, c.BrowseVideos.DefaultScope
	v.Client.Menu.Login.RedirectOnSingleExternalAuth = c.Menu.Login.RedirectOnSingleExternalAuth
	v.Client.OpenInApp.Android.Intent, v.Client.OpenInApp.IOS = api.AppLink(c.OpenInApp.Android.Intent), api.AppLink(c.OpenInApp.IOS)

	v.Defaults.Publish.DownloadEnabled, v.Defaults.Publish.CommentsPolicy = d.Publish.DownloadEnabled, d.Publish.CommentsPolicy
	v.Defaults.Publish.Privacy, v.Defaults.Publish.Licence = d.Publish.Privacy, orNull(d.Publish.Licence)
	v.Defaults.Live.SaveReplay = d.Live.SaveReplay
	v.Defaults.P2P.Webapp, v.Defaults.P2P.Embed = enabled(d.P2P.Webapp.Enabled), enabled(d.P2P.Embed.Enabled)
	v.Defaults.Player.Theme, v.Defaults.Player.AutoPlay = d.Player.Theme, d.Player.AutoPlay
	v.Webadmin.Configuration.Edition.Allowed = cfg.Webadmin.Configuration.Edition.Allowed
}

func viewInstance(v *api.ServerConfig, cfg *config.Config) {
	i := cfg.Instance
	v.Instance.Name, v.Instance.ShortDescription = i.Name, i.ShortDescription
	v.Instance.IsNSFW, v.Instance.DefaultNSFWPolicy = i.IsNSFW, i.DefaultNSFWPolicy
	v.Instance.DefaultClientRoute, v.Instance.ServerCountry, v.Instance.DefaultLanguage = i.DefaultClientRoute, i.ServerCountry, i.DefaultLanguage
	v.Instance.Support.Text, v.Instance.Social = i.Support.Text, socialOf(i)
	v.Instance.Customizations.JavaScript, v.Instance.Customizations.CSS = i.Customizations.JavaScript, i.Customizations.CSS
	v.Plugin = api.PluginConfig{Registered: []struct{}{}, RegisteredExternalAuths: []struct{}{}, RegisteredIDAndPass: []struct{}{}}
	v.Theme = api.ThemeConfig{
		Registered: []struct{}{}, BuiltIn: []api.ThemeName{{Name: "default"}}, Default: cfg.Theme.Default, Customization: customizationOf(cfg.Theme.Customization),
	}
	v.Email, v.ContactForm = enabled(canSendMail(cfg)), enabled(cfg.ContactForm.Enabled)
	v.BroadcastMessage = api.BroadcastConfig(cfg.BroadcastMessage)
}

// canSendMail reports whether mail leaves the site, be it into a folder.
func canSendMail(cfg *config.Config) bool { return cfg.SMTP.CanSend() || cfg.Lucarne.MailFolder != "" }

func socialOf(i config.Instance) api.InstanceSocial { return api.InstanceSocial(i.Social) }

func customizationOf(c config.ThemeCustomization) api.ThemeCustomization {
	return api.ThemeCustomization{
		PrimaryColor: orNull(c.PrimaryColor), OnPrimaryColor: orNull(c.OnPrimaryColor), ForegroundColor: orNull(c.ForegroundColor),
		BackgroundColor: orNull(c.BackgroundColor), BackgroundSecondaryColor: orNull(c.BackgroundSecondaryColor),
		MenuForegroundColor: orNull(c.MenuForegroundColor), MenuBackgroundColor: orNull(c.MenuBackgroundColor), MenuBorderRadius: orNull(c.MenuBorderRadius),
		HeaderBackgroundColor: orNull(c.HeaderBackgroundColor), HeaderForegroundColor: orNull(c.HeaderForegroundColor),
		InputBorderRadius: orNull(c.InputBorderRadius),
	}
}

func orNull[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// The names of the one set of encoder settings.
var encoderProfiles = []string{"default"}

func viewMedia(v *api.ServerConfig, cfg *config.Config) {
	t, l := cfg.Transcoding, cfg.Live
	v.Transcoding = api.TranscodingConfig{
		RemoteRunners: enabled(t.RemoteRunners.Enabled), HLS: enabled(t.HLS.Enabled), WebVideos: enabled(t.WebVideos.Enabled),
		EnabledResolutions: t.Resolutions.Heights(), Profile: t.Profile, AvailableProfiles: encoderProfiles,
	}
	v.Live = api.LiveConfig{
		Enabled: l.Enabled, AllowReplay: l.AllowReplay, LatencySetting: enabled(l.LatencySetting.Enabled), MaxDuration: l.MaxDuration.Milliseconds(),
		MaxInstanceLives: l.MaxInstanceLives, MaxUserLives: l.MaxUserLives,
	}
	v.Live.DVR.MaxWindow, v.Live.RTMP.Port = l.DVR.MaxWindow.Milliseconds(), l.RTMP.Port
	v.Live.Transcoding.Enabled, v.Live.Transcoding.RemoteRunners = l.Transcoding.Enabled, enabled(l.Transcoding.RemoteRunners.Enabled)
	v.Live.Transcoding.EnabledResolutions = l.Transcoding.Resolutions.Heights()
	v.Live.Transcoding.Profile, v.Live.Transcoding.AvailableProfiles = l.Transcoding.Profile, encoderProfiles
	v.VideoStudio = api.RemoteRunnable{Enabled: cfg.VideoStudio.Enabled, RemoteRunners: enabled(cfg.VideoStudio.RemoteRunners.Enabled)}
	v.VideoTranscript = api.RemoteRunnable{Enabled: cfg.Transcription.Enabled, RemoteRunners: enabled(cfg.Transcription.RemoteRunners.Enabled)}
	v.Storyboards = api.RemoteRunnable{Enabled: cfg.Storyboards.Enabled, RemoteRunners: enabled(cfg.Storyboards.RemoteRunners.Enabled)}
	v.VideoFile.Update = enabled(cfg.VideoFile.Update.Enabled)
	// Imports and archives of users stay off whatever the file says: clients are not to offer what is not there yet.
	v.Export.Users.ExportExpiration, v.Export.Users.MaxUserVideoQuota = cfg.Export.Users.ExportExpiration.Milliseconds(), int64(cfg.Export.Users.MaxUserVideoQuota)
	v.AutoBlacklist.Videos.OfUsers = enabled(cfg.AutoBlacklist.Videos.OfUsers.Enabled)
}

// The kinds of pictures that are read, by extension.
var pictureExtensions = []string{".png", ".jpeg", ".jpg", ".gif", ".webp"}

// maxPasswordLength is the longest password forms take.
const maxPasswordLength = 255

func viewLimits(v *api.ServerConfig, cfg *config.Config, videoExtensions []string) {
	u := cfg.Lucarne.Upload
	picture := api.FileLimits{Size: api.SizeLimit{Max: int64(u.MaxImageBytes)}, Extensions: pictureExtensions}
	v.Avatar.File, v.Banner.File, v.Video.Image = picture, picture, picture
	v.Video.File.Extensions = videoExtensions
	v.VideoCaption.File = api.FileLimits{Size: api.SizeLimit{Max: subtitle.MaxBytes}, Extensions: []string{".vtt", ".srt"}}
	v.User = api.UserConfig{VideoQuota: int64(cfg.User.VideoQuota), VideoQuotaDaily: int64(cfg.User.VideoQuotaDaily)}
	v.VideoChannels.MaxPerUser = cfg.VideoChannels.MaxPerUser
	v.FieldsConstraints.Users.Password.MinLength = cfg.User.PasswordConstraints.MinLength
	v.FieldsConstraints.Users.Password.MaxLength = maxPasswordLength
	v.NSFWFlagsSettings = enabled(cfg.NSFWFlags.Enabled)
}

func viewNetwork(v *api.ServerConfig, cfg *config.Config) {
	s := cfg.Search
	v.Search.RemoteURI.Users, v.Search.RemoteURI.Anonymous = s.RemoteURI.Users, s.RemoteURI.Anonymous
	v.Search.SearchIndex.Enabled, v.Search.SearchIndex.URL = s.SearchIndex.Enabled, s.SearchIndex.URL
	v.Search.SearchIndex.DisableLocalSearch, v.Search.SearchIndex.IsDefaultSearch = s.SearchIndex.DisableLocalSearch, s.SearchIndex.IsDefaultSearch
	trending := cfg.Trending.Videos
	v.Trending.Videos.IntervalDays = trending.IntervalDays
	v.Trending.Videos.Algorithms.Enabled, v.Trending.Videos.Algorithms.Default = orEmpty(trending.Algorithms.Enabled), trending.Algorithms.Default
	v.Tracker = enabled(cfg.Tracker.Enabled)
	v.Blocklist.PublicLog = enabled(cfg.Blocklist.PublicLog.Enabled)
	v.Followings.Instance.AutoFollowIndex.IndexURL = cfg.Followings.Instance.AutoFollowIndex.IndexURL
	v.OpenTelemetry.Metrics.Enabled = cfg.OpenTelemetry.Metrics.Enabled
	v.OpenTelemetry.Metrics.PlaybackStatsInterval = cfg.OpenTelemetry.Metrics.PlaybackStatsInterval.Milliseconds()
	views := cfg.Views.Videos
	v.Views.Videos.Remote.MaxAge, v.Views.Videos.Local.MaxAge = views.Remote.MaxAge.Milliseconds(), views.Local.MaxAge.Milliseconds()
	v.Views.Videos.WatchingInterval.Anonymous = orNull(views.WatchingInterval.Anonymous.Milliseconds())
	v.Views.Videos.WatchingInterval.Users = views.WatchingInterval.Users.Milliseconds()
	v.WebRTC.STUNServers = orEmpty(cfg.WebRTC.STUNServers)
}
