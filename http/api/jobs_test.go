package api

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"lucarne/platform/db"
	"lucarne/platform/db/dbtest"
	"lucarne/platform/job"
)

type emailArgs struct {
	To string `json:"to"`
}

func (emailArgs) Kind() string { return "email" }

func (w *instanceWorld) enqueue(t *testing.T, o job.EnqueueOptions) (id job.ID) {
	t.Helper()
	err := w.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = w.queue.Enqueue(ctx, tx, emailArgs{To: "a@example.org"}, o)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestJobsByState(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newInstanceWorld(t, d)
		id := w.enqueue(t, job.EnqueueOptions{})
		w.enqueue(t, job.EnqueueOptions{At: time.Now().Add(time.Hour)})
		totals := map[string]float64{
			"/jobs": 2, "/jobs/": 2, "/jobs/waiting": 1, "/jobs/delayed": 1, "/jobs/active": 0, "/jobs/completed": 0, "/jobs/failed": 0, "/jobs/paused": 0,
			"/jobs/prioritized": 0, "/jobs/waiting-children": 0, "/jobs?jobType=email": 2, "/jobs?jobType=video-transcoding": 0,
		}
		for path, want := range totals {
			if status, answer := w.do(t, "GET", path, ""); status != 200 || answer.(map[string]any)["total"] != want {
				t.Errorf("%s: %d %v, want %v", path, status, answer, want)
			}
		}
		for _, path := range []string{
			"/jobs?jobType=nonsense", "/jobs?start=-1", "/jobs?count=101", "/jobs?sort=name", "/jobs?start=9223372036854775807", "/jobs?start=99999999999999999999",
		} {
			if status, answer := w.do(t, "GET", path, ""); status != 400 {
				t.Errorf("%s: %d %v, want 400", path, status, answer)
			}
		}
		cancellations := map[string]int{
			"/jobs/email/999999/cancel": 404, "/jobs/video-transcoding/" + jsonNumber(id) + "/cancel": 404, "/jobs/email/" + jsonNumber(id) + "/cancel": 409,
			"/jobs/email/x/cancel": 400,
		}
		for path, want := range cancellations {
			if status, answer := w.do(t, "POST", path, ""); status != want {
				t.Errorf("%s: %d %v, want %d", path, status, answer, want)
			}
		}
	})
}

func jsonNumber(id job.ID) string {
	text, _ := json.Marshal(id)
	return string(text)
}
