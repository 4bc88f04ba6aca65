package final

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/student"
)

// writing is a student whose adapters hold their seed.
type writing struct{ fake }

func (w *writing) Train(_ context.Context, _ results.Recipe, rows []results.Row, seed int64, dir string, _ func(student.Progress)) (results.TrainReport, error) {
	data := []byte{byte(seed)}
	for _, name := range []string{"adapter_config.json", "adapter_model.safetensors"} {
		if err := disk.WriteFile(filepath.Join(dir, name), data); err != nil {
			return results.TrainReport{}, err
		}
	}
	return results.TrainReport{Rows: len(rows), Digest: disk.Digest(data)}, nil
}

// Adapters stay as the experiment says, and one that was changed is not handed out.
func TestAdaptersAreKept(t *testing.T) {
	for keep, want := range map[Keep]int{"": 0, KeepBest: 1, KeepAll: 3} {
		t.Run(string(keep), func(t *testing.T) {
			root, task := record.Experiment(t.TempDir()), science(t)
			dir := submitted(t, root, task, 3)
			s := scorer(t, root, nil)
			s.Student, s.Keep = &writing{}, keep
			if _, err := s.Trial(t.Context(), dir, task); err != nil {
				t.Fatal(err)
			}
			for k := 1; k <= 3; k++ {
				to := filepath.Join(t.TempDir(), "to")
				score, found, err := Kept(root, dir, k, to)
				if err != nil || found != (k <= want) {
					t.Fatalf("seed %d: found %v, %v", k, found, err)
				}
				if !found {
					continue
				}
				weights, err := os.ReadFile(filepath.Join(to, "adapter_model.safetensors"))
				if err != nil || disk.Digest(weights) != score.Training.Digest {
					t.Errorf("seed %d: %v, %v", k, weights, err)
				}
				config := filepath.Join(string(root.Adapter(score.Training.Digest)), "adapter_config.json")
				if err := os.WriteFile(config, []byte("{}"), 0o600); err != nil {
					t.Fatal(err)
				}
				if _, found, err := Kept(root, dir, k, filepath.Join(t.TempDir(), "to")); found || err != nil {
					t.Errorf("seed %d: an adapter with another configuration is handed out, %v", k, err)
				}
			}
		})
	}
}
