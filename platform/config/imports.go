package config

// Import is what can be brought in from elsewhere.
type Import struct {
	Videos struct {
		Concurrency int      `key:"concurrency" default:"1" check:"min=1 max=64" edit:"yes" doc:"Videos imported at one time."`
		Timeout     Duration `key:"timeout" default:"2 hours" check:"min=1000" doc:"Time after which an import is given up."`
		MaxAttempts int      `key:"max_attempts" default:"5" check:"min=1" doc:"Times an import may be tried again."`
		HTTP        struct {
			Enabled          bool `key:"enabled" default:"false" edit:"yes" doc:"Users may import from an address."`
			YoutubeDLRelease struct {
				URL        string `key:"url" default:"https://api.github.com/repos/yt-dlp/yt-dlp/releases" check:"url=http|https" doc:"Where the downloading program is fetched."`
				Name       string `key:"name" default:"yt-dlp" check:"oneof=yt-dlp|youtube-dl" doc:"Which downloading program: yt-dlp or youtube-dl."`
				PythonPath string `key:"python_path" default:"/usr/bin/python3" null:"yes" doc:"Python the program runs with; null for a program that needs none."`
			} `key:"youtube_dl_release"`
			ForceIPv4 bool     `key:"force_ipv4" default:"true" doc:"Import by IPv4 only."`
			Proxies   []string `key:"proxies" null:"yes" secret:"yes" doc:"Proxies imports go through, one chosen for each."`
			Cookies   Switch   `key:"cookies" set:"enabled=false" doc:"Give the program the file youtube-cookies.txt of storage.tmp_persistent"`
		} `key:"http"`
		Torrent Switch `key:"torrent" edit:"yes" set:"enabled=false" doc:"Import from a torrent or magnet link"`
	} `key:"videos"`
	ChannelSync struct {
		Enabled             bool     `key:"enabled" default:"false" edit:"yes" doc:"Users may mirror a channel of another platform."`
		MaxPerUser          int      `key:"max_per_user" default:"10" check:"min=1" edit:"yes" doc:"Mirrored channels one user may have."`
		CheckInterval       Duration `key:"check_interval" default:"1 hour" check:"min=1000" doc:"Time between two looks at a mirrored channel."`
		VideosLimit         int      `key:"videos_limit_per_synchronization" default:"10" check:"min=1" doc:"Newest videos looked at each time."`
		FullSyncVideosLimit int      `key:"full_sync_videos_limit" default:"1000" check:"min=1" doc:"Videos taken when a whole channel is mirrored."`
	} `key:"video_channel_synchronization"`
	Users Switch `key:"users" edit:"yes" set:"enabled=true" doc:"Users may bring the archive of an account elsewhere"`
}

// Export is what users can take away.
type Export struct {
	Users struct {
		Enabled           bool     `key:"enabled" default:"true" doc:"Users may take an archive of all they have here."`
		MaxUserVideoQuota Bytes    `key:"max_user_video_quota" default:"10GB" check:"min=-1" doc:"Users whose videos take more than this cannot include them; -1 for no bound."`
		ExportExpiration  Duration `key:"export_expiration" default:"2 days" check:"min=1000" doc:"Time an archive can be fetched before it is deleted."`
	} `key:"users"`
}

// AutoBlacklist holds new videos back.
type AutoBlacklist struct {
	Videos struct {
		OfUsers Switch `key:"of_users" set:"enabled=false" doc:"Hold new videos back until a moderator has seen them"`
	} `key:"videos"`
}
