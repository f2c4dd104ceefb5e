package whip_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"lucarne/live/stream"
	"lucarne/live/whip"
	"lucarne/platform/fault"
)

func TestEncoderGoesOnAirAndSaysGoodbye(t *testing.T) {
	t.Parallel()
	e, d := newEndpoint(t, nil)
	c := newEncoder(t, webrtc.NetworkTypeUDP4, "video", "audio")
	answer := c.publish(t, e)
	c.send(t, recorded(t))
	show := d.last(t)
	show.wait(t, "2 s of both", func(_ [][]stream.Track, samples []stream.Sample) bool {
		return countOf(samples, 1) >= 50 && countOf(samples, 2) >= 100
	})
	if err := e.End(t.Context(), answer.Session, streamKey); err != nil {
		t.Fatal(err)
	}
	if why := show.ended(t); why != nil {
		t.Errorf("closed by %v, want a goodbye", why)
	}
	checkStream(t, show)
	if show.request.Protocol != "whip" || show.request.Encoder != "test" {
		t.Errorf("admitted as %+v", show.request)
	}
	if err := e.End(t.Context(), answer.Session, streamKey); !fault.Is(err, fault.NotFound) {
		t.Errorf("the session is still there: %v", err)
	}
}

// checkStream holds what came against the rules of live/stream.
func checkStream(t *testing.T, s *show) {
	t.Helper()
	if len(s.starts) != 1 || len(s.starts[0]) != 2 {
		t.Fatalf("announced %d times: %v", len(s.starts), s.starts)
	}
	pictures, sound := s.starts[0][0], s.starts[0][1]
	if pictures.Codec != stream.H264 || pictures.Width != 320 || pictures.Height != 180 || len(pictures.Config) < 20 || pictures.Config[0] != 1 {
		t.Errorf("pictures are %+v", pictures)
	}
	if sound.Codec != stream.Opus || sound.SampleRate != 48000 || len(sound.Config) != 11 {
		t.Errorf("sound is %+v", sound)
	}
	if first := s.samples[0]; first.Track != 1 || !first.IsKey || first.DTS != 0 {
		t.Errorf("begins with track %d at %s, key %v", first.Track, first.DTS, first.IsKey)
	}
	last := map[int]time.Duration{1: -1, 2: -1}
	for i, sample := range s.samples {
		if sample.DTS <= last[sample.Track] {
			t.Fatalf("sample %d of track %d at %s, after %s", i, sample.Track, sample.DTS, last[sample.Track])
		}
		last[sample.Track] = sample.DTS
		if sample.Track == 1 {
			checkUnits(t, sample)
		}
	}
	if apart := (last[1] - last[2]).Abs(); apart > 500*time.Millisecond {
		t.Errorf("the tracks end %s apart: %v", apart, last)
	}
}

func checkUnits(t *testing.T, s stream.Sample) {
	t.Helper()
	isKey := false
	for rest := s.Data; len(rest) > 0; {
		size := int(binary.BigEndian.Uint32(rest))
		kind := rest[4] & 0x1f
		isKey = isKey || kind == 5
		if kind == 7 || kind == 8 || kind == 9 {
			t.Fatalf("a unit of type %d is in the sample", kind)
		}
		rest = rest[4+size:]
	}
	if isKey != s.IsKey {
		t.Fatalf("key is %v, want %v", s.IsKey, isKey)
	}
}

func TestOneTrackAloneIsEnough(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind  string
		track int
	}{{"video", 1}, {"audio", 2}} {
		t.Run(test.kind, func(t *testing.T) {
			t.Parallel()
			e, d := newEndpoint(t, nil)
			c := newEncoder(t, webrtc.NetworkTypeUDP4, test.kind)
			c.publish(t, e)
			c.send(t, recorded(t))
			show := d.last(t)
			show.wait(t, "samples", atLeast(test.track, 10))
			show.mu.Lock()
			defer show.mu.Unlock()
			if len(show.starts) != 1 || len(show.starts[0]) != 1 {
				t.Errorf("announced %v", show.starts)
			}
		})
	}
}

func TestTracksBeginWithoutTheOneThatNeverComes(t *testing.T) {
	t.Parallel()
	e, d := newEndpoint(t, nil)
	c := newEncoder(t, webrtc.NetworkTypeUDP4, "video", "audio")
	c.publish(t, e)
	delete(c.tracks, "audio") // promised and not sent
	c.send(t, recorded(t))
	d.last(t).wait(t, "pictures", atLeast(1, 10))
}

func TestBroadcastOverTCP(t *testing.T) {
	t.Parallel()
	e, d := newEndpoint(t, func(o *whip.Options) { o.TCP = true })
	c := newEncoder(t, webrtc.NetworkTypeTCP4, "video", "audio")
	c.publish(t, e)
	c.send(t, recorded(t))
	d.last(t).wait(t, "pictures", atLeast(1, 10))
}

func TestNewSizeOfThePicturesIsAnnounced(t *testing.T) {
	t.Parallel()
	larger, err := makeRecording("640x360")
	if err != nil {
		t.Fatal(err)
	}
	e, d := newEndpoint(t, nil)
	c := newEncoder(t, webrtc.NetworkTypeUDP4, "video")
	c.publish(t, e)
	both := recording{pictures: append(append(recorded(t).pictures[:20:20], larger.pictures...), larger.pictures...)}
	c.send(t, both)
	show := d.last(t)
	show.wait(t, "second announcement", func(starts [][]stream.Track, _ []stream.Sample) bool { return len(starts) == 2 })
	show.mu.Lock()
	defer show.mu.Unlock()
	if now := show.starts[1][0]; now.Width != 640 || now.Height != 360 {
		t.Errorf("announced %+v", now)
	}
}

func TestICERestartKeepsTheSession(t *testing.T) {
	t.Parallel()
	e, d := newEndpoint(t, nil)
	c := newEncoder(t, webrtc.NetworkTypeUDP4, "video", "audio")
	answer := c.publish(t, e)
	c.send(t, recorded(t))
	show := d.last(t)
	show.wait(t, "pictures", atLeast(1, 10))

	offer := c.offer(t, &webrtc.OfferOptions{ICERestart: true})
	restarted, err := e.Patch(t.Context(), whip.Patch{Session: answer.Session, Key: streamKey, IfMatch: "*", SDP: fragmentOf(offer)})
	if err != nil {
		t.Fatal(err)
	}
	if restarted.ETag == "" || restarted.ETag == answer.ETag {
		t.Errorf("the tag stays %s", restarted.ETag)
	}
	c.accept(t, withFragment(answer.SDP, restarted.SDP))
	count := len(show.samples)
	show.wait(t, "pictures after the restart", func(_ [][]stream.Track, samples []stream.Sample) bool { return len(samples) > count+60 })

	// The old session's candidates are of no use any more, the new one's are fine.
	stale := whip.Patch{Session: answer.Session, Key: streamKey, IfMatch: answer.ETag, SDP: fragmentOf(offer)}
	if _, err := e.Patch(t.Context(), stale); !errors.Is(err, whip.ErrStale) {
		t.Errorf("stale candidates: %v", err)
	}
	stale.IfMatch = restarted.ETag
	if got, err := e.Patch(t.Context(), stale); err != nil || got != (whip.Restarted{}) {
		t.Errorf("fresh candidates: %v, %v", got, err)
	}
}

func fragmentOf(description string) string {
	var kept []string
	for line := range strings.SplitSeq(description, "\r\n") {
		if strings.HasPrefix(line, "a=ice-") || strings.HasPrefix(line, "a=candidate") || strings.HasPrefix(line, "a=mid") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\r\n") + "\r\n"
}

// withFragment puts new credentials into an answer.
func withFragment(answer, fragment string) string {
	value := func(text, name string) string {
		_, rest, _ := strings.Cut(text, "a="+name+":")
		found, _, _ := strings.Cut(rest, "\r\n")
		return found
	}
	for _, name := range []string{"ice-ufrag", "ice-pwd"} {
		answer = strings.ReplaceAll(answer, value(answer, name), value(fragment, name))
	}
	return answer
}

func TestClosedPageDrops(t *testing.T) {
	t.Parallel()
	e, d := newEndpoint(t, nil)
	c := newEncoder(t, webrtc.NetworkTypeUDP4, "video")
	c.publish(t, e)
	c.send(t, recorded(t))
	d.last(t).wait(t, "pictures", atLeast(1, 5))
	if err := c.connection.Close(); err != nil {
		t.Fatal(err)
	}
	if why := d.last(t).ended(t); why == nil {
		t.Error("closed as by a goodbye")
	}
}

func TestEncoderThatNeverConnectsIsGivenUp(t *testing.T) {
	t.Parallel()
	e, d := newEndpoint(t, func(o *whip.Options) { o.ConnectTimeout = 300 * time.Millisecond })
	c := newEncoder(t, webrtc.NetworkTypeUDP4, "video")
	if _, err := e.Publish(t.Context(), whip.Offer{Key: streamKey, SDP: c.offer(t, nil)}); err != nil {
		t.Fatal(err)
	}
	if why := d.last(t).ended(t); !fault.Is(why, fault.Unavailable) {
		t.Errorf("given up by %v", why)
	}
}

func TestEndByUsTellsTheEncoderWhy(t *testing.T) {
	t.Parallel()
	e, d := newEndpoint(t, nil)
	c := newEncoder(t, webrtc.NetworkTypeUDP4, "video")
	answer := c.publish(t, e)
	c.send(t, recorded(t))
	show := d.last(t)
	show.wait(t, "pictures", atLeast(1, 5))
	show.reason = fault.New(fault.Forbidden, "An administrator ended the broadcast")
	close(show.done)
	wait(t, c.closed, "end of the connection")
	_ = show.ended(t)
	_, err := e.Patch(t.Context(), whip.Patch{Session: answer.Session, Key: streamKey, IfMatch: "*"})
	if !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "An administrator ended") {
		t.Errorf("the encoder learns %v", err)
	}
}

func TestSecondEncoderIsRefusedUnlessTheFirstIsSilent(t *testing.T) {
	t.Parallel()
	e, d := newEndpoint(t, nil)
	first := newEncoder(t, webrtc.NetworkTypeUDP4, "video")
	first.publish(t, e)
	first.send(t, recorded(t))
	show := d.last(t)
	show.wait(t, "pictures", atLeast(1, 5))
	second := newEncoder(t, webrtc.NetworkTypeUDP4, "video")
	offer := second.offer(t, nil)
	if _, err := e.Publish(t.Context(), whip.Offer{Key: streamKey, SDP: offer}); !fault.Is(err, fault.Conflict) {
		t.Fatalf("the second encoder: %v", err)
	}
	first.stop()
	answer := publishWhenFree(t, e, offer)
	if why := show.ended(t); why == nil {
		t.Error("the first said goodbye")
	}
	second.accept(t, answer.SDP)
	wait(t, second.connected, "connection")
}

// publishWhenFree tries again while the first encoder is taken for alive.
func publishWhenFree(t *testing.T, e *whip.Endpoint, offer string) whip.Answer {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); ; {
		answer, err := e.Publish(t.Context(), whip.Offer{Key: streamKey, SDP: offer})
		if err == nil {
			return answer
		}
		if !fault.Is(err, fault.Conflict) || time.Now().After(deadline) {
			t.Fatalf("back on another line: %v", err)
		}
		<-time.After(50 * time.Millisecond)
	}
}

func TestSessionsAreBounded(t *testing.T) {
	t.Parallel()
	e, _ := newEndpoint(t, func(o *whip.Options) { o.MaxSessions = 1 })
	c := newEncoder(t, webrtc.NetworkTypeUDP4, "video")
	c.publish(t, e)
	_, err := e.Publish(t.Context(), whip.Offer{Key: streamKey, SDP: c.offer(t, nil)})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("one more: %v", err)
	}
}

func TestKeyOfTheSessionIsAskedFor(t *testing.T) {
	t.Parallel()
	e, _ := newEndpoint(t, nil)
	c := newEncoder(t, webrtc.NetworkTypeUDP4, "video")
	answer := c.publish(t, e)
	if err := e.End(t.Context(), answer.Session, "another"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("another key ends it: %v", err)
	}
	if err := e.End(t.Context(), "another", streamKey); !fault.Is(err, fault.NotFound) {
		t.Errorf("another session: %v", err)
	}
}

func TestPublicAddressIsAnnounced(t *testing.T) {
	t.Parallel()
	e, _ := newEndpoint(t, func(o *whip.Options) { o.PublicAddresses = addresses("203.0.113.7") })
	c := newEncoder(t, webrtc.NetworkTypeUDP4, "video")
	answer := c.publish(t, e)
	for _, address := range []string{" 203.0.113.7 ", " 127.0.0.1 "} {
		if !strings.Contains(answer.SDP, address) {
			t.Errorf("no candidate%sin\n%s", address, answer.SDP)
		}
	}
}

func TestForeignOffers(t *testing.T) {
	t.Parallel()
	e, d := newEndpoint(t, nil)
	c := newEncoder(t, webrtc.NetworkTypeUDP4, "video", "audio")
	good := c.offer(t, nil)
	video := section(t, good, "video")
	data := newEncoder(t, webrtc.NetworkTypeUDP4)
	if _, err := data.connection.CreateDataChannel("chat", nil); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, offer string
		kind        fault.Kind
		says        string
	}{
		{"nothing", "", fault.Unsupported, "one video, one audio"},
		{"no SDP", "GET / HTTP/1.1\r\n\r\n", fault.Invalid, "not a session description"},
		{"bytes", "v=0\r\n\x00\xff\xfe", fault.Invalid, "not a session description"},
		{"huge", good + strings.Repeat("a=x:"+strings.Repeat("y", 1000)+"\r\n", 100), fault.TooLarge, "larger"},
		{"data channel alone", data.offer(t, nil), fault.Unsupported, "only video and audio"},
		{"no media", header(good), fault.Unsupported, "one video, one audio"},
		{"two videos", good + video, fault.Unsupported, "more than one video"},
		{"fifty videos", header(good) + strings.Repeat(video, 12), fault.Unsupported, "one video, one audio"},
		{"VP8 alone", without(good, "H264/90000"), fault.Unsupported, "no H.264"},
		{"no Opus", strings.ReplaceAll(good, "opus/48000/2", "speex/16000/1"), fault.Unsupported, "no Opus"},
		{"whole units only", strings.ReplaceAll(good, "packetization-mode=1", "packetization-mode=0"), fault.Unsupported, "packetization-mode 1"},
		{"wants to receive", strings.ReplaceAll(good, "a=sendonly", "a=recvonly"), fault.Unsupported, "does not send"},
		{"RTCP apart", strings.ReplaceAll(good, "a=rtcp-mux\r\n", ""), fault.Unsupported, "rtcp-mux"},
		{"several qualities", strings.Replace(good, "a=sendonly", "a=simulcast:send l;h\r\na=sendonly", 1), fault.Unsupported, "simulcast"},
		{"no credentials", strings.ReplaceAll(good, "a=ice-ufrag", "a=x"), fault.Invalid, "ICE credentials"},
		{"no fingerprint", strings.ReplaceAll(good, "a=fingerprint", "a=x"), fault.Invalid, "cannot be answered"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := e.Publish(t.Context(), whip.Offer{Key: streamKey, SDP: test.offer})
			if !fault.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("answered %v (%s), want %s: …%s…", err, fault.KindOf(err), test.kind, test.says)
			}
		})
	}
	if n := len(d.shows); n > 1 {
		t.Errorf("%d foreign offers were admitted", n)
	}
}

// An offer may name many addresses, and names to look up; none is asked for anything.
func TestFloodOfCandidatesCostsNothing(t *testing.T) {
	t.Parallel()
	e, d := newEndpoint(t, nil)
	c := newEncoder(t, webrtc.NetworkTypeUDP4, "video")
	var flood bytes.Buffer
	for i := range 400 {
		fmt.Fprintf(&flood, "a=candidate:%d 1 udp 2130706431 %08d-aaaa-4bbb-8ccc-dddddddddddd.local %d typ host\r\n", i, i, 1024+i)
	}
	answer, err := e.Publish(t.Context(), whip.Offer{Key: streamKey, SDP: c.offer(t, nil) + flood.String()})
	if err != nil {
		t.Fatal(err)
	}
	c.accept(t, answer.SDP)
	wait(t, c.connected, "connection")
	c.send(t, recorded(t))
	d.last(t).wait(t, "pictures", atLeast(1, 5))
}

func TestAnswerAsksForWhatWeTake(t *testing.T) {
	t.Parallel()
	e, _ := newEndpoint(t, nil)
	c := newEncoder(t, webrtc.NetworkTypeUDP4, "video", "audio")
	answer := c.publish(t, e)
	for _, want := range []string{
		"a=ice-lite", "a=recvonly", "H264/90000", "profile-level-id=42e034", "packetization-mode=1", "opus/48000/2", "stereo=1", "nack pli", "transport-cc",
	} {
		if !strings.Contains(answer.SDP, want) {
			t.Errorf("the answer has no %s:\n%s", want, answer.SDP)
		}
	}
	for _, foreign := range []string{"VP8", "VP9", "AV1", "PCMU", "G722", "a=sendrecv", "a=sendonly"} {
		if strings.Contains(answer.SDP, foreign) {
			t.Errorf("the answer has %s:\n%s", foreign, answer.SDP)
		}
	}
}

func header(offer string) string {
	head, _, _ := strings.Cut(offer, "m=")
	return head
}

func section(t *testing.T, offer, kind string) string {
	t.Helper()
	_, rest, has := strings.Cut(offer, "m="+kind)
	if !has {
		t.Fatalf("no %s in\n%s", kind, offer)
	}
	body, _, _ := strings.Cut(rest, "m=")
	return "m=" + kind + body
}

func without(offer, word string) string {
	var kept []string
	for line := range strings.SplitSeq(offer, "\r\n") {
		if !strings.Contains(line, word) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\r\n")
}
