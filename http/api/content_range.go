package api

import (
	"strconv"
	"strings"

	"lucarne/platform/fault"
	"lucarne/video/upload"
)

// parseContentRange reads "bytes 0-99/1000", or the question "bytes */1000" (RFC 9110 §14.4).
func parseContentRange(header string) (upload.Part, error) {
	refused := fault.InvalidParam("Content-Range", header, "Should have a valid Content-Range header")
	unit, rest, found := strings.Cut(strings.TrimSpace(header), " ")
	span, total, hasTotal := strings.Cut(rest, "/")
	if !found || !hasTotal || !strings.EqualFold(unit, "bytes") {
		return upload.Part{}, refused
	}
	var part upload.Part
	var ok bool
	if part.Total, ok = digits(total); !ok {
		return upload.Part{}, refused
	}
	if span == "*" {
		part.IsQuestion = true
		return part, nil
	}
	start, end, isSpan := strings.Cut(span, "-")
	var startOK, endOK bool
	part.Start, startOK = digits(start)
	part.End, endOK = digits(end)
	if !isSpan || !startOK || !endOK || part.Start > part.End {
		return upload.Part{}, refused
	}
	return part, nil
}

// digits reads a number without a sign.
func digits(text string) (int64, bool) {
	if text == "" || text[0] < '0' || text[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
