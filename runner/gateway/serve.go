package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/gateway/http1"
)

// BodyLimit bounds a request of code in the sandbox, in bytes.
const BodyLimit = 256 << 10

// maxSocketPath is the longest path of a unix socket on Linux, in bytes.
const maxSocketPath = 107

// Serve answers the attempt's code on the unix socket until stop is called,
// which gives the calls in flight a short time to end and removes the socket.
// One execution is served at a time. check verifies the submission in the
// workspace, as long as its context lasts; secondsLeft is the run time left. When ctx ends, no call is sent any
// more. Those in flight are given up at once if the time of the code is over, and
// else get the same short time; those given up stay charged.
func (g *Gateway) Serve(ctx context.Context, attempt int, socket string, check func(context.Context) results.Check, secondsLeft func() float64) (stop func(), err error) {
	if attempt < 1 {
		return nil, fmt.Errorf("serve gateway: attempt %d", attempt)
	}
	if err := g.begin(); err != nil {
		return nil, fmt.Errorf("serve gateway: %w", err)
	}
	calls, cutOff := context.WithCancelCause(context.WithoutCancel(ctx))
	giveUp := func() { cutOff(context.Canceled) }
	s := &session{
		g: g, ctx: ctx, calls: calls, stopping: make(chan struct{}), attempt: attempt,
		check: check, secondsLeft: secondsLeft, used: map[mark]struct{}{}, next: map[[16]byte]uint32{}, lost: g.lost(attempt),
	}
	if s.stored, err = g.answers(attempt); err != nil {
		giveUp()
		g.end()
		return nil, fmt.Errorf("serve gateway: %w", err)
	}
	listener, err := Listen(socket, g.opts.Connections)
	if err != nil {
		giveUp()
		g.end()
		return nil, results.Infra(fmt.Errorf("serve gateway: %w", err))
	}
	server := &http1.Server{
		Handler:     s.routes(),
		Idle:        5 * time.Second, // an idle connection takes the place of another
		Header:      10 * time.Second,
		Read:        time.Minute,
		HeaderLimit: 16 << 10,
	}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	watching := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			cutOff(context.Cause(ctx))
			return
		}
		time.AfterFunc(g.opts.Grace, func() { cutOff(context.Cause(ctx)) })
	})
	return sync.OnceFunc(func() {
		close(s.stopping)
		defer giveUp()
		defer watching()
		defer time.AfterFunc(g.opts.Grace, giveUp).Stop() // nobody waits for what they answer
		s.shut(server)
		serving.Wait()
		s.handlers.Lock() // their calls are given up and their connections closed
		os.Remove(socket)
		g.end()
	}), nil
}

func (g *Gateway) begin() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.closed:
		return errors.New("it is closed")
	case g.serving:
		return errors.New("another execution is served")
	case g.fault != nil:
		g.mu.Unlock()
		err := g.mend()
		g.mu.Lock()
		if err != nil {
			return err
		}
	}
	g.serving, g.run = true, served{faulted: make(chan struct{})}
	return nil
}

// lost is how many calls of earlier executions the attempt is charged for without
// an answer.
func (g *Gateway) lost(attempt int) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.book.unanswered(attempt)
}

func (g *Gateway) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.serving = false
}

// Listen opens a unix socket for code in the sandbox, with at most so many
// connections at a time.
func Listen(socket string, connections int) (net.Listener, error) {
	if len(socket) > maxSocketPath {
		return nil, fmt.Errorf("socket path %s is longer than %d bytes", socket, maxSocketPath)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(socket, 0o666); err != nil { // the folder is private; the sandbox may have another user
		return nil, errors.Join(err, l.Close())
	}
	return &limitListener{Listener: l, open: make(chan struct{}, connections)}, nil
}

// shut ends the server. Answers that nobody reads would hold it for ever.
func (s *session) shut(server *http1.Server) {
	last, cancel := context.WithTimeout(context.Background(), s.g.opts.Grace+time.Second)
	defer cancel()
	if server.Shutdown(last) != nil {
		server.Close()
	}
}

func (s *session) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.complete)
	mux.HandleFunc("GET /v1/budget", s.budget)
	mux.HandleFunc("POST /v1/check", s.verdict)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "invalid_request_error", "", "", "there is only POST /v1/chat/completions, GET /v1/budget and POST /v1/check")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.handlers.TryRLock() { // a connection was taken while the server was shut
			refuse(w, http.StatusServiceUnavailable, "stopping", "", "", errStopping.Error())
			return
		}
		defer s.handlers.RUnlock()
		mux.ServeHTTP(w, r)
	})
}

func (s *session) complete(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.g.opts.BodyLimit))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "invalid_request_error", "", "", fmt.Sprintf("the body could not be read or is over %d bytes", s.g.opts.BodyLimit))
		return
	}
	req, err := decodeRequest(body, s.g.spec.Protocol.Budget.TeacherMaxTokens)
	if err != nil {
		refuseRequest(w, err)
		return
	}
	canonical, digest, err := req.canonical()
	if err != nil {
		refuseRequest(w, err)
		return
	}
	k, err := s.number(digest, r.Header.Get("X-Occurrence"))
	if err != nil {
		refuseRequest(w, err)
		return
	}
	answer, err := s.answer(r.Context(), k, req, canonical)
	if err != nil {
		s.failed(k, err)
		s.g.course.refuse(r.Context(), s)
		refuseCall(w, err)
		return
	}
	reply(w, s.g.up.Name(), k, answer)
}

func (s *session) budget(w http.ResponseWriter, _ *http.Request) {
	s.g.mu.Lock()
	total, forAttempt := s.g.book.left(s.attempt)
	s.g.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{
		"teacher_calls_left":         total,
		"teacher_calls_left_attempt": forAttempt,
		"seconds_left":               max(0, s.secondsLeft()),
		"concurrency":                cap(s.g.slots),
	})
}

func (s *session) verdict(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, s.g.opts.BodyLimit)); err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "invalid_request_error", "", "", "the body is too large")
		return
	}
	if !s.checking.TryLock() { // a submission may be large
		refuse(w, http.StatusTooManyRequests, "rate_limit_error", "", "", "one check at a time: another one goes on")
		return
	}
	defer s.checking.Unlock()
	select {
	case <-s.stopping: // it waited for its turn to be handled
		refuse(w, http.StatusServiceUnavailable, "stopping", "", "", errStopping.Error())
		return
	default:
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	go func() { // ends with the check
		select {
		case <-s.stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	verdict := s.check(ctx)
	if ctx.Err() != nil {
		refuse(w, http.StatusServiceUnavailable, "stopping", "", "", errStopping.Error())
		return
	}
	writeJSON(w, http.StatusOK, verdict)
}
