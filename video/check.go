package video

import (
	"unicode/utf8"

	"lucarne/platform/constant"
	"lucarne/platform/fault"
)

// Bounds of what a video says of itself, in characters.
const (
	minName        = 3
	maxName        = 120
	maxDescription = 10_000
	maxSupport     = 1000
	maxSummary     = 250
	minPassword    = 2
	maxPassword    = 100
	maxPasswords   = 500
)

// nsfwFlagMask holds the bits of NSFWFlags: violence (1), explicit sex (2), disturbing (4).
const nsfwFlagMask = 7

// Refusals that clients show as they are.
const (
	badValue = "Invalid value"
	badName  = "Should have a video name between 3 and 120 characters long"
	badTags  = "Should have an array of up to 5 tags between 2 and 30 characters each"
)

type rule struct {
	param   string
	isKept  bool
	value   any
	message string
}

func refused(rules []rule) error {
	var params []fault.Param
	for _, r := range rules {
		if !r.isKept {
			params = append(params, fault.Param{Name: r.param, Value: r.value, Message: r.message})
		}
	}
	return fault.InvalidParams(params)
}

func (d Draft) check() error {
	return refused(append(d.rules(), rule{"videoPasswords", d.Privacy != Password || arePasswords(d.Passwords), nil, badPasswords}))
}

func (m Metadata) rules() []rule {
	return []rule{
		{"category", m.Category == 0 || constant.Categories().Has(m.Category), m.Category, badValue},
		{"licence", m.Licence == 0 || constant.Licences().Has(m.Licence), m.Licence, badValue},
		{"language", m.Language == "" || constant.Languages().Has(m.Language), m.Language, badValue},
		{"nsfwFlags", m.NSFWFlags&^nsfwFlagMask == 0 && (m.NSFW || m.NSFWFlags == 0), m.NSFWFlags, badValue},
		{"nsfwSummary", hasLength(m.NSFWSummary, 0, maxSummary), m.NSFWSummary, badValue},
		{"privacy", m.Privacy >= Public && m.Privacy <= Password, m.Privacy, badValue},
		{"description", hasLength(m.Description, 0, maxDescription), m.Description, badValue},
		{"support", hasLength(m.Support, 0, maxSupport), m.Support, badValue},
		{"tags", areTags(m.Tags), m.Tags, badTags},
		{"commentsPolicy", m.CommentsPolicy >= CommentsEnabled && m.CommentsPolicy <= CommentsRequiresApproval, m.CommentsPolicy, badValue},
		{"scheduleUpdate.updateAt", m.Schedule == nil || !m.Schedule.UpdateAt.IsZero(), nil, badValue},
		{"scheduleUpdate.privacy", m.Schedule.isAllowed(), m.Schedule.privacy(), badValue},
		{"name", hasLength(m.Name, minName, maxName), m.Name, badName},
	}
}

func hasLength(text string, least, most int) bool {
	n := utf8.RuneCountInString(text)
	return n >= least && n <= most && utf8.ValidString(text)
}
