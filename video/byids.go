package video

import (
	"context"
	"fmt"

	"lucarne/platform/db"
)

// ByIDs reads the videos of a page that another subject put in order, whoever asks; those that are gone are left out.
func (v *Videos) ByIDs(ctx context.Context, ids []ID) (map[ID]Details, error) {
	byID := make(map[ID]Details, len(ids))
	if len(ids) == 0 {
		return byID, nil
	}
	args := db.Anys(db.Padded(ids))
	found, err := db.List(ctx, v.o.DB, scan, "SELECT "+columns+" FROM video v WHERE v.id IN ("+db.Marks(len(args))+")", args...)
	if err != nil {
		return nil, fmt.Errorf("read videos: %w", err)
	}
	if err := load(ctx, v.o.DB, found, parts{tags: true}); err != nil {
		return nil, fmt.Errorf("read videos: %w", err)
	}
	for _, one := range found {
		byID[one.ID] = Details{Video: *one}
	}
	return byID, nil
}
