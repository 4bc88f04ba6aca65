package runner

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Derive makes the seed of one random choice from the seed above it and the
// names of the choice. It is never negative, as some back ends demand.
func Derive(seed int64, names ...any) int64 {
	h := sha256.New()
	fmt.Fprintf(h, "%d", seed)
	for _, n := range names {
		fmt.Fprintf(h, "/%v", n)
	}
	return int64(binary.BigEndian.Uint64(h.Sum(nil)) >> 1)
}
