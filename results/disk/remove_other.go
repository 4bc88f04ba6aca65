//go:build !linux

package disk

import "os"

// RemoveForced removes a folder with all that is in it.
func RemoveForced(dir string) error { return os.RemoveAll(dir) }
