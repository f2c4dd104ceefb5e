package livechat

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"lucarne/account"
	"lucarne/chat"
	"lucarne/http/router"
	"lucarne/platform/fault"
	"lucarne/video"
)

// passwordHeader carries the password of a protected video.
const passwordHeader = "X-PeerTube-Video-Password"

// roomJSON is what the plugin's client needs to show a room.
type roomJSON struct {
	VideoURL                string `json:"peertubeVideoOriginalUrl,omitempty"`
	VideoUUID               string `json:"peertubeVideoUUID,omitempty"`
	IsRemote                bool   `json:"isRemoteChat"`
	Anonymous               string `json:"localAnonymousJID,omitempty"` // empty: visitors have no chat
	RemoteAnonymous         any    `json:"remoteAnonymousJID"`
	HasRemoteAnonymous      bool   `json:"remoteAnonymousXMPPServer"`
	HasRemoteAuthentication bool   `json:"remoteAuthenticatedXMPPServer"`
	StaticBase              string `json:"staticBaseUrl"`
	Assets                  string `json:"assetsPath"`
	Room                    string `json:"room"`
	BOSH                    string `json:"localBoshServiceUrl"`
	WebSocket               string `json:"localWebsocketServiceUrl"`
	RemoteBOSH              any    `json:"remoteBoshServiceUrl"`
	RemoteWebSocket         any    `json:"remoteWebsocketServiceUrl"`
	Authentication          string `json:"authenticationUrl"`
	AutoViewer              bool   `json:"autoViewerMode"`
	ReadOnly                any    `json:"forceReadonly"` // true, false or "noscroll"
	Theme                   string `json:"theme"`
	IsTransparent           bool   `json:"transparent"`
	HidesParticipants       bool   `json:"forceDefaultHideMucParticipants,omitempty"`
	CustomEmojis            string `json:"customEmojisUrl,omitempty"`
}

// roomParameters tells a client how to join a room.
func (s *surface) roomParameters(w http.ResponseWriter, r *request) error {
	room, err := s.roomOf(r)
	if err != nil {
		return err
	}
	emojis, err := s.emojisAddress(r, room.ChannelID)
	if err != nil {
		return err
	}
	query := r.URL.Query()
	j := roomJSON{
		StaticBase: Prefix + "/static/", Assets: s.address("/static/"), Room: s.roomJID(room.Name), BOSH: s.address("/router/http-bind"),
		WebSocket: s.socketAddress("/ws/xmpp-websocket"), Authentication: s.address("/router/api/auth"), AutoViewer: !r.viewer.IsSignedIn(),
		ReadOnly: readOnly(query.Get("_readonly")), Theme: "peertube", IsTransparent: query.Get("_transparent") == "true",
		HidesParticipants: query.Get("force_default_hide_muc_participants") == "1", CustomEmojis: emojis,
	}
	if !s.o.Rooms.IsHiddenFrom(account.Viewer{}) {
		j.Anonymous = "anon." + s.domain
	}
	if room.VideoID != 0 {
		of, err := s.o.Videos.Get(r.Context(), room.VideoID)
		if err != nil {
			return err
		}
		j.VideoURL, j.VideoUUID = of.URL, of.UUID.String()
	}
	return answer(w, r, j)
}

func readOnly(asked string) any {
	if asked == "noscroll" {
		return asked
	}
	return asked == "true"
}

func (s *surface) roomOf(r *request) (chat.Room, error) {
	return s.o.Rooms.Find(r.Context(), r.PathValue("key"), video.Access{Viewer: r.viewer, Password: r.Header.Get(passwordHeader)})
}

// roomKey is how rooms are named in addresses.
var roomKey = regexp.MustCompile(`^(?:channel\.\d+|[\w-]+)$`)

// roomFrame leads to our page of the room that may be framed, with what was asked of the plugin's, also in our words. Browsers keep the
// fragment by themselves (RFC 9110 §10.2.2).
func (s *surface) roomFrame(w http.ResponseWriter, r *request) error {
	asked := r.URL.Query()
	words := url.Values{}
	if readOnly(asked.Get("_readonly")) != false {
		words.Set("readonly", "1")
	}
	if asked.Get("_transparent") == "true" {
		words.Set("transparent", "1")
	}
	query := strings.Trim(r.URL.RawQuery+"&"+words.Encode(), "&")
	w.Header().Del("X-Frame-Options") // the page says itself who may frame it
	return redirect(w, r.Request, r.PathValue("key"), s.o.RoomFrame, query)
}

// roomPage leads to our page of the room the query names.
func (s *surface) roomPage(w http.ResponseWriter, r *http.Request) {
	if err := redirect(w, r, r.URL.Query().Get("room"), s.o.RoomPage, ""); err != nil {
		router.WriteProblem(w, r, err, "")
	}
}

func redirect(w http.ResponseWriter, r *http.Request, room string, addressOf func(room string) string, query string) error {
	if !roomKey.MatchString(room) {
		return fault.New(fault.NotFound, "Chat room not found")
	}
	to := addressOf(room)
	if query != "" {
		to += "?" + query
	}
	http.Redirect(w, r, to, http.StatusFound)
	return nil
}

// promote is where moderators of the site asked to become owners of a room. Here they moderate every room without asking.
func (s *surface) promote(w http.ResponseWriter, r *request) error {
	if _, err := s.roomOf(r); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := io.WriteString(w, "OK")
	return err
}
