package config

// Trending is how videos are ranked.
type Trending struct {
	Videos struct {
		IntervalDays int `key:"interval_days" default:"7" check:"min=1 max=365" doc:"Days of views the most-viewed ranking looks at."`
		Algorithms   struct {
			Enabled []string `key:"enabled" default:"hot, most-viewed, most-liked" check:"oneof=hot|best|most-viewed|most-liked|local|trending" edit:"yes" doc:"Rankings visitors may choose: hot, best, most-viewed, most-liked."`
			Default string   `key:"default" default:"hot" check:"oneof=hot|best|most-viewed|most-liked" edit:"yes" doc:"Ranking shown first; one of the enabled ones."`
		} `key:"algorithms" use:"told"`
	} `key:"videos"`
}

// Redundancy copies other servers' videos to help them serve.
type Redundancy struct {
	Videos struct {
		CheckInterval Duration             `key:"check_interval" default:"1 hour" check:"min=1000" doc:"Time between two looks for videos to copy."`
		Strategies    []RedundancyStrategy `key:"strategies" null:"yes" doc:"What to copy: each with size, min_lifetime (10 hours or more), strategy (most-views, trending, recently-added) and min_views."`
	} `key:"videos"`
}

// RedundancyStrategy is one way to choose videos to copy, and the room they may take.
type RedundancyStrategy struct {
	Size        Bytes    `json:"size"`
	MinLifetime Duration `json:"min_lifetime"`
	Strategy    string   `json:"strategy"`
	MinViews    int      `json:"min_views"`
}

// RemoteRedundancy is who may copy our videos.
type RemoteRedundancy struct {
	Videos struct {
		AcceptFrom string `key:"accept_from" default:"anybody" check:"oneof=nobody|followings|anybody" doc:"Servers whose copies of our videos are announced to viewers: nobody, followings or anybody."`
	} `key:"videos"`
}

// Tracker lets the browsers that watch the same video find each other.
type Tracker struct {
	Enabled                bool `key:"enabled" default:"true" doc:"Let viewers of one video share it; without the tracker they cannot find each other."`
	Private                bool `key:"private" default:"true" doc:"Answer only for videos this site knows."`
	RejectTooManyAnnounces bool `key:"reject_too_many_announces" default:"false" doc:"Turn away peers that announce themselves too often."`
}

// WebRTC is given to players for peer-to-peer connections.
type WebRTC struct {
	STUNServers []string `key:"stun_servers" check:"stun" doc:"Servers (stun:stun.example.org) that tell a player its public address; without any, viewers share videos only within one network, and no browser contacts a third party."`
}
