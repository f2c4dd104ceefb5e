package config

// Storage is the folder of each kind of file. <data> at the start of a path is the folder lucarne.data.
type Storage struct {
	Tmp                string `key:"tmp" default:"<data>/tmp" check:"nonempty" doc:"Scratch files; emptied at each start."`
	TmpPersistent      string `key:"tmp_persistent" default:"<data>/tmp-persistent" check:"nonempty" doc:"Unfinished uploads and other scratch files that outlive a restart."`
	Bin                string `key:"bin" use:"later" default:"<data>/bin" check:"nonempty" doc:"Programs fetched by the site."`
	Avatars            string `key:"avatars" default:"<data>/avatars" check:"nonempty" doc:"Avatars and banners."`
	WebVideos          string `key:"web_videos" default:"<data>/web-videos" check:"nonempty" doc:"Videos in one progressive file."`
	StreamingPlaylists string `key:"streaming_playlists" default:"<data>/streaming-playlists" check:"nonempty" doc:"HLS renditions and playlists."`
	OriginalVideoFiles string `key:"original_video_files" default:"<data>/original-video-files" check:"nonempty" doc:"Files as they were uploaded, when they are kept."`
	Redundancy         string `key:"redundancy" use:"later" default:"<data>/redundancy" check:"nonempty" doc:"Copies of other servers' videos."`
	Logs               string `key:"logs" default:"<data>/logs" check:"nonempty" use:"kept" doc:"Log files; Lucarne logs to its error output."`
	Previews           string `key:"previews" default:"<data>/previews" check:"nonempty" doc:"Large still pictures of videos."`
	Thumbnails         string `key:"thumbnails" default:"<data>/thumbnails" check:"nonempty" doc:"Thumbnails of videos and playlists."`
	Storyboards        string `key:"storyboards" default:"<data>/storyboards" check:"nonempty" doc:"Sheets of small pictures shown above the seek bar."`
	Torrents           string `key:"torrents" default:"<data>/torrents" check:"nonempty" doc:"Torrent files."`
	Captions           string `key:"captions" default:"<data>/captions" check:"nonempty" doc:"Captions."`
	Cache              string `key:"cache" use:"later" default:"<data>/cache" check:"nonempty" doc:"Copies of remote pictures, captions and torrents; may be deleted at any time."`
	Plugins            string `key:"plugins" default:"<data>/plugins" check:"nonempty" use:"kept" doc:"Plugins and themes."`
	WellKnown          string `key:"well_known" default:"<data>/well-known" check:"nonempty" doc:"Files of your own served below /.well-known."`
	Uploads            string `key:"uploads" default:"<data>/uploads" check:"nonempty" doc:"Pictures uploaded by administrators, such as logos."`
	ClientOverrides    string `key:"client_overrides" default:"<data>/client-overrides" check:"nonempty" doc:"Files of your own that replace files of the web pages."`
}

// StaticFiles guards the files of videos that are not public.
type StaticFiles struct {
	PrivateFilesRequireAuth bool `key:"private_files_require_auth" default:"true" doc:"Ask for a right before serving a file of a video that is not public."`
}

// ObjectStorage keeps media on an S3 compatible service instead of the disk.
type ObjectStorage struct {
	Enabled            bool              `key:"enabled" default:"false" doc:"Keep media on an S3 compatible service."`
	Endpoint           string            `key:"endpoint" doc:"Address of the service, with or without a scheme; https when there is none."`
	Region             string            `key:"region" default:"us-east-1" doc:"Region of the buckets."`
	ForcePathStyle     bool              `key:"force_path_style" default:"false" doc:"Put the bucket in the path instead of the host name, as many self-hosted services need."`
	UploadACL          UploadACL         `key:"upload_acl"`
	Proxy              ObjectProxy       `key:"proxy"`
	Credentials        ObjectCredentials `key:"credentials"`
	MaxUploadPart      Bytes             `key:"max_upload_part" default:"100MB" check:"min=5242880" doc:"Size of the parts large files are sent in."`
	MaxRequestAttempts int               `key:"max_request_attempts" default:"3" check:"min=1" doc:"Times a request to the service is tried."`
	StreamingPlaylists struct {
		Bucket
		StoreLiveStreams bool `key:"store_live_streams" use:"later" default:"false" doc:"Put the segments of a running live there too."`
	} `key:"streaming_playlists" set:"prefix=streaming-playlists/" doc:"HLS renditions"`
	WebVideos          Bucket `key:"web_videos" set:"prefix=web-videos/" doc:"Progressive files"`
	UserExports        Bucket `key:"user_exports" use:"later" set:"prefix=user-exports/" doc:"User archives"`
	OriginalVideoFiles Bucket `key:"original_video_files" set:"prefix=original-video-files/" doc:"Original files"`
	Captions           Bucket `key:"captions" set:"prefix=captions/" doc:"Captions"`
}

// UploadACL is the access list sent with each object; empty sends none.
type UploadACL struct {
	Public  string `key:"public" default:"public-read" null:"yes" doc:"Access list of public objects; null sends none."`
	Private string `key:"private" default:"private" null:"yes" doc:"Access list of private objects; null sends none."`
}

// ObjectProxy is how private objects reach their viewers.
type ObjectProxy struct {
	ProxifyPrivateFiles bool `key:"proxify_private_files" default:"true" doc:"Serve private objects through this site, which checks rights, instead of from the service."`
}

// ObjectCredentials is who we are at the service.
type ObjectCredentials struct {
	AccessKeyID     string `key:"access_key_id" doc:"Name of the access key; AWS_ACCESS_KEY_ID is used when empty."`
	SecretAccessKey string `key:"secret_access_key" secret:"yes" doc:"Secret of the access key; AWS_SECRET_ACCESS_KEY is used when empty."`
}

// Bucket is where one kind of file goes.
type Bucket struct {
	BucketName string `key:"bucket_name" default:"peertube" doc:"bucket."`
	Prefix     string `key:"prefix" doc:"start of every object's name."`
	BaseURL    string `key:"base_url" check:"url=http|https" doc:"public address of the objects (a CDN); empty for the service's own."`
}
