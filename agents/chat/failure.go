package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results/remote"
)

// maxAnswer bounds what is read of an answer, in bytes; maxRefusal of one that
// is no success.
const (
	maxAnswer  = 16 << 20
	maxRefusal = 64 << 10
)

// strict is a transport that turns every answer that cannot hold a reply into an
// error of this package, so that the libraries' reading of errors does not
// matter, and bounds the others.
type strict struct {
	next   http.RoundTripper
	config Config
}

// RoundTrip sends the request, and gives up on a server that falls silent.
func (s strict) RoundTrip(r *http.Request) (*http.Response, error) {
	q := listen(r.Context(), s.config.Patience)
	resp, err := s.next.RoundTrip(r.WithContext(q.ctx))
	if err != nil {
		return nil, q.ended(err)
	}
	resp.Body = &heard{resp.Body, q}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.StatusCode == http.StatusOK && (kind == "application/json" || strings.HasSuffix(kind, "+json") || kind == "text/event-stream") {
		resp.Body = &limited{ReadCloser: resp.Body, left: maxAnswer}
		return resp, nil
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	if err != nil && len(data) == 0 {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return nil, newRefusal(resp.StatusCode, resp.Header, []byte(s.config.hideHeaders(string(data))), s.config.Key)
}

// limited is a body that fails once it is longer than an answer may be.
type limited struct {
	io.ReadCloser
	left int64
}

var errTooLarge = fmt.Errorf("the answer has more than %d bytes", maxAnswer)

// Read counts.
func (b *limited) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// failure is a try without a reply.
type failure struct {
	err   error
	again bool          // the same call may succeed later
	wait  time.Duration // the least pause that the server asked for
	bad   bool          // the definition is wrong
	cut   bool          // the end of the context alone is the reason
	hint  string
}

// failureOf says what follows from an error of a try.
func (c *Client) failureOf(ctx context.Context, err error) failure {
	var no *refusal
	var syntax *json.SyntaxError
	var mistyped *json.UnmarshalTypeError
	switch {
	case errors.As(err, &no):
		return c.refused(no)
	case errors.Is(err, errTooLarge):
		return failure{err: errTooLarge}
	case ctx.Err() != nil:
		return failure{err: err, cut: true}
	case errors.Is(err, errNoUsage):
		return failure{err: err, bad: true, hint: usageHint}
	case errors.As(err, &syntax) && strings.HasPrefix(syntax.Error(), "unexpected end"):
		return failure{err: fmt.Errorf("the answer broke off: %w", err), again: true, hint: busyHint}
	case errors.Is(err, errMalformed), errors.As(err, &syntax), errors.As(err, &mistyped):
		if c.answered.Load() { // the address is right
			return failure{err: err, again: true, hint: busyHint}
		}
		return failure{err: err, bad: true, hint: "is base_url " + c.config.BaseURL + " that of an API, and provider its protocol?"}
	}
	return failure{err: err, again: true, hint: "is the server at " + c.config.BaseURL + " up, and base_url right?"}
}

// errMalformed marks an answer that is no reply in the provider's protocol.
var errMalformed = errors.New("the answer is none of the protocol")

// errNoUsage marks an answer whose tokens are not known, or that counts none of
// the prompt. They are not taken for 0, and no further call is made.
var errNoUsage = errors.New("the answer holds no usage")

const busyHint = "the provider, or something before it, is busy or down; go on with resume when it answers again"

const usageHint = "the calls of an agent are metered by the usage that its server reports; ask a server that reports it"

func (c *Client) refused(r *refusal) failure {
	f := failure{err: r}
	switch code := r.status; {
	case code == http.StatusOK && c.answered.Load(): // a page, where answers were before
		f.again, f.hint = true, busyHint
	case code == http.StatusRequestTimeout, code == http.StatusConflict, code == http.StatusTooManyRequests, code >= 500,
		remote.ShouldRetry(r.header, false):
		f.again, f.wait = remote.ShouldRetry(r.header, true), remote.RetryAfter(r.header)
		f.hint = "the provider is busy or down; go on with resume when it answers again"
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		f.bad, f.hint = true, "check the key that api_key_env names, and what it may use"
	case code == http.StatusBadRequest, code == http.StatusUnprocessableEntity:
		f.bad, f.hint = true, "check model, sampling and headers of the definition"
	default:
		f.bad, f.hint = true, "check base_url and model of the definition"
	}
	return f
}
