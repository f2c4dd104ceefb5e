// Package torrent describes a file for BitTorrent v1 (BEP 3): metainfo with web seeds (BEP 19), info hash and magnet link.
package torrent

import (
	"crypto/sha1" //nolint:gosec // BEP 3 prescribes SHA-1
	"encoding/hex"
	"fmt"
	"io"
	"math/bits"
	"time"

	"github.com/zeebo/bencode"

	"lucarne/platform/fault"
)

const (
	minPieceLength = 16 << 10
	// maxPieceLength is the largest piece widespread clients accept.
	maxPieceLength = 16 << 20
	// MaxSize is the largest file described: its metainfo stays below MaxEncodedBytes.
	MaxSize = int64(1) << 42
	// MaxEncodedBytes is the largest metainfo Decode reads.
	MaxEncodedBytes = 8 << 20
	// maxAddresses is how many trackers, and how many web seeds, are kept.
	maxAddresses = 100
)

// Torrent is the metainfo of one file. It is a value: methods that change something return another.
type Torrent struct {
	Trackers  []string // announce addresses, each its own tier (BEP 12), the preferred one first
	WebSeeds  []string // addresses of the file itself (BEP 19)
	CreatedBy string
	CreatedAt time.Time // zero when unknown; whole seconds are kept
	Info      Info
}

// Info is the part of the metainfo that the info hash names.
type Info struct {
	Name        string
	Length      int64
	PieceLength int64
	Pieces      []byte // one SHA-1 after the other

	extra map[string]bencode.RawMessage // keys of a decoded torrent that count in its hash
}

// Hash is a BitTorrent v1 info hash.
type Hash [sha1.Size]byte

// String is the hash in lower-case hexadecimal, as magnet links and the API write it.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// PieceLength is the piece length for a file of that size: the power of two nearest to a 1024th of it, from 16 KiB to 16 MiB.
func PieceLength(size int64) int64 {
	length := int64(minPieceLength)
	// The next power of two is nearer, on the logarithmic scale, once size/1024 is above length × √2.
	for length < maxPieceLength && isAboveRoot(size/1024, length) {
		length *= 2
	}
	return length
}

// isAboveRoot reports whether n >= length × √2, in whole numbers: n² >= 2 × length².
func isAboveRoot(n, length int64) bool {
	nHigh, nLow := bits.Mul64(uint64(max(n, 0)), uint64(max(n, 0)))
	return nHigh > 0 || nLow >= 2*uint64(length)*uint64(length)
}

// Hashed reads the file once and hashes its pieces, holding none of them in memory. It fails with fault.Invalid when the
// reader holds fewer or more than size bytes or the name cannot stand in a torrent.
func Hashed(r io.Reader, name string, size int64) (Info, error) {
	if size < 0 || size > MaxSize {
		return Info{}, fault.New(fault.TooLarge, "The file is too large for a torrent")
	}
	if err := checkName(name); err != nil {
		return Info{}, err
	}
	info := Info{Name: name, Length: size, PieceLength: PieceLength(size)}
	info.Pieces = make([]byte, 0, pieceCount(size, info.PieceLength)*sha1.Size)
	for left := size; left > 0; left -= info.PieceLength {
		piece := sha1.New() //nolint:gosec // BEP 3
		if _, err := io.CopyN(piece, r, min(left, info.PieceLength)); err != nil {
			return Info{}, shortRead(err)
		}
		info.Pieces = piece.Sum(info.Pieces)
	}
	return info, ensureEnd(r)
}

func shortRead(err error) error {
	if err == io.EOF {
		return fault.New(fault.Invalid, "The file is shorter than announced")
	}
	return fmt.Errorf("hash pieces: %w", err)
}

func ensureEnd(r io.Reader) error {
	switch _, err := io.ReadFull(r, make([]byte, 1)); err {
	case io.EOF:
		return nil
	case nil:
		return fault.New(fault.Invalid, "The file is longer than announced")
	default:
		return fmt.Errorf("hash pieces: %w", err)
	}
}

func pieceCount(size, pieceLength int64) int64 { return (size + pieceLength - 1) / pieceLength }

// InfoHash is the torrent's identity.
func (t Torrent) InfoHash() (Hash, error) {
	encoded, err := t.Info.encode()
	return sha1.Sum(encoded), err //nolint:gosec // BEP 3
}

// Renamed is the torrent under another file name. The pieces stay, the info hash does not.
func (t Torrent) Renamed(name string) (Torrent, error) {
	if err := checkName(name); err != nil {
		return Torrent{}, err
	}
	t.Info.Name = name
	return t, nil
}
