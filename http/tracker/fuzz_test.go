package tracker

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/zeebo/bencode"
)

func FuzzMessage(f *testing.F) {
	for _, seed := range []string{
		`{"action":"announce","info_hash":"film-film-film-film-","peer_id":"-PM0203-abcdefghijkl","event":"started","left":null,"numwant":5,"offers":[{"offer":{"type":"offer","sdp":"v=0\r\n"},"offer_id":"\u0000\u00ff34567890123456789\u007f"}]}`,
		`{"action":"announce","info_hash":"film-film-film-film-","peer_id":"-PM0203-abcdefghijkl","answer":{"type":"answer","sdp":"v=0"},"to_peer_id":"-PM0203-bcdefghijklm","offer_id":"01234567890123456789"}`,
		`{"action":"scrape","info_hash":["film-film-film-film-","film-film-film-film-"]}`, `{"action":"scrape"}`, `{"action":"announce","info_hash":[]}`,
		`{"action":"scrape","info_hash":"é-lm-film-film-film-"}`, `[]`, `null`, `{"info_hash":{}}`, "\xff", `{"left":1e999}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseMessage(data)
		if err != nil {
			return
		}
		if m.Action == actionAnnounce && (m.Peer == nil || len(m.hashes) != 1) || m.Answer != nil && m.Action == actionAnnounce && (m.To == nil || m.OfferID == nil) {
			t.Fatalf("let through: %+v", m)
		}
		if len(m.hashes) > maxScraped {
			t.Fatalf("%d info hashes", len(m.hashes))
		}
		for _, hash := range m.hashes {
			var back id
			if text, err := json.Marshal(hash); err != nil || json.Unmarshal(text, &back) != nil || back != hash {
				t.Fatalf("%s does not come back: %v", hash, err)
			}
		}
	})
}

func FuzzAnnounceQuery(f *testing.F) {
	f.Add("info_hash=film-film-film-film-&peer_id=-qB4600-abcdefghijkl&port=6881&uploaded=0&downloaded=0&left=0&compact=1&event=started&numwant=200")
	f.Add("info_hash=%00%ff%80lm-film-film-film-&peer_id=%2dTR4000-abcdefghijkl&port=51413&left=1&compact=0&no_peer_id=1&numwant=-1")
	f.Add("info_hash=%zz")
	f.Add("a;b=c&port=99999999999999999999&numwant=x")
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := parseAnnounce(raw)
		if hashes, err := parseScrape(raw); err == nil && (len(hashes) == 0 || len(hashes) > maxScraped) {
			t.Fatalf("%d swarms to count", len(hashes))
		}
		if err != nil {
			return
		}
		if q.port == 0 || q.wanted < 0 || q.wanted > maxWanted || !isEvent(q.event) {
			t.Fatalf("let through: %+v", q)
		}
		checkAnswer(t, q)
	})
}

// checkAnswer tells a peer of itself and reads that back.
func checkAnswer(t *testing.T, q announceQuery) {
	t.Helper()
	var answer told
	answer.addPeers(q, []*peer{{name: q.name, address: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), q.port)}})
	data, err := bencode.EncodeBytes(answer)
	if err != nil {
		t.Fatal(err)
	}
	var read map[string]any
	if err := bencode.DecodeBytes(data, &read); err != nil {
		t.Fatalf("%q: %v", data, err)
	}
	if bytesOf, isCompact := read["peers"].(string); isCompact != q.isCompact || isCompact && bytesOf != string([]byte{192, 0, 2, 1, byte(q.port >> 8), byte(q.port)}) {
		t.Fatalf("peers are %v", read["peers"])
	}
}

func FuzzBencodedAnswer(f *testing.F) {
	f.Add("failed", []byte(film), 1)
	f.Add("", []byte{0xff, 0}, -5)
	f.Fuzz(func(t *testing.T, reason string, hash []byte, count int) {
		for _, answer := range []any{failed{reason}, counted{Files: map[string]scrapeFile{string(hash): {Complete: count}}}} {
			data, err := bencode.EncodeBytes(answer)
			if err != nil {
				t.Fatal(err)
			}
			var read map[string]any
			if err := bencode.NewDecoder(bytes.NewReader(data)).Decode(&read); err != nil || len(read) != 1 {
				t.Fatalf("%q reads as %v: %v", data, read, err)
			}
		}
	})
}

const film = "film-film-film-film-"

func TestACompactListHasAFamily(t *testing.T) {
	t.Parallel()
	peers := []*peer{{address: netip.MustParseAddrPort("192.0.2.1:1")}, {address: netip.MustParseAddrPort("[2001:db8::1]:2")}}
	if four, six := compact(peers, netip.Addr.Is4), compact(peers, netip.Addr.Is6); len(four) != 6 || len(six) != 18 {
		t.Errorf("got %x and %x", four, six)
	}
}

func TestAQueryIsBinary(t *testing.T) {
	t.Parallel()
	hash := "\x00\xff;&=+ %" + strings.Repeat("h", 12)
	q, err := parseAnnounce("info_hash=" + url.QueryEscape(hash) + "&peer_id=" + strings.Repeat("p", 20) + "&port=1")
	if err != nil || string(q.hash[:]) != hash {
		t.Errorf("got %x, %v", q.hash, err)
	}
}
