package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/catalog"
)

func quiet() setup.World { return setup.World{Stdout: io.Discard, Stderr: io.Discard} }

// reading is what the catalog of out has, from its index or from a new one.
func reading(t *testing.T, out string, rebuild bool) catalog.Reading {
	t.Helper()
	c, err := catalog.Open(context.Background(), out)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if rebuild {
		if err := c.Rebuild(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	r, err := c.Read(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// kindOf is the kind of a file: its path without the names of trials and digests.
func kindOf(path string) string {
	path = regexp.MustCompile(`(alpha|beta)/run-\d|[0-9a-f]{32,}`).ReplaceAllString(path, "*")
	return regexp.MustCompile(`attempts/\d`).ReplaceAllString(path, "attempts/*")
}

// damages are the ways in which a file is changed.
var damages = map[string]func(t *testing.T, root, name string){
	"a flipped bit": func(t *testing.T, root, name string) {
		edit(t, filepath.Join(root, name), func(data []byte) []byte {
			if len(data) > 0 {
				data[len(data)/2] ^= 4
			}
			return data
		})
	},
	"deleted": func(t *testing.T, root, name string) {
		if err := os.Remove(filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	},
	"truncated": func(t *testing.T, root, name string) {
		edit(t, filepath.Join(root, name), func(data []byte) []byte { return data[:len(data)/2] })
	},
	"emptied": func(t *testing.T, root, name string) {
		edit(t, filepath.Join(root, name), func([]byte) []byte { return nil })
	},
	"swapped with another trial's": func(t *testing.T, root, name string) {
		other := strings.Replace(name, "alpha/run-1", "beta/run-2", 1)
		if _, err := os.Stat(filepath.Join(root, other)); err != nil || other == name {
			return
		}
		swap(t, filepath.Join(root, name), filepath.Join(root, other))
	},
}

func swap(t *testing.T, a, b string) {
	t.Helper()
	if err := errors.Join(os.Rename(a, a+".aside"), os.Rename(b, a), os.Rename(a+".aside", b)); err != nil {
		t.Fatal(err)
	}
}

// TestNoChangedNumberRanks damages each kind of file of a finished experiment in
// every way. Whether the index is older than the damage or newer: an outcome with
// figures has those from before the damage; what is wrong is named with its file,
// or nothing is wrong with any figure; and trials that have nothing to do with the
// file go on.
func TestNoChangedNumberRanks(t *testing.T) {
	whole := finishedMicro(t)
	before := map[results.TrialID]results.Outcome{}
	for _, o := range reading(t, whole, false).Outcomes {
		before[o.TrialID] = o
	}
	kinds := map[string]string{} // a file of each
	root := filepath.Join(whole, "micro")
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		name, _ := filepath.Rel(root, path)
		if err == nil && !entry.IsDir() && !strings.Contains(name, "beta") && !strings.Contains(name, "run-2") {
			kinds[kindOf(name)] = name
		}
		return err
	})
	if err != nil || len(kinds) < 20 {
		t.Fatalf("%d kinds of file, %v", len(kinds), err)
	}
	for kind, name := range kinds {
		for damage, do := range damages {
			for _, rebuild := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s %s, reindexed %v", kind, damage, rebuild), func(t *testing.T) {
					out := copyTree(t, whole)
					do(t, filepath.Join(out, "micro"), name)
					r := reading(t, out, rebuild)
					checkReading(t, r, before, name)
				})
			}
		}
	}
}

func checkReading(t *testing.T, r catalog.Reading, before map[results.TrialID]results.Outcome, name string) {
	t.Helper()
	good := 0
	for _, o := range r.Outcomes {
		if o.Changed != "" {
			if o.Final().Known || o.Result().Base.Known {
				t.Errorf("%s has figures, and %s", o.TrialID, o.Changed)
			}
			continue
		}
		if diff := cmp.Diff(before[o.TrialID], o); diff != "" {
			t.Errorf("%s has other figures (-before +now):\n%s", o.TrialID, diff)
		}
		good++
	}
	said := fmt.Sprint(errors.Join(r.Faults...))
	trial := strings.HasPrefix(name, "trials/")
	switch {
	case len(r.Outcomes) == len(before) && good == len(before): // no figure depends on the file
	case len(r.Faults) == 0:
		t.Errorf("%d of %d outcomes are whole, and nothing is said", good, len(before))
	case !strings.Contains(said, filepath.Dir(name)):
		t.Errorf("the folder of %s is not named: %s", name, said)
	case trial && good < len(before)-2: // a swap changes two
		t.Errorf("one trial took others down: %d of %d are whole: %s", good, len(before), said)
	}
}

// Folders of version 1 say that they cannot prove their scores. Accidents are named all
// the same: no figure comes out of a damaged file.
func TestDamageOfVersion1(t *testing.T) {
	whole := t.TempDir()
	unpackTar(t, "testdata/version-1.tar.zst", whole)
	code, board, said := in(t, whole, "reindex", "--out", ".")
	if code != 0 {
		t.Fatal(board, said)
	}
	if _, board, _ = in(t, whole, "leaderboard", "--out", ".", "--format", "markdown"); !strings.Contains(board, "nothing proves that no score of version-1 was changed") {
		t.Errorf("the board does not say what it cannot prove:\n%s", board)
	}
	if _, state, _ := in(t, whole, "status", "--out", ".", "--json", "version-1"); strings.Count(state, `"unproven": true`) != 5 {
		t.Errorf("status does not say what it cannot prove:\n%s", state)
	}
	before := map[results.TrialID]results.Outcome{}
	for _, o := range reading(t, whole, false).Outcomes {
		before[o.TrialID] = o
	}
	const trial = "trials/science/iterative-scratch/careless/run-1"
	for _, name := range []string{
		"experiment.lock.json", "experiment.yaml", "base/science/public.json", "base/science/private/score.json", "base/science/private/predictions.jsonl",
		trial + "/events.jsonl", trial + "/ledger.jsonl", trial + "/seal.json", trial + "/attempts/1/reply.json", trial + "/attempts/2/public.json",
		trial + "/attempts/2/submission.json", trial + "/final/1/score.json", trial + "/final/1/predictions.jsonl",
	} {
		for _, damage := range []string{"a flipped bit", "truncated", "emptied"} {
			for _, rebuild := range []bool{false, true} {
				out := copyTree(t, whole)
				if _, err := os.Stat(filepath.Join(out, "version-1", name)); err != nil {
					t.Fatal(err)
				}
				damages[damage](t, filepath.Join(out, "version-1"), name)
				t.Run(fmt.Sprintf("%s %s, reindexed %v", name, damage, rebuild), func(t *testing.T) {
					checkReading(t, reading(t, out, rebuild), before, name)
				})
			}
		}
	}
}
