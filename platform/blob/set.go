package blob

import (
	"fmt"
	"maps"
	"os"
	"slices"
)

// Kind is a sort of files with a place of its own; the names are those of the settings below `storage` and `object_storage`.
type Kind string

// The kinds of files.
const (
	Avatars            Kind = "avatars"
	WebVideos          Kind = "web_videos"
	StreamingPlaylists Kind = "streaming_playlists"
	OriginalVideoFiles Kind = "original_video_files"
	UserExports        Kind = "user_exports"
	Redundancy         Kind = "redundancy"
	Thumbnails         Kind = "thumbnails"
	Previews           Kind = "previews"
	Storyboards        Kind = "storyboards"
	Torrents           Kind = "torrents"
	Captions           Kind = "captions"
	Cache              Kind = "cache"
	Uploads            Kind = "uploads"
	Temporary          Kind = "tmp"
	TemporaryKept      Kind = "tmp_persistent"
	Logs               Kind = "logs"
	Programs           Kind = "bin"
	Plugins            Kind = "plugins"
	WellKnown          Kind = "well_known"
	ClientOverrides    Kind = "client_overrides"
)

// SetOptions says where each kind is kept.
type SetOptions struct {
	Directories map[Kind]string // local folder of each kind
	S3          *S3Options      // nil when everything stays on disk
	Buckets     map[Kind]Bucket // kinds kept in S3; without effect when S3 is nil
}

// Set gives each kind its store. It does not change after NewSet.
type Set struct {
	local  map[Kind]*Disk
	remote map[Kind]*S3
}

// NewSet opens the folders, making those that are missing. It sends nothing to S3.
func NewSet(o SetOptions) (*Set, error) {
	s := &Set{local: map[Kind]*Disk{}, remote: map[Kind]*S3{}}
	for _, kind := range slices.Sorted(maps.Keys(o.Directories)) {
		disk, err := NewDisk(DiskOptions{Root: o.Directories[kind]})
		if err != nil {
			return nil, fmt.Errorf("storage of %s: %w", kind, err)
		}
		s.local[kind] = disk
	}
	if o.S3 == nil {
		return s, nil
	}
	service, err := NewService(*o.S3)
	if err != nil {
		return nil, err
	}
	for kind, bucket := range o.Buckets {
		s.remote[kind] = service.Bucket(bucket)
	}
	return s, nil
}

// Store is where new files of the kind go: S3 when the kind has a bucket, the disk otherwise.
// It panics for a kind the set was not given.
func (s *Set) Store(kind Kind) Store {
	if remote, ok := s.remote[kind]; ok {
		return remote
	}
	return s.Local(kind)
}

// Local is the kind's folder, which may hold files even when new ones go to S3: those not yet moved, and those from before.
// It panics for a kind the set was not given.
func (s *Set) Local(kind Kind) *Disk {
	disk, ok := s.local[kind]
	if !ok {
		panic("blob: no directory for " + string(kind))
	}
	return disk
}

// Remote is the kind's bucket, if it has one.
func (s *Set) Remote(kind Kind) (*S3, bool) {
	remote, ok := s.remote[kind]
	return remote, ok
}

// Kinds are all kinds of the set, sorted.
func (s *Set) Kinds() []Kind {
	all := maps.Clone(s.local)
	for kind := range s.remote {
		all[kind] = nil
	}
	return slices.Sorted(maps.Keys(all))
}

// TempFile makes an empty local file among the temporary ones. The caller closes it, and removes or adopts it.
func (s *Set) TempFile(pattern string) (*os.File, error) {
	f, err := os.CreateTemp(s.Local(Temporary).Root(), pattern)
	return f, diskFault(err)
}
