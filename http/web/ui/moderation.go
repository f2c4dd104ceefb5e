package ui

import "github.com/a-h/templ"

// ModerationMessages are the words the script of the moderator's view says, as the first child of its element.
func ModerationMessages(t Translator) templ.Component {
	return jsonBlock("application/json", struct {
		Messages map[string]any `json:"messages"`
	}{t.Messages("moderationlive")})
}
