package ui

import "strconv"

func pressed(is bool) string { return strconv.FormatBool(is) }
