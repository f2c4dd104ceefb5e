package ffmpeg

import (
	"strings"

	"lucarne/platform/fault"
)

// noIndex is said of MP4 files cut before their index, and of anything at all that is called .mp4.
const noIndex = "moov atom not found"

// notMedia is told of what no demuxer recognises.
const notMedia = "The file is not a video or a sound that can be read, or it is damaged"

// complaints translate what ffmpeg and ffprobe say into what a user can act on. The first match wins.
var complaints = []struct {
	said    string
	kind    fault.Kind
	message string
}{
	{"Number of streams exceeds", fault.TooLarge, "The file holds too many streams"},
	{"No space left on device", fault.Unavailable, "The disk is full"},
	{"Cannot allocate memory", fault.Unavailable, "There is not enough memory to process the media"},
	{"Format not on whitelist", fault.Unsupported, "This kind of file is not accepted"},
	{"not on whitelist", fault.Unsupported, "The file refers to other files, which is not accepted"},
	{noIndex, fault.Invalid, "The file is incomplete: its index is missing. It may not have been sent to the end"},
	{"Picture size", fault.TooLarge, "The picture is too large"},
	{"Invalid data found when processing input", fault.Invalid, notMedia},
	{"End of file", fault.Invalid, "The file is empty or incomplete"},
	{"No such file or directory", fault.NotFound, "The media file is missing"},
	{"does not contain any stream", fault.Invalid, "The file holds neither picture nor sound"},
}

// complaint finds the fault for what the program said; anything unknown is our own doing.
func complaint(said string) *fault.Error {
	for _, c := range complaints {
		if strings.Contains(said, c.said) {
			return fault.New(c.kind, "%s", c.message)
		}
	}
	return fault.New(fault.Internal, "The media could not be processed")
}
