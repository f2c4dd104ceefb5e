package web

import (
	"lucarne/platform/constant"
	"lucarne/video"
)

// editPath is where a video is changed by those who may.
func editPath(v video.Video) string { return "/my/videos/" + v.ShortUUID() }

func (r *request) privacyLabel(p video.Privacy) string { return label(r, constant.Privacies(), int(p)) }

func privacyIcon(p video.Privacy) string {
	switch p {
	case video.Public:
		return "globe"
	case video.Unlisted:
		return "link"
	case video.Internal:
		return "users"
	case video.Password:
		return "key-round"
	}
	return "lock"
}
