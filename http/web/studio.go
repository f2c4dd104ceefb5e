package web

import (
	"lucarne/platform/event"
	"lucarne/video"
	"lucarne/video/audience"
	"lucarne/video/transcode"
	"lucarne/video/upload"
)

// Studio is what the pages of those who publish speak for.
type Studio struct {
	Uploads    *upload.Uploads
	Files      *video.Files
	Thumbnails *video.Thumbnails
	Pipeline   *transcode.Pipeline
	Stats      *audience.Stats
	Bus        *event.Bus // of progress
	// UploadRules are what may be uploaded now.
	UploadRules func() upload.Settings
	// PublishDefaults are what a new video has where its form says nothing.
	PublishDefaults func() video.Metadata
	// TemporaryFolder is where files of forms wait for the end of their form: on the disk they stay on.
	TemporaryFolder string
	MaxImageBytes   func() int64
}
