package video

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"lucarne/platform/blob"
	"lucarne/platform/db"
	"lucarne/platform/event"
	"lucarne/platform/fault"
	"lucarne/video/hls"
)

// Listeners keep the playlists of captions, since players of HLS find captions there, and who may fetch captions from a bucket.
func (c *Captions) Listeners() []event.Listener {
	return []event.Listener{
		event.On("video captions: access after a change", func(ctx context.Context, fact CaptionsChanged) error { return c.settleAccess(ctx, fact.VideoID) }),
		event.On("video captions: privacy changed", func(ctx context.Context, fact PrivacyChanged) error { return c.settleAccess(ctx, fact.VideoID) }),
		event.On("video captions: changed", func(ctx context.Context, fact CaptionsChanged) error { return c.refresh(ctx, fact.VideoID, true) }),
		event.On("video captions: video updated", func(ctx context.Context, fact Updated) error { return c.refresh(ctx, fact.VideoID, false) }),
	}
}

// settleAccess opens or closes the stored captions as the privacy of their video asks. It also runs after each change, as the privacy may
// change while a caption is being stored.
func (c *Captions) settleAccess(ctx context.Context, id ID) error {
	of, err := getBare(ctx, c.o.DB, id)
	if fault.Is(err, fault.NotFound) {
		return nil // deleted since
	}
	if err != nil {
		return err
	}
	captions, err := c.List(ctx, id)
	if err != nil {
		return err
	}
	for _, caption := range captions {
		store := storeOf(c.o.Blobs, blob.Captions, caption.Storage)
		if err := move(ctx, store, caption.Filename, caption.Filename, of.Privacy); err != nil {
			return fmt.Errorf("access to a caption of video %d: %w", id, err)
		}
	}
	return nil
}

// refresh gives every caption its media playlist when the video has HLS files, and takes it away when it has none. The master playlist
// is written anew when something moved, or when always asks for it.
func (c *Captions) refresh(ctx context.Context, id ID, always bool) error {
	of, err := getBare(ctx, c.o.DB, id)
	if fault.Is(err, fault.NotFound) {
		return nil // deleted since
	}
	if err != nil {
		return err
	}
	captions, err := c.List(ctx, id)
	if err != nil {
		return err
	}
	master, hasHLS, err := playlistOf(ctx, c.o.DB, id)
	if err != nil {
		return err
	}
	hasMoved := always
	for _, caption := range captions {
		moved, err := c.settlePlaylist(ctx, of, caption, hasHLS, master.Storage)
		if err != nil {
			return fmt.Errorf("playlist of a caption of video %d: %w", id, err)
		}
		hasMoved = hasMoved || moved
	}
	if !hasMoved || !hasHLS {
		return nil
	}
	return c.o.Files.RefreshPlaylists(ctx, id)
}

// settlePlaylist makes or forgets the playlist of a caption. A video whose length is not known yet waits.
func (c *Captions) settlePlaylist(ctx context.Context, of Video, caption Caption, hasHLS bool, storage Storage) (moved bool, err error) {
	hasPlaylist := caption.PlaylistFilename != ""
	if hasPlaylist == hasHLS || (hasHLS && of.DurationSeconds == 0) {
		return false, nil
	}
	name := ""
	if hasHLS {
		name = playlistNameOf(caption)
		if err := c.writePlaylist(ctx, of, caption, name, storage); err != nil {
			return false, err
		}
	}
	return true, c.o.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		tx.Touch(Topic)
		if err := nameCaptionPlaylist(ctx, tx, caption, name); err != nil || hasHLS {
			return err
		}
		return c.o.Outbox.Record(ctx, tx, FilesRemoved{VideoID: of.ID, UUID: of.UUID, Blobs: caption.playlist()})
	})
}

func (c *Captions) writePlaylist(ctx context.Context, of Video, caption Caption, name string, storage Storage) error {
	length := time.Duration(of.DurationSeconds) * time.Second
	text, err := hls.CaptionPlaylist(CaptionURL(c.o.Site, caption), length).MarshalText()
	if err != nil {
		return err
	}
	o := blob.PutOptions{Size: int64(len(text)), Private: of.Privacy.HasPrivateFiles()}
	return storeOf(c.o.Blobs, blob.StreamingPlaylists, storage).Put(ctx, PlaylistKey(of.Privacy, of.UUID, name), bytes.NewReader(text), o)
}
