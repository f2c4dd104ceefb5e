//go:build linux || darwin

package blob

import "golang.org/x/sys/unix"

// FreeSpace is how many bytes this process may still write at path, and how large that file system is.
func FreeSpace(path string) (free, total int64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, 0, diskFault(err)
	}
	block := int64(s.Bsize)
	return int64(s.Bavail) * block, int64(s.Blocks) * block, nil
}
