package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"

	"golang.org/x/sync/errgroup"

	"lucarne/account"
	"lucarne/chat/s2s"
	"lucarne/chat/server"
	"lucarne/chat/token"
	"lucarne/http/livechat"
	"lucarne/http/router"
	"lucarne/http/xmpp"
	"lucarne/platform/blob"
	"lucarne/platform/event"
	"lucarne/platform/outbound"
)

// talk is what carries the chats while the site runs.
type talk struct {
	xmpp     *server.Server // nil: there are no chats
	peers    *s2s.Peers
	fromFar  net.Listener // nil: other servers do not connect directly
	overHTTP *xmpp.BOSH
	programs *server.TCP // nil: ordinary chat programs do not connect directly
}

// close closes the ports, also of a site that never ran.
func (t talk) close() {
	if t.fromFar != nil {
		_ = t.fromFar.Close()
	}
	if t.programs != nil {
		t.programs.Close()
	}
}

// openChats builds the XMPP server and opens its ports. Who may not sign in any more is let go by it, on all connections.
func (s *Site) openChats() (err error) {
	if s.chats == nil {
		return nil
	}
	s.xmpp, err = server.New(server.Options{
		Rooms: s.chats, Host: s.config().Webserver.Hostname, Version: version, Clock: s.clock, Logger: s.logger,
		Verifier: chatVerifier{s.subjects}, Avatars: chatAvatars{s.users, s.blobs.Store(blob.Avatars)},
		Settings: func() server.Settings { return server.Settings{AllowsVisitors: !s.config().Chat.HideFromAnonymous} },
	})
	if err != nil {
		return err
	}
	s.overHTTP = xmpp.NewBOSH(s.xmpp, xmpp.BOSHOptions{})
	s.outbox.Subscribe(
		event.On("chat sessions: token revoked", func(_ context.Context, fact token.Revoked) error { return s.disconnect(fact.UserID) }),
		event.On("chat sessions: user blocked", func(_ context.Context, fact account.UserBlocked) error { return s.disconnect(fact.UserID) }),
		event.On("chat sessions: user deleted", func(_ context.Context, fact account.UserDeleted) error { return s.disconnect(fact.UserID) }),
	)
	if err := s.openPrograms(); err != nil {
		return err
	}
	return s.openPeers()
}

func (s *Site) disconnect(user account.UserID) error {
	s.xmpp.Disconnect(user)
	return nil
}

// openPrograms opens the ports for ordinary chat programs, where that is switched on.
func (s *Site) openPrograms() error {
	c := s.config().Chat.C2S
	if !c.Enabled {
		return nil
	}
	certFile, keyFile := s.chatCertificate(c.CertFile, c.KeyFile)
	certificate, err := router.LoadTLS(certFile, keyFile)
	if err != nil {
		return fmt.Errorf("chat.c2s: %w", err)
	}
	at := func(port int) string {
		if port == 0 {
			return ""
		}
		return net.JoinHostPort(c.Hostname, strconv.Itoa(port))
	}
	s.programs, err = server.ListenTCP(server.TCPOptions{
		Server: s.xmpp, Logger: s.logger, TLS: certificate, Address: at(c.Port), DirectAddress: at(c.TLSPort),
	})
	if err != nil {
		s.programs = nil
		s.logger.Error("chat programs cannot connect: free the port or change chat.c2s.port", "error", err)
	}
	return nil
}

// chatCertificate is the files of a certificate for the chat: its own, or those of the web server.
func (p *platform) chatCertificate(certFile, keyFile string) (string, string) {
	if certFile == "" {
		return p.config().Lucarne.HTTP.CertFile, p.config().Lucarne.HTTP.KeyFile
	}
	return certFile, keyFile
}

// openPeers lets other servers in, and ours out to them. A port that is taken is told and left closed: people here chat all the same.
func (s *Site) openPeers() (err error) {
	c := s.config().Chat.S2S
	if c.Enabled {
		s.fromFar, err = net.Listen("tcp", net.JoinHostPort(c.Hostname, strconv.Itoa(c.Port)))
		if err != nil {
			s.logger.Error("other chat servers cannot connect: free the port or change chat.s2s.port", "error", err)
		}
	}
	o := s2s.Options{
		Site: s2s.Site{Host: s.config().Webserver.Hostname, Origin: s.platform.site.Origin}, Local: s.xmpp.IsLocal, Receive: s.xmpp.FromRemote,
		Client: outbound.New(outbound.Options{
			AllowPrivate: !s.config().Federation.PreventSSRF, AllowHTTP: s.config().Webserver.Scheme() == "http", UserAgent: "Lucarne/" + version,
		}),
		ClientAddress: clientAddress, Secret: s.secret, Settings: s.peerSettings, Clock: s.clock, Logger: s.logger,
	}
	if certFile, keyFile := s.chatCertificate(c.CertFile, c.KeyFile); certFile != "" {
		certificate, err := router.LoadTLS(certFile, keyFile)
		if err != nil {
			return fmt.Errorf("chat.s2s: %w", err)
		}
		o.Certificate = func() (*tls.Certificate, error) { return certificate.GetCertificate(nil) }
	}
	s.peers = s2s.New(o)
	s.xmpp.SetRemote(s.peers)
	return nil
}

func clientAddress(r *http.Request) netip.Addr {
	address, _ := netip.ParseAddr(router.ClientIP(r)) // zero: unknown
	return address
}

func (s *Site) peerSettings() s2s.Settings {
	c := s.config().Chat
	settings := s2s.Settings{WebSocket: c.S2S.WebSocket.Enabled, Publish: c.S2S.Publish, Visitors: !c.HideFromAnonymous}
	if s.fromFar != nil {
		settings.DirectPort = c.S2S.Port
	}
	return settings
}

// runChats runs the rooms and what carries them until ctx ends.
func (s *Site) runChats(ctx context.Context) error {
	if s.xmpp == nil {
		return nil
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, part := range []func(context.Context) error{s.chats.Run, s.xmpp.Run, s.peers.Run} {
		group.Go(func() error { return part(ctx) })
	}
	if s.fromFar != nil {
		group.Go(func() error { return s.peers.Serve(s.fromFar) })
		context.AfterFunc(ctx, func() { _ = s.fromFar.Close() })
	}
	if s.programs != nil {
		group.Go(func() error { return s.programs.Run(ctx) })
	}
	return group.Wait()
}

// The addresses of the chat's transports, beside those of the livechat plugin.
const (
	socketPath = "/xmpp-websocket"
	boshPath   = "/http-bind"
)

func (s *Site) handleChats(mux *http.ServeMux, limited limit) {
	socket := xmpp.WebSocket(s.xmpp)
	mux.Handle(socketPath, socket)
	mux.Handle(boshPath, s.overHTTP)
	plugin := livechat.New(livechat.Options{
		Site: s.platform.site, Auth: s.sessions, Rooms: s.chats, Tokens: s.chatTokens, Videos: s.videos, Channels: s.channels,
		RoomPage:   func(room string) string { return "/chat/" + room },
		RoomFrame:  func(room string) string { return "/chat/" + room + "/embed" },
		ServerInfo: s.toldOfChats,
		BOSH:       s.overHTTP, WebSocket: socket, ServerWebSocket: s.peers, Limit: limited,
	})
	mux.Handle(livechat.Prefix+"/", router.CORS(plugin))
	mux.Handle(livechat.PagePath, plugin)
}

// toldOfChats is what other sites may know of the chat server; nil where it is kept to itself.
func (s *Site) toldOfChats() any {
	if !s.config().Chat.S2S.Publish {
		return nil
	}
	return s.peers.Infos()
}
