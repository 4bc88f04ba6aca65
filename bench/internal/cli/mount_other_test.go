//go:build !linux

package cli

import "testing"

func mountReadOnly(t *testing.T, _ string) {
	t.Helper()
	t.Skip("mounts as Linux does")
}
