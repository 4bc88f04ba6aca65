package final

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

// Keep says which adapters of final scores stay in the experiment's folder.
type Keep string

// What is kept; nothing when empty.
const (
	KeepBest Keep = "best" // of each trial's best submission, the first final seed's
	KeepAll  Keep = "all"  // and those of its other final seeds
)

// keepAdapter copies the adapter that was trained in the folder from into the
// experiment's. Its report comes last: without it the adapter is not kept.
func keepAdapter(root record.Experiment, from string, report results.TrainReport) error {
	at := root.Adapter(report.Digest)
	if done, err := at.Report().Read(); err == nil && at.Intact(done) {
		return nil // two trials may have trained the same
	}
	if err := disk.RemoveAll(string(at)); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(string(at)), 0o755); err != nil {
		return err
	}
	err := os.CopyFS(string(at), os.DirFS(from))
	if err == nil {
		err = disk.SyncTree(string(at))
	}
	if err != nil {
		return fmt.Errorf("keep the adapter: %w", err)
	}
	done := record.Trained{TrainReport: report}
	if done.Files, err = at.Files(); err != nil {
		return err
	}
	return at.Report().Write(done)
}

// Kept copies the adapter of the trial's final score with the seed k (from 1) into the
// folder to, if it was kept and is as it was left.
func Kept(root record.Experiment, dir record.Trial, k int, to string) (score record.Score, found bool, err error) {
	_, score, err = finalOf(dir, k)
	if err != nil {
		return score, false, err
	}
	at := root.Adapter(score.Training.Digest)
	done, err := at.Report().Read()
	if err != nil || done.Digest != score.Training.Digest || !at.Intact(done) {
		return score, false, nil // it is trained again
	}
	if err := os.CopyFS(to, os.DirFS(string(at))); err != nil {
		return score, false, err
	}
	return score, true, os.Remove(filepath.Join(to, filepath.Base(string(at.Report()))))
}
