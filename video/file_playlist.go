package video

import (
	"context"
	"encoding/json"
	"fmt"

	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/video/hls"
)

// p2pVersion is the generation of the peer-to-peer loader's identifiers that hls.InfoHashes computes.
const p2pVersion = 2

const (
	audioGroup    = "audio"
	subtitleGroup = "subtitles"
)

// RefreshPlaylists writes the master playlist anew, after what it lists changed elsewhere: captions. Without HLS files it does nothing.
func (f *Files) RefreshPlaylists(ctx context.Context, id ID) error {
	return f.change(ctx, id, func(now form) (form, FilesRemoved, error) { return now, FilesRemoved{}, nil })
}

// change brings a video's files into another form: playlists first, then rows.
func (f *Files) change(ctx context.Context, id ID, to func(form) (form, FilesRemoved, error)) error {
	db.NotInTransaction(ctx, "writing playlists")
	defer f.lock(id)()
	of, err := getBare(ctx, f.o.DB, id)
	if err != nil {
		return err
	}
	now, err := f.formOf(ctx, f.o.DB, of)
	if err != nil {
		return err
	}
	after, gone, err := to(now)
	if err != nil {
		return err
	}
	if _, err := f.writePlaylists(ctx, of, &after); err != nil {
		return fmt.Errorf("write playlists of video %d: %w", id, err)
	}
	return f.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, one := range now.missingIn(after) {
			if err := deleteFile(ctx, tx, one.ID); err != nil {
				return err
			}
		}
		if _, err := f.writePlaylistRow(ctx, tx, of, after); err != nil {
			return err
		}
		return f.finish(ctx, tx, of, gone, nil)
	})
}

// missingIn are the rows of the form that another one no longer has.
func (now form) missingIn(after form) []formFile {
	kept := make(map[FileID]bool)
	for _, list := range [][]formFile{after.hls, after.web} {
		for _, one := range list {
			kept[one.ID] = true
		}
	}
	var missing []formFile
	for _, list := range [][]formFile{now.hls, now.web} {
		for _, one := range list {
			if !kept[one.ID] {
				missing = append(missing, one)
			}
		}
	}
	return missing
}

// writePlaylists stores the master playlist and the digests of a form with HLS files.
func (f *Files) writePlaylists(ctx context.Context, of Video, after *form) ([]BlobName, error) {
	if len(after.hls) == 0 {
		return nil, nil
	}
	isNew := after.playlist.PlaylistFilename == ""
	after.playlistNames()
	after.playlist.Storage = after.hls[0].Storage
	after.playlist.InfoHashes = after.infoHashes(f.masterURL(of, after.playlist))
	master, err := after.master().MarshalText()
	if err != nil {
		return nil, err
	}
	digests, err := after.digests()
	if err != nil {
		return nil, err
	}
	var written []BlobName
	for name, content := range map[string][]byte{after.playlist.SHA256Filename: digests, after.playlist.PlaylistFilename: master} {
		blobName := BlobName{Kind: blob.StreamingPlaylists, Storage: after.playlist.Storage, Key: PlaylistKey(of.Privacy, of.UUID, name)}
		if err := f.put(ctx, of, blobName, content); err != nil {
			return written, err
		}
		if isNew {
			written = append(written, blobName)
		}
	}
	return written, nil
}

func (f *Files) masterURL(of Video, p Playlist) string {
	return PlaylistURL(f.o.Site, of.Privacy, of.UUID, p.PlaylistFilename)
}

// split is the rendition of sound that the pictures lack, when they do.
func (now form) split() (sound formFile, ok bool) {
	needed := false
	for _, one := range now.hls {
		if one.HasVideo && !one.HasAudio {
			needed = true
		}
		if !one.HasVideo {
			sound, ok = one, true
		}
	}
	return sound, ok && needed
}

// master lists the renditions, best first. Sound of its own is a rendition where the pictures need it, a variant where they do not.
func (now form) master() hls.MasterPlaylist {
	p := hls.MasterPlaylist{IndependentSegments: true}
	sound, isSplit := now.split()
	if isSplit {
		p.Renditions = append(p.Renditions, hls.Rendition{
			Type: hls.AudioRendition, GroupID: audioGroup, Name: "audio", URI: sound.PlaylistFilename, IsDefault: true, Autoselect: true,
		})
	}
	for _, c := range now.captions {
		p.Renditions = append(p.Renditions, hls.Rendition{
			Type: hls.SubtitleRendition, GroupID: subtitleGroup, Name: c.language, Language: c.language, URI: c.playlist,
		})
	}
	for _, one := range now.hls {
		if isSplit && !one.HasVideo {
			continue
		}
		v := one.variant()
		if isSplit && !one.HasAudio {
			v = withSound(v, sound)
		}
		if len(now.captions) > 0 {
			v.SubtitleGroup = subtitleGroup
		}
		p.Variants = append(p.Variants, v)
	}
	return p
}

func (one formFile) variant() hls.Variant {
	return hls.Variant{
		URI: one.PlaylistFilename, Bandwidth: int64(one.Bandwidth), AverageBandwidth: int64(one.AverageBandwidth), Width: one.Width,
		Height: one.Height, FrameRate: float64(one.FPS), Codecs: one.Codecs,
	}
}

// withSound counts the shared sound with a variant (RFC 8216 §4.3.4.2).
func withSound(v hls.Variant, sound formFile) hls.Variant {
	v.AudioGroup = audioGroup
	v.Bandwidth += int64(sound.Bandwidth)
	v.AverageBandwidth += int64(sound.AverageBandwidth)
	v.Codecs += "," + sound.Codecs
	return v
}

func (now form) infoHashes(masterURL string) []string {
	_, isSplit := now.split()
	main := len(now.hls)
	if isSplit {
		main--
	}
	return hls.InfoHashes(masterURL, main, isSplit)
}

// digests is the segments-sha256.json document.
func (now form) digests() ([]byte, error) {
	all := make(map[string]json.RawMessage, len(now.hls))
	for _, one := range now.hls {
		all[one.Filename] = one.segments
	}
	return json.Marshal(all)
}
