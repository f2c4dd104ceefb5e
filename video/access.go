package video

import (
	"lucarne/account"
	"lucarne/platform/fault"
)

// Access is how somebody comes to a video.
type Access struct {
	Viewer   account.Viewer
	Password string // given with the request; "" none
	ByNumber bool   // named by its small id, which anybody can guess
}

// verdict is what the rules say before passwords are looked at.
type verdict int

const (
	isAllowed verdict = iota
	needsSignIn
	needsRight
	needsPassword
)

// judge says who may see a video: its page and its files alike.
//
//   - Its owner, and those who see all videos, always.
//   - A blocked or private video, nobody else.
//   - An internal one, every user of this instance.
//   - An unlisted one, whoever has its link; its small id is no link.
//   - One behind a password, whoever gives one of its passwords.
func judge(v Video, a Access) verdict {
	isOwner := v.IsLocal() && v.IsOwnedBy(a.Viewer)
	switch {
	case isOwner || a.Viewer.Can(account.SeeAllVideos):
		return isAllowed
	case v.IsBlocked, v.Privacy == Private, v.Privacy == Unlisted && a.ByNumber:
		return ifSignedIn(a.Viewer, needsRight)
	case v.Privacy == Internal:
		return ifSignedIn(a.Viewer, isAllowed)
	case v.Privacy == Password:
		return needsPassword
	default:
		return isAllowed
	}
}

func ifSignedIn(viewer account.Viewer, then verdict) verdict {
	if !viewer.IsSignedIn() {
		return needsSignIn
	}
	return then
}

// CanManage reports whether the viewer may change a video of this instance: its owner, and those who update any video.
func (v Video) CanManage(viewer account.Viewer) bool {
	return v.IsLocal() && (v.IsOwnedBy(viewer) || viewer.Can(account.UpdateAnyVideo))
}

// CanDelete reports whether the viewer may remove the video, which moderators may also for remote ones.
func (v Video) CanDelete(viewer account.Viewer) bool {
	return (v.IsLocal() && v.IsOwnedBy(viewer)) || viewer.Can(account.RemoveAnyVideo)
}

func checkManage(isAllowed bool, viewer account.Viewer) error {
	if !viewer.IsSignedIn() {
		return fault.New(fault.Unauthenticated, "Not authenticated")
	}
	if !isAllowed {
		return fault.New(fault.Forbidden, "Cannot manage a video of another user.")
	}
	return nil
}

func (v verdict) fault() error {
	switch v {
	case needsSignIn:
		return fault.New(fault.Unauthenticated, "Not authenticated")
	case needsRight:
		return fault.New(fault.Forbidden, "Cannot fetch information of private/internal/blocked video")
	default:
		return nil
	}
}
