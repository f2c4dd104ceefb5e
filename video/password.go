package video

import "time"

const badPasswords = "Should have at least one password, each between 2 and 100 characters long"

// PasswordID names one of the passwords of a video.
type PasswordID int64

// Key is one of the passwords that open a video.
type Key struct {
	ID        PasswordID
	VideoID   ID
	Password  string
	CreatedAt time.Time
	UpdatedAt time.Time
}

func arePasswords(passwords []string) bool {
	if len(passwords) == 0 || len(passwords) > maxPasswords {
		return false
	}
	for _, password := range passwords {
		if !hasLength(password, minPassword, maxPassword) {
			return false
		}
	}
	return true
}
