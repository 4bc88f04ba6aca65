package experiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

func TestLauncher(t *testing.T) {
	for lines, want := range map[string]string{
		"launcher: {kind: local}":           "",
		"launcher: {kind: local, slots: 2}": "",
		"launcher: {kind: slurm}":           "",
		"launcher: {kind: slurm, partition: gpu, account: lab, gres: 'gpu:a100:2', time: 3h, options: ['--constraint=a100&nvlink', '--exclusive', '--export=NONE'], slots: 4, interval: 30s, cancel_on_interrupt: true}": "",
		"launcher: {kind: pbs}":                                      `launcher.kind: unknown "pbs"`,
		"launcher: {kind: local, partition: gpu}":                    "launcher.partition: goes with kind slurm",
		"launcher: {kind: slurm, slots: -1}":                         "launcher.slots",
		"launcher: {kind: slurm, partition: 'a b'}":                  "launcher.partition",
		"launcher: {kind: slurm, gres: \"gpu:1\\n#SBATCH --uid=0\"}": "launcher.gres",
		"launcher: {kind: slurm, time: 10s}":                         "launcher.time",
		"launcher: {kind: slurm, interval: 1ms}":                     "launcher.interval",
		"launcher: {kind: slurm, options: ['-p gpu']}":               "launcher.options",
		"launcher: {kind: slurm, options: ['--comment=a b']}":        "launcher.options",
		"launcher: {kind: slurm, options: ['--requeue']}":            "sets --requeue itself",
		"launcher: {kind: slurm, options: ['--job=x']}":              "sets --job-name itself",
		"launcher: {kind: slurm}\nstudent: {train: hf, infer: vllm, model: m, serve: {base_url: 'http://localhost:1/v1'}}": "goes with launcher local",
		"launcher: {kind: slurm, queue: gpu}": `unknown key "queue"`,
	} {
		path := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(path, []byte("name: x\nagents: [direct]\n"+lines+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Read(path)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", lines, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", lines, err, want)
		case strings.Contains(lines, "30s") && (time.Duration(f.Launcher.Interval) != 30*time.Second || f.Launcher.Options[1] != "--exclusive"):
			t.Errorf("read as %+v", f.Launcher)
		}
		if want != "" {
			continue
		}
		again := Default()
		if text, err := yaml.Marshal(f); err != nil || yaml.Unmarshal(text, &again) != nil || again.Validate() != nil || cmp.Diff(f.Launcher, again.Launcher) != "" {
			t.Errorf("%s: written as %s, %v", lines, text, err)
		}
	}
}
