package config

// History is what the site remembers of what users watched.
type History struct {
	Videos struct {
		MaxAge Duration `key:"max_age" default:"-1" check:"min=-1" doc:"Age at which watch history is deleted; -1 never."`
	} `key:"videos"`
}

// Views is how views and viewers are counted.
type Views struct {
	Videos struct {
		Remote struct {
			MaxAge Duration `key:"max_age" default:"30 days" check:"min=-1" doc:"Age at which the detail of views of other servers' videos is deleted; -1 never."`
		} `key:"remote"`
		Local struct {
			MaxAge Duration `key:"max_age" default:"-1" check:"min=-1" doc:"Age at which the detail of views of our videos is deleted; -1 never."`
		} `key:"local"`
		LocalBufferUpdateInterval Duration `key:"local_buffer_update_interval" default:"30 minutes" check:"min=1000" doc:"Time between two additions of the counted views to the videos."`
		ViewExpiration            Duration `key:"view_expiration" default:"1 hour" check:"min=1000" doc:"Time after which the same viewer counts again."`
		CountViewAfter            Duration `key:"count_view_after" default:"10 seconds" check:"min=1" doc:"Time watched that makes a view."`
		TrustViewerSessionID      bool     `key:"trust_viewer_session_id" default:"true" doc:"Tell viewers apart by the session the player names instead of by address."`
		WatchingInterval          struct {
			Anonymous Duration `key:"anonymous" default:"5 seconds" null:"yes" check:"min=0" doc:"Time between two position reports of a visitor's player; null for none."`
			Users     Duration `key:"users" use:"told" default:"5 seconds" check:"min=1000" doc:"Time between two position reports of a signed-in user's player."`
		} `key:"watching_interval"`
	} `key:"videos"`
}

// GeoIP tells the country and region of a view.
type GeoIP struct {
	Enabled bool `key:"enabled" default:"false" doc:"Note the country and region of views; fetches two databases."`
	Country struct {
		DatabaseURL string `key:"database_url" default:"https://dbip.mirror.framasoft.org/files/dbip-country-lite-latest.mmdb" check:"url=http|https" doc:"MMDB file of countries."`
	} `key:"country"`
	City struct {
		DatabaseURL string `key:"database_url" default:"https://dbip.mirror.framasoft.org/files/dbip-city-lite-latest.mmdb" check:"url=http|https" doc:"MMDB file of cities."`
	} `key:"city"`
}

// Stats is which figures of the site are public.
type Stats struct {
	RegistrationRequests Switch `key:"registration_requests" set:"enabled=true" doc:"Public figures on registration requests"`
	Abuses               Switch `key:"abuses" set:"enabled=true" doc:"Public figures on reports"`
	TotalModerators      Switch `key:"total_moderators" set:"enabled=true" doc:"Public number of moderators"`
	TotalAdmins          Switch `key:"total_admins" set:"enabled=true" doc:"Public number of administrators"`
}
