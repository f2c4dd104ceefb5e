package api

import (
	"lucarne/channel"
	"lucarne/video"
)

// videoChange reads the fields of a video's form, for an update or, through video.Change.Metadata, for a new one.
func videoChange(in *input) video.Change {
	c := video.Change{
		Category: in.optInt("category"), Licence: in.optInt("licence"), Language: in.optString("language"),
		NSFW: in.optBool("nsfw"), NSFWFlags: in.optInt("nsfwFlags"), NSFWSummary: in.optString("nsfwSummary"),
		WaitTranscoding: in.optBool("waitTranscoding"), Privacy: as[video.Privacy](in.optInt("privacy")),
		Description: in.optString("description"), Support: in.optString("support"), Name: in.optString("name"),
		CommentsPolicy: as[video.CommentsPolicy](in.optInt("commentsPolicy")), DownloadEnabled: in.optBool("downloadEnabled"),
		OriginallyPublishedAt: in.optTime("originallyPublishedAt", "Should have a valid original publication date"),
		ChannelID:             as[channel.ID](in.optInt("channelId")), Passwords: in.strings("videoPasswords"),
	}
	if tags := in.strings("tags"); tags != nil {
		c.Tags = &tags
	}
	if enabled := in.optBool("commentsEnabled"); enabled != nil && c.CommentsPolicy == nil {
		c.CommentsPolicy = policyOf(*enabled)
	}
	c.Schedule = readSchedule(in)
	return c
}

// as turns a number that was sent into the subject's own type.
func as[T ~int | ~int64](sent *int) *T {
	if sent == nil {
		return nil
	}
	value := T(*sent)
	return &value
}

// policyOf is what clients before version 6.2 meant by commentsEnabled.
func policyOf(areEnabled bool) *video.CommentsPolicy {
	policy := video.CommentsDisabled
	if areEnabled {
		policy = video.CommentsEnabled
	}
	return &policy
}

// readSchedule reads scheduleUpdate; null clears it, and without it there is nothing to change.
func readSchedule(in *input) **video.Schedule {
	if !in.has("scheduleUpdate") {
		return nil
	}
	var schedule *video.Schedule
	if inner := in.object("scheduleUpdate"); inner != nil {
		const message = "Should have a schedule update date that conforms to ISO 8601"
		inner.require("updateAt", message)
		schedule = &video.Schedule{
			UpdateAt: valueOf(inner.optTime("updateAt", message)), Privacy: video.Privacy(valueOf(inner.optInt("privacy"))),
		}
	}
	return &schedule
}
