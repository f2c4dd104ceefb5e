package hls

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
)

// swarmVersion is the protocol version that p2p-media-loader 2.x puts in front of stream identifiers.
const swarmVersion = "v2"

// InfoHashes are the identifiers under which players that watch a streaming playlist find each other: one per main
// rendition in the order of the master playlist and, when sound is a rendition of its own, one more.
//
// p2p-media-loader 2.x takes the MD5 of "v2-<master playlist URL>-main-<i>" (or -secondary-0), drops the first byte and
// base64-encodes the other fifteen into the twenty bytes a tracker's info hash has.
func InfoHashes(masterURL string, main int, hasAudioRendition bool) []string {
	var hashes []string
	for i := range main {
		hashes = append(hashes, infoHash(fmt.Sprintf("%s-%s-main-%d", swarmVersion, masterURL, i)))
	}
	if hasAudioRendition {
		hashes = append(hashes, infoHash(fmt.Sprintf("%s-%s-secondary-0", swarmVersion, masterURL)))
	}
	return hashes
}

func infoHash(stream string) string {
	sum := md5.Sum([]byte(stream))
	return hex.EncodeToString([]byte(base64.StdEncoding.EncodeToString(sum[1:])))
}

// Digests is the segments-sha256.json document: what players check segments from peers against.
type Digests []FileDigests

// FileDigests are the digests of one file's segments.
type FileDigests struct {
	Name     string // as the playlist names the file
	Segments []SegmentDigest
}

// SegmentDigest is the SHA-256 of one segment.
type SegmentDigest struct {
	Range  ByteRange
	SHA256 [sha256.Size]byte
}

// Digest reads the segments one after the other and hashes them, in constant memory.
func Digest(r io.ReaderAt, name string, segments []Segment) (FileDigests, error) {
	digests := FileDigests{Name: name}
	hash, buffer := sha256.New(), make([]byte, 256<<10)
	for _, s := range segments {
		hash.Reset()
		// The writer alone is passed on, so that the one buffer serves all segments.
		n, err := io.CopyBuffer(struct{ io.Writer }{hash}, io.NewSectionReader(r, s.Range.Start, s.Range.Length), buffer)
		if err == nil && n != s.Range.Length {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return FileDigests{}, fmt.Errorf("digest %s of %s: %w", s.Range, name, err)
		}
		digests.Segments = append(digests.Segments, SegmentDigest{Range: s.Range, SHA256: [sha256.Size]byte(hash.Sum(nil))})
	}
	return digests, nil
}

// MarshalJSON writes {"<file>": {"<start>-<end>": "<hex>"}}, files and segments in their order.
func (d Digests) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, file := range d {
		name, err := json.Marshal(file.Name)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "%s%s:{", comma(i), name)
		for j, s := range file.Segments {
			fmt.Fprintf(&out, `%s"%s":"%x"`, comma(j), s.Range, s.SHA256)
		}
		out.WriteByte('}')
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}
