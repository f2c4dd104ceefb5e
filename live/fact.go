package live

import "lucarne/video"

// Began tells that a live went on air.
type Began struct {
	VideoID   video.ID
	SessionID SessionID
}

// Ended tells that a live is off the air. Its replay may follow.
type Ended struct {
	VideoID   video.ID
	SessionID SessionID
	Error     SessionError // 0: as it should
}

// ReplayPublished tells that what was on air can be watched again. For a live that goes on air once, both ids are the same.
type ReplayPublished struct {
	SessionID SessionID
	LiveID    video.ID // 0: deleted meanwhile
	VideoID   video.ID
}
