package web

import "strings"

// settingLabels are the settings most administrators look for, in the order they are shown. The others are shown under their own names.
var settingLabels = []struct{ name, label string }{
	{"instance.name", "adminsettings.name"},
	{"instance.shortDescription", "adminsettings.short-description"},
	{"instance.description", "adminsettings.description"},
	{"instance.terms", "adminsettings.terms"},
	{"instance.codeOfConduct", "adminsettings.code-of-conduct"},
	{"instance.moderationInformation", "adminsettings.moderation"},
	{"instance.administrator", "adminsettings.administrator"},
	{"instance.creationReason", "adminsettings.creation-reason"},
	{"instance.maintenanceLifetime", "adminsettings.lifetime"},
	{"instance.businessModel", "adminsettings.business"},
	{"instance.hardwareInformation", "adminsettings.hardware"},
	{"instance.support.text", "adminsettings.support"},
	{"instance.defaultNSFWPolicy", "adminsettings.sensitive"},
	{"instance.defaultLanguage", "adminsettings.language"},
	{"admin.email", "adminsettings.email"},
	{"contactForm.enabled", "adminsettings.contact"},
	{"broadcastMessage.enabled", "adminsettings.broadcast"},
	{"broadcastMessage.message", "adminsettings.broadcast-message"},
	{"broadcastMessage.level", "adminsettings.broadcast-level"},
	{"broadcastMessage.dismissable", "adminsettings.broadcast-dismissable"},
	{"signup.enabled", "adminsettings.signup-enabled"},
	{"signup.requiresApproval", "adminsettings.signup-approval"},
	{"signup.requiresEmailVerification", "adminsettings.signup-verification"},
	{"signup.limit", "adminsettings.signup-limit"},
	{"signup.minimumAge", "adminsettings.signup-age"},
	{"user.videoQuota", "adminsettings.quota"},
	{"user.videoQuotaDaily", "adminsettings.quota-daily"},
	{"user.defaultChannelName", "adminsettings.channel-name"},
	{"user.history.videos.enabled", "adminsettings.history"},
	{"videoChannels.maxPerUser", "adminsettings.channels"},
	{"defaults.publish.privacy", "adminsettings.publish-privacy"},
	{"defaults.publish.downloadEnabled", "adminsettings.publish-download"},
	{"defaults.p2p.webapp.enabled", "adminsettings.p2p"},
	{"defaults.player.autoPlay", "adminsettings.autoplay"},
	{"transcoding.enabled", "adminsettings.transcoding-enabled"},
	{"transcoding.originalFile.keep", "adminsettings.keep-original"},
	{"transcoding.allowAudioFiles", "adminsettings.audio"},
	{"transcoding.allowAdditionalExtensions", "adminsettings.extensions"},
	{"transcoding.hls.enabled", "adminsettings.hls"},
	{"transcoding.webVideos.enabled", "adminsettings.web-videos"},
	{"transcoding.threads", "adminsettings.threads"},
	{"transcoding.concurrency", "adminsettings.concurrency"},
	{"transcoding.fps.max", "adminsettings.fps"},
	{"transcoding.alwaysTranscodeOriginalResolution", "adminsettings.original-resolution"},
	{"storyboards.enabled", "adminsettings.storyboards"},
	{"videoFile.update.enabled", "adminsettings.replace"},

	{"chat.allVideos", "adminsettings.chat-all-videos"},
	{"chat.hideFromAnonymous", "adminsettings.chat-hide"},
	{"chat.allowPatterns", "adminsettings.chat-patterns"},
	{"chat.banAddresses", "adminsettings.chat-ban-addresses"},
	{"chat.retention", "adminsettings.chat-retention"},
	{"chat.terms", "adminsettings.chat-terms"},
	{"chat.tokens.enabled", "adminsettings.chat-tokens"},
	{"chat.remoteChats", "adminsettings.chat-remote"},
	{"chat.s2s.publish", "adminsettings.chat-publish"},
}

// rankOf orders settings: the known ones as above, the rest after them.
func rankOf(name string) int {
	for i, one := range settingLabels {
		if one.name == name {
			return i
		}
	}
	return len(settingLabels)
}

const resolutionSetting = "transcoding.resolutions."

func (r *request) settingLabel(name string) string {
	if rank := rankOf(name); rank < len(settingLabels) {
		return r.t.T(settingLabels[rank].label)
	}
	if height, isResolution := strings.CutPrefix(name, resolutionSetting); isResolution {
		if height == "0p" {
			return r.t.T("adminsettings.audio-only")
		}
		return r.t.T("adminsettings.resolution", "height", height)
	}
	return name
}

// longSettings are written in a larger field.
var longSettings = []string{
	"instance.description", "instance.terms", "instance.codeOfConduct", "instance.moderationInformation", "instance.administrator",
	"instance.creationReason", "instance.maintenanceLifetime", "instance.businessModel", "instance.hardwareInformation", "instance.support.text",
	"broadcastMessage.message", "instance.customizations.css", "instance.customizations.javascript", "email.body.signature",
	"chat.terms",
}
