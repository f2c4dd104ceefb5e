package video

import (
	"testing"

	"lucarne/account"
	"lucarne/channel"
)

func TestWhoMaySee(t *testing.T) {
	viewer := func(id account.ID, role account.Role) account.Viewer {
		return account.Viewer{User: &account.User{Role: role, Account: account.Account{ID: id}}}
	}
	nobody, owner, other := account.Viewer{}, viewer(1, account.Ordinary), viewer(2, account.Ordinary)
	moderator, admin := viewer(3, account.Moderator), viewer(4, account.Administrator)
	of := func(p Privacy, isBlocked bool) Video {
		return Video{Privacy: p, IsBlocked: isBlocked, Channel: channel.Channel{Owner: account.Account{ID: 1}}}
	}
	for _, c := range []struct {
		name                                    string
		video                                   Video
		byNumber                                bool
		nobody, owner, other, moderators, admin verdict
	}{
		{"public", of(Public, false), true, isAllowed, isAllowed, isAllowed, isAllowed, isAllowed},
		{"unlisted by its link", of(Unlisted, false), false, isAllowed, isAllowed, isAllowed, isAllowed, isAllowed},
		{"unlisted by its number", of(Unlisted, false), true, needsSignIn, isAllowed, needsRight, isAllowed, isAllowed},
		{"private", of(Private, false), false, needsSignIn, isAllowed, needsRight, isAllowed, isAllowed},
		{"internal", of(Internal, false), false, needsSignIn, isAllowed, isAllowed, isAllowed, isAllowed},
		{"password", of(Password, false), false, needsPassword, isAllowed, needsPassword, isAllowed, isAllowed},
		{"public but blocked", of(Public, true), false, needsSignIn, isAllowed, needsRight, isAllowed, isAllowed},
		{"password and blocked", of(Password, true), false, needsSignIn, isAllowed, needsRight, isAllowed, isAllowed},
	} {
		for _, asked := range []struct {
			who    string
			viewer account.Viewer
			want   verdict
		}{{"nobody", nobody, c.nobody}, {"owner", owner, c.owner}, {"other", other, c.other}, {"moderator", moderator, c.moderators}, {"admin", admin, c.admin}} {
			if got := judge(c.video, Access{Viewer: asked.viewer, ByNumber: c.byNumber}); got != asked.want {
				t.Errorf("%s, %s: got %d, want %d", c.name, asked.who, got, asked.want)
			}
		}
	}
}

func TestWhoMayChange(t *testing.T) {
	owned := Video{Channel: channel.Channel{Owner: account.Account{ID: 1}}}
	remote := owned
	remote.Host = "elsewhere.example"
	as := func(id account.ID, role account.Role) account.Viewer {
		return account.Viewer{User: &account.User{Role: role, Account: account.Account{ID: id}}}
	}
	for _, c := range []struct {
		name                 string
		video                Video
		viewer               account.Viewer
		canManage, canDelete bool
	}{
		{"nobody", owned, account.Viewer{}, false, false},
		{"owner", owned, as(1, account.Ordinary), true, true},
		{"other", owned, as(2, account.Ordinary), false, false},
		{"moderator", owned, as(2, account.Moderator), true, true},
		{"moderator, remote video", remote, as(2, account.Moderator), false, true},
	} {
		if c.video.CanManage(c.viewer) != c.canManage || c.video.CanDelete(c.viewer) != c.canDelete {
			t.Errorf("%s: got manage %v, delete %v", c.name, c.video.CanManage(c.viewer), c.video.CanDelete(c.viewer))
		}
	}
}
