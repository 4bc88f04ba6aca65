package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/gateway"
)

// connections is how many connections of the program are open at a time.
const connections = 16

// calls are the model calls of one attempt's program. They are made one at a
// time, so that none can use what another was promised of a budget.
type calls struct {
	*inTrial
	attempt int
	ctx     context.Context // of the attempt, ends with the program
	cancel  context.CancelFunc
	kill    context.CancelCauseFunc // ends the program
	overdue time.Duration           // of a call: its model hangs

	late  atomic.Bool // the call in flight is overdue
	mu    sync.Mutex
	fault error // the first call that the platform failed
	used  results.Tokens
	count int
}

// outcome gives up the calls in flight, lets none begin any more and sums up.
func (c *calls) outcome() (used results.Tokens, count int, fault error) {
	late := c.late.Load()
	c.cancel() // before the lock, for which other calls wait
	c.mu.Lock()
	defer c.mu.Unlock()
	if late && c.fault == nil {
		c.fault = results.Infra(fmt.Errorf("the agent's model gave no answer within %s", c.overdue), "go on with resume when it answers again")
	}
	return c.used, c.count, c.fault
}

// serve answers on the unix socket until stop is called.
func (c *calls) serve(socket string) (stop func(), err error) {
	listener, err := gateway.Listen(socket, connections)
	if err != nil {
		return nil, results.Infra(fmt.Errorf("serve agent's model: %w", err))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", c.complete)
	mux.HandleFunc("GET /v1/models", models)
	mux.HandleFunc("GET /v1/models/{id...}", model)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "invalid_request_error", "there is only POST /v1/chat/completions and GET /v1/models")
	})
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // what it says is about the program's connections
	}
	var serving sync.WaitGroup
	serving.Go(func() { server.Serve(listener) })
	return func() {
		server.Close() // nobody waits for what calls in flight bring
		serving.Wait()
	}, nil
}

func (c *calls) complete(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, gateway.BodyLimit))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "invalid_request_error", fmt.Sprintf("the body could not be read or is over %d bytes", gateway.BodyLimit))
		return
	}
	var request map[string]json.RawMessage
	if json.Unmarshal(body, &request) != nil || request == nil || request["messages"] == nil {
		refuse(w, http.StatusBadRequest, "invalid_request_error", "the body is no chat-completions request")
		return
	}
	request, err = allowed(request)
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request_error", err.Error())
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ask(w, request, int64(len(body)))
}

// ask sends one call within the budgets. The caller holds mu.
func (c *calls) ask(w http.ResponseWriter, request map[string]json.RawMessage, size int64) {
	if c.ctx.Err() != nil {
		refuse(w, http.StatusServiceUnavailable, "stopping", errStopped.Error())
		return
	}
	const bytesPerToken = 3
	books := results.Trial{Spec: c.spec, Usage: results.Usage{}.WithAgent(c.meter.Agent())}
	most, spent := books.OutputAllowed(size / bytesPerToken)
	if spent != "" {
		refuse(w, http.StatusTooManyRequests, "budget_exhausted", string(spent))
		return
	}
	if most > 0 {
		bound(request, most)
	}
	late := time.AfterFunc(c.overdue, func() { c.late.Store(true) })
	answer, err := c.Model.Forward(c.ctx, request)
	late.Stop()
	if err != nil {
		err = errors.Join(err, c.meter.CutAgent(c.attempt, err))
		if c.fault == nil && c.ctx.Err() == nil { // else it is no fault: the call was given up
			c.fault = err
			c.kill(err)
		}
		refuse(w, http.StatusBadGateway, "model_unavailable", "the model gave no answer")
		return
	}
	c.late.Store(false)
	if answer.Status == http.StatusOK {
		c.count++
		c.used = c.used.Add(answer.Tokens)
		if err := c.record(c.attempt, request, answer.Body, answer.Tokens, answer.Cost); err != nil {
			c.fault = errors.Join(c.fault, err)
			c.kill(err)
			refuse(w, http.StatusInternalServerError, "platform_error", "the platform failed; this is not the program's fault")
			return
		}
	}
	if answer.Status == http.StatusOK && string(request["stream"]) == "true" {
		stream(w, request, answer.Body)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.Status)
	w.Write(answer.Body)
}

// bound lowers what the request asks for in tokens to most.
func bound(request map[string]json.RawMessage, most int64) {
	const name, newer = "max_tokens", "max_completion_tokens"
	if request[name] != nil || request[newer] == nil {
		lower(request, name, most)
	}
	if request[newer] != nil {
		lower(request, newer, most)
	}
}

func lower(request map[string]json.RawMessage, name string, most int64) {
	var asked int64
	if json.Unmarshal(request[name], &asked) != nil || asked < 1 || asked > most {
		request[name] = json.RawMessage(strconv.FormatInt(most, 10))
	}
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": message, "type": kind, "param": nil, "code": nil}})
}
