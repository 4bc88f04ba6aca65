// Package remote holds code that all clients of model servers share: trying a call
// again, reading how long a server asks to be left alone, and keeping keys out of
// messages.
//
// The package is not for protocols, nor for deciding which failures are worth
// another try: each client has its own rules (agents/chat, runner/teacher). It sends
// nothing and reads no clock.
package remote

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Key is the secret that a server wants; empty for none.
type Key string

// Hide takes the key out of an error or another text about a call.
func (k Key) Hide(text string) string {
	if k == "" {
		return text
	}
	return strings.ReplaceAll(text, string(k), "[key]")
}

// HideAnswered takes the key out of what a model answered. A short key is a
// placeholder of a local server and may be a word or a number of the answer.
func (k Key) HideAnswered(text string) string {
	const least = 8 // bytes
	if len(k) < least {
		return text
	}
	return k.Hide(text)
}

// RetryAfter reads Retry-After in seconds or as a date, which counts from the
// answer's own Date, so that no clock is needed. It is at most a day.
func RetryAfter(h http.Header) time.Duration {
	v := h.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(v, 64); err == nil {
		if !(seconds > 0) { // also NaN
			return 0
		}
		return time.Duration(min(seconds, 24*3600) * float64(time.Second))
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	sent, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return max(0, at.Sub(sent))
}

// ShouldRetry is what the server itself says of trying again, in the header of
// Anthropic's and others' servers; usually where it says nothing.
func ShouldRetry(h http.Header, usually bool) bool {
	switch h.Get("X-Should-Retry") {
	case "true":
		return true
	case "false":
		return false
	}
	return usually
}

// Sleep waits for d and reports whether ctx lasted as long.
func Sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
