package web

import (
	"slices"
	"strings"
	"time"

	"lucarne/video"
	"lucarne/video/timecode"
)

// withPinned adds to the chapters of a recording one for each message that was pinned while it was on air, named by its first line. hasPinned
// is false where there was none.
func (r *request) withPinned(d video.Details, chapters []video.Chapter) (all []video.Chapter, hasPinned bool, err error) {
	rooms := r.pages.Rooms
	if rooms == nil {
		return chapters, false, nil
	}
	recording, found, err := rooms.RecordingOf(r.Context(), d.ID)
	if err != nil || !found {
		return chapters, false, err
	}
	pinnings, err := rooms.Pinnings(r.Context(), recording.Room, recording.From, recording.To)
	if err != nil {
		return chapters, false, err
	}
	for _, pinning := range pinnings {
		second := int(pinning.At.Sub(recording.From) / time.Second)
		isTaken := slices.ContainsFunc(chapters, func(c video.Chapter) bool { return c.Second == second })
		if isTaken || d.DurationSeconds > 0 && second > d.DurationSeconds {
			continue
		}
		title, _, _ := strings.Cut(pinning.Message.Body, "\n")
		letters := []rune(strings.TrimSpace(title))
		chapters = append(chapters, video.Chapter{Second: second, Title: string(letters[:min(len(letters), timecode.MaxTitleLength)])})
	}
	slices.SortFunc(chapters, func(a, b video.Chapter) int { return a.Second - b.Second })
	return chapters, len(pinnings) > 0, nil
}
