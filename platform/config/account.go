package config

// Admin is the site's administrator.
type Admin struct {
	Email string `key:"email" default:"admin@example.com" check:"email nonempty" doc:"Address of the first administrator, and where the contact form writes to."`
}

// Signup is who may register.
type Signup struct {
	Enabled                   bool `key:"enabled" default:"false" doc:"Visitors may register."`
	Limit                     int  `key:"limit" default:"10" check:"min=-1" doc:"Number of users at which registration closes; -1 never."`
	MinimumAge                int  `key:"minimum_age" default:"16" check:"min=0 max=150" doc:"Age the registration page asks for."`
	RequiresApproval          bool `key:"requires_approval" default:"true" doc:"A moderator accepts each registration."`
	RequiresEmailVerification bool `key:"requires_email_verification" default:"false" doc:"New users prove that their address is theirs."`
	Filters                   struct {
		CIDR struct {
			Whitelist []string `key:"whitelist" check:"cidr" doc:"Networks registration is open to; empty means all."`
			Blacklist []string `key:"blacklist" check:"cidr" doc:"Networks registration is closed to."`
		} `key:"cidr"`
	} `key:"filters" edit:"-"`
}

// User is what a new user starts with.
type User struct {
	History struct {
		Videos Switch `key:"videos" set:"enabled=true" doc:"Watch history of new users"`
	} `key:"history"`
	DisableRootAuth     bool   `key:"disable_root_auth" default:"false" edit:"-" doc:"Nobody may sign in as root."`
	VideoQuota          Bytes  `key:"video_quota" default:"-1" check:"min=-1" doc:"Room for the videos of a new user; -1 for no bound."`
	VideoQuotaDaily     Bytes  `key:"video_quota_daily" default:"-1" check:"min=-1" doc:"Bytes a new user may upload in 24 hours; -1 for no bound."`
	DefaultChannelName  string `key:"default_channel_name" default:"Main $1 channel" check:"nonempty" doc:"Name of the channel each new user gets; $1 becomes the user name."`
	PasswordConstraints struct {
		MinLength int `key:"min_length" default:"8" check:"min=6 max=255" doc:"Characters a password has at least."`
	} `key:"password_constraints" edit:"-"`
}

// VideoChannels bounds channels.
type VideoChannels struct {
	MaxPerUser                 int `key:"max_per_user" default:"20" check:"min=1" doc:"Channels one user may have."`
	MaxCollaboratorsPerChannel int `key:"max_collaborators_per_channel" use:"later" default:"20" check:"min=0" edit:"-" doc:"Editors one channel may have."`
}
