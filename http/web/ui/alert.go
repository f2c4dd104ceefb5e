package ui

func (tone Tone) icon() string {
	switch tone {
	case Good:
		return "circle-check"
	case Warning:
		return "triangle-alert"
	case Danger:
		return "circle-alert"
	}
	return "info"
}

func (tone Tone) class(base string) string {
	if tone == Neutral {
		return base
	}
	return base + " is-" + string(tone)
}

// role makes screen readers speak at once of what went wrong, and in their time of the rest.
func (tone Tone) role() string {
	if tone == Danger {
		return "alert"
	}
	return "status"
}
