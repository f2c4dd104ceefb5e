package audience

import (
	"slices"
	"strings"

	"github.com/mileusna/useragent"
)

// Agent is what a viewer watches with: names people know ("Firefox", "mobile", "Android"); "" unknown.
type Agent struct {
	Client string
	Device string
	System string
}

// devices are the kinds of device statistics tell apart.
var devices = []string{"console", "embedded", "mobile", "smarttv", "tablet", "wearable", "xr", "desktop"}

// IsDevice reports whether the name is that of a kind of device.
func IsDevice(name string) bool { return slices.Contains(devices, name) }

const (
	// MaxAgentName bounds the names players give of themselves, in bytes.
	MaxAgentName = 100
	// maxUserAgent is how much of the header is looked at.
	maxUserAgent = 512
)

// agentOf completes what a player said of itself from its User-Agent header.
func agentOf(told Agent, header string) Agent {
	a := Agent{Client: clean(told.Client), Device: told.Device, System: clean(told.System)}
	if !IsDevice(a.Device) {
		a.Device = ""
	}
	if a.Client != "" && a.Device != "" && a.System != "" {
		return a
	}
	parsed := useragent.Parse(strings.ToValidUTF8(header[:min(len(header), maxUserAgent)], ""))
	if a.Client == "" {
		a.Client = clean(parsed.Name)
	}
	if a.System == "" {
		a.System = clean(parsed.OS)
	}
	if a.Device == "" {
		a.Device = deviceOf(parsed)
	}
	return a
}

func deviceOf(parsed useragent.UserAgent) string {
	isTV := strings.Contains(parsed.String, "TV") || strings.Contains(parsed.String, "BRAVIA")
	isConsole := strings.Contains(parsed.String, "PlayStation") || strings.Contains(parsed.String, "Xbox") || strings.Contains(parsed.String, "Nintendo")
	switch {
	case isConsole:
		return "console"
	case isTV:
		return "smarttv"
	case parsed.Tablet:
		return "tablet"
	case parsed.Mobile:
		return "mobile"
	case parsed.Desktop:
		return "desktop"
	}
	return ""
}

// clean makes a name fit for the database and for a table on a page.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if len(name) > MaxAgentName {
		name = strings.ToValidUTF8(name[:MaxAgentName], "")
	}
	return strings.TrimSpace(name)
}
