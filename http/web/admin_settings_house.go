package web

// The settings that say what the site is and who may join it.

var instanceSettings = settingsSection{slug: "instance", label: "adminsettings.instance", groups: []settingGroup{
	{label: "adminsettings.group-identity", fields: []settingField{
		{"instance.name", "adminsettings.name", "adminsettings.name-hint", lineSetting{}},
		{"instance.shortDescription", "adminsettings.short-description", "adminsettings.short-description-hint", lineSetting{}},
		{"instance.description", "adminsettings.description", "adminsettings.description-hint", textSetting{}},
		{"instance.defaultClientRoute", "adminsettings.route", "adminsettings.route-hint", lineSetting{}},
		{"theme.default", "adminsettings.theme", "adminsettings.theme-hint", choiceSetting{options: siteThemeOptions}},
	}},
	{label: "adminsettings.group-subjects", fields: []settingField{
		{"instance.defaultLanguage", "adminsettings.language", "adminsettings.language-hint", choiceSetting{options: siteLanguageOptions}},
		{"instance.languages", "adminsettings.languages", "adminsettings.languages-hint", listSetting{}},
		{"instance.categories", "adminsettings.categories", "adminsettings.categories-hint", categoriesSetting{}},
		{"instance.defaultNSFWPolicy", "adminsettings.sensitive", "adminsettings.sensitive-hint", choiceSetting{options: sensitivePolicyOptions}},
	}},
	{label: "adminsettings.group-contact", fields: []settingField{
		{"admin.email", "adminsettings.email", "adminsettings.email-hint", lineSetting{}},
		{"contactForm.enabled", "adminsettings.contact", "adminsettings.contact-hint", toggleSetting{}},
		{"services.twitter.username", "adminsettings.twitter", "adminsettings.twitter-hint", lineSetting{}},
	}},
}}

var aboutSettings = settingsSection{slug: "about", label: "adminsettings.about-pages", groups: []settingGroup{
	{label: "adminsettings.group-rules", text: "adminsettings.group-rules-text", fields: []settingField{
		{"instance.terms", "adminsettings.terms", "adminsettings.terms-hint", textSetting{}},
		{"instance.codeOfConduct", "adminsettings.code-of-conduct", "adminsettings.code-of-conduct-hint", textSetting{}},
		{"instance.moderationInformation", "adminsettings.moderation", "adminsettings.moderation-hint", textSetting{}},
	}},
	{label: "adminsettings.group-house", fields: []settingField{
		{"instance.administrator", "adminsettings.administrator", "adminsettings.administrator-hint", textSetting{}},
		{"instance.creationReason", "adminsettings.creation-reason", "adminsettings.creation-reason-hint", textSetting{}},
		{"instance.maintenanceLifetime", "adminsettings.lifetime", "adminsettings.lifetime-hint", textSetting{}},
		{"instance.businessModel", "adminsettings.business", "adminsettings.business-hint", textSetting{}},
		{"instance.hardwareInformation", "adminsettings.hardware", "adminsettings.hardware-hint", textSetting{}},
		{"instance.support.text", "adminsettings.support", "adminsettings.support-hint", textSetting{}},
	}},
}}

var messagesSettings = settingsSection{slug: "messages", label: "adminsettings.messages", groups: []settingGroup{
	{label: "adminsettings.group-broadcast", fields: []settingField{
		{"broadcastMessage.enabled", "adminsettings.broadcast", "adminsettings.broadcast-hint", toggleSetting{}},
		{"broadcastMessage.message", "adminsettings.broadcast-message", "adminsettings.broadcast-message-hint", textSetting{}},
		{"broadcastMessage.level", "adminsettings.broadcast-level", "adminsettings.broadcast-level-hint", choiceSetting{options: broadcastOptions}},
		{"broadcastMessage.dismissable", "adminsettings.broadcast-dismissable", "adminsettings.broadcast-dismissable-hint", toggleSetting{}},
	}},
	{label: "adminsettings.group-mails", fields: []settingField{
		{"email.subject.prefix", "adminsettings.mail-prefix", "adminsettings.mail-prefix-hint", lineSetting{}},
		{"email.body.signature", "adminsettings.mail-signature", "adminsettings.mail-signature-hint", textSetting{}},
	}},
}}

var signupSettings = settingsSection{slug: "signup", label: "adminsettings.signup", groups: []settingGroup{
	{label: "adminsettings.group-signup", fields: []settingField{
		{"signup.enabled", "adminsettings.signup-enabled", "adminsettings.signup-enabled-hint", toggleSetting{}},
		{"signup.requiresApproval", "adminsettings.signup-approval", "adminsettings.signup-approval-hint", toggleSetting{}},
		{"signup.requiresEmailVerification", "adminsettings.signup-verification", "adminsettings.signup-verification-hint", toggleSetting{}},
		{"signup.limit", "adminsettings.signup-limit", "adminsettings.signup-limit-hint", numberSetting{}},
		{"signup.minimumAge", "adminsettings.signup-age", "adminsettings.signup-age-hint", numberSetting{}},
	}},
	{label: "adminsettings.group-new-users", fields: []settingField{
		{"user.videoQuota", "adminsettings.quota", "adminsettings.quota-hint", sizeSetting{}},
		{"user.videoQuotaDaily", "adminsettings.quota-daily", "adminsettings.quota-daily-hint", sizeSetting{}},
		{"user.defaultChannelName", "adminsettings.channel-name", "adminsettings.channel-name-hint", lineSetting{}},
		{"videoChannels.maxPerUser", "adminsettings.channels", "adminsettings.channels-hint", numberSetting{}},
		{"user.history.videos.enabled", "adminsettings.history", "adminsettings.history-hint", toggleSetting{}},
	}},
}}
