// Package config holds every setting of a Lucarne site: its name, type, default, meaning and where its value came from.
//
// The struct tags of Config are the one table everything else is generated from: the reader of files, the names of
// environment variables, the shape of the web administration's form and docs/configuration.md.
//
//	key      name in the file
//	default  value when nothing sets it, as one would write it in an environment variable
//	set      defaults of a section used in several places ("window=10 seconds|max=50")
//	check    what the value has to satisfy, see checks.go
//	doc      one sentence for the operator; a section's sentence is put before those of its keys
//	edit     "yes" when the web administration may change it; another word is its name there, "-" excludes it
//	use      "kept" when the key is accepted for compatibility and has no effect, "later" when what it is for does not exist yet,
//	         "told" when the site does nothing but tell applications
//	null     "yes" when null is a value of its own, stored as the zero value
//	secret   "yes" when the value must never be shown
//
// edit and use are inherited by the keys below a section.
package config

// Config is one immutable set of settings. Nobody changes a Config after it has been published by a Live.
type Config struct {
	Listen           Listen           `key:"listen" doc:"Web server"`
	Webserver        Webserver        `key:"webserver"`
	Secrets          Secrets          `key:"secrets"`
	HTTPTimeouts     HTTPTimeouts     `key:"http_timeouts"`
	TrustProxy       []string         `key:"trust_proxy" default:"loopback" check:"proxy" doc:"Reverse proxies whose X-Forwarded-For header is believed: addresses, subnets, or the words loopback, linklocal, uniquelocal."`
	RatesLimit       RatesLimit       `key:"rates_limit"`
	OAuth2           OAuth2           `key:"oauth2"`
	Database         Database         `key:"database"`
	Redis            Redis            `key:"redis" use:"kept"`
	SMTP             SMTP             `key:"smtp"`
	Storage          Storage          `key:"storage"`
	StaticFiles      StaticFiles      `key:"static_files"`
	ObjectStorage    ObjectStorage    `key:"object_storage"`
	Log              Log              `key:"log"`
	OpenTelemetry    OpenTelemetry    `key:"open_telemetry"`
	Trending         Trending         `key:"trending"`
	Redundancy       Redundancy       `key:"redundancy" use:"later"`
	RemoteRedundancy RemoteRedundancy `key:"remote_redundancy" use:"later"`
	Tracker          Tracker          `key:"tracker"`
	WebRTC           WebRTC           `key:"webrtc"`
	CSP              CSP              `key:"csp" use:"kept"`
	Security         Security         `key:"security"`
	History          History          `key:"history"`
	Views            Views            `key:"views"`
	GeoIP            GeoIP            `key:"geo_ip" use:"later"`
	Stats            Stats            `key:"stats"`
	Plugins          Plugins          `key:"plugins" use:"kept"`
	Federation       Federation       `key:"federation" use:"later"`
	PeerTube         PeerTube         `key:"peertube" use:"kept"`
	Webadmin         Webadmin         `key:"webadmin"`
	Feeds            Feeds            `key:"feeds"`
	RemoteRunners    RemoteRunners    `key:"remote_runners" use:"later"`
	Thumbnails       Thumbnails       `key:"thumbnails"`
	NSFWFlags        NSFWFlags        `key:"nsfw_flags_settings" use:"told"`
	Download         Download         `key:"download"`
	DownloadGenerate DownloadGenerate `key:"download_generate_video"`
	Cache            Cache            `key:"cache" use:"kept" edit:"yes"`
	Admin            Admin            `key:"admin" edit:"yes"`
	ContactForm      Switch           `key:"contact_form" edit:"yes" set:"enabled=true" doc:"Contact form that writes to the administrator"`
	Signup           Signup           `key:"signup" edit:"yes"`
	User             User             `key:"user" edit:"yes"`
	VideoChannels    VideoChannels    `key:"video_channels" edit:"yes"`
	Transcoding      Transcoding      `key:"transcoding" edit:"yes"`
	Live             LiveStreams      `key:"live"`
	Chat             Chat             `key:"chat"`
	VideoStudio      VideoStudio      `key:"video_studio" use:"later" edit:"yes"`
	Transcription    Transcription    `key:"video_transcription" use:"later"`
	VideoFile        VideoFile        `key:"video_file" edit:"yes"`
	Storyboards      Storyboards      `key:"storyboards" edit:"yes"`
	Import           Import           `key:"import" use:"later"`
	Export           Export           `key:"export" use:"later" edit:"yes"`
	AutoBlacklist    AutoBlacklist    `key:"auto_blacklist" use:"later" edit:"yes"`
	Instance         Instance         `key:"instance" edit:"yes"`
	Services         Services         `key:"services" edit:"yes"`
	Followers        Followers        `key:"followers" use:"later" edit:"yes"`
	Followings       Followings       `key:"followings" use:"later" edit:"yes"`
	Blocklist        Blocklist        `key:"blocklist" use:"later"`
	Theme            Theme            `key:"theme" edit:"yes"`
	BroadcastMessage BroadcastMessage `key:"broadcast_message" edit:"yes"`
	Search           Search           `key:"search" use:"later" edit:"yes"`
	Client           Client           `key:"client" use:"told"`
	Defaults         Defaults         `key:"defaults" edit:"yes"`
	Email            Email            `key:"email" edit:"yes"`
	VideoComments    VideoComments    `key:"video_comments" use:"later" edit:"yes"`
	Lucarne          Lucarne          `key:"lucarne"`
}

// Switch is a section that can only be on or off.
type Switch struct {
	Enabled bool `key:"enabled" default:"false" doc:"Whether it is on."`
}
