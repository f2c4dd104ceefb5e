package video

// isAllowed reports whether the schedule may be set: it keeps the privacy, or names one that needs no password.
func (s *Schedule) isAllowed() bool {
	return s == nil || s.Privacy == 0 || (s.Privacy >= Public && s.Privacy <= Internal)
}

func (s *Schedule) privacy() Privacy {
	if s == nil {
		return 0
	}
	return s.Privacy
}
