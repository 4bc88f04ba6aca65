package cut

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCuts(t *testing.T) {
	const s = "aé€😀z" // 1, 2, 3, 4 and 1 bytes
	for n, want := range []string{"", "a", "a", "aé", "aé", "aé", "aé€", "aé€", "aé€", "aé€", "aé€😀", s, s} {
		if got := Bytes(s, n); got != want {
			t.Errorf("the first %d bytes are %q, want %q", n, got, want)
		}
	}
	for n, want := range []string{"", "z", "z", "z", "z", "😀z", "😀z", "😀z", "€😀z", "€😀z", "é€😀z", s, s} {
		if got := Tail(s, n); got != want {
			t.Errorf("the last %d bytes are %q, want %q", n, got, want)
		}
	}
	for n, want := range []string{"...", "a...", "aé...", "aé€...", "aé€😀...", s, s} {
		if got := Runes(s, n, "..."); got != want {
			t.Errorf("the first %d characters are %q, want %q", n, got, want)
		}
	}
}

// FuzzCuts holds that a valid text stays valid and within its limit.
func FuzzCuts(f *testing.F) {
	f.Add("aé€😀z", 3)
	f.Add("\xff\x80\x80", 1)
	f.Fuzz(func(t *testing.T, s string, n int) {
		n = max(0, n)
		first, last, few := Bytes(s, n), Tail(s, n), Runes(s, n, "")
		if !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) || !strings.HasPrefix(s, few) {
			t.Errorf("%q at %d: %q, %q and %q are no parts of it", s, n, first, last, few)
		}
		if len(first) > n || len(last) > n || utf8.RuneCountInString(few) > n {
			t.Errorf("%q at %d: %q, %q or %q is too long", s, n, first, last, few)
		}
		if utf8.ValidString(s) && !utf8.ValidString(first+" "+last+" "+few) {
			t.Errorf("%q at %d: %q, %q or %q holds a part of a character", s, n, first, last, few)
		}
	})
}
