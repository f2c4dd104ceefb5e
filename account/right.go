package account

import "slices"

// Right is something only some roles may do.
type Right string

// The rights. Administrators have all of them.
const (
	ManageUsers         Right = "manage users"         // list, see, create, change, block and delete ordinary users
	ManageAllUsers      Right = "manage all users"     // moderators and administrators too, and roles
	ManageRegistrations Right = "manage registrations" // accept and refuse
	ManageConfiguration Right = "manage configuration"
	ManageJobs          Right = "manage jobs"
	ManageServer        Right = "manage server" // debug, logs, follows
	UpdateAnyVideo      Right = "update any video"
	RemoveAnyVideo      Right = "remove any video"
	SeeAllVideos        Right = "see all videos" // private, blocked, unfinished; who is behind a filter
	ManageAnyChannel    Right = "manage any channel"
	ManageModeration    Right = "manage moderation" // reports, blocks, comments of others
	RunTranscoding      Right = "run transcoding"
	ManageVideoFiles    Right = "manage video files"
	ManageAnyLive       Right = "manage any live" // keys of others, ending their broadcasts
)

// moderatorRights follow PeerTube's UserRight table for moderators.
var moderatorRights = []Right{
	ManageUsers, ManageRegistrations, UpdateAnyVideo, RemoveAnyVideo, SeeAllVideos, ManageAnyChannel, ManageModeration,
}

// Has reports whether the role comes with the right.
func (r Role) Has(right Right) bool {
	switch r {
	case Administrator:
		return true
	case Moderator:
		return slices.Contains(moderatorRights, right)
	default:
		return false
	}
}
