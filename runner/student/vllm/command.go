package vllm

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/server"
)

// Launch is a `vllm serve` that this program starts.
type Launch struct {
	What    string   // names it in messages
	Command []string // the program, with what stands before its options; nil means vllm serve
	Options []string // after ours
	Model   string
	Devices string   // CUDA_VISIBLE_DEVICES; empty leaves it as it is
	GPUs    int      // of the set
	Rank    int      // greatest rank of adapters; 0 for a server without adapters
	Loaded  int      // adapters that are asked at a time; 0 means 1
	Seed    int64    // of the server's own choices
	Dtype   string   // of weights and products; empty for the checkpoint's
	Share   string   // of the GPUs' memory, as in 0.4; empty for vLLM's own choice, nearly all
	Cache   int      // on processors: GiB of memory for the cache, in place of a share of it all; 0 for vLLM's own choice
	Context int      // most tokens of prompt and answer; 0 for the model's own, whose cache may be too great for the GPUs
	Answers int      // worked on at a time; 0 for vLLM's own choice
	Env     []string // to start from
	Log     string
	Scratch string // folder for its temporary files and the sockets of its processes, which vLLM leaves behind; empty for the usual one
}

// ranks are the values that vLLM takes for --max-lora-rank.
var ranks = []int{1, 8, 16, 32, 64, 128, 256, 320, 512}

// missing is what to do without the program.
const missing = "install vLLM in a virtual environment of its own, and name it: command: [/path/to/venv/bin/vllm, serve]"

// command is what starts the server, without options.
func (l Launch) command() []string {
	if l.Command == nil {
		return []string{"vllm", "serve"}
	}
	return slices.Clone(l.Command)
}

// Version asks the program for its version.
func (l Launch) Version() (string, error) {
	command := l.command()
	if n := len(command) - 1; n > 0 && command[n] == "serve" {
		command = command[:n]
	}
	return server.Ask(server.Spec{What: l.What, Command: append(command, "--version"), Env: l.Env, Missing: missing})
}

// Spec is the process to keep.
func (l Launch) Spec() server.Spec {
	command := append(l.command(), l.Model, "--served-model-name", l.Model, "--seed", strconv.FormatInt(l.Seed, 10))
	if l.GPUs > 1 {
		command = append(command, "--tensor-parallel-size", strconv.Itoa(l.GPUs))
	}
	env := slices.Clone(l.Env)
	if l.Dtype != "" {
		command = append(command, "--dtype", l.Dtype)
	}
	if l.Share != "" {
		command = append(command, MemoryShare, l.Share)
	}
	if l.Context > 0 {
		command = append(command, "--max-model-len", strconv.Itoa(l.Context))
	}
	if l.Answers > 0 {
		command = append(command, "--max-num-seqs", strconv.Itoa(l.Answers))
	}
	if l.Rank > 0 {
		i, _ := slices.BinarySearch(ranks[:len(ranks)-1], l.Rank) // vLLM itself refuses a greater one
		command = append(command, "--enable-lora", "--max-loras", strconv.Itoa(max(1, l.Loaded)), "--max-cpu-loras", strconv.Itoa(max(4, l.Loaded)), "--max-lora-rank", strconv.Itoa(ranks[i]))
		env = set(env, "VLLM_ALLOW_RUNTIME_LORA_UPDATING", "True")
	}
	if l.Devices != "" {
		env = set(env, "CUDA_VISIBLE_DEVICES", l.Devices)
	}
	if l.Cache > 0 && !slices.ContainsFunc(l.Options, func(o string) bool { return strings.HasPrefix(o, MemoryShare) }) {
		env = set(env, "VLLM_CPU_KVCACHE_SPACE", strconv.Itoa(l.Cache))
	}
	if l.Scratch != "" {
		env = set(env, "TMPDIR", l.Scratch)
		// Sockets have a name of 36 characters there, and a user may have a shorter place.
		own := slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, "VLLM_RPC_BASE_PATH=") })
		if !own && len(l.Scratch)+1+36 <= longestSocket {
			env = set(env, "VLLM_RPC_BASE_PATH", l.Scratch)
		}
	}
	return server.Spec{
		What: l.What, Command: append(command, l.Options...), Env: env, Log: l.Log,
		Missing: missing,
	}
}

// longestSocket is the longest path of a unix socket on Linux, in bytes.
const longestSocket = 107

// set replaces a variable of an environment.
func set(env []string, name, value string) []string {
	env = slices.DeleteFunc(env, func(v string) bool { return strings.HasPrefix(v, name+"=") })
	return append(env, name+"="+value)
}

// Start prepares a server on the devices, the value of CUDA_VISIBLE_DEVICES, which
// starts when it is first asked. Its log is a temporary file.
func (l Launch) Start(devices string) (Started, error) {
	log, err := disk.ScratchFile("vllm-")
	if err != nil {
		return Started{}, results.Infra(err)
	}
	scratch, remove, err := disk.Scratch("rpc-")
	if err != nil {
		return Started{}, errors.Join(results.Infra(err), os.Remove(log))
	}
	l.Devices, l.Log, l.Scratch = devices, log, scratch
	s, err := server.New(l.Spec())
	if err != nil {
		remove()
		return Started{}, errors.Join(err, os.Remove(l.Log))
	}
	return Started{s, func() { _ = remove() }}, nil // what is left, a later program removes
}

// Started is a server of this program's, as students and teachers ask it.
type Started struct {
	*server.Server
	remove func() // its temporary files; nil: they are not ours
}

// Close ends the server and removes what its processes leave behind.
func (s Started) Close() error {
	err := s.Server.Close()
	if s.remove != nil {
		s.remove()
	}
	return err
}

// URL is the address up to /v1.
func (s Started) URL(ctx context.Context) (string, error) {
	url, err := s.Server.URL(ctx)
	if err != nil {
		return "", err
	}
	return url + "/v1", nil
}
