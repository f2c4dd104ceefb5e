package torrent

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // BEP 3 prescribes SHA-1
	"fmt"
	"io"
	"maps"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/zeebo/bencode"

	"lucarne/platform/fault"
)

const maxNameBytes = 1024

// wireTorrent is the metainfo file. Keys are written in order by the encoder.
type wireTorrent struct {
	Announce     string             `bencode:"announce,omitempty"`
	AnnounceList [][]string         `bencode:"announce-list,omitempty"`
	CreatedBy    string             `bencode:"created by,omitempty"`
	CreationDate int64              `bencode:"creation date,omitempty"`
	Encoding     string             `bencode:"encoding,omitempty"`
	Info         bencode.RawMessage `bencode:"info"`
	URLList      bencode.RawMessage `bencode:"url-list,omitempty"`
}

type wireInfo struct {
	Length      int64              `bencode:"length"`
	Name        string             `bencode:"name"`
	PieceLength int64              `bencode:"piece length"`
	Pieces      []byte             `bencode:"pieces"`
	Files       bencode.RawMessage `bencode:"files"`
}

// Encode writes the metainfo file, the same bytes for the same torrent.
func (t Torrent) Encode() ([]byte, error) {
	info, err := t.Info.encode()
	if err != nil {
		return nil, err
	}
	wire := wireTorrent{CreatedBy: t.CreatedBy, Encoding: "UTF-8", Info: info}
	if !t.CreatedAt.IsZero() {
		wire.CreationDate = t.CreatedAt.Unix()
	}
	if len(t.Trackers) > 0 {
		wire.Announce = t.Trackers[0]
	}
	for _, tracker := range t.Trackers {
		wire.AnnounceList = append(wire.AnnounceList, []string{tracker})
	}
	if len(t.WebSeeds) > 0 {
		if wire.URLList, err = bencode.EncodeBytes(t.WebSeeds); err != nil {
			return nil, fmt.Errorf("encode web seeds: %w", err)
		}
	}
	return bencode.EncodeBytes(wire)
}

func (i Info) encode() ([]byte, error) {
	dict := map[string]any{"length": i.Length, "name": i.Name, "piece length": i.PieceLength, "pieces": i.Pieces}
	for key, value := range i.extra {
		dict[key] = value
	}
	encoded, err := bencode.EncodeBytes(dict)
	if err != nil {
		return nil, fmt.Errorf("encode torrent info: %w", err)
	}
	return encoded, nil
}

// Decode reads a metainfo file of one file. It fails with fault.Invalid on anything malformed, fault.Unsupported on a
// torrent of several files and fault.TooLarge above MaxEncodedBytes.
func Decode(r io.Reader) (Torrent, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxEncodedBytes+1))
	if err != nil {
		return Torrent{}, fmt.Errorf("read torrent: %w", err)
	}
	if len(data) > MaxEncodedBytes {
		return Torrent{}, fault.New(fault.TooLarge, "The torrent file is too large")
	}
	if err := scan(data); err != nil {
		return Torrent{}, err
	}
	var wire wireTorrent
	if err := bencode.DecodeBytes(data, &wire); err != nil {
		return Torrent{}, malformed().Because(err)
	}
	info, err := decodeInfo(wire.Info)
	if err != nil {
		return Torrent{}, err
	}
	return wire.torrent(info), nil
}

func (w wireTorrent) torrent(info Info) Torrent {
	t := Torrent{CreatedBy: w.CreatedBy, Trackers: w.trackers(), WebSeeds: w.webSeeds(), Info: info}
	if w.CreationDate > 0 {
		t.CreatedAt = time.Unix(w.CreationDate, 0).UTC()
	}
	return t
}

// trackers flattens the tiers. BEP 12: announce is ignored when announce-list is there.
func (w wireTorrent) trackers() []string {
	var all []string
	for _, tier := range w.AnnounceList {
		all = append(all, tier...)
	}
	if len(all) == 0 && w.Announce != "" {
		all = []string{w.Announce}
	}
	return all[:min(len(all), maxAddresses)]
}

// webSeeds reads url-list, which BEP 19 allows to be one string or a list.
func (w wireTorrent) webSeeds() []string {
	var list []string
	if len(w.URLList) == 0 || bencode.DecodeBytes(w.URLList, &list) == nil {
		return list[:min(len(list), maxAddresses)]
	}
	var one string
	if bencode.DecodeBytes(w.URLList, &one) != nil || one == "" {
		return nil
	}
	return []string{one}
}

func decodeInfo(raw []byte) (Info, error) {
	var wire wireInfo
	var all map[string]bencode.RawMessage
	if len(raw) == 0 || bencode.DecodeBytes(raw, &wire) != nil || bencode.DecodeBytes(raw, &all) != nil {
		return Info{}, malformed()
	}
	if len(wire.Files) > 0 {
		return Info{}, fault.New(fault.Unsupported, "Torrents of several files are not supported")
	}
	info := Info{Name: wire.Name, Length: wire.Length, PieceLength: wire.PieceLength, Pieces: wire.Pieces}
	maps.DeleteFunc(all, func(key string, _ bencode.RawMessage) bool { return isKnown(key) })
	if len(all) > 0 {
		info.extra = all
	}
	return info, info.check(raw)
}

func isKnown(key string) bool {
	return key == "length" || key == "name" || key == "piece length" || key == "pieces"
}

// check refuses what cannot be a torrent, and one whose info hash we would not find again.
func (i Info) check(raw []byte) error {
	if err := checkName(i.Name); err != nil {
		return err
	}
	isSized := i.Length >= 0 && i.Length <= MaxSize && i.PieceLength > 0 && i.PieceLength <= MaxSize
	if !isSized || int64(len(i.Pieces)) != pieceCount(i.Length, i.PieceLength)*sha1.Size {
		return malformed()
	}
	encoded, err := i.encode()
	if err != nil {
		return err
	}
	if !bytes.Equal(encoded, raw) {
		return malformed()
	}
	return nil
}

// checkName keeps a name a name: clients write files under it.
func checkName(name string) error {
	isPath := name == "." || name == ".." || strings.ContainsAny(name, "/\\\x00")
	if name == "" || len(name) > maxNameBytes || isPath || !utf8.ValidString(name) {
		return fault.New(fault.Invalid, "The file name cannot be used in a torrent")
	}
	return nil
}

func malformed() *fault.Error { return fault.New(fault.Invalid, "The torrent file is malformed") }
