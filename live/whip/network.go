package whip

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
	"golang.org/x/net/netutil"
)

// When a silent encoder is given up: it is disconnected after the first, and gone after both.
const (
	disconnectedAfter = 4 * time.Second
	failedAfter       = 8 * time.Second
)

// network is the one UDP port, and the one TCP port for networks without UDP, that all sessions share.
type network struct {
	settings webrtc.SettingEngine
	closers  []io.Closer
}

// listen opens the ports. With no address, those of all interfaces there are now.
func listen(o Options) (*network, error) {
	n := &network{}
	quiet := &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled}
	n.settings.LoggerFactory = quiet
	n.settings.SetLite(true)
	n.settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	n.settings.SetIncludeLoopbackCandidate(o.IncludeLoopback)
	n.settings.SetICETimeouts(disconnectedAfter, failedAfter, 2*time.Second)
	n.settings.DisableActiveTCP(true)
	types := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	if o.TCP {
		types = append(types, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6)
	}
	n.settings.SetNetworkTypes(types)
	if err := n.announce(o.PublicAddresses); err != nil {
		return nil, err
	}
	if err := n.open(o, quiet); err != nil {
		n.close()
		return nil, fmt.Errorf("listen for broadcasts from browsers: %w", err)
	}
	return n, nil
}

// announce adds addresses that lead here without being those of an interface.
func (n *network) announce(public []netip.Addr) error {
	if len(public) == 0 {
		return nil
	}
	addresses := make([]string, len(public))
	for i, a := range public {
		addresses[i] = a.String()
	}
	return n.settings.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{
		External: addresses, AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteAppend,
	})
}

func (n *network) open(o Options, quiet logging.LoggerFactory) error {
	port, err := n.openUDP(o, quiet.NewLogger("ice"))
	if err != nil || !o.TCP {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", net.JoinHostPort(o.Hostname, strconv.Itoa(port)))
	if err != nil {
		return err
	}
	mux := ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: netutil.LimitListener(listener, 2*o.MaxSessions), Logger: quiet.NewLogger("ice"), ReadBufferSize: 64,
		WriteBufferSize: 256 << 10, FirstStunBindTimeout: 5 * time.Second, AliveDurationForConnFromStun: 10 * time.Second,
	})
	n.settings.SetICETCPMux(mux)
	n.closers = append(n.closers, mux)
	return nil
}

// openUDP gives the port, which differs from the asked one when that is 0.
func (n *network) openUDP(o Options, logger logging.LeveledLogger) (int, error) {
	if o.Hostname != "" {
		conn, err := (&net.ListenConfig{}).ListenPacket(context.Background(), "udp", net.JoinHostPort(o.Hostname, strconv.Itoa(o.Port)))
		if err != nil {
			return 0, err
		}
		mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: conn, Logger: logger})
		n.settings.SetICEUDPMux(mux)
		n.closers = append(n.closers, mux, conn)
		return conn.LocalAddr().(*net.UDPAddr).Port, nil
	}
	options := []ice.UDPMuxFromPortOption{ice.UDPMuxFromPortWithLogger(logger), ice.UDPMuxFromPortWithReadBufferSize(2 << 20)}
	if o.IncludeLoopback {
		options = append(options, ice.UDPMuxFromPortWithLoopback())
	}
	mux, err := ice.NewMultiUDPMuxFromPort(o.Port, options...)
	if err != nil {
		return 0, err
	}
	n.settings.SetICEUDPMux(mux)
	n.closers = append(n.closers, mux)
	return o.Port, nil
}

func (n *network) close() {
	for _, c := range n.closers {
		_ = c.Close()
	}
}

// connect makes the connection of an offer, which knows no codecs but those we take of it.
func (n *network) connect(o *offer) (*webrtc.PeerConnection, error) {
	engine, interceptors := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := register(engine, o); err != nil {
		return nil, err
	}
	if err := repair(engine, interceptors); err != nil {
		return nil, err
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithInterceptorRegistry(interceptors), webrtc.WithSettingEngine(n.settings))
	return api.NewPeerConnection(webrtc.Configuration{BundlePolicy: webrtc.BundlePolicyMaxBundle})
}

func register(engine *webrtc.MediaEngine, o *offer) error {
	for _, c := range o.videoTypes {
		capability := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeH264, ClockRate: pictureRate, SDPFmtpLine: c.parameters}
		capability.RTCPFeedback = []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}}
		if err := engine.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: capability, PayloadType: webrtc.PayloadType(c.payload)}, webrtc.RTPCodecTypeVideo); err != nil {
			return err
		}
	}
	for _, c := range o.audioTypes {
		capability := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: soundRate, Channels: 2, SDPFmtpLine: c.parameters}
		if err := engine.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: capability, PayloadType: webrtc.PayloadType(c.payload)}, webrtc.RTPCodecTypeAudio); err != nil {
			return err
		}
	}
	return nil
}

// repair asks for lost packets (NACK), tells how the line is (receiver reports) and how much fits through it (transport-wide congestion
// control): what a receiver owes a sender, and no more.
func repair(engine *webrtc.MediaEngine, interceptors *interceptor.Registry) error {
	asking, err := nack.NewGeneratorInterceptor()
	if err != nil {
		return err
	}
	reporting, err := report.NewReceiverInterceptor()
	if err != nil {
		return err
	}
	interceptors.Add(asking)
	interceptors.Add(reporting)
	return webrtc.ConfigureTWCCSender(engine, interceptors)
}
