package audience

import "github.com/prometheus/client_golang/prometheus"

// PlaybackReport is what a player tells of its work since its last report.
type PlaybackReport struct {
	PlayerMode          string // "p2p-media-loader" or "web-video"
	Resolution          string // "720"; "" unknown
	FPS                 string
	IsPeerToPeer        bool
	Peers               int
	ResolutionChanges   int
	BufferStalled       int
	Errors              int
	DownloadedFromPeers int64 // bytes
	DownloadedFromHere  int64
	UploadedToPeers     int64
}

// Playback sums up the reports of players as metrics. The zero Playback, and a nil one, drop them.
type Playback struct {
	errors, changes, stalls *prometheus.CounterVec
	fromPeers, fromHere, up *prometheus.CounterVec
	peers                   prometheus.Histogram
}

// NewPlayback registers the metrics of playback.
func NewPlayback(registry prometheus.Registerer) (*Playback, error) {
	labels := []string{"player", "resolution", "p2p"}
	counter := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "lucarne", Subsystem: "playback", Name: name, Help: help}, labels)
	}
	p := &Playback{
		errors:    counter("errors_total", "Errors players met."),
		changes:   counter("resolution_changes_total", "Changes of quality."),
		stalls:    counter("buffer_stalled_total", "Times a player waited for data."),
		fromPeers: counter("downloaded_p2p_bytes_total", "Bytes players had from one another."),
		fromHere:  counter("downloaded_http_bytes_total", "Bytes players had from servers."),
		up:        counter("uploaded_p2p_bytes_total", "Bytes players gave one another."),
		peers: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "lucarne", Subsystem: "playback", Name: "p2p_peers", Help: "Peers a player is connected to.", Buckets: []float64{0, 1, 2, 5, 10, 20, 50},
		}),
	}
	for _, c := range []prometheus.Collector{p.errors, p.changes, p.stalls, p.fromPeers, p.fromHere, p.up, p.peers} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// other is the label of what is not known here.
const other = "other"

// players and resolutions are those that become a label: what players send is not to make series without end.
var players = map[string]bool{"p2p-media-loader": true, "web-video": true}

var resolutions = map[string]bool{
	"0": true, "144": true, "240": true, "360": true, "480": true, "720": true, "1080": true, "1440": true, "2160": true,
}

// Report counts a player's report.
func (p *Playback) Report(r PlaybackReport) {
	if p == nil || p.peers == nil {
		return
	}
	player, resolution, peerToPeer := other, other, "no"
	if players[r.PlayerMode] {
		player = r.PlayerMode
	}
	if resolutions[r.Resolution] {
		resolution = r.Resolution
	}
	if r.IsPeerToPeer {
		peerToPeer = "yes"
		p.peers.Observe(float64(r.Peers))
	}
	for counter, n := range map[*prometheus.CounterVec]int64{
		p.errors: int64(r.Errors), p.changes: int64(r.ResolutionChanges), p.stalls: int64(r.BufferStalled),
		p.fromPeers: r.DownloadedFromPeers, p.fromHere: r.DownloadedFromHere, p.up: r.UploadedToPeers,
	} {
		counter.WithLabelValues(player, resolution, peerToPeer).Add(float64(max(n, 0)))
	}
}
