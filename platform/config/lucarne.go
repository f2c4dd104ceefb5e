package config

// Lucarne is the settings PeerTube does not have.
type Lucarne struct {
	Data                string             `key:"data" default:"./data" check:"nonempty" doc:"Folder of everything the site keeps: SQLite database, secret and, unless storage says otherwise, files."`
	AdminListen         string             `key:"admin_listen" check:"address" doc:"Address and port of metrics and profiling (127.0.0.1:9001); empty for none. Never open it to the world."`
	InitialRootPassword string             `key:"initial_root_password" secret:"yes" doc:"Password of root at the first start; made up and printed once when empty."`
	AllowInsecureHosts  bool               `key:"allow_insecure_hosts" use:"later" default:"false" doc:"Federate over http and with hosts without a dot or with a port, as tests and closed networks do."`
	NATSURL             string             `key:"nats_url" use:"later" secret:"yes" check:"url=nats|tls|ws|wss" doc:"NATS server that joins several machines into one site; empty for a single machine."`
	MailFolder          string             `key:"mail_folder" doc:"Folder mails are written to instead of being sent, for development."`
	FFmpeg              FFmpeg             `key:"ffmpeg"`
	Transcoding         LucarneTranscoding `key:"transcoding"`
	Upload              Upload             `key:"upload"`
	HTTP                HTTP               `key:"http"`
	Outbound            Outbound           `key:"outbound" use:"later"`
	Jobs                Jobs               `key:"jobs"`
	Schedule            Schedule           `key:"schedule" doc:"Time between two runs"`
	Cache               CacheAges          `key:"cache" doc:"Caching"`
	PageSize            PageSize           `key:"page_size" doc:"Lists"`
	Lifetime            Lifetime           `key:"lifetime" doc:"Lifetime"`
	Live                LucarneLive        `key:"live" doc:"Broadcasts"`
}

// FFmpeg is the programs media is read and made with.
type FFmpeg struct {
	Program       string   `key:"program" default:"ffmpeg" check:"nonempty" doc:"Name or path of ffmpeg."`
	ProbeProgram  string   `key:"probe_program" default:"ffprobe" check:"nonempty" doc:"Name or path of ffprobe."`
	ProbeTimeout  Duration `key:"probe_timeout" default:"1 minute" check:"min=1000" doc:"Time after which the look into a file is given up."`
	RetryInterval Duration `key:"retry_interval" default:"30 seconds" check:"min=1000" doc:"Time between two looks for ffmpeg while it is missing and videos wait for it."`
}

// LucarneTranscoding is how the machine encodes.
type LucarneTranscoding struct {
	Hardware string   `key:"hardware" default:"software" check:"oneof=software|vaapi|nvenc|qsv|auto" doc:"Encoder: software, vaapi, nvenc, qsv, or auto for the first that works; software is the fallback of all."`
	Device   string   `key:"device" default:"/dev/dri/renderD128" doc:"Device of the hardware encoder."`
	Timeout  Duration `key:"timeout" default:"24 hours" check:"min=1000" doc:"Time after which a transcoding is given up."`
}

// Upload bounds what comes in.
type Upload struct {
	MaxBytes         Bytes    `key:"max_bytes" default:"-1" check:"min=-1" doc:"Largest video file; -1 leaves it to the quotas and the disk."`
	MaxImageBytes    Bytes    `key:"max_image_bytes" default:"8MB" check:"min=1" doc:"Largest picture: avatar, banner, thumbnail."`
	MaxTorrentBytes  Bytes    `key:"max_torrent_bytes" use:"later" default:"10MB" check:"min=1" doc:"Largest torrent file to import."`
	MaxAge           Duration `key:"max_age" default:"24 hours" check:"min=1000" doc:"Time an unfinished upload waits for its next part."`
	MaxPerUser       int      `key:"max_per_user" default:"20" check:"min=1" doc:"Unfinished uploads one user may have."`
	MinFreeDiskBytes Bytes    `key:"min_free_disk_bytes" default:"500MB" check:"min=0" doc:"Room left on the disk below which uploads are refused."`
	MaxPixels        int      `key:"max_pixels" default:"50000000" check:"min=10000" doc:"Most pixels a picture may have when it is opened."`
}

// HTTP is encryption, and bounds of connections and bodies.
type HTTP struct {
	CertFile          string   `key:"cert_file" doc:"File of the certificate (PEM), with those in between; with it the web server itself speaks HTTPS, and takes a renewed file up. Empty leaves HTTPS to a reverse proxy."`
	KeyFile           string   `key:"key_file" doc:"File of the certificate's key (PEM)."`
	ReadHeaderTimeout Duration `key:"read_header_timeout" default:"10 seconds" check:"min=1" doc:"Time a client has to send the head of a request."`
	BodyIdleTimeout   Duration `key:"body_idle_timeout" default:"30 seconds" check:"min=1" doc:"Silence in the middle of a body after which the client is dropped."`
	WriteIdleTimeout  Duration `key:"write_idle_timeout" default:"1 minute" check:"min=1" doc:"Time a client may take nothing of an answer before it is dropped."`
	IdleTimeout       Duration `key:"idle_timeout" default:"2 minutes" check:"min=1" doc:"Time an unused connection stays open."`
	ShutdownTimeout   Duration `key:"shutdown_timeout" default:"8 seconds" check:"min=0 max=60000" doc:"Time running requests have to end when the site stops."`
	MaxHeaderBytes    Bytes    `key:"max_header_bytes" default:"64KB" check:"min=4096" doc:"Largest head of a request."`
	MaxActivityBytes  Bytes    `key:"max_activity_bytes" use:"later" default:"1MB" check:"min=1024" doc:"Largest activity another server may send."`
}

// Outbound bounds what the site fetches.
type Outbound struct {
	Timeout      Duration `key:"timeout" default:"10 seconds" check:"min=1" doc:"Time another server has to answer."`
	MaxBytes     Bytes    `key:"max_bytes" default:"5MB" check:"min=1024" doc:"Largest document fetched from another server."`
	MaxRedirects int      `key:"max_redirects" default:"5" check:"min=0 max=20" doc:"Redirections followed."`
}

// Jobs is the work done in the background.
type Jobs struct {
	PollInterval       Duration `key:"poll_interval" default:"1 second" check:"min=10" doc:"Time between two looks for work when nothing announced any."`
	Workers            int      `key:"workers" default:"8" check:"min=1 max=1000" doc:"Small jobs done at one time."`
	CompletedRetention Duration `key:"completed_retention" default:"2 days" check:"min=1000" doc:"Time a finished job stays in the list."`
	FailedRetention    Duration `key:"failed_retention" default:"14 days" check:"min=1000" doc:"Time a failed job stays in the list."`
	StuckAfter         Duration `key:"stuck_after" default:"1 hour" check:"min=1000" doc:"Silence after which a running job is taken for lost and run again."`
	OutboxPollInterval Duration `key:"outbox_poll_interval" default:"1 second" check:"min=10" doc:"Time between two looks for facts that were not delivered at once."`
}

// Schedule is the time between two runs of each recurrent work.
type Schedule struct {
	ScheduledPublication Duration `key:"scheduled_publication" default:"1 minute" check:"min=10" doc:"Looks for videos whose planned publication has come."`
	ViewersSweep         Duration `key:"viewers_sweep" default:"1 minute" check:"min=10" doc:"Forgets viewers who left and saves their sessions."`
	UploadExpiry         Duration `key:"upload_expiry" default:"1 hour" check:"min=10" doc:"Deletes unfinished uploads older than lucarne.upload.max_age."`
	SessionCleanup       Duration `key:"session_cleanup" default:"1 hour" check:"min=10" doc:"Deletes ended sessions and used or expired one-time links."`
	OrphanCleanup        Duration `key:"orphan_cleanup" default:"1 day" check:"min=10" doc:"Deletes files that belong to nothing any more."`
	JobCleanup           Duration `key:"job_cleanup" default:"1 hour" check:"min=10" doc:"Deletes old jobs and delivered facts."`
	ChatCleanup          Duration `key:"chat_cleanup" default:"4 hours" check:"min=10" doc:"Deletes chat messages older than their age, and sanctions that are over."`
	HistoryCleanup       Duration `key:"history_cleanup" default:"1 day" check:"min=10" doc:"Deletes history and views older than their age."`
	ExportExpiry         Duration `key:"export_expiry" use:"later" default:"1 hour" check:"min=10" doc:"Deletes user archives that expired."`
	DiskCheck            Duration `key:"disk_check" default:"1 minute" check:"min=10" doc:"Looks at the room left on the disk."`
	StatsRefresh         Duration `key:"stats_refresh" default:"10 minutes" check:"min=10" doc:"Counts the public figures of the site again."`
	RankingRefresh       Duration `key:"ranking_refresh" default:"5 minutes" check:"min=10" doc:"Ranks the trending videos again."`
	DatabaseMaintenance  Duration `key:"database_maintenance" default:"1 day" check:"min=10" doc:"Lets the database optimise itself."`
	GeoIPUpdate          Duration `key:"geo_ip_update" use:"later" default:"1 day" check:"min=1000" doc:"Looks for newer geography databases."`
	ActorRefresh         Duration `key:"actor_refresh" use:"later" default:"1 hour" check:"min=10" doc:"Looks for remote actors to fetch again."`
	FollowScores         Duration `key:"follow_scores" use:"later" default:"1 hour" check:"min=10" doc:"Counts deliveries to other servers and gives up dead ones."`
}

// CacheAges is how long answers may be kept, by browsers and caches in between or by the site itself.
type CacheAges struct {
	Pictures      Duration `key:"pictures" default:"7 days" check:"min=0" doc:"Age of thumbnails, avatars, banners and storyboards."`
	Media         Duration `key:"media" default:"7 days" check:"min=0" doc:"Age of public video files and captions."`
	Feeds         Duration `key:"feeds" default:"15 minutes" check:"min=0" doc:"Age of RSS, Atom and JSON feeds."`
	Discovery     Duration `key:"discovery" default:"10 minutes" check:"min=0" doc:"Age of WebFinger, NodeInfo and host-meta answers."`
	Robots        Duration `key:"robots" default:"1 hour" check:"min=0" doc:"Age of robots.txt and security.txt."`
	Sitemap       Duration `key:"sitemap" default:"1 day" check:"min=0" doc:"Age of the sitemap."`
	OEmbed        Duration `key:"oembed" default:"1 hour" check:"min=0" doc:"Age of oEmbed answers."`
	Stats         Duration `key:"stats" default:"4 hours" check:"min=0" doc:"Age of the public figures of the site."`
	ActivityPub   Duration `key:"activity_pub" use:"later" default:"3 minutes" check:"min=0" doc:"Age of public objects asked for by other servers."`
	RemoteFiles   Duration `key:"remote_files" use:"later" default:"7 days" check:"min=0" doc:"Age of copies of other servers' pictures and captions."`
	RemoteMaxSize Bytes    `key:"remote_max_bytes" use:"later" default:"2GB" check:"min=0" doc:"Room the copies of other servers' files may take."`
}

// PageSize is how many elements one answer lists.
type PageSize struct {
	Default     int `key:"default" default:"15" check:"min=1 max=1000" doc:"Elements when the caller names no count."`
	Max         int `key:"max" default:"100" check:"min=1 max=1000" doc:"Most elements a caller may ask for."`
	Web         int `key:"web" default:"24" check:"min=1 max=200" doc:"Videos on a page of the site."`
	Collections int `key:"collections" use:"later" default:"10" check:"min=1 max=1000" doc:"Elements in a page of an ActivityPub collection."`
	Replies     int `key:"replies" use:"later" default:"200" check:"min=1 max=5000" doc:"Most replies in one comment thread."`
	Sitemap     int `key:"sitemap" default:"5000" check:"min=1 max=50000" doc:"Most videos in the sitemap."`
	Overview    int `key:"overview" default:"12" check:"min=1 max=100" doc:"Most videos in each row of an overview."`
}

// Lifetime is how long links and tokens work.
type Lifetime struct {
	PasswordReset     Duration `key:"password_reset" default:"1 hour" check:"min=1000" doc:"Link to set a forgotten password."`
	PasswordCreation  Duration `key:"password_creation" default:"7 days" check:"min=1000" doc:"Link with which a created user sets the first password."`
	EmailVerification Duration `key:"email_verification" default:"1 hour" check:"min=1000" doc:"Link that proves a mail address."`
	TwoFactorRequest  Duration `key:"two_factor_request" default:"10 minutes" check:"min=1000" doc:"Time to confirm a new second factor."`
	VideoFileToken    Duration `key:"video_file_token" default:"4 hours" check:"min=1000" doc:"Token that opens the files of a private video."`
	PageSession       Duration `key:"page_session" default:"28 days" check:"min=1000" doc:"Cookie of a signed-in browser that is not used."`
	Viewer            Duration `key:"viewer" default:"2 minutes" check:"min=100" doc:"Silence after which a player no longer counts as watching."`
	RemoteActor       Duration `key:"remote_actor" use:"later" default:"2 days" check:"min=1000" doc:"Age at which what is known of a remote actor is fetched again."`
}

// LucarneLive is what PeerTube's live section does not have.
type LucarneLive struct {
	Grace Duration `key:"grace" default:"30 seconds" check:"min=0" doc:"How long a broadcast waits for an encoder whose line broke before it ends. Viewers see its last picture meanwhile."`
	WHIP  WHIP     `key:"whip" doc:"Broadcasts from browsers (WHIP)"`
}

// WHIP receives broadcasts by WebRTC, from the site's own page and from programs that speak it.
type WHIP struct {
	Enabled         bool     `key:"enabled" default:"true" doc:"Receive broadcasts from browsers, where live.enabled lets users broadcast at all."`
	Hostname        string   `key:"hostname" doc:"Address picture and sound are received on; empty means every interface there is at the start."`
	Port            int      `key:"port" default:"9002" check:"port" doc:"UDP port picture and sound are received on, and TCP port for networks that let no UDP out. Open it in the firewall; it is not behind the reverse proxy."`
	TCP             bool     `key:"tcp" default:"true" doc:"Receive broadcasts by TCP too."`
	PublicAddresses []string `key:"public_addresses" check:"ip" doc:"IP addresses browsers reach the port at, where they are not those of an interface: behind a router or in a container."`
	ICEServers      []string `key:"ice_servers" check:"stun" secret:"yes" doc:"STUN and TURN servers browsers are told of, stun:host:port or turn:user:password@host:port; seldom needed, as browsers reach the site and not the reverse."`
	MaxSessions     int      `key:"max_sessions" default:"100" check:"min=1 max=10000" doc:"Browsers broadcasting at one time."`
	ConnectTimeout  Duration `key:"connect_timeout" default:"15 seconds" check:"min=1000" doc:"Time a browser has from its request to its first picture."`
}
