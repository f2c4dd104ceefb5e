package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// verify checks every value by itself and then the settings that must agree with one another.
func verify(c *Config) Problems {
	var problems Problems
	for _, l := range table().leaves {
		if err := l.verify(c); err != nil {
			problems = append(problems, Problem{Key: l.key, Message: err.Error()})
		}
	}
	for _, a := range agreements {
		if message := a.broken(c); message != "" {
			problems = append(problems, Problem{Key: a.key, Message: message})
		}
	}
	return problems
}

// agreement is a rule between several settings; broken gives the reason, which continues the key, or nothing.
type agreement struct {
	key    string
	broken func(*Config) string
}

var agreements = []agreement{
	{"trending.videos.algorithms.default", func(c *Config) string {
		return unless(slices.Contains(c.Trending.Videos.Algorithms.Enabled, c.Trending.Videos.Algorithms.Default),
			"must be one of trending.videos.algorithms.enabled")
	}},
	{"transcoding.hls.enabled", func(c *Config) string {
		return unless(!c.Transcoding.Enabled || c.Transcoding.HLS.Enabled || c.Transcoding.WebVideos.Enabled,
			"or transcoding.web_videos.enabled must be on when transcoding is")
	}},
	{"live.rtmps.enabled", func(c *Config) string {
		return unless(!c.Live.RTMPS.Enabled || (c.Live.RTMPS.KeyFile != "" && c.Live.RTMPS.CertFile != ""),
			"needs live.rtmps.key_file and live.rtmps.cert_file")
	}},
	{"chat.c2s.enabled", func(c *Config) string {
		return unless(!c.Chat.C2S.Enabled || hasPair(c.Chat.C2S.CertFile, c.Chat.C2S.KeyFile, c),
			"needs chat.c2s.cert_file and chat.c2s.key_file, or those of lucarne.http: passwords are sent encrypted only")
	}},
	{"video_studio.enabled", func(c *Config) string {
		return unless(!c.VideoStudio.Enabled || c.Transcoding.Enabled, "needs transcoding.enabled")
	}},
	{"import.video_channel_synchronization.enabled", func(c *Config) string {
		return unless(!c.Import.ChannelSync.Enabled || c.Import.Videos.HTTP.Enabled, "needs import.videos.http.enabled")
	}},
	{"followings.instance.auto_follow_index.index_url", func(c *Config) string {
		index := c.Followings.Instance.AutoFollowIndex
		return unless(!index.Enabled || index.IndexURL != "", "must be given when the index is followed")
	}},
	{"search.search_index.url", func(c *Config) string {
		return unless(!c.Search.SearchIndex.Enabled || c.Search.SearchIndex.URL != "", "must be given when the index is searched")
	}},
	{"object_storage.endpoint", func(c *Config) string {
		return unless(!c.ObjectStorage.Enabled || c.ObjectStorage.Endpoint != "", "must be given when object storage is on")
	}},
	{"object_storage.streaming_playlists.prefix", brokenBuckets},
	{"redundancy.videos.strategies", brokenStrategies},
	{"lucarne.page_size.default", func(c *Config) string {
		return unless(c.Lucarne.PageSize.Default <= c.Lucarne.PageSize.Max, "must not be more than lucarne.page_size.max")
	}},
	{"storage.tmp", brokenTmp},
}

func unless(ok bool, reason string) string {
	if ok {
		return ""
	}
	return reason
}

// hasPair says whether there is a certificate with its key: one's own, or else the web server's.
func hasPair(certFile, keyFile string, c *Config) bool {
	if certFile == "" && keyFile == "" {
		certFile, keyFile = c.Lucarne.HTTP.CertFile, c.Lucarne.HTTP.KeyFile
	}
	return certFile != "" && keyFile != ""
}

// brokenBuckets finds two kinds of objects that would get the same names.
func brokenBuckets(c *Config) string {
	o := c.ObjectStorage
	seen := map[string]bool{}
	for _, bucket := range []Bucket{o.StreamingPlaylists.Bucket, o.WebVideos, o.UserExports, o.OriginalVideoFiles, o.Captions} {
		place := bucket.BucketName + "/" + bucket.Prefix
		if o.Enabled && seen[place] {
			return fmt.Sprintf("and the other prefixes must differ within one bucket; %q is used twice", place)
		}
		seen[place] = true
	}
	return ""
}

func brokenStrategies(c *Config) string {
	const shortest = Duration(10 * time.Hour)
	for i, s := range c.Redundancy.Videos.Strategies {
		switch {
		case !slices.Contains([]string{"most-views", "trending", "recently-added"}, s.Strategy):
			return fmt.Sprintf("is wrong at place %d: strategy must be one of most-views, trending, recently-added", i+1)
		case s.MinLifetime < shortest:
			return fmt.Sprintf("is wrong at place %d: min_lifetime must be at least %s", i+1, shortest)
		case s.Size <= 0:
			return fmt.Sprintf("is wrong at place %d: size must be more than 0", i+1)
		}
	}
	return ""
}

// brokenTmp keeps the folder that is emptied at each start from holding anything else.
func brokenTmp(c *Config) string {
	if within(c.Lucarne.Data, c.Storage.Tmp) {
		return "is emptied at each start and must not hold lucarne.data"
	}
	for _, l := range table().leaves {
		if strings.HasPrefix(l.key, "storage.") && l.key != "storage.tmp" && within(l.in(c).String(), c.Storage.Tmp) {
			return "is emptied at each start and must not hold " + l.key
		}
	}
	return ""
}

// within says whether a folder is another or lies below it.
func within(folder, other string) bool {
	absolute, err := filepath.Abs(folder)
	root, rootErr := filepath.Abs(other)
	if err != nil || rootErr != nil {
		return false
	}
	relative, err := filepath.Rel(root, absolute)
	return err == nil && relative != ".." && !strings.HasPrefix(relative, ".."+string(filepath.Separator))
}
