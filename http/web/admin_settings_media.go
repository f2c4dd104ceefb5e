package web

import "time"

// The settings of videos and broadcasts.

var publishingSettings = settingsSection{slug: "publishing", label: "adminsettings.publishing", groups: []settingGroup{
	{label: "adminsettings.group-uploads", fields: []settingField{
		{"transcoding.allowAdditionalExtensions", "adminsettings.extensions", "adminsettings.extensions-hint", toggleSetting{}},
		{"transcoding.allowAudioFiles", "adminsettings.audio", "adminsettings.audio-hint", toggleSetting{}},
		{"transcoding.originalFile.keep", "adminsettings.keep-original", "adminsettings.keep-original-hint", toggleSetting{}},
		{"videoFile.update.enabled", "adminsettings.replace", "adminsettings.replace-hint", toggleSetting{}},
	}},
	{label: "adminsettings.group-new-videos", text: "adminsettings.group-new-videos-text", fields: []settingField{
		{"defaults.publish.privacy", "adminsettings.publish-privacy", "adminsettings.publish-privacy-hint", choiceSetting{options: publishPrivacyOptions, isNumber: true}},
		{"defaults.publish.licence", "adminsettings.publish-licence", "adminsettings.publish-licence-hint", choiceSetting{options: publishLicenceOptions, isNumber: true}},
		{"defaults.publish.commentsPolicy", "adminsettings.publish-comments", "adminsettings.publish-comments-hint", choiceSetting{options: publishCommentsOptions, isNumber: true}},
		{"defaults.publish.downloadEnabled", "adminsettings.publish-download", "adminsettings.publish-download-hint", toggleSetting{}},
	}},
	{label: "adminsettings.group-watching", text: "adminsettings.group-watching-text", fields: []settingField{
		{"defaults.player.autoPlay", "adminsettings.autoplay", "adminsettings.autoplay-hint", toggleSetting{}},
		{"defaults.p2p.webapp.enabled", "adminsettings.p2p", "adminsettings.p2p-hint", toggleSetting{}},
		{"defaults.p2p.embed.enabled", "adminsettings.p2p-embed", "adminsettings.p2p-embed-hint", toggleSetting{}},
	}},
}}

var transcodingSettings = settingsSection{slug: "transcoding", label: "adminsettings.transcoding", groups: []settingGroup{
	{label: "adminsettings.group-transcoding", fields: []settingField{
		{"transcoding.enabled", "adminsettings.transcoding-enabled", "adminsettings.transcoding-enabled-hint", toggleSetting{}},
		{"transcoding.hls.enabled", "adminsettings.hls", "adminsettings.hls-hint", toggleSetting{}},
		{"transcoding.hls.splitAudioAndVideo", "adminsettings.split-audio", "adminsettings.split-audio-hint", toggleSetting{}},
		{"transcoding.webVideos.enabled", "adminsettings.web-videos", "adminsettings.web-videos-hint", toggleSetting{}},
		{"transcoding.alwaysTranscodePodcastOptimizedAudio", "adminsettings.podcast-audio", "adminsettings.podcast-audio-hint", toggleSetting{}},
		{"transcoding.alwaysTranscodeOriginalResolution", "adminsettings.original-resolution", "adminsettings.original-resolution-hint", toggleSetting{}},
		{"storyboards.enabled", "adminsettings.storyboards", "adminsettings.storyboards-hint", toggleSetting{}},
	}},
	{label: "adminsettings.group-sizes", text: "adminsettings.group-sizes-text", fields: resolutionFields("transcoding")},
	{label: "adminsettings.group-effort", fields: []settingField{
		{"transcoding.fps.max", "adminsettings.fps", "adminsettings.fps-hint", numberSetting{}},
		{"transcoding.concurrency", "adminsettings.concurrency", "adminsettings.concurrency-hint", numberSetting{}},
		{"transcoding.threads", "adminsettings.threads", "adminsettings.threads-hint", numberSetting{}},
	}},
}}

var liveSettings = settingsSection{slug: "live", label: "adminsettings.live", groups: []settingGroup{
	{label: "adminsettings.group-live", fields: []settingField{
		{"live.enabled", "adminsettings.live-enabled", "adminsettings.live-enabled-hint", toggleSetting{}},
		{"live.allowReplay", "adminsettings.live-replay", "adminsettings.live-replay-hint", toggleSetting{}},
		{"defaults.live.saveReplay", "adminsettings.live-save", "adminsettings.live-save-hint", toggleSetting{}},
		{"live.latencySetting.enabled", "adminsettings.live-latency", "adminsettings.live-latency-hint", toggleSetting{}},
	}},
	{label: "adminsettings.group-live-limits", fields: []settingField{
		{"live.maxDuration", "adminsettings.live-duration", "adminsettings.live-duration-hint", spanSetting{time.Hour}},
		{"live.dvr.maxWindow", "adminsettings.live-window", "adminsettings.live-window-hint", spanSetting{time.Minute}},
		{"live.maxInstanceLives", "adminsettings.live-site", "adminsettings.live-site-hint", numberSetting{}},
		{"live.maxUserLives", "adminsettings.live-user", "adminsettings.live-user-hint", numberSetting{}},
	}},
	{label: "adminsettings.group-live-transcoding", text: "adminsettings.group-live-transcoding-text", fields: []settingField{
		{"live.transcoding.enabled", "adminsettings.live-transcoding", "adminsettings.live-transcoding-hint", toggleSetting{}},
		{"live.transcoding.fps.max", "adminsettings.live-fps", "adminsettings.live-fps-hint", numberSetting{}},
		{"live.transcoding.threads", "adminsettings.live-threads", "adminsettings.live-threads-hint", numberSetting{}},
	}},
	{label: "adminsettings.group-live-sizes", text: "adminsettings.group-live-sizes-text", fields: resolutionFields("live.transcoding")},
}}
