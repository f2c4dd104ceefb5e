package config

// Plugins is accepted so that PeerTube's files load; Lucarne has no plugins.
type Plugins struct {
	Index struct {
		Enabled                     bool     `key:"enabled" default:"true" doc:"Ask the index for plugins."`
		CheckLatestVersionsInterval Duration `key:"check_latest_versions_interval" default:"4 hours" doc:"Time between two looks for newer plugins."`
		URL                         string   `key:"url" default:"https://packages.joinpeertube.org" doc:"Address of the plugin index."`
	} `key:"index"`
}

// Federation is how the site speaks with other servers.
type Federation struct {
	Enabled              bool `key:"enabled" default:"true" doc:"Exchange videos, comments and follows with other servers."`
	PreventSSRF          bool `key:"prevent_ssrf" default:"true" doc:"Refuse to contact private addresses on behalf of others."`
	SignFederatedFetches bool `key:"sign_federated_fetches" default:"true" doc:"Sign what is fetched from other servers, as stricter servers require."`
	Videos               struct {
		FederateUnlisted          bool `key:"federate_unlisted" default:"false" doc:"Send unlisted videos to other servers too."`
		CleanupRemoteInteractions bool `key:"cleanup_remote_interactions" default:"true" doc:"Drop likes, shares and comments that no longer exist where they came from, once a week."`
	} `key:"videos"`
}

// PeerTube is accepted so that PeerTube's files load; Lucarne does not call home.
type PeerTube struct {
	CheckLatestVersion struct {
		Enabled bool   `key:"enabled" default:"true" doc:"Tell administrators of new releases."`
		URL     string `key:"url" default:"https://joinpeertube.org/api/v1/versions.json" doc:"Address of the list of releases."`
	} `key:"check_latest_version"`
}

// Feeds bounds the feeds.
type Feeds struct {
	Videos struct {
		Count int `key:"count" default:"20" check:"min=1 max=500" doc:"Videos in a feed."`
	} `key:"videos"`
	Comments struct {
		Count int `key:"count" default:"20" check:"min=1 max=500" doc:"Comments in a feed."`
	} `key:"comments" use:"later"`
}

// RemoteRunners is when the job of a silent runner is given to another.
type RemoteRunners struct {
	StalledJobs struct {
		Live          Duration `key:"live" default:"30 seconds" check:"min=1000" doc:"Silence after which a runner has lost a live job."`
		VOD           Duration `key:"vod" default:"2 minutes" check:"min=1000" doc:"Silence after which a runner has lost a transcoding job."`
		Studio        Duration `key:"studio" default:"2 minutes" check:"min=1000" doc:"Silence after which a runner has lost an editing job."`
		Transcription Duration `key:"transcription" default:"2 minutes" check:"min=1000" doc:"Silence after which a runner has lost a captioning job."`
	} `key:"stalled_jobs"`
}

// Followers is who may follow the site.
type Followers struct {
	Instance struct {
		Enabled        bool `key:"enabled" default:"true" doc:"Other servers may follow the whole site."`
		ManualApproval bool `key:"manual_approval" default:"false" doc:"An administrator accepts each such follower."`
	} `key:"instance"`
	Channels Switch `key:"channels" set:"enabled=true" doc:"People on other servers may follow channels and accounts"`
}

// Followings is whom the site follows by itself.
type Followings struct {
	Instance struct {
		AutoFollowBack  Switch `key:"auto_follow_back" set:"enabled=false" doc:"Follow every server that follows us"`
		AutoFollowIndex struct {
			Enabled  bool   `key:"enabled" default:"false" doc:"Follow every server of a list."`
			IndexURL string `key:"index_url" check:"url=http|https" doc:"Address of that list."`
		} `key:"auto_follow_index"`
	} `key:"instance"`
}

// Blocklist is what is public of the site's blocks.
type Blocklist struct {
	PublicLog Switch `key:"public_log" set:"enabled=false" doc:"Public log of the servers and accounts this site blocks"`
}
