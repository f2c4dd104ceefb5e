package ui

// GoLiveProps are what the page that broadcasts from the browser needs.
type GoLiveProps struct {
	Endpoint     string // of WHIP (RFC 9725)
	Key          string // the stream key: only who may broadcast sees the page
	GraceSeconds int    // how long a broken line is mended before the broadcast is given up
	IceServers   []IceServer
	StudioURL    string
}

// IceServer is a STUN or TURN server, as browsers take it.
type IceServer struct {
	URLs       string `json:"urls"`
	Username   string `json:"username,omitempty"`
	Credential string `json:"credential,omitempty"`
}

// goLiveSettings is the JSON the script reads.
type goLiveSettings struct {
	Endpoint     string         `json:"endpoint"`
	Key          string         `json:"key"`
	GraceSeconds int            `json:"graceSeconds"`
	IceServers   []IceServer    `json:"iceServers"`
	Messages     map[string]any `json:"messages"`
}

func (p GoLiveProps) settings(t Translator) goLiveSettings {
	servers := p.IceServers
	if servers == nil {
		servers = []IceServer{} // the browser wants a list
	}
	return goLiveSettings{Endpoint: p.Endpoint, Key: p.Key, GraceSeconds: p.GraceSeconds, IceServers: servers, Messages: t.Messages("golive")}
}

// goLiveQualities are the choices the script knows, best first.
func goLiveQualities(t Translator) []Option {
	return []Option{
		{Value: "1080", Label: t.T("golive.quality-1080")},
		{Value: "720", Label: t.T("golive.quality-720"), Selected: true},
		{Value: "480", Label: t.T("golive.quality-480")},
		{Value: "360", Label: t.T("golive.quality-360")},
	}
}
