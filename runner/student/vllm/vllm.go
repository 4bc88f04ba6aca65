// Package vllm asks a student that a server holds: vLLM, or any other server of
// the OpenAI protocol.
//
// Adapters reach the server in one of two ways ([Adapters]). vLLM loads and unloads
// them at run time, each under a name that is used once: vLLM has cached adapters by
// name, so the answers for a second adapter of the same name could come from the
// first. `transformers serve` has no calls for adapters, but accepts a folder as a
// model's name. The adapter is then put beside links to the base's files.
//
// The student must read exactly the text format that it was trained on. So the chat
// format of the training ([Format]) is used and recorded. All sampling parameters
// are sent with every request, because servers have their own defaults.
//
// The package is not for training, and starts no process (package server does).
package vllm

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// Server says where the student is. Its address may change from call to call,
// when a server had to be started again.
type Server interface {
	URL(ctx context.Context) (string, error) // up to /v1
}

// At is a server that is there already.
type At string

// URL is the address.
func (a At) URL(context.Context) (string, error) { return string(a), nil }

// Format is who writes the chat format around a question.
type Format string

// The formats.
const (
	ModelTemplate Format = "model"  // the server, by the template in the model's folder, as every trainer here trains
	Llama3        Format = "llama3" // this package: Llama 3's headers without a system block, as LLaMA-Factory's template of that name
)

// Adapters is how adapters reach the server.
type Adapters string

// The ways.
const (
	LoRA   Adapters = "lora"   // vLLM's calls at run time
	Folder Adapters = "folder" // the name of a folder as the name of the model
)

// Config is a student behind a server.
type Config struct {
	Server      Server
	Model       string     // the base's name at the server; with Folder also its folder here
	Key         remote.Key // bearer token; empty for none
	Format      Format
	Adapters    Adapters
	Session     string // sets the names of this generator's adapters apart from those of others
	Concurrency int    // questions at a time; 0 means 64
	Timeout     time.Duration
	Retry       remote.Retry
}

// Generator answers with the student behind the server. Its methods may be called
// concurrently.
type Generator struct {
	Config
	client *http.Client
	names  atomic.Int64
}

var _ student.Generator = (*Generator)(nil)

// New checks what can be checked without asking the server.
func New(c Config) (*Generator, error) {
	c.Concurrency = cmp.Or(c.Concurrency, 64)
	if c.Adapters == Folder && c.Format == Llama3 {
		return nil, results.Bad(fmt.Errorf("a server that takes folders writes the chat format by the model's template, and not as llama3"),
			"set chat_format: model, if the template in the model's folder is the one that it is trained with")
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = c.Concurrency
	return &Generator{Config: c, client: &http.Client{Transport: transport}}, nil
}

func (g *Generator) endpoint(url string) teacher.Endpoint {
	return teacher.Endpoint{BaseURL: url, Key: g.Key, Client: g.client, Timeout: g.Timeout, Retry: g.Retry}
}
