package web

import (
	"strconv"
	"time"

	"lucarne/video/timecode"
)

// maxMoment is longer than any way to write a moment of a video.
const maxMoment = 16

// moment reads a time in an address, in seconds; 0 when it is none.
func moment(value string) int {
	if len(value) > maxMoment {
		return 0
	}
	at, err := timecode.Parse(value)
	if err != nil {
		return 0
	}
	return int(at / time.Second)
}

// fragment has a browser that runs no script begin and stop where the address says (Media Fragments URI 1.0 §4.2.1).
func (r *request) fragment() string {
	query := r.URL.Query()
	start, stop := moment(query.Get("start")), moment(query.Get("stop"))
	switch {
	case stop > start:
		return "#t=" + strconv.Itoa(start) + "," + strconv.Itoa(stop)
	case start > 0:
		return "#t=" + strconv.Itoa(start)
	}
	return ""
}
