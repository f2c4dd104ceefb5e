package config

// Search is what can be found.
type Search struct {
	RemoteURI struct {
		Users     bool `key:"users" default:"true" doc:"Signed-in users may fetch a video or channel of another server by its address."`
		Anonymous bool `key:"anonymous" default:"false" doc:"Visitors may do so too."`
	} `key:"remote_uri"`
	SearchIndex struct {
		Enabled            bool   `key:"enabled" default:"false" doc:"Also search an index of many servers."`
		URL                string `key:"url" default:"https://sepiasearch.org" check:"url=http|https" doc:"Address of that index."`
		DisableLocalSearch bool   `key:"disable_local_search" default:"false" doc:"Search only the index."`
		IsDefaultSearch    bool   `key:"is_default_search" default:"false" doc:"Search the index unless told otherwise."`
	} `key:"search_index"`
}

// Client is what the pages and apps look like and offer.
type Client struct {
	NewFeaturesInfo bool `key:"new_features_info" default:"true" use:"kept" doc:"Tell users what is new after an upgrade."`
	Header          struct {
		HideInstanceName bool `key:"hide_instance_name" default:"false" edit:"yes" doc:"Show only the logo in the header."`
	} `key:"header"`
	Videos struct {
		Miniature struct {
			PreferAuthorDisplayName bool `key:"prefer_author_display_name" default:"false" edit:"yes" doc:"Write names rather than user names under videos."`
		} `key:"miniature"`
		ResumableUpload struct {
			MaxChunkSize Bytes `key:"max_chunk_size" null:"yes" check:"min=0" doc:"Largest part a browser sends of an upload; null lets it adapt."`
		} `key:"resumable_upload"`
	} `key:"videos"`
	BrowseVideos struct {
		DefaultSort  string `key:"default_sort" default:"-publishedAt" check:"nonempty" doc:"Order of the browse page."`
		DefaultScope string `key:"default_scope" default:"federated" check:"oneof=local|federated" doc:"Videos of the browse page: local or federated."`
	} `key:"browse_videos" edit:"yes"`
	Menu struct {
		Login struct {
			RedirectOnSingleExternalAuth bool `key:"redirect_on_single_external_auth" default:"false" edit:"yes" doc:"Go straight to the only external sign-in."`
		} `key:"login"`
	} `key:"menu"`
	OpenInApp OpenInApp `key:"open_in_app"`
}

// OpenInApp offers the mobile application.
type OpenInApp struct {
	Android struct {
		Intent AppLink `key:"intent" set:"fallback_url=https://play.google.com/store/apps/details?id=org.framasoft.peertube" doc:"App for Android"`
	} `key:"android"`
	IOS AppLink `key:"ios" set:"fallback_url=https://apps.apple.com/fr/app/peertube/id6737834858" doc:"App for iOS"`
}

// AppLink is how one system opens the application.
type AppLink struct {
	Enabled     bool   `key:"enabled" default:"true" doc:"offer to open the page in the application."`
	Host        string `key:"host" default:"joinpeertube.org" doc:"host of the link."`
	Scheme      string `key:"scheme" default:"peertube" doc:"scheme of the link."`
	FallbackURL string `key:"fallback_url" check:"url=http|https" doc:"where to get the application."`
}

// Defaults is what forms and players start from.
type Defaults struct {
	Publish struct {
		DownloadEnabled bool `key:"download_enabled" default:"true" doc:"New videos can be downloaded."`
		CommentsPolicy  int  `key:"comments_policy" default:"1" check:"oneof=1|2|3" doc:"Comments of new videos: 1 open, 2 closed, 3 each approved."`
		Privacy         int  `key:"privacy" default:"1" check:"oneof=1|2|3|4|5" doc:"Privacy of new videos: 1 public, 2 unlisted, 3 private, 4 internal, 5 with a password."`
		Licence         int  `key:"licence" null:"yes" check:"min=0 max=9" doc:"Number of the licence of new videos; null for none."`
	} `key:"publish"`
	Live struct {
		SaveReplay bool `key:"save_replay" default:"false" doc:"New broadcasts are kept as videos."`
	} `key:"live"`
	P2P struct {
		Webapp Switch `key:"webapp" set:"enabled=true" doc:"Peer-to-peer on the watch page until the viewer says otherwise"`
		Embed  Switch `key:"embed" set:"enabled=true" doc:"Peer-to-peer in embeds until the viewer says otherwise"`
	} `key:"p2p"`
	Player struct {
		Theme    string `key:"theme" use:"told" default:"lucide" check:"oneof=galaxy|lucide" doc:"Look of the player: galaxy or lucide."`
		AutoPlay bool   `key:"auto_play" default:"true" doc:"Videos start by themselves until the viewer says otherwise."`
	} `key:"player"`
}

// VideoComments is who may comment.
type VideoComments struct {
	AcceptRemoteComments bool `key:"accept_remote_comments" default:"true" doc:"People on other servers may comment."`
}
