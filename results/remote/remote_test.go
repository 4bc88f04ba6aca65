package remote

import (
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	const date = "Wed, 21 Oct 2015 07:28:00 GMT"
	for _, tt := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", 0}, {"2", "", 2 * time.Second}, {"0.5", "", time.Second / 2}, {"-3", "", 0}, {"NaN", "", 0}, {"soon", date, 0},
		{"1e300", "", 24 * time.Hour},
		{"Wed, 21 Oct 2015 07:28:30 GMT", date, 30 * time.Second}, {"Wed, 21 Oct 2015 07:27:30 GMT", date, 0}, {"Wed, 21 Oct 2015 07:28:30 GMT", "", 0},
	} {
		if got := RetryAfter(http.Header{"Retry-After": {tt.value}, "Date": {tt.date}}); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.value, got, tt.want)
		}
	}
}

func TestKeyIsHidden(t *testing.T) {
	for key, want := range map[Key][2]string{
		"":          {"7 EMPTY", "7 EMPTY"},
		"EMPTY":     {"7 [key]", "7 EMPTY"},
		"sk-secret": {"7 EMPTY", "7 EMPTY"},
	} {
		if got := [2]string{key.Hide("7 EMPTY"), key.HideAnswered("7 EMPTY")}; got != want {
			t.Errorf("key %q: %q, want %q", key, got, want)
		}
	}
	if got := Key("sk-secret").HideAnswered("it is sk-secret"); got != "it is [key]" {
		t.Error(got)
	}
}

func TestShouldRetry(t *testing.T) {
	for value, want := range map[string][2]bool{"": {true, false}, "true": {true, true}, "false": {false, false}, "maybe": {true, false}} {
		h := http.Header{"X-Should-Retry": {value}}
		if got := [2]bool{ShouldRetry(h, true), ShouldRetry(h, false)}; got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}
