package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"lucarne/platform/db"
)

const (
	smallList   = 10_000
	connections = 16
	loadFor     = 5 * time.Second
)

// measureRequests: the two hot requests with few and with many videos.
func measureRequests(ctx context.Context, b *bench) error {
	list := make(map[int]float64)
	for _, videos := range []int{smallList, b.videos} {
		s, err := b.startWith(ctx, videos)
		if err != nil {
			return err
		}
		rate, p99, err := s.load(ctx, "/api/v1/videos?count=15")
		if err != nil {
			s.stop()
			return err
		}
		list[videos] = rate
		if videos == smallList {
			b.add(fmt.Sprintf("GET /videos?count=15, %d videos", videos), "≥ 3,000/s, p99 < 50 ms at half of it", rate >= 3000 && p99 < 50*time.Millisecond,
				"%.0f/s, p99 %.1f ms", rate, ms(p99))
			rate, p99, err = s.load(ctx, "/api/v1/videos/5000")
			b.add(fmt.Sprintf("GET /videos/{id}, %d videos", videos), "≥ 3,000/s, p99 < 50 ms at half of it", rate >= 3000 && p99 < 50*time.Millisecond,
				"%.0f/s, p99 %.1f ms", rate, ms(p99))
		}
		s.stop()
		if err != nil {
			return err
		}
	}
	ratio := list[smallList] / list[b.videos]
	b.add(fmt.Sprintf("list with %d videos", b.videos), "within 2× of 10,000", ratio < 2, "%.0f/s, %.2f× slower", list[b.videos], ratio)
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// startWith runs a server whose database holds the given number of public videos.
func (b *bench) startWith(ctx context.Context, videos int) (*server, error) {
	data := filepath.Join(b.folder, fmt.Sprintf("list%d", videos))
	s, _, err := b.start(ctx, data)
	if err != nil {
		return nil, err
	}
	if err := s.signIn(); err != nil {
		return nil, err
	}
	channel, err := s.channel()
	if err != nil {
		return nil, err
	}
	s.stop()
	if err := seed(ctx, filepath.Join(data, "lucarne.db"), channel, videos); err != nil {
		return nil, err
	}
	s, _, err = b.start(ctx, data)
	return s, err
}

// seed writes videos as an upload would leave them, straight into the database.
func seed(ctx context.Context, path string, channel, n int) error {
	d, err := db.Open(ctx, db.Options{SQLitePath: path, Forgetful: true})
	if err != nil {
		return err
	}
	defer d.Close()
	const series = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
	texts := []string{
		`INSERT INTO video (id, uuid, url, channel_id, name, name_sort, description, category, language, privacy, state, listed, duration, aspect_ratio,
			views, likes, hot_score, published_at, created_at, updated_at) ` + series + `SELECT i, printf('00000000-0000-4000-8000-%012x', i),
			'http://localhost/videos/watch/' || i, ` + fmt.Sprint(channel) + `, 'Video number ' || i, printf('%08x', i), 'What it is about: ' || i,
			1 + i % 18, 'en', 1, 1, TRUE, 60 + i % 600, 1.7778, i % 1000, i % 100, i, 1700000000000 + i * 1000, 1700000000000, 1700000000000 FROM n`,
		"INSERT INTO video_tag (video_id, position, name, folded) " + series + "SELECT i, 0, 'tag' || (i % 100), 'tag' || (i % 100) FROM n",
		`INSERT INTO thumbnail (video_id, kind, width, height, filename, is_automatic, created_at, updated_at) ` + series +
			"SELECT i, 'thumbnail', 280, 157, 't' || i || '.jpg', TRUE, 0, 0 FROM n",
		"INSERT INTO streaming_playlist (id, video_id, playlist_filename, p2p_version, created_at, updated_at) " + series + "SELECT i, i, 'm.m3u8', 2, 0, 0 FROM n",
		`INSERT INTO video_file (video_id, playlist_id, resolution, width, height, fps, size, extname, filename, has_audio, has_video, created_at, updated_at) ` +
			series + "SELECT i, i, 720, 1280, 720, 30, 1000000, '.mp4', i || '-720.mp4', TRUE, TRUE, 0, 0 FROM n",
	}
	err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, text := range texts {
			if _, err := db.Exec(ctx, tx, text, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = d.Writer().ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

// load asks as fast as answers come, then at half that rate for the latency. Client and server share the machine, so the rate is a
// lower bound.
func (s *server) load(ctx context.Context, path string) (rate float64, p99 time.Duration, err error) {
	if _, err = s.ask(ctx, path, time.Second, 0); err != nil {
		return 0, 0, err
	}
	times, err := s.ask(ctx, path, loadFor, 0)
	if err != nil {
		return 0, 0, err
	}
	rate = float64(len(times)) / loadFor.Seconds()
	times, err = s.ask(ctx, path, loadFor, time.Duration(float64(connections)*2/rate*float64(time.Second)))
	if err != nil {
		return 0, 0, err
	}
	slices.Sort(times)
	return rate, times[len(times)*99/100], nil
}

// ask sends requests on all connections for a while, each connection waiting pace between the beginnings of two.
func (s *server) ask(ctx context.Context, path string, howLong, pace time.Duration) ([]time.Duration, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, DisableCompression: true}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var wg sync.WaitGroup
	end := time.Now().Add(howLong)
	for range connections {
		wg.Go(func() {
			var own []time.Duration
			var err error
			for next := time.Now(); time.Now().Before(end) && err == nil && ctx.Err() == nil; next = next.Add(pace) {
				time.Sleep(time.Until(next))
				begin := time.Now()
				err = fetch(client, s.origin+path)
				own = append(own, time.Since(begin))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, own...)
			if err != nil {
				failed = err
			}
		})
	}
	wg.Wait()
	return all, failed
}

func fetch(client *http.Client, address string) error {
	response, err := client.Get(address)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", address, response.Status)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
