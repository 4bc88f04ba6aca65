package record

import (
	"encoding/json"
	"errors"
	"maps"
	"path/filepath"
	"slices"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// HeadsLine is a line of heads.jsonl, without its place in the chain.
type HeadsLine struct {
	Experiment string `json:"experiment"`          // its folder
	Head       string `json:"head,omitempty"`      // digest of the last line of its scores.jsonl
	Forgotten  bool   `json:"forgotten,omitempty"` // the folder was gone, and `reindex` said so
}

// Heads is the log of the heads that the experiments' logs had, heads.jsonl beside the
// experiments' folders. Whoever rewrites an experiment's folder, its log included,
// contradicts it. It is not safe for concurrent use; several processes may use the log.
type Heads struct {
	log  *disk.SharedLog
	last map[string]string // by the experiment's folder; written by the log alone
}

// OpenHeads reads the log beside the experiments below out. With the error of a log
// that is broken comes what lies before the fault; nothing can be added to it.
func OpenHeads(out string) (*Heads, error) {
	h := &Heads{last: map[string]string{}}
	path := filepath.Join(out, headsFile)
	log, err := disk.OpenShared(path, h.visit)
	if err == nil {
		h.log = log
		return h, nil
	}
	var known *results.Error
	if !errors.As(err, &known) || known.Kind != results.BadInput {
		return nil, err
	}
	return h, &results.Error{
		Kind: results.Verification, Err: err,
		Hint: "put it back from a copy, or remove it: then nothing older shows that a whole experiment was rewritten",
	}
}

func (h *Heads) visit(line []byte) error {
	var l HeadsLine
	if err := json.Unmarshal(line, &l); err != nil {
		return err
	}
	if h.last[l.Experiment] = l.Head; l.Forgotten {
		delete(h.last, l.Experiment)
	}
	return nil
}

// Of is the last head of the experiment in the folder; empty when none is known.
func (h *Heads) Of(folder string) string { return h.last[folder] }

// Known lists the folders of the experiments that had a head, sorted.
func (h *Heads) Known() []string { return slices.Sorted(maps.Keys(h.last)) }

// Keep adds the heads, by the experiments' folders, that are not the last ones.
func (h *Heads) Keep(heads map[string]string) error {
	return h.add(func() (lines []any) {
		for _, folder := range slices.Sorted(maps.Keys(heads)) {
			if h.last[folder] != heads[folder] {
				lines = append(lines, HeadsLine{Experiment: folder, Head: heads[folder]})
			}
		}
		return lines
	})
}

// Forget leaves an experiment out whose folder is gone.
func (h *Heads) Forget(folder string) error {
	return h.add(func() []any { return []any{HeadsLine{Experiment: folder, Forgotten: true}} })
}

// add adds the lines that there are still to add once no other process writes. A log
// that is broken takes none.
func (h *Heads) add(lines func() []any) error {
	if h.log == nil || len(lines()) == 0 {
		return nil
	}
	return h.log.Append(func() ([]any, error) { return lines(), nil })
}
