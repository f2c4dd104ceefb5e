package app

import (
	"reflect"
	"testing"

	"lucarne/http/web/ui"
	"lucarne/platform/config"
)

func TestServersOfTheConfigurationReachBrowsers(t *testing.T) {
	t.Parallel()
	c := &config.Config{}
	c.Lucarne.Live.WHIP.ICEServers = []string{"stun:stun.example.org:3478", "turn:anna:p%40ss:word@turn.example.org:3478?transport=tcp"}
	got := iceServers(whipOptions(c).Servers)
	want := []ui.IceServer{
		{URLs: "stun:stun.example.org:3478"}, {URLs: "turn:turn.example.org:3478?transport=tcp", Username: "anna", Credential: "p@ss:word"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestLoopbackIsToldToBrowsersOnThisMachineAlone(t *testing.T) {
	t.Parallel()
	for hostname, want := range map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true, "video.example.org": false, "192.0.2.7": false} {
		c := &config.Config{}
		c.Webserver.Hostname = hostname
		c.Lucarne.Live.WHIP.PublicAddresses = []string{"203.0.113.7"}
		o := whipOptions(c)
		if o.IncludeLoopback != want || len(o.PublicAddresses) != 1 {
			t.Errorf("%s: %+v", hostname, o)
		}
	}
}
