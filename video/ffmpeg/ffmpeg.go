// Package ffmpeg runs ffmpeg and ffprobe as programs: it reads what a media file holds and turns it into what browsers play.
//
// Every run has a time limit, keeps a bounded part of what the program says, and dies with its parent. Inputs are hostile:
// only local files in listed containers are opened, so that a playlist or an edit list inside an upload reaches nothing else.
package ffmpeg

import (
	"cmp"
	"context"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"lucarne/platform/fault"
)

// Options say which programs to run and within which bounds. The zero value is ready to use.
type Options struct {
	FFmpeg       string        // name or path; "" means ffmpeg on PATH
	FFprobe      string        // name or path; "" means ffprobe on PATH
	Nice         int           // added to the niceness of ffmpeg, 0 to 19; ffprobe is never niced
	ProbeTimeout time.Duration // one ffprobe run; 0 means one minute
	Timeout      time.Duration // one ffmpeg run whose Command names none; 0 means twelve hours
	Limits       Limits        // what a source may claim to be; zero fields take their default
}

// Tools runs the two programs. It holds no state: a program installed while the server runs is found at the next call.
type Tools struct {
	options Options
}

// New makes the tools. It looks for nothing yet: use Version to learn whether the programs are there.
func New(options Options) *Tools {
	options.FFmpeg = cmp.Or(options.FFmpeg, "ffmpeg")
	options.FFprobe = cmp.Or(options.FFprobe, "ffprobe")
	options.ProbeTimeout = cmp.Or(options.ProbeTimeout, time.Minute)
	options.Timeout = cmp.Or(options.Timeout, 12*time.Hour)
	options.Limits = options.Limits.orDefault()
	return &Tools{options: options}
}

// Version is ffmpeg's version ("5.1.9", "n7.1"). It fails with fault.Unavailable, and says what to install, when
// either program is missing.
func (t *Tools) Version(ctx context.Context) (string, error) {
	if _, err := find(t.options.FFprobe); err != nil {
		return "", err
	}
	out, err := t.ask(ctx, "-version")
	if err != nil {
		return "", err
	}
	return parseVersion(out), nil
}

// Missing is nil when both programs are there. It fails as Version does, and is quicker, since it runs neither.
func (t *Tools) Missing() error {
	if _, err := find(t.options.FFprobe); err != nil {
		return err
	}
	_, err := find(t.options.FFmpeg)
	return err
}

// parseVersion takes the third word of "ffmpeg version 5.1.9-0+deb12u1 Copyright …", without the packager's suffix.
func parseVersion(out string) string {
	words := strings.Fields(out)
	if len(words) < 3 {
		return ""
	}
	version, _, _ := strings.Cut(words[2], "-")
	return version
}

// Capabilities are the parts of ffmpeg that builds differ in.
type Capabilities struct {
	Encoders map[string]bool
	Filters  map[string]bool
}

// ToneMaps reports whether HDR pictures can be brought to SDR with their light levels understood.
func (c Capabilities) ToneMaps() bool { return c.Filters["zscale"] && c.Filters["tonemap"] }

// Capabilities asks ffmpeg what it was built with. The answer changes only when ffmpeg does: ask once.
func (t *Tools) Capabilities(ctx context.Context) (Capabilities, error) {
	encoders, err := t.ask(ctx, "-encoders")
	if err != nil {
		return Capabilities{}, err
	}
	filters, err := t.ask(ctx, "-filters")
	if err != nil {
		return Capabilities{}, err
	}
	return Capabilities{Encoders: secondColumn(encoders), Filters: secondColumn(filters)}, nil
}

// secondColumn collects the names from ffmpeg's lists, whose lines are flags, name, description.
func secondColumn(out string) map[string]bool {
	names := map[string]bool{}
	for line := range strings.Lines(out) {
		if words := strings.Fields(line); len(words) >= 2 {
			names[words[1]] = true
		}
	}
	return names
}

// ask runs ffmpeg for a short text about itself.
func (t *Tools) ask(ctx context.Context, arg string) (string, error) {
	out := &bounded{limit: maxProbeBytes}
	if err := run(ctx, process{program: t.options.FFmpeg, args: []string{"-hide_banner", arg}, stdout: out, timeout: t.options.ProbeTimeout}); err != nil {
		return "", err
	}
	text, err := out.text()
	return string(text), err
}

// find resolves a program or says what to install.
func find(program string) (string, error) {
	path, err := exec.LookPath(program)
	if err == nil {
		return path, nil
	}
	return "", fault.New(fault.Unavailable, "%s is not installed: %s", program, installHint(runtime.GOOS)).Because(err)
}

func installHint(system string) string {
	switch system {
	case "darwin":
		return "brew install ffmpeg"
	case "linux":
		return "apt-get install ffmpeg (or your system's package of that name)"
	}
	return "see https://ffmpeg.org/download.html"
}
