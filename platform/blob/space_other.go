//go:build !linux && !darwin

package blob

import "lucarne/platform/fault"

// FreeSpace is not known on this system.
func FreeSpace(string) (free, total int64, err error) {
	return 0, 0, fault.New(fault.Unsupported, "The free disk space is not known on this system")
}
