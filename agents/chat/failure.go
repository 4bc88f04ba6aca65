package chat

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results/remote"
)

// failure is a try without a reply.
type failure struct {
	err   error
	again bool          // the same call may succeed later
	wait  time.Duration // the least pause that the server asked for
	bad   bool          // the definition is wrong
	cut   bool          // the end of the context alone is the reason
	hint  string
}

// failureOf says what follows from an error of a try. An answer that was read to its
// end and is none of the protocol is not paid for again.
func (c *Client) failureOf(ctx context.Context, err error) failure {
	var no *dialect.Refusal
	switch {
	case errors.As(err, &no):
		return c.refused(no)
	case errors.As(err, new(remote.ErrTooLarge)):
		return failure{err: err}
	case ctx.Err() != nil:
		return failure{err: err, cut: true}
	case errors.Is(err, errNoUsage):
		return failure{err: err, bad: true, hint: usageHint}
	case errors.Is(err, dialect.ErrBroken), errors.Is(err, dialect.ErrNothing), errors.Is(err, dialect.ErrFinish):
		return failure{err: err, again: true, hint: busyHint}
	case errors.Is(err, dialect.ErrForeign):
		return failure{err: err, bad: true, hint: "does an API answer at base_url " + c.config.BaseURL + ", and does provider name its protocol?"}
	}
	return failure{err: err, again: !c.config.brief || errors.Is(err, errRead), hint: "is the server at " + c.config.BaseURL + " up, and base_url right?"}
}

// errRead marks an answer that broke off.
var errRead = errors.New("read answer")

// errNoUsage marks an answer whose tokens are not known, or that counts none of
// the prompt. They are not taken for 0, and no further call is made.
var errNoUsage = errors.New("the answer holds no usage")

const busyHint = "the provider, or something before it, is busy or down; go on with resume when it answers again"

const usageHint = "the calls of an agent are metered by the usage that its server reports; ask a server that reports it"

func (c *Client) refused(r *dialect.Refusal) failure {
	f := failure{err: r}
	switch code := r.Status; {
	case r.Spent():
		f.bad, f.hint = true, "the account that api_key_env names has nothing left; top it up, then resume"
	case code == http.StatusOK && c.answered.Load(): // a page, where answers were before
		f.again, f.hint = true, busyHint
	case code == http.StatusRequestTimeout, code == http.StatusConflict, code == http.StatusTooManyRequests, code >= 500,
		remote.ShouldRetry(r.Header, false):
		f.again, f.wait = remote.ShouldRetry(r.Header, true), r.Wait
		f.hint = "the provider is busy or down; go on with resume when it answers again"
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		f.bad, f.hint = true, "check the key that api_key_env names, and what it may use"
	case code == http.StatusBadRequest, code == http.StatusUnprocessableEntity:
		f.bad, f.hint = true, "check model, sampling and headers of the definition; its request, stream and system change what is sent"
	default:
		f.bad, f.hint = true, "check base_url and model of the definition"
	}
	return f
}
