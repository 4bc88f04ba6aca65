package remote

import (
	"encoding/json"
	"math"
)

// MaxTokens bounds the tokens that a server may report for one call. No model reads
// or writes as many; sums of millions of calls stay within 64 bits.
const MaxTokens = 1_000_000_000

// Tokens is a count as servers report it: also 7.0, or null for none. It is between
// 0 and [MaxTokens].
type Tokens int64

// UnmarshalJSON reads any number.
func (t *Tokens) UnmarshalJSON(data []byte) error {
	var v float64
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*t = Bound(int64(math.Min(v, MaxTokens)))
	return nil
}

// Bound is the count within its bounds.
func Bound(n int64) Tokens { return Tokens(max(0, min(n, MaxTokens))) }
