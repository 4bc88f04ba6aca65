package pages

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/live"
	"github.com/autodatabench/autodatabench/bench/internal/progress"
	"github.com/autodatabench/autodatabench/bench/internal/recorded"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/catalog"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/experiment"
)

// logEnd is how much of a running trial's last log is shown, in bytes.
const logEnd = 4 << 10

// Running reads how far each experiment is that a program works on. Experiments that
// cannot be read are left out: the board names them.
func Running(ctx context.Context, o Options, own disk.Holder, now time.Time) ([]live.Running, error) {
	roots, err := experiments(o)
	if err != nil {
		return nil, err
	}
	secret := bundle.Scanner(keys(roots, o.Getenv))
	var list []live.Running
	for _, root := range roots {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		f, _, err := experiment.Recorded(root)
		if err != nil {
			continue
		}
		shelf, err := catalog.Beside(ctx, root)
		if err != nil {
			continue
		}
		s, running, err := recorded.Snapshot(root, f, own, shelf, now)
		if err != nil || !running {
			continue
		}
		r := live.Running{Snapshot: s, Folder: "trials/" + filepath.Base(string(root)) + "/", Logs: map[string]string{}}
		for _, t := range s.Trials {
			if t.State == progress.Running {
				text := lastLog(root.Trial(t.ID), t.Attempt)
				if secret != nil && secret([]byte(text)) {
					text = "This log holds a key of yours, and is not shown."
				}
				r.Logs[t.ID.Path()] = text
			}
		}
		list = append(list, r)
	}
	return list, nil
}

// lastLog is the end of the log of the attempt, or of the one before while the attempt's
// program has not ended.
func lastLog(dir record.Trial, attempt int) string {
	for n := attempt; n > max(0, attempt-2); n-- {
		text, err := dir.Attempt(n).RunLog().ReadString()
		if err == nil && text != "" {
			return strings.ToValidUTF8(text[max(0, len(text)-logEnd):], "")
		}
	}
	return ""
}
