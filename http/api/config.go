package api

import (
	"context"
	"net/http"

	"lucarne/http/router"
)

// Configuration is the settings in force, as the API shows and changes them. Changes work at once.
type Configuration interface {
	// Public is what everybody may know; ip is where the request comes from.
	Public(ctx context.Context, ip string) (ServerConfig, error)
	// About is what the instance says of itself at length.
	About() InstanceAbout
	// Custom is what administrators may change, in nested objects.
	Custom() map[string]any
	// Change takes the JSON object of a form. It fails with fault.Invalid, naming the fields, or fault.Forbidden when the settings may
	// not be changed from the web.
	Change(ctx context.Context, form []byte) error
	// Reset takes all changes back.
	Reset(ctx context.Context) error
}

func (a *API) configRoutes() []route {
	if a.Configuration == nil {
		return nil
	}
	return append([]route{
		{method: "GET", pattern: "/config", operation: "getConfig", do: a.getConfig},
		{method: "GET", pattern: "/config/about", operation: "getAbout", do: a.getAbout},
	}, a.customConfigRoutes()...)
}

func (a *API) getConfig(w http.ResponseWriter, r *request) error {
	view, err := a.Configuration.Public(r.Context(), router.ClientIP(r.Request))
	if err != nil {
		return err
	}
	if err := a.depict(r.Context(), &view.Instance.InstancePictures); err != nil {
		return err
	}
	if view.Homepage.Enabled, err = a.Homepage.Exists(r.Context()); err != nil {
		return err
	}
	return answer(w, r, view)
}

// ServerConfig is what clients adapt themselves to.
type ServerConfig struct {
	ServerVersion string `json:"serverVersion"` // the version of PeerTube whose API this is
	ServerCommit  string `json:"serverCommit"`
	Software      struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"software"` // ours

	Client            ClientConfig        `json:"client"`
	Defaults          DefaultsConfig      `json:"defaults"`
	Webadmin          WebadminConfig      `json:"webadmin"`
	Instance          InstanceConfig      `json:"instance"`
	Search            SearchConfig        `json:"search"`
	Plugin            PluginConfig        `json:"plugin"`
	Theme             ThemeConfig         `json:"theme"`
	Email             Enabled             `json:"email"`
	ContactForm       Enabled             `json:"contactForm"`
	Signup            SignupConfig        `json:"signup"`
	Transcoding       TranscodingConfig   `json:"transcoding"`
	Live              LiveConfig          `json:"live"`
	VideoStudio       RemoteRunnable      `json:"videoStudio"`
	VideoFile         VideoFileConfig     `json:"videoFile"`
	VideoTranscript   RemoteRunnable      `json:"videoTranscription"`
	Storyboards       RemoteRunnable      `json:"storyboards"`
	Import            ImportConfig        `json:"import"`
	Export            ExportConfig        `json:"export"`
	AutoBlacklist     AutoBlacklistConfig `json:"autoBlacklist"`
	Blocklist         BlocklistConfig     `json:"blocklist"`
	Avatar            FileConfig          `json:"avatar"`
	Banner            FileConfig          `json:"banner"`
	Video             VideoConfig         `json:"video"`
	VideoCaption      FileConfig          `json:"videoCaption"`
	User              UserConfig          `json:"user"`
	VideoChannels     ChannelsConfig      `json:"videoChannels"`
	Trending          TrendingConfig      `json:"trending"`
	Tracker           Enabled             `json:"tracker"`
	Followings        FollowingsConfig    `json:"followings"`
	Federation        Enabled             `json:"federation"`
	BroadcastMessage  BroadcastConfig     `json:"broadcastMessage"`
	Homepage          Enabled             `json:"homepage"`
	OpenTelemetry     TelemetryConfig     `json:"openTelemetry"`
	Views             ViewsConfig         `json:"views"`
	WebRTC            WebRTCConfig        `json:"webrtc"`
	NSFWFlagsSettings Enabled             `json:"nsfwFlagsSettings"`
	FieldsConstraints FieldsConfig        `json:"fieldsConstraints"`
}

// ForNodeInfo is the part of the configuration other servers are told.
func (c ServerConfig) ForNodeInfo() map[string]any {
	return map[string]any{
		"search": map[string]any{"remoteUri": c.Search.RemoteURI}, "plugin": map[string]any{"registered": c.Plugin.Registered},
		"theme": map[string]any{"registered": c.Theme.Registered, "default": c.Theme.Default},
		"email": c.Email, "contactForm": c.ContactForm,
		"transcoding": map[string]any{"hls": c.Transcoding.HLS, "web_videos": c.Transcoding.WebVideos, "enabledResolutions": c.Transcoding.EnabledResolutions},
		"live": map[string]any{"enabled": c.Live.Enabled, "transcoding": map[string]any{
			"enabled": c.Live.Transcoding.Enabled, "enabledResolutions": c.Live.Transcoding.EnabledResolutions,
		}},
		"import": map[string]any{"videos": c.Import.Videos}, "autoBlacklist": c.AutoBlacklist, "avatar": c.Avatar, "video": c.Video,
		"videoCaption": c.VideoCaption, "user": c.User, "trending": map[string]any{"videos": map[string]any{"intervalDays": c.Trending.Videos.IntervalDays}},
		"tracker": c.Tracker,
	}
}
