package vllm

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// takesNone is what to do where a server takes no adapters.
const takesNone = "start vLLM with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True; for transformers serve set student.serve.adapters: folder; llama.cpp's server answers for the base only"

// findsNone reports the words of a vLLM that takes adapters and finds none in the folder.
// Versions from 0.32 on leave the folder's name out.
func findsNone(said, dir string) bool {
	return strings.Contains(said, dir) || strings.Contains(said, "No adapter found")
}

// Probe asks the server to load an adapter from an empty folder. One that takes adapters
// says that it finds none there. So a server that takes none is found out before
// a teacher or a training is paid.
func (g *Generator) Probe(ctx context.Context) error {
	if g.Adapters == Folder {
		return nil
	}
	url, err := g.url(ctx)
	if err != nil {
		return err
	}
	dir, remove, err := disk.Scratch("probe-")
	if err != nil {
		return results.Infra(err)
	}
	defer remove()
	e := g.endpoint(url)
	e.Retry.Tries = 2
	name := fmt.Sprintf("adb-probe-%s-%d", g.Session, g.names.Add(1))
	_, err = e.Post(ctx, "/load_lora_adapter", 0, map[string]string{"lora_name": name, "lora_path": dir})
	if err == nil { // it reads them when they are asked for
		g.unload(ctx, e, name)
		return nil
	}
	call := teacher.AsCallError(err)
	said := call.Err.Error()
	switch {
	case findsNone(said, dir):
		return nil
	case call.Status == http.StatusUnauthorized || call.Status == http.StatusForbidden:
		return results.Bad(fmt.Errorf("student at %s: the server answered %d: %s", url, call.Status, said), "name the variable that holds the key: student.serve.api_key_env")
	case call.Status == 0 || call.Retryable && call.Status != http.StatusInternalServerError:
		return results.Infra(fmt.Errorf("student at %s: %w", url, call.Err), "is the server up?")
	}
	return results.Bad(fmt.Errorf("student at %s: the server takes no adapters at run time (it answered %d: %s)", url, call.Status, said), takesNone)
}
