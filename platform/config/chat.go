package config

// Chat is the rooms people talk in beside videos.
type Chat struct {
	Enabled           bool     `key:"enabled" default:"true" doc:"Lives, videos and channels may have a chat."`
	AllVideos         bool     `key:"all_videos" default:"false" edit:"yes" doc:"Videos that are no lives have a chat too, unless their owner chose otherwise."`
	HideFromAnonymous bool     `key:"hide_from_anonymous" default:"false" edit:"yes" doc:"People without an account do not see chats."`
	AllowPatterns     bool     `key:"allow_patterns" default:"true" edit:"yes" doc:"Owners of channels may forbid words by regular expressions (RE2, which cannot be made to hang)."`
	BanAddresses      bool     `key:"ban_addresses" default:"true" edit:"yes" doc:"Who bans somebody without an account bans the address too, which is kept as a keyed hash only."`
	Retention         Duration `key:"retention" default:"7 days" check:"min=-1" edit:"yes" doc:"How long messages are kept; -1 for good."`
	Terms             string   `key:"terms" check:"maxlen=5000" edit:"yes" doc:"Terms shown once to everybody who joins a chat."`
	Tokens            Switch   `key:"tokens" edit:"yes" set:"enabled=true" doc:"Long-lived tokens people make for programs that show or moderate their chat"`
	RemoteChats       bool     `key:"remote_chats" use:"later" default:"true" edit:"yes" doc:"Show the chats of videos of other sites."`
	C2S               ChatC2S  `key:"c2s" doc:"Chat programs"`
	S2S               ChatS2S  `key:"s2s" doc:"Other chat servers"`
}

// ChatC2S is the port for XMPP programs, beside the addresses of the web server.
type ChatC2S struct {
	Enabled  bool   `key:"enabled" default:"false" doc:"People join from ordinary XMPP programs with their account."`
	Hostname string `key:"hostname" null:"yes" doc:"Address they are received on; null means every interface."`
	Port     int    `key:"port" default:"5222" check:"port" doc:"Port of connections that become encrypted (STARTTLS); 0 for none."`
	TLSPort  int    `key:"tls_port" default:"5223" check:"port" doc:"Port of connections that are encrypted from the start; 0 for none."`
	CertFile string `key:"cert_file" doc:"File of the certificate (PEM); empty for that of lucarne.http."`
	KeyFile  string `key:"key_file" doc:"File of the certificate's key (PEM); empty for that of lucarne.http."`
}

// ChatS2S is how rooms are joined from other XMPP servers, and those of others from here.
type ChatS2S struct {
	Enabled   bool   `key:"enabled" default:"false" doc:"Connect directly with any XMPP server. Needs the SRV record _xmpp-server._tcp.room.<host>, and the port open in the firewall."`
	Hostname  string `key:"hostname" null:"yes" doc:"Address they are received on; null means every interface."`
	Port      int    `key:"port" default:"5269" check:"port" doc:"Port they are received on."`
	CertFile  string `key:"cert_file" doc:"File of a certificate for the host and room.<host> (PEM); empty for that of lucarne.http, and one signed by the site itself where there is none."`
	KeyFile   string `key:"key_file" doc:"File of the certificate's key (PEM); empty for that of lucarne.http."`
	WebSocket Switch `key:"websocket" set:"enabled=true" doc:"Connect with the chats of other video sites through the web server"`
	Publish   bool   `key:"publish" default:"true" edit:"yes" doc:"Tell other sites of the chats of our videos."`
}
