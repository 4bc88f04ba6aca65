package words

import (
	"strings"
	"testing"
)

func TestHold(t *testing.T) {
	for _, tt := range []struct {
		text, words string
		want        bool
	}{
		{"add up 12 and 34", "add up 12 and 3", false},
		{"add up 12 and 3.5", "add up 12 and 3", false},
		{"add up 12 and 3,500", "add up 12 and 3", false},
		{"take 1.5 of it", "5 of it", false},
		{"add up 12 and 3.", "add up 12 and 3", true},
		{"add up 12 and 3, then stop", "add up 12 and 3", true},
		{"add up 12 and 34, or add up 12 and 3", "add up 12 and 3", true},
		{"add up 12 and 3", "add up 12 and 3", true},
		{"so long is the oder", "long is the oder", true},
		{"oblong is the oder", "long is the oder", false},
		{"long is the odersee", "long is the oder", false},
		{"long is the oder?", "long is the oder", true},
		{"länge der öder", "der öde", false},
		{"例如中国的首都是哪里呢", "中国的首都是哪里", true},
		{"anything", "", false},
	} {
		if got := Hold(tt.text, tt.words); got != tt.want {
			t.Errorf("%q in %q: %v, want %v", tt.words, tt.text, got, tt.want)
		}
	}
}

// FuzzHold holds that words are found only where they stand, and always
// between spaces.
func FuzzHold(f *testing.F) {
	f.Add("12 and 34", "12 and 3")
	f.Add("\xff.1", ".")
	f.Fuzz(func(t *testing.T, text, words string) {
		if Hold(text, words) && !strings.Contains(text, words) {
			t.Fatalf("%q is found in %q", words, text)
		}
		if words != "" && !Hold(text+" "+words+" "+text, words) {
			t.Fatalf("%q is not found between two of %q", words, text)
		}
	})
}
