package chat

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRefusal reads errors of servers: whatever they are, what is shown of them is
// one short line without the key, and a status that is no success.
func FuzzRefusal(f *testing.F) {
	for _, seed := range []string{
		`{"error": {"message": "m", "type": "t", "code": 502}}`, `{"error": "m"}`, `{"message": "m", "code": null}`, `{"detail": [{"msg": "m"}]}`,
		`{"choices": [{"finish_reason": "error", "error": {"code": "429"}}]}`, strings.Repeat("x", 395) + secret, "\xff\n\t<html>",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, r := range []*refusal{newRefusal(500, nil, body, secret), toldWithin(body, secret), failedWithin(body, secret)} {
			if r == nil {
				continue
			}
			if r.status < 400 || r.status > 599 {
				t.Errorf("status %d", r.status)
			}
			if m := r.message; strings.Contains(m, secret) || strings.ContainsAny(m, "\n\r") || !utf8.ValidString(m) || utf8.RuneCountInString(m) > 403 {
				t.Errorf("message %q", m)
			}
		}
	})
}
