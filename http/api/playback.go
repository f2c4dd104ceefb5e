package api

import (
	"net/http"

	"lucarne/platform/shortid"
	"lucarne/video/audience"
)

func (a *API) playbackRoutes() []route {
	if a.Audiences == nil {
		return nil
	}
	return []route{{method: "POST", pattern: "/metrics/playback", access: anyone, do: a.reportPlayback}}
}

// requiredPlayback are the fields every report has.
var requiredPlayback = []string{
	"playerMode", "resolutionChanges", "errors", "downloadedBytesP2P", "downloadedBytesHTTP", "uploadedBytesP2P", "p2pEnabled", "videoId",
}

// maxPlaybackCount bounds what one report may add to a counter.
const maxPlaybackCount = 1 << 40

func (a *API) reportPlayback(w http.ResponseWriter, r *request) error {
	in, err := r.body()
	if err != nil {
		return err
	}
	report, id := playbackReport(in)
	if err := in.err(); err != nil {
		return err
	}
	ref, err := shortid.Parse(id)
	if err != nil {
		in.refuse("videoId", id, "Should have a valid video id (id, short UUID or UUID)")
		return in.err()
	}
	found, err := a.Videos.Resolve(r.Context(), ref)
	if err == nil {
		_, err = a.Videos.Get(r.Context(), found)
	}
	if err != nil {
		return err
	}
	a.Playback.Report(report)
	return noContent(w)
}

func playbackReport(in *input) (report audience.PlaybackReport, videoID string) {
	count := func(name string) int64 { return valueOf(in.optInt64(name, between[int64](0, maxPlaybackCount))) }
	text := func(name string, checks ...check[string]) string { return valueOf(in.optString(name, checks...)) }
	report = audience.PlaybackReport{
		PlayerMode: text("playerMode", oneOf("p2p-media-loader", "web-video")), Resolution: text("resolution", length(0, 10)),
		IsPeerToPeer: valueOf(in.optBool("p2pEnabled")), Peers: int(count("p2pPeers")),
		ResolutionChanges: int(count("resolutionChanges")), BufferStalled: int(count("bufferStalled")), Errors: int(count("errors")),
		DownloadedFromPeers: count("downloadedBytesP2P"), DownloadedFromHere: count("downloadedBytesHTTP"), UploadedToPeers: count("uploadedBytesP2P"),
	}
	in.optFloat("fps", between(0.0, 10_000))
	videoID = text("videoId", length(0, 64))
	if in.err() == nil {
		for _, name := range requiredPlayback {
			in.require(name, invalidValue)
		}
	}
	return report, videoID
}
