package video

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"lucarne/account"
	"lucarne/platform/blob"
	"lucarne/video/torrent"
)

// storeTorrent writes the torrent of a new file and notes its info hash.
func (f *Files) storeTorrent(ctx context.Context, of Video, n *NewFile) (BlobName, error) {
	t := torrent.Torrent{
		Trackers: Trackers(f.o.Site), WebSeeds: f.webSeeds(of, n.File, n.IsHLS), CreatedBy: "Lucarne", CreatedAt: f.o.Clock.Now(), Info: n.Torrent,
	}
	hash, err := t.InfoHash()
	if err != nil {
		return BlobName{}, err
	}
	n.InfoHash = hash.String()
	name := BlobName{Kind: blob.Torrents, Storage: storageOf(f.o.Blobs, blob.Torrents), Key: n.TorrentFilename}
	return name, f.putTorrent(ctx, of, name, t)
}

func (f *Files) putTorrent(ctx context.Context, of Video, name BlobName, t torrent.Torrent) error {
	content, err := t.Encode()
	if err != nil {
		return err
	}
	return f.put(ctx, of, name, content)
}

// webSeeds are where clients fetch a file without peers: nowhere, when only some may fetch it.
func (f *Files) webSeeds(of Video, file File, isHLS bool) []string {
	switch {
	case of.Privacy.HasPrivateFiles():
		return nil
	case isHLS:
		return []string{PlaylistURL(f.o.Site, of.Privacy, of.UUID, file.Filename)}
	}
	return []string{WebVideoURL(f.o.Site, of.Privacy, file.Filename)}
}

// Trackers are this site's own, as torrents and magnets name them.
func Trackers(site account.Site) []string {
	socket := "ws" + strings.TrimPrefix(site.Origin, "http") + "/tracker/socket"
	return []string{site.Origin + "/tracker/announce", socket}
}

// reseed gives the torrent of a file the web seeds of the video's present privacy. The info hash does not depend on them.
func (f *Files) reseed(ctx context.Context, of Video, one formFile) error {
	if one.TorrentFilename == "" {
		return nil
	}
	store := f.o.Blobs.Store(blob.Torrents)
	object, err := store.Open(ctx, one.TorrentFilename)
	if err != nil {
		return fmt.Errorf("torrent of file %d: %w", one.ID, err)
	}
	content, err := io.ReadAll(io.LimitReader(object.Content, torrent.MaxEncodedBytes))
	object.Close()
	if err != nil {
		return fmt.Errorf("torrent of file %d: %w", one.ID, err)
	}
	t, err := torrent.Decode(bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("torrent of file %d: %w", one.ID, err)
	}
	t.WebSeeds = f.webSeeds(of, one.File, one.PlaylistID != 0)
	return f.putTorrent(ctx, of, BlobName{Kind: blob.Torrents, Storage: storageOf(f.o.Blobs, blob.Torrents), Key: one.TorrentFilename}, t)
}
