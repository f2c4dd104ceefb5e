package api

// The sections of ServerConfig. Durations are milliseconds and sizes bytes, unless a name says otherwise.

// Enabled is a section that is only on or off.
type Enabled struct {
	Enabled bool `json:"enabled"`
}

// RemoteRunnable is work that may be left to other machines.
type RemoteRunnable struct {
	Enabled       bool    `json:"enabled"`
	RemoteRunners Enabled `json:"remoteRunners"`
}

// ClientConfig is how clients look and what they offer.
type ClientConfig struct {
	NewFeaturesInfo bool `json:"newFeaturesInfo"`
	Header          struct {
		HideInstanceName bool `json:"hideInstanceName"`
	} `json:"header"`
	Videos struct {
		Miniature struct {
			PreferAuthorDisplayName bool `json:"preferAuthorDisplayName"`
		} `json:"miniature"`
		ResumableUpload struct {
			MaxChunkSize int64 `json:"maxChunkSize"`
		} `json:"resumableUpload"`
	} `json:"videos"`
	BrowseVideos struct {
		DefaultSort  string `json:"defaultSort"`
		DefaultScope string `json:"defaultScope"`
	} `json:"browseVideos"`
	Menu struct {
		Login struct {
			RedirectOnSingleExternalAuth bool `json:"redirectOnSingleExternalAuth"`
		} `json:"login"`
	} `json:"menu"`
	OpenInApp struct {
		Android struct {
			Intent AppLink `json:"intent"`
		} `json:"android"`
		IOS AppLink `json:"ios"`
	} `json:"openInApp"`
}

// AppLink is how a page is opened in the mobile application.
type AppLink struct {
	Enabled     bool   `json:"enabled"`
	Host        string `json:"host"`
	Scheme      string `json:"scheme"`
	FallbackURL string `json:"fallbackUrl"`
}

// DefaultsConfig is what forms and players start from.
type DefaultsConfig struct {
	Publish struct {
		DownloadEnabled bool `json:"downloadEnabled"`
		CommentsPolicy  int  `json:"commentsPolicy"`
		Privacy         int  `json:"privacy"`
		Licence         *int `json:"licence"`
	} `json:"publish"`
	Live struct {
		SaveReplay bool `json:"saveReplay"`
	} `json:"live"`
	P2P struct {
		Webapp Enabled `json:"webapp"`
		Embed  Enabled `json:"embed"`
	} `json:"p2p"`
	Player struct {
		Theme    string `json:"theme"`
		AutoPlay bool   `json:"autoPlay"`
	} `json:"player"`
}

// WebadminConfig says what may be changed from the web.
type WebadminConfig struct {
	Configuration struct {
		Edition struct {
			Allowed bool `json:"allowed"`
		} `json:"edition"`
	} `json:"configuration"`
}

// InstanceConfig is who the instance is.
type InstanceConfig struct {
	Name               string         `json:"name"`
	ShortDescription   string         `json:"shortDescription"`
	IsNSFW             bool           `json:"isNSFW"`
	DefaultNSFWPolicy  string         `json:"defaultNSFWPolicy"`
	DefaultClientRoute string         `json:"defaultClientRoute"`
	ServerCountry      string         `json:"serverCountry"`
	DefaultLanguage    string         `json:"defaultLanguage"`
	Support            SupportText    `json:"support"`
	Social             InstanceSocial `json:"social"`
	Customizations     struct {
		JavaScript string `json:"javascript"`
		CSS        string `json:"css"`
	} `json:"customizations"`
	InstancePictures
}

// SupportText tells how to support the instance.
type SupportText struct {
	Text string `json:"text"`
}

// InstanceSocial is where the instance is to be found elsewhere.
type InstanceSocial struct {
	ExternalLink string `json:"externalLink"`
	MastodonLink string `json:"mastodonLink"`
	BlueskyLink  string `json:"blueskyLink"`
	XLink        string `json:"xLink"`
}

// SearchConfig is what can be found.
type SearchConfig struct {
	RemoteURI struct {
		Users     bool `json:"users"`
		Anonymous bool `json:"anonymous"`
	} `json:"remoteUri"`
	SearchIndex struct {
		Enabled            bool   `json:"enabled"`
		URL                string `json:"url"`
		DisableLocalSearch bool   `json:"disableLocalSearch"`
		IsDefaultSearch    bool   `json:"isDefaultSearch"`
	} `json:"searchIndex"`
}

// PluginConfig lists no plugins: there are none.
type PluginConfig struct {
	Registered              []struct{} `json:"registered"`
	RegisteredExternalAuths []struct{} `json:"registeredExternalAuths"`
	RegisteredIDAndPass     []struct{} `json:"registeredIdAndPassAuths"`
}

// ThemeConfig is the look of the site.
type ThemeConfig struct {
	Registered    []struct{}         `json:"registered"`
	BuiltIn       []ThemeName        `json:"builtIn"`
	Default       string             `json:"default"`
	Customization ThemeCustomization `json:"customization"`
}

// ThemeName names a theme.
type ThemeName struct {
	Name string `json:"name"`
}

// ThemeCustomization overrides single values of the theme; null leaves the theme's own.
type ThemeCustomization struct {
	PrimaryColor             *string `json:"primaryColor"`
	OnPrimaryColor           *string `json:"onPrimaryColor"`
	ForegroundColor          *string `json:"foregroundColor"`
	BackgroundColor          *string `json:"backgroundColor"`
	BackgroundSecondaryColor *string `json:"backgroundSecondaryColor"`
	MenuForegroundColor      *string `json:"menuForegroundColor"`
	MenuBackgroundColor      *string `json:"menuBackgroundColor"`
	MenuBorderRadius         *string `json:"menuBorderRadius"`
	HeaderBackgroundColor    *string `json:"headerBackgroundColor"`
	HeaderForegroundColor    *string `json:"headerForegroundColor"`
	InputBorderRadius        *string `json:"inputBorderRadius"`
}

// SignupConfig says whether the reader may register.
type SignupConfig struct {
	Allowed                   bool `json:"allowed"`
	AllowedForCurrentIP       bool `json:"allowedForCurrentIP"`
	MinimumAge                int  `json:"minimumAge"`
	RequiresApproval          bool `json:"requiresApproval"`
	RequiresEmailVerification bool `json:"requiresEmailVerification"`
}

// TranscodingConfig is what becomes of an uploaded file.
type TranscodingConfig struct {
	RemoteRunners      Enabled  `json:"remoteRunners"`
	HLS                Enabled  `json:"hls"`
	WebVideos          Enabled  `json:"web_videos"`
	EnabledResolutions []int    `json:"enabledResolutions"`
	Profile            string   `json:"profile"`
	AvailableProfiles  []string `json:"availableProfiles"`
}

// LiveConfig is broadcasting.
type LiveConfig struct {
	Enabled          bool    `json:"enabled"`
	AllowReplay      bool    `json:"allowReplay"`
	LatencySetting   Enabled `json:"latencySetting"`
	MaxDuration      int64   `json:"maxDuration"`
	MaxInstanceLives int     `json:"maxInstanceLives"`
	MaxUserLives     int     `json:"maxUserLives"`
	DVR              struct {
		MaxWindow int64 `json:"maxWindow"`
	} `json:"dvr"`
	Transcoding struct {
		Enabled            bool     `json:"enabled"`
		RemoteRunners      Enabled  `json:"remoteRunners"`
		EnabledResolutions []int    `json:"enabledResolutions"`
		Profile            string   `json:"profile"`
		AvailableProfiles  []string `json:"availableProfiles"`
	} `json:"transcoding"`
	RTMP struct {
		Port int `json:"port"`
	} `json:"rtmp"`
}

// VideoFileConfig is what may happen to a published file.
type VideoFileConfig struct {
	Update Enabled `json:"update"`
}

// ImportConfig is what can be brought in from elsewhere.
type ImportConfig struct {
	Videos struct {
		HTTP    Enabled `json:"http"`
		Torrent Enabled `json:"torrent"`
	} `json:"videos"`
	ChannelSync Enabled `json:"videoChannelSynchronization"`
	Users       Enabled `json:"users"`
}

// ExportConfig is what users can take away.
type ExportConfig struct {
	Users struct {
		Enabled           bool  `json:"enabled"`
		ExportExpiration  int64 `json:"exportExpiration"`
		MaxUserVideoQuota int64 `json:"maxUserVideoQuota"`
	} `json:"users"`
}

// AutoBlacklistConfig says whether new videos are held back.
type AutoBlacklistConfig struct {
	Videos struct {
		OfUsers Enabled `json:"ofUsers"`
	} `json:"videos"`
}

// BlocklistConfig says what is public of the instance's blocks.
type BlocklistConfig struct {
	PublicLog Enabled `json:"publicLog"`
}

// FileConfig is what a kind of uploaded file may be.
type FileConfig struct {
	File FileLimits `json:"file"`
}

// FileLimits bounds a file and names its extensions, with their dot.
type FileLimits struct {
	Size       SizeLimit `json:"size"`
	Extensions []string  `json:"extensions"`
}

// SizeLimit is the most bytes of a file.
type SizeLimit struct {
	Max int64 `json:"max"`
}

// VideoConfig is what a video's files may be.
type VideoConfig struct {
	Image FileLimits `json:"image"`
	File  struct {
		Extensions []string `json:"extensions"`
	} `json:"file"`
}

// UserConfig is what a new user starts with.
type UserConfig struct {
	VideoQuota      int64 `json:"videoQuota"`
	VideoQuotaDaily int64 `json:"videoQuotaDaily"`
}

// ChannelsConfig bounds channels.
type ChannelsConfig struct {
	MaxPerUser int `json:"maxPerUser"`
}

// TrendingConfig is how videos are ranked.
type TrendingConfig struct {
	Videos struct {
		IntervalDays int `json:"intervalDays"`
		Algorithms   struct {
			Enabled []string `json:"enabled"`
			Default string   `json:"default"`
		} `json:"algorithms"`
	} `json:"videos"`
}

// FollowingsConfig is whom the instance follows by itself.
type FollowingsConfig struct {
	Instance struct {
		AutoFollowIndex struct {
			IndexURL string `json:"indexUrl"`
		} `json:"autoFollowIndex"`
	} `json:"instance"`
}

// BroadcastConfig is the banner on every page.
type BroadcastConfig struct {
	Enabled     bool   `json:"enabled"`
	Message     string `json:"message"`
	Level       string `json:"level"`
	Dismissable bool   `json:"dismissable"`
}

// TelemetryConfig says whether and how often players report.
type TelemetryConfig struct {
	Metrics struct {
		Enabled               bool  `json:"enabled"`
		PlaybackStatsInterval int64 `json:"playbackStatsInterval"`
	} `json:"metrics"`
}

// ViewsConfig is how views are counted and how long they are kept.
type ViewsConfig struct {
	Videos struct {
		Remote           MaxAge `json:"remote"`
		Local            MaxAge `json:"local"`
		WatchingInterval struct {
			Anonymous *int64 `json:"anonymous"`
			Users     int64  `json:"users"`
		} `json:"watchingInterval"`
	} `json:"videos"`
}

// MaxAge is how old something may become.
type MaxAge struct {
	MaxAge int64 `json:"maxAge"`
}

// WebRTCConfig is what peers need to find each other.
type WebRTCConfig struct {
	STUNServers []string `json:"stunServers"`
}

// FieldsConfig bounds what forms take.
type FieldsConfig struct {
	Users struct {
		Password struct {
			MinLength int `json:"minLength"`
			MaxLength int `json:"maxLength"`
		} `json:"password"`
	} `json:"users"`
}
