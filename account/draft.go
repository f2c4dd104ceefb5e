package account

import (
	"net/mail"
	"regexp"
	"strings"
	"unicode/utf8"

	"lucarne/platform/fault"
)

// Bounds of what a user says of themselves, in characters.
const (
	maxUsername      = 50
	maxName          = 120
	maxDescription   = 1000
	maxEmail         = 400
	maxPassword      = 255
	maxBlockedReason = 250
	maxAdminFlags    = 1 // all flags there are
)

// Draft is what a user is made from.
type Draft struct {
	Username           string
	Email              string
	Password           string // "" where PasswordHash is given, or where the user sets it later by mail
	PasswordHash       string
	DisplayName        string // "" means the username
	Role               Role
	AdminFlags         int
	VideoQuota         *int64 // bytes, -1 none; nil means what new users get
	VideoQuotaDaily    *int64
	EmailVerified      *bool
	ChannelName        string // "" means "<username>_channel"
	ChannelDisplayName string // "" means ChannelName, or what the settings say of default channels
}

var usernamePattern = regexp.MustCompile(`^[a-z0-9_]+([a-z0-9_.-]+[a-z0-9_]+)?$`)

// IsUsername reports whether a user may be called so.
func IsUsername(name string) bool {
	return len(name) <= maxUsername && usernamePattern.MatchString(name)
}

// IsEmail reports whether text is a bare mail address.
func IsEmail(text string) bool {
	address, err := mail.ParseAddress(text)
	return err == nil && address.Address == text && len(text) <= maxEmail && !strings.ContainsAny(text, "\r\n\"<>,; ")
}

const badUsername = "Should have a valid username (lowercase alphanumeric characters)"

func (d Draft) check(minPassword int) error {
	refused := check(nil, IsUsername(d.Username), "username", d.Username, badUsername)
	if d.Password != "" {
		refused = check(refused, isPassword(d.Password, minPassword), "password", nil, invalid)
	}
	refused = check(refused, IsEmail(d.Email), "email", d.Email, invalid)
	refused = check(refused, d.Role.isKnown(), "role", int(d.Role), invalid)
	refused = check(refused, d.AdminFlags >= 0 && d.AdminFlags <= maxAdminFlags, "adminFlags", d.AdminFlags, invalid)
	refused = check(refused, isQuota(d.VideoQuota), "videoQuota", d.VideoQuota, invalid)
	refused = check(refused, isQuota(d.VideoQuotaDaily), "videoQuotaDaily", d.VideoQuotaDaily, invalid)
	refused = check(refused, utf8.RuneCountInString(d.DisplayName) <= maxName, "displayName", d.DisplayName, invalid)
	refused = check(refused, d.ChannelName == "" || IsUsername(strings.ToLower(d.ChannelName)), "channelName", d.ChannelName, invalid)
	if d.ChannelName == d.Username {
		refused = check(refused, false, "channelName", d.ChannelName, "Channel name cannot be the same as user username.")
	}
	return fault.InvalidParams(refused)
}

const invalid = "Invalid value"

// check adds a refusal to the list unless the input is acceptable.
func check(refused []fault.Param, ok bool, name string, value any, message string) []fault.Param {
	if ok {
		return refused
	}
	return append(refused, fault.Param{Name: name, Value: value, Message: message})
}

func isPassword(password string, shortest int) bool {
	n := utf8.RuneCountInString(password)
	return n >= shortest && n <= maxPassword
}

func isQuota(quota *int64) bool { return quota == nil || *quota >= -1 }

func (r Role) isKnown() bool { return r == Administrator || r == Moderator || r == Ordinary }
