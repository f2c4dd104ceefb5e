package account

import (
	"maps"
	"slices"

	"lucarne/platform/fault"
)

// The ways news reaches a user; a mask.
const (
	onSite = 1
	byMail = 2
)

// defaultNotifications is what PeerTube begins with: all on the site, what concerns moderation also by mail.
var defaultNotifications = NotificationSettings{
	"newCommentOnMyVideo": onSite, "newVideoFromSubscription": onSite, "abuseAsModerator": onSite | byMail,
	"videoAutoBlacklistAsModerator": onSite | byMail, "blacklistOnMyVideo": onSite | byMail, "myVideoPublished": onSite,
	"myVideoImportFinished": onSite, "newUserRegistration": onSite, "commentMention": onSite, "newFollow": onSite, "newInstanceFollower": onSite,
	"autoInstanceFollowing": onSite, "abuseNewMessage": onSite | byMail, "abuseStateChange": onSite | byMail, "newPeerTubeVersion": onSite | byMail,
	"myVideoStudioEditionFinished": onSite, "myVideoTranscriptionGenerated": onSite, "newPluginVersion": onSite,
}

// DefaultNotifications are the settings of a user who chose nothing, in a map of the caller's own.
func DefaultNotifications() NotificationSettings { return maps.Clone(defaultNotifications) }

func (s NotificationSettings) check() error {
	var refused []fault.Param
	for _, name := range slices.Sorted(maps.Keys(s)) {
		_, known := defaultNotifications[name]
		refused = check(refused, known && s[name] >= 0 && s[name] <= onSite|byMail, name, s[name], invalid)
	}
	return fault.InvalidParams(refused)
}
