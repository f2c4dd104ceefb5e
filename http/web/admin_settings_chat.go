package web

import "time"

var chatSettings = settingsSection{slug: "chat", label: "adminsettings.chat", groups: []settingGroup{
	{label: "adminsettings.group-rooms", fields: []settingField{
		{"chat.allVideos", "adminsettings.chat-all-videos", "adminsettings.chat-all-videos-hint", toggleSetting{}},
		{"chat.hideFromAnonymous", "adminsettings.chat-hide", "adminsettings.chat-hide-hint", toggleSetting{}},
		{"chat.terms", "adminsettings.chat-terms", "adminsettings.chat-terms-hint", textSetting{}},
		{"chat.retention", "adminsettings.chat-retention", "adminsettings.chat-retention-hint", spanSetting{24 * time.Hour}},
	}},
	{label: "adminsettings.group-chat-moderation", fields: []settingField{
		{"chat.banAddresses", "adminsettings.chat-ban-addresses", "adminsettings.chat-ban-addresses-hint", toggleSetting{}},
		{"chat.allowPatterns", "adminsettings.chat-patterns", "adminsettings.chat-patterns-hint", toggleSetting{}},
	}},
	{label: "adminsettings.group-chat-others", fields: []settingField{
		{"chat.tokens.enabled", "adminsettings.chat-tokens", "adminsettings.chat-tokens-hint", toggleSetting{}},
		{"chat.remoteChats", "adminsettings.chat-remote", "adminsettings.chat-remote-hint", toggleSetting{}},
		{"chat.s2s.publish", "adminsettings.chat-publish", "adminsettings.chat-publish-hint", toggleSetting{}},
	}},
}}
