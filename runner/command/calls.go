package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"autodatabench/results"
)

// maxBody bounds a request of the program, in bytes.
const maxBody = 8 << 20

// calls are the model calls of one attempt's program. They are made one at a
// time, so that none can use what another was promised of a budget.
type calls struct {
	*inTrial
	attempt int
	ctx     context.Context // of the attempt

	mu    sync.Mutex
	fault error // the first call that the platform failed
	used  results.Tokens
	count int
	ended bool
}

// outcome ends the calls and sums them up.
func (c *calls) outcome() (used results.Tokens, count int, fault error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	return c.used, c.count, c.fault
}

// serve answers on the unix socket until stop is called.
func (c *calls) serve(socket string) (stop func(), err error) {
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return nil, results.Infra("", fmt.Errorf("serve agent's model: %w", err))
	}
	if err := os.Chmod(socket, 0o666); err != nil { // the folder is private; the sandbox may have another user
		return nil, errors.Join(err, listener.Close())
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", c.complete)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "invalid_request_error", "there is only POST /v1/chat/completions")
	})
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
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
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "invalid_request_error", fmt.Sprintf("the body could not be read or is over %d bytes", maxBody))
		return
	}
	var request map[string]json.RawMessage
	if json.Unmarshal(body, &request) != nil || request == nil || request["messages"] == nil {
		refuse(w, http.StatusBadRequest, "invalid_request_error", "the body is no chat-completions request")
		return
	}
	if stream := string(request["stream"]); stream != "" && stream != "false" && stream != "null" {
		refuse(w, http.StatusBadRequest, "invalid_request_error", "stream: not supported")
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ask(w, request, int64(len(body)))
}

// ask sends one call within the budgets. The caller holds mu.
func (c *calls) ask(w http.ResponseWriter, request map[string]json.RawMessage, size int64) {
	if c.ended || c.ctx.Err() != nil {
		refuse(w, http.StatusServiceUnavailable, "stopping", errStopped.Error())
		return
	}
	const bytesPerToken = 3
	books := results.Trial{Spec: c.spec, Usage: c.meter.AgentUsage()}
	most, spent := books.OutputAllowed(size / bytesPerToken)
	if spent != "" {
		refuse(w, http.StatusTooManyRequests, "budget_exhausted", string(spent))
		return
	}
	if most > 0 {
		bound(request, most)
	}
	answer, err := c.Model.Forward(c.ctx, request)
	if err != nil {
		if c.fault == nil {
			c.fault = err
		}
		refuse(w, http.StatusBadGateway, "model_unavailable", "the model gave no answer")
		return
	}
	if answer.Status == http.StatusOK {
		c.count++
		c.used = c.used.Add(answer.Tokens)
		if err := c.record(request, answer.Body, answer.Tokens); err != nil {
			c.fault = errors.Join(c.fault, err)
			refuse(w, http.StatusInternalServerError, "platform_error", "the platform failed; this is not the program's fault")
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.Status)
	w.Write(answer.Body)
}

// bound lowers what the request asks for in tokens to most.
func bound(request map[string]json.RawMessage, most int64) {
	name := "max_tokens"
	if request["max_completion_tokens"] != nil {
		name = "max_completion_tokens"
	}
	var asked int64
	if json.Unmarshal(request[name], &asked) != nil || asked < 1 || asked > most {
		request[name] = json.RawMessage(strconv.FormatInt(most, 10))
	}
}

// exchange is a line of model.jsonl.
type exchange struct {
	Request  map[string]json.RawMessage `json:"request"`
	Response json.RawMessage            `json:"response"`
}

// record meters the call and then keeps it.
func (c *calls) record(request map[string]json.RawMessage, response []byte, used results.Tokens) error {
	if err := c.meter.RecordAgent(c.attempt, used, c.spec.Price.Cost(used)); err != nil {
		return err
	}
	line, err := json.Marshal(exchange{request, response})
	if err != nil {
		return err
	}
	folder := filepath.Join(c.dir, "attempts", strconv.Itoa(c.attempt))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return results.Infra("", err)
	}
	f, err := os.OpenFile(filepath.Join(folder, "model.jsonl"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return results.Infra("", err)
	}
	_, err = f.Write(append(line, '\n'))
	if err := errors.Join(err, f.Close()); err != nil {
		return results.Infra("", err)
	}
	return nil
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": message, "type": kind, "param": nil, "code": nil}})
}
