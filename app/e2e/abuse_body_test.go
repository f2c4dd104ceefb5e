package e2e_test

import (
	"maps"
	"strings"

	"lucarne/app/apptest"
)

// bodies are what operations take when all is well, by "METHOD pattern": hostile requests differ from these in one place.
var bodies = map[string]map[string]any{
	"PUT /api/v1/videos/{id}":                                        videoBody,
	"POST /api/v1/videos/upload-resumable":                           with(videoBody, map[string]any{"filename": "film.mp4", "channelId": 1, "generateTranscription": true}),
	"POST /api/v1/videos/{id}/source/replace-resumable":              {"filename": "film.mp4"},
	"PUT /api/v1/videos/{id}/passwords":                              {"passwords": []string{"one"}},
	"POST /api/v1/videos/{id}/passwords":                             {"password": "two"},
	"POST /api/v1/videos/{id}/views":                                 {"currentTime": 1, "viewEvent": "seek", "sessionId": "a-session", "device": "mobile", "operatingSystem": "Debian", "client": "Firefox"},
	"PUT /api/v1/videos/{id}/watching":                               {"currentTime": 1},
	"PUT /api/v1/videos/{id}/rate":                                   {"rating": "like"},
	"PUT /api/v1/videos/{id}/chapters":                               {"chapters": []map[string]any{{"timecode": 0, "title": "First"}}},
	"POST /api/v1/videos/{id}/transcoding":                           {"transcodingType": "hls", "forceTranscoding": false},
	"POST /api/v1/videos/{id}/captions/generate":                     {"forceTranscription": true},
	"POST /api/v1/users/me/history/videos/remove":                    {"beforeDate": "2020-01-01T00:00:00Z"},
	"POST /api/v1/video-channels":                                    {"name": "hostile", "displayName": "Hostile", "description": "text", "support": "text"},
	"PUT /api/v1/video-channels/{handle}":                            {"displayName": "Hostile", "description": "text", "support": "text", "bulkVideosSupportUpdate": true},
	"POST /api/v1/users":                                             with(personBody, map[string]any{"role": 2, "videoQuota": 1, "videoQuotaDaily": 1, "adminFlags": 1, "channelName": "hostile_films"}),
	"PUT /api/v1/users/{id}":                                         {"email": "other@example.com", "emailVerified": true, "password": "long enough", "role": 2, "videoQuota": 1, "videoQuotaDaily": 1, "adminFlags": 1, "pluginAuth": "a"},
	"POST /api/v1/users/{id}/block":                                  {"reason": "text"},
	"POST /api/v1/users/{id}/two-factor/request":                     {"currentPassword": "wrong"},
	"POST /api/v1/users/{id}/two-factor/confirm-request":             {"requestToken": "a", "otpToken": "000000"},
	"POST /api/v1/users/{id}/two-factor/disable":                     {"currentPassword": "wrong"},
	"POST /api/v1/users/{id}/verify-email":                           {"verificationString": "a", "isPendingEmail": true},
	"POST /api/v1/users/{id}/reset-password":                         {"verificationString": "a", "password": "long enough"},
	"POST /api/v1/users/register":                                    with(personBody, map[string]any{"displayName": "Hostile", "channel": map[string]any{"name": "hostile_channel", "displayName": "Hostile"}}),
	"POST /api/v1/users/registrations/request":                       with(personBody, map[string]any{"registrationReason": "text"}),
	"POST /api/v1/users/registrations/{registrationId}/accept":       {"moderationResponse": "text", "preventEmailDelivery": true},
	"POST /api/v1/users/registrations/{registrationId}/reject":       {"moderationResponse": "text", "preventEmailDelivery": true},
	"POST /api/v1/users/registrations/{registrationId}/verify-email": {"verificationString": "a"},
	"POST /api/v1/users/ask-reset-password":                          {"email": "nobody@example.com"},
	"POST /api/v1/users/ask-send-verify-email":                       {"email": "nobody@example.com"},
	"POST /api/v1/users/registrations/ask-send-verify-email":         {"email": "nobody@example.com"},
	"POST /api/v1/users/token":                                       {"client_id": "a", "client_secret": "b", "grant_type": "password", "username": "root", "password": "wrong", "refresh_token": "c"},
	"PUT /api/v1/users/me": {
		"displayName": "Root", "description": "text", "email": "root@example.com", "emailPublic": true, "nsfwPolicy": "blur", "p2pEnabled": true,
		"autoPlayVideo": true, "autoPlayNextVideo": true, "autoPlayNextVideoPlaylist": true, "videosHistoryEnabled": true, "videoLanguages": []string{"fr"},
		"theme": "default", "noInstanceConfigWarningModal": true, "noAccountSetupWarningModal": true, "noWelcomeModal": true, "language": "fr",
		"currentPassword": apptest.RootPassword, "nsfwFlagsDisplayed": 1, "nsfwFlagsHidden": 2, "nsfwFlagsBlurred": 4, "nsfwFlagsWarned": 8,
	},
	"PUT /api/v1/users/me/notification-settings": {
		"newVideoFromSubscription": 1, "myVideoPublished": 3, "newCommentOnMyVideo": 2, "abuseAsModerator": 1, "videoAutoBlacklistAsModerator": 1,
		"blacklistOnMyVideo": 1, "myVideoImportFinished": 1, "commentMention": 1, "newFollow": 1, "newUserRegistration": 1, "newInstanceFollower": 1,
		"autoInstanceFollowing": 1,
	},
	"POST /api/v1/users/me/new-feature-info/read":          {"feature": 1},
	"PUT /api/v1/config/custom":                            {"instance": map[string]any{"name": "Lucarne"}, "signup": map[string]any{"limit": 10}, "admin": map[string]any{"email": "a@example.com"}},
	"PUT /api/v1/custom-pages/homepage/instance":           {"content": "text"},
	"POST /api/v1/server/contact":                          {"fromName": "Somebody", "fromEmail": "somebody@example.com", "subject": "Hello there", "body": "A message"},
	"POST /api/v1/client-config/update-interface-language": {"language": "fr"},
	"POST /api/v1/client-config/update-language":           {"language": "fr"},
	"POST /api/v1/server/debug/run-command":                {"command": "process-video-viewers", "email": "a@example.com"},
	"POST /api/v1/server/logs/client":                      {"level": "warn", "message": "text", "url": "http://localhost/", "stackTrace": "text", "userAgent": "text", "meta": "{}"},
	"POST /api/v1/metrics/playback":                        playbackBody,
	"POST /api/v1/videos/live":                             with(videoBody, liveBody),
	"PUT /api/v1/videos/live/{id}":                         liveBody,
	"POST /api/v1/videos/live/{id}/relays":                 relayBody,
	"PUT /api/v1/videos/live/{id}/relays/{relayId}":        relayBody,
}

var liveBody = map[string]any{
	"permanentLive": true, "saveReplay": true, "replaySettings": map[string]any{"privacy": 1}, "latencyMode": 1, "dvrWindow": 60,
	"schedules": []map[string]any{{"startAt": "2040-01-01T20:00:00Z"}},
}

var relayBody = map[string]any{"name": "Hostile", "address": "rtmp://live.example.org/app", "key": "secret", "enabled": true}

var videoBody = map[string]any{
	"name": "Hostile", "category": 1, "licence": 1, "language": "fr", "description": "text", "support": "text", "tags": []string{"one", "two"}, "privacy": 1,
	"nsfw": true, "nsfwFlags": 1, "nsfwSummary": "text", "waitTranscoding": true, "downloadEnabled": true, "commentsPolicy": 1, "commentsEnabled": true,
	"originallyPublishedAt": "2020-01-01T00:00:00Z", "scheduleUpdate": map[string]any{"updateAt": "2040-01-01T00:00:00Z", "privacy": 1},
	"videoPasswords": []string{"one"}, "channelId": 1,
}

var personBody = map[string]any{"username": "hostile", "email": "hostile@example.com", "password": "long enough"}

var playbackBody = map[string]any{
	"playerMode": "p2p-media-loader", "resolution": 240, "fps": 25, "p2pEnabled": true, "p2pPeers": 1, "resolutionChanges": 1, "errors": 0, "bufferStalled": 0,
	"downloadedBytesP2P": 0, "downloadedBytesHTTP": 1, "uploadedBytesP2P": 0, "videoId": "1",
}

// parameters are the names that queries of the API know.
var parameters = []string{
	"start", "count", "sort", "search", "nsfw", "isLive", "isLocal", "categoryOneOf", "licenceOneOf", "languageOneOf", "tagsOneOf", "tagsAllOf",
	"privacyOneOf", "include", "hasHLSFiles", "hasWebVideoFiles", "skipCount", "excludeAlreadyWatched", "autoTagOneOf", "nsfwFlagsIncluded", "host",
	"startDate", "endDate", "originallyPublishedStartDate", "durationMin", "durationMax", "uuids", "handles", "searchTarget", "stateOneOf", "channelNameOneOf",
	"withStats", "rating", "jobType", "level", "tagsOneOf[]", "blocked", "page", "videoIs", "client", "names",
}

func with(base, more map[string]any) map[string]any {
	all := maps.Clone(base)
	maps.Copy(all, more)
	return all
}

// placeholdersOf are the names in braces of a pattern.
func placeholdersOf(pattern string) map[string]bool {
	names := make(map[string]bool)
	for word := range strings.SplitSeq(pattern, "/") {
		if name, isPlaceholder := strings.CutPrefix(word, "{"); isPlaceholder && name != "$}" {
			names[strings.TrimSuffix(name, "}")] = true
		}
	}
	return names
}

// with is the sample with another value for one placeholder.
func (s sample) with(placeholder, value string) sample {
	s.values = maps.Clone(s.values)
	s.values[placeholder] = value
	if placeholder == "id" {
		s.user, s.live = value, value
	}
	if placeholder == "handle" {
		s.account = value
	}
	return s
}
