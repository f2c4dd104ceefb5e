package channel

import (
	"regexp"
	"unicode/utf8"

	"lucarne/account"
	"lucarne/platform/fault"
)

// Bounds of what a channel says of itself, in characters.
const (
	maxUsername    = 50
	maxName        = 50
	maxDescription = 1000
	maxSupport     = 1000
)

var usernamePattern = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$`)

func (d Draft) check() error {
	var refused []fault.Param
	if len(d.Username) > maxUsername || !usernamePattern.MatchString(d.Username) {
		refused = append(refused, refuse("name", d.Username))
	}
	return fault.InvalidParams(append(refused, checkTexts(&d.Name, &d.Description, &d.Support)...))
}

func (c Change) check() error {
	return fault.InvalidParams(checkTexts(c.Name, c.Description, c.Support))
}

// checkTexts looks at the texts that are given; nil ones are left alone.
func checkTexts(name, description, support *string) []fault.Param {
	var refused []fault.Param
	if name != nil && (*name == "" || utf8.RuneCountInString(*name) > maxName) {
		refused = append(refused, refuse("displayName", *name))
	}
	if description != nil && utf8.RuneCountInString(*description) > maxDescription {
		refused = append(refused, refuse("description", *description))
	}
	if support != nil && utf8.RuneCountInString(*support) > maxSupport {
		refused = append(refused, refuse("support", *support))
	}
	return refused
}

func refuse(name, value string) fault.Param {
	return fault.Param{Name: name, Value: value, Message: "Invalid value"}
}

// canManage is the rule for changing and deleting a channel: its owner, and those who manage any channel of this instance.
func (c Channel) canManage(viewer account.Viewer) bool {
	return c.Actor.IsLocal() && (c.IsOwnedBy(viewer) || viewer.Can(account.ManageAnyChannel))
}

func (c Channel) checkManage(viewer account.Viewer) error {
	if !viewer.IsSignedIn() {
		return fault.New(fault.Unauthenticated, "Not authenticated")
	}
	if !c.canManage(viewer) {
		return fault.New(fault.Forbidden, "User %s cannot manage the channel %s", viewer.User.Username, c.Actor.Handle())
	}
	return nil
}
