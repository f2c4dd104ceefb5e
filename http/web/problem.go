package web

import "lucarne/platform/fault"

// problems say, by the name a subject gives to an input, what is wrong with it and what to do.
var problems = map[string]string{
	"username": "problem.username", "password": "problem.password", "currentPassword": "problem.current-password", "email": "problem.email",
	"displayName": "problem.display-name", "description": "problem.description", "support": "problem.support", "name": "problem.name",
	"channelName": "problem.channel-name", "channel.name": "problem.channel-name", "registrationReason": "problem.reason", "reason": "problem.too-long",
	"moderationResponse": "problem.response", "tags": "problem.tags", "language": "problem.language", "category": "problem.choice",
	"licence": "problem.choice", "privacy": "problem.choice", "channelId": "problem.channel", "videoPasswords": "problem.video-passwords",
	"scheduleUpdate": "problem.schedule", "scheduleUpdate.updateAt": "problem.schedule", "originallyPublishedAt": "problem.date",
	"nsfwSummary": "problem.too-long", "nsfwFlags": "problem.choice", "videoQuota": "problem.size", "videoQuotaDaily": "problem.size",
	"role": "problem.choice", "captionfile": "problem.caption", "thumbnailfile": "problem.picture", "previewfile": "problem.picture",
	"avatarfile": "problem.picture", "bannerfile": "problem.picture", "chapters": "problem.chapters", "videofile": "problem.video-file",
	"otpToken": "problem.code", "address": "problem.relay-address", "key": "problem.relay-key", "dvrWindow": "problem.choice",
	"latencyMode": "problem.choice", "replaySettings.privacy": "problem.choice", "schedules": "problem.date",
}

// problemOf tells what is wrong with an input in the visitor's language.
func (r *request) problemOf(param fault.Param) string {
	if key, known := problems[param.Name]; known {
		return r.t.T(key)
	}
	return r.t.T("problem.other")
}

// fieldsOf are the inputs of ours that go by another name in the subjects.
var fieldsOf = map[string]string{
	"scheduleUpdate": "scheduleAt", "scheduleUpdate.updateAt": "scheduleAt", "videoPasswords": "passwords", "previewfile": "thumbnailfile",
	"channel.name": "channelName", "registrationReason": "reason", "otpToken": "code",
	"dvrWindow": "dvr", "latencyMode": "latency", "replaySettings.privacy": "replayPrivacy", "schedules": "startAt0",
}

func (r *request) fieldOf(param fault.Param) string {
	if field, known := fieldsOf[param.Name]; known {
		return field
	}
	return param.Name
}
