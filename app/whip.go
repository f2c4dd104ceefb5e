package app

import (
	"net/netip"
	"net/url"
	"strings"

	"lucarne/http/web/ui"
	"lucarne/live/whip"
	"lucarne/platform/config"
)

// whipOptions is how broadcasts from browsers are received; who admits them is left out. The configuration was checked when it was read.
func whipOptions(c *config.Config) whip.Options {
	from := c.Lucarne.Live.WHIP
	o := whip.Options{
		Hostname: from.Hostname, Port: from.Port, TCP: from.TCP, IncludeLoopback: isThisMachine(c.Webserver.Hostname),
		MaxSessions: from.MaxSessions, ConnectTimeout: from.ConnectTimeout.Std(),
	}
	for _, text := range from.PublicAddresses {
		if address, err := netip.ParseAddr(text); err == nil {
			o.PublicAddresses = append(o.PublicAddresses, address)
		}
	}
	for _, text := range from.ICEServers {
		o.Servers = append(o.Servers, iceServer(text))
	}
	return o
}

// isThisMachine tells a site tried out on the machine it is visited from, whose browsers reach it without any network.
func isThisMachine(hostname string) bool {
	address, err := netip.ParseAddr(hostname)
	return hostname == "localhost" || err == nil && address.IsLoopback()
}

// iceServer takes user and password out of an address, which has no place for them (RFC 7065 §3.1).
func iceServer(text string) whip.Server {
	scheme, rest, _ := strings.Cut(text, ":")
	at := strings.LastIndexByte(rest, '@')
	if at < 0 {
		return whip.Server{URL: text}
	}
	user, password, _ := strings.Cut(rest[:at], ":")
	return whip.Server{URL: scheme + ":" + rest[at+1:], Username: unescape(user), Credential: unescape(password)}
}

func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// iceServers are what the page that broadcasts gives to the browser.
func iceServers(servers []whip.Server) []ui.IceServer {
	list := make([]ui.IceServer, len(servers))
	for i, s := range servers {
		list[i] = ui.IceServer{URLs: s.URL, Username: s.Username, Credential: s.Credential}
	}
	return list
}
