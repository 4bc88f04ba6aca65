package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student/vllm"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// checkServer looks whether a server answers and has the model of the name, if
// one is given.
func checkServer(ctx context.Context, part, url string, key remote.Key, model string) Finding {
	e := teacher.Endpoint{BaseURL: url, Key: key, Timeout: 10 * time.Second, Retry: remote.Retry{Tries: 1}}
	data, err := e.Get(ctx, "/models")
	if err != nil {
		call := teacher.AsCallError(err)
		what := fmt.Sprintf("%s does not answer: %v", url, call.Err)
		if call.Status != 0 {
			what = fmt.Sprintf("%s answers %d: %v", url, call.Status, call.Err)
		}
		return Finding{part, false, what, "start the server, or correct its base_url or key"}
	}
	models, err := parseModels(data)
	switch {
	case err != nil:
		return Finding{part, false, fmt.Sprintf("%s/models: %v", url, err), "base_url must lead to a server of the OpenAI protocol; most end in /v1"}
	case model == "":
		return Finding{part, true, url + " answers", ""}
	case !slices.Contains(models, model):
		return Finding{part, false, fmt.Sprintf("%s has no model %q, but %s", url, model, listed(models)), "name one of these, or start the server with that one"}
	}
	return Finding{part, true, fmt.Sprintf("%s has the model %q", url, model), ""}
}

// probeAdapters looks whether a server takes adapters at run time.
func probeAdapters(ctx context.Context, found Finding, url string, key remote.Key) Finding {
	g, err := vllm.New(vllm.Config{
		Server: vllm.At(url), Key: key, Adapters: vllm.LoRA, Session: "doctor", Timeout: 10 * time.Second, Retry: remote.Retry{Tries: 1},
	})
	if err == nil {
		err = g.Probe(ctx)
	}
	if err != nil {
		return failed(found.Part, err, "")
	}
	found.What += " and takes adapters"
	return found
}

// parseModels reads the names in a list of models.
func parseModels(data []byte) ([]string, error) {
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("no list of models: %w", err)
	}
	names := []string{}
	for _, m := range list.Data {
		names = append(names, m.ID)
	}
	return names, nil
}

// listed shows some names that somebody else chose.
func listed(names []string) string {
	const most = 5
	if len(names) == 0 {
		return "none"
	}
	var shown []string
	for _, n := range names[:min(most, len(names))] {
		shown = append(shown, table.Cut(table.Plain(n), 80))
	}
	if len(names) > most {
		shown = append(shown, fmt.Sprintf("%d others", len(names)-most))
	}
	return strings.Join(shown, ", ")
}

// checkSlurm looks whether the controller answers and has the partition.
func checkSlurm(ctx context.Context, f experiment.File) Finding {
	if f.Launcher.Kind != experiment.Slurm {
		return notNeeded("slurm")
	}
	out, err := ask(ctx, "sinfo", "--noheader", "--format=%R %a %D")
	if err != nil {
		return Finding{"slurm", false, fmt.Sprintf("sinfo: %v", err), "run on a node that submits jobs; scontrol ping says whether the controller is up"}
	}
	up, nodes := parsePartitions(out)
	want := f.Launcher.Partition
	switch {
	case len(up) == 0:
		return Finding{"slurm", false, "no partition is up", "ask the cluster's administrators, or see sinfo"}
	case want != "" && !slices.Contains(up, want):
		return Finding{"slurm", false, fmt.Sprintf("partition %q is not up; there are %s", want, listed(up)), "set launcher.partition to one of these"}
	}
	return Finding{"slurm", true, fmt.Sprintf("%d partitions with %d nodes are up: %s", len(up), nodes, listed(up)), ""}
}

// parsePartitions reads lines of a partition's name, state and number of nodes;
// lines of another form are none of sinfo's.
func parsePartitions(out []byte) (up []string, nodes int) {
	for line := range strings.Lines(strings.ToValidUTF8(string(out), "?")) {
		var name, state string
		var n int
		if got, err := fmt.Sscan(line, &name, &state, &n); err != nil || got != 3 || state != "up" || n < 0 {
			continue
		}
		up, nodes = append(up, name), nodes+n
	}
	return up, nodes
}
