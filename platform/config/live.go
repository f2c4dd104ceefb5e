package config

// LiveStreams is broadcasting.
type LiveStreams struct {
	Enabled          bool     `key:"enabled" default:"true" edit:"yes" doc:"Users may broadcast."`
	MaxDuration      Duration `key:"max_duration" default:"-1" check:"min=-1" edit:"yes" doc:"Longest broadcast; -1 for no bound."`
	MaxInstanceLives int      `key:"max_instance_lives" default:"20" check:"min=-1" edit:"yes" doc:"Broadcasts at one time on the site; -1 for no bound."`
	MaxUserLives     int      `key:"max_user_lives" default:"3" check:"min=-1" edit:"yes" doc:"Broadcasts at one time of one user; -1 for no bound."`
	AllowReplay      bool     `key:"allow_replay" default:"true" edit:"yes" doc:"A broadcast may be kept as a video."`
	DVR              struct {
		MaxWindow Duration `key:"max_window" default:"1 hour" check:"min=0" edit:"yes" doc:"How far back viewers can go in a running broadcast; 0 not at all."`
	} `key:"dvr"`
	LatencySetting Switch          `key:"latency_setting" edit:"yes" set:"enabled=true" doc:"Users choose between little delay and much peer-to-peer"`
	RTMP           RTMP            `key:"rtmp"`
	RTMPS          RTMPS           `key:"rtmps"`
	Transcoding    LiveTranscoding `key:"transcoding" edit:"yes"`
}

// RTMP receives broadcasts.
type RTMP struct {
	Enabled        bool   `key:"enabled" default:"true" doc:"Receive broadcasts by RTMP."`
	Hostname       string `key:"hostname" null:"yes" doc:"Address RTMP is received on; null means every interface."`
	Port           int    `key:"port" default:"1935" check:"port" doc:"Port RTMP is received on."`
	PublicHostname string `key:"public_hostname" null:"yes" check:"host" doc:"Host broadcasters are told; null means the site's."`
}

// RTMPS receives encrypted broadcasts.
type RTMPS struct {
	Enabled        bool   `key:"enabled" default:"false" doc:"Receive broadcasts by encrypted RTMP."`
	Hostname       string `key:"hostname" null:"yes" doc:"Address encrypted RTMP is received on; null means every interface."`
	Port           int    `key:"port" default:"1936" check:"port" doc:"Port encrypted RTMP is received on."`
	KeyFile        string `key:"key_file" doc:"File of the certificate's key."`
	CertFile       string `key:"cert_file" doc:"File of the certificate."`
	PublicHostname string `key:"public_hostname" null:"yes" check:"host" doc:"Host broadcasters are told; null means the site's."`
}

// LiveTranscoding makes the renditions of a broadcast.
type LiveTranscoding struct {
	Enabled                           bool        `key:"enabled" default:"true" doc:"Make several renditions of a broadcast."`
	RemoteRunners                     Switch      `key:"remote_runners" use:"later" set:"enabled=false" doc:"Leave broadcasts to remote runners"`
	Threads                           int         `key:"threads" default:"2" check:"min=0 max=256" doc:"Threads one broadcast may use; 0 lets ffmpeg choose."`
	Profile                           string      `key:"profile" use:"kept" default:"default" check:"nonempty" doc:"Set of encoder settings for broadcasts."`
	Resolutions                       Resolutions `key:"resolutions" doc:"Broadcasts"`
	AlwaysTranscodeOriginalResolution bool        `key:"always_transcode_original_resolution" use:"kept" default:"true" doc:"Also send the height the broadcaster sends: it always is, as it came."`
	FPS                               FPS         `key:"fps" doc:"Broadcasts"`
}
