package video

import (
	"context"

	"lucarne/platform/db"
)

// FindByFile tells which video a rendition's file belongs to, by the file's name.
func (v *Videos) FindByFile(ctx context.Context, filename string) (id ID, found bool, err error) {
	return db.Find(ctx, v.o.DB, db.Column[ID], "SELECT video_id FROM video_file WHERE filename = ?", filename)
}

// FindSource tells what a kept original belongs to, by the file's name.
func (v *Videos) FindSource(ctx context.Context, filename string) (Source, bool, error) {
	if filename == "" {
		return Source{}, false, nil
	}
	return db.Find(ctx, v.o.DB, scanSource, "SELECT "+sourceColumns+" FROM video_source WHERE filename = ?", filename)
}
