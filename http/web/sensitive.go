package web

import "lucarne/video"

// What is done with sensitive videos, in the API's words.
const (
	display   = "display"
	doNotList = "do_not_list"
)

// sensitivePolicy is the viewer's, or for everybody else the instance's.
func (r *request) sensitivePolicy() string {
	if r.viewer.IsSignedIn() && r.viewer.User.Preferences.NSFWPolicy != "" {
		return r.viewer.User.Preferences.NSFWPolicy
	}
	return r.settings.NSFWPolicy
}

// hideSensitive narrows a filter to what the policy lists.
func (r *request) hideSensitive(f *video.Filter) {
	if r.viewer.IsSignedIn() {
		chosen := r.viewer.User.Preferences
		f.NSFWFlagsExcluded |= chosen.NSFWFlagsHidden
		f.NSFWFlagsIncluded |= chosen.NSFWFlagsDisplayed | chosen.NSFWFlagsWarned | chosen.NSFWFlagsBlurred
	}
	if r.sensitivePolicy() == doNotList {
		f.NSFW = new(bool)
	}
}

// veils reports whether the picture of a sensitive video is blurred: unless the viewer chose to see all, or just this sort of content.
func (r *request) veils(v video.Video) bool {
	if r.viewer.IsSignedIn() && v.NSFWFlags != 0 && v.NSFWFlags&^r.viewer.User.Preferences.NSFWFlagsDisplayed == 0 {
		return false
	}
	return r.sensitivePolicy() != display && !v.IsOwnedBy(r.viewer)
}
