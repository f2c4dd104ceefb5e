package api

import (
	"context"

	"lucarne/account"
	"lucarne/channel"
	"lucarne/video"
)

type userJSON struct {
	ID                        account.UserID               `json:"id"`
	Username                  string                       `json:"username"`
	Email                     string                       `json:"email"`
	Theme                     string                       `json:"theme"`
	PendingEmail              *string                      `json:"pendingEmail"`
	EmailPublic               bool                         `json:"emailPublic"`
	EmailVerified             *bool                        `json:"emailVerified"`
	NSFWPolicy                string                       `json:"nsfwPolicy"`
	NSFWFlagsDisplayed        int                          `json:"nsfwFlagsDisplayed"`
	NSFWFlagsHidden           int                          `json:"nsfwFlagsHidden"`
	NSFWFlagsWarned           int                          `json:"nsfwFlagsWarned"`
	NSFWFlagsBlurred          int                          `json:"nsfwFlagsBlurred"`
	P2PEnabled                bool                         `json:"p2pEnabled"`
	VideosHistoryEnabled      bool                         `json:"videosHistoryEnabled"`
	AutoPlayVideo             bool                         `json:"autoPlayVideo"`
	AutoPlayNextVideo         bool                         `json:"autoPlayNextVideo"`
	AutoPlayNextVideoPlaylist bool                         `json:"autoPlayNextVideoPlaylist"`
	VideoLanguages            []string                     `json:"videoLanguages"`
	Language                  *string                      `json:"language"`
	Role                      label[account.Role]          `json:"role"`
	VideoQuota                int64                        `json:"videoQuota"`
	VideoQuotaDaily           int64                        `json:"videoQuotaDaily"`
	NoInstanceConfigWarning   bool                         `json:"noInstanceConfigWarningModal"`
	NoWelcome                 bool                         `json:"noWelcomeModal"`
	NoAccountSetupWarning     bool                         `json:"noAccountSetupWarningModal"`
	Blocked                   bool                         `json:"blocked"`
	BlockedReason             *string                      `json:"blockedReason"`
	Account                   accountJSON                  `json:"account"`
	NotificationSettings      account.NotificationSettings `json:"notificationSettings,omitempty"`
	VideoChannels             []ownChannelJSON             `json:"videoChannels"`
	CreatedAt                 timestamp                    `json:"createdAt"`
	PluginAuth                *string                      `json:"pluginAuth"`
	LastLoginDate             timestamp                    `json:"lastLoginDate"`
	TwoFactorEnabled          bool                         `json:"twoFactorEnabled"`
	AdminFlags                int                          `json:"adminFlags"`
	NewFeaturesInfoRead       int                          `json:"newFeaturesInfoRead"`
	*usageJSON
	*userStatsJSON
}

// usageJSON is what the videos of a user take.
type usageJSON struct {
	TotalVideoFileSize  int64 `json:"totalVideoFileSize"`
	VideoQuotaUsed      int64 `json:"videoQuotaUsed"`
	VideoQuotaUsedDaily int64 `json:"videoQuotaUsedDaily"`
}

func usageOf(u video.Usage) *usageJSON {
	return &usageJSON{TotalVideoFileSize: u.Bytes, VideoQuotaUsed: u.Bytes, VideoQuotaUsedDaily: u.Daily}
}

// userStatsJSON counts what a user did. Reports and comments are counted once there can be any.
type userStatsJSON struct {
	VideosCount         int `json:"videosCount"`
	AbusesCount         int `json:"abusesCount"`
	AbusesAcceptedCount int `json:"abusesAcceptedCount"`
	AbusesCreatedCount  int `json:"abusesCreatedCount"`
	VideoCommentsCount  int `json:"videoCommentsCount"`
}

// ownChannelJSON is a channel beside its owner.
type ownChannelJSON struct {
	actorJSON
	Banners []actorImageJSON `json:"banners"`
	Support *string          `json:"support"`
	IsLocal bool             `json:"isLocal"`
}

func (a *API) ownChannel(of channel.Channel) ownChannelJSON {
	j := a.channel(of)
	return ownChannelJSON{actorJSON: j.actorJSON, Banners: j.Banners, Support: j.Support, IsLocal: j.IsLocal}
}

var roleLabels = map[account.Role]string{account.Administrator: "Administrator", account.Moderator: "Moderator", account.Ordinary: "User"}

// instanceTheme stands for "what the instance has", for users who chose none.
const instanceTheme = "instance-default"

func (a *API) user(of account.User) userJSON {
	j := userJSON{
		ID: of.ID, Username: of.Username, Email: of.Email, PendingEmail: orNull(of.PendingEmail), EmailPublic: of.EmailPublic,
		EmailVerified: of.EmailVerified, Role: label[account.Role]{ID: of.Role, Label: roleLabels[of.Role]}, VideoQuota: of.VideoQuota,
		VideoQuotaDaily: of.VideoQuotaDaily, Blocked: of.IsBlocked, BlockedReason: orNull(of.BlockedReason), Account: a.account(of.Account),
		NotificationSettings: of.Notifications, VideoChannels: []ownChannelJSON{}, CreatedAt: timestamp(of.CreatedAt),
		PluginAuth: orNull(of.PluginAuth), LastLoginDate: timestamp(of.LastLoginAt), TwoFactorEnabled: of.HasTwoFactor, AdminFlags: of.AdminFlags,
	}
	j.setPreferences(of.Preferences)
	return j
}

func (j *userJSON) setPreferences(p account.Preferences) {
	j.Theme, j.NSFWPolicy, j.Language, j.VideoLanguages = p.Theme, p.NSFWPolicy, orNull(p.Language), p.VideoLanguages
	if j.Theme == "" {
		j.Theme = instanceTheme
	}
	j.NSFWFlagsDisplayed, j.NSFWFlagsHidden, j.NSFWFlagsWarned, j.NSFWFlagsBlurred = p.NSFWFlagsDisplayed, p.NSFWFlagsHidden, p.NSFWFlagsWarned, p.NSFWFlagsBlurred
	j.P2PEnabled, j.VideosHistoryEnabled = p.P2PEnabled, p.VideosHistoryEnabled
	j.AutoPlayVideo, j.AutoPlayNextVideo, j.AutoPlayNextVideoPlaylist = p.AutoPlayVideo, p.AutoPlayNextVideo, p.AutoPlayNextVideoPlaylist
	j.NoInstanceConfigWarning, j.NoWelcome, j.NoAccountSetupWarning = p.NoInstanceConfigWarning, p.NoWelcome, p.NoAccountSetupWarning
	j.NewFeaturesInfoRead = p.NewFeaturesInfoRead
}

// withChannels adds the channels of the user.
func (a *API) withChannels(ctx context.Context, j *userJSON, owner account.ID) error {
	found, err := a.Channels.List(ctx, channel.Filter{Owner: owner}, channel.Page{Count: channel.MaxPage})
	if err != nil {
		return err
	}
	for _, one := range found.Channels {
		j.VideoChannels = append(j.VideoChannels, a.ownChannel(one))
	}
	return nil
}
