package slurm

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestParseListing(t *testing.T) {
	const out = "7|RUNNING|None|adb-ab-1\n" +
		"8|CANCELLED by 0|None|adb-ab-2\n" +
		"9|PENDING|(Resources)|somebody else's | job\n" +
		"10_4|PENDING|None|adb-array-1\n" +
		"11|COMPLETED|None|adb-ab-3\n" +
		"12|PENDING|Priority|adb-ab-3\n" +
		"13|FAILED|None|adb-ab-3\n" +
		"slurm_load_jobs error: Invalid job id specified\n\n"
	want := map[string]entry{
		"adb-ab-1": {7, "RUNNING", "None"}, "adb-ab-2": {8, "CANCELLED", "None"}, "adb-ab-3": {12, "PENDING", "Priority"},
	}
	if diff := cmp.Diff(want, parseListing([]byte(out)), cmp.AllowUnexported(entry{})); diff != "" {
		t.Error(diff)
	}
}

func TestParseSubmitted(t *testing.T) {
	for out, want := range map[string]int64{"12\n": 12, "12;east\n": 12, "welcome to the cluster\n345\n": 345, "": 0,
		"Submitted batch job 12\n": 12, "---\n  Welcome\n--> Verifying valid submit host ... [OK]\nSubmitted batch job 12 on cluster example\n": 12,
		"-3\n": 0, "12 jobs\n": 0, "Submitted batch job\n": 0} {
		got, err := parseSubmitted([]byte(out))
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v", out, got, err)
		}
	}
}

func TestParseExit(t *testing.T) {
	for text, want := range map[string]*Exit{
		"0 \n": {}, "137 \n": {Status: 137}, "130 TERM\n": {Status: 130, Signal: "TERM"},
		"": nil, "0": {}, "256 \n": nil, "-1 \n": nil, "0 KILL\n": nil, "0 TERM x\n": nil, "ok\n": nil,
	} {
		if diff := cmp.Diff(want, parseExit([]byte(text))); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestRefused(t *testing.T) {
	for text, want := range map[string]bool{
		"sbatch: error: invalid partition specified: nosuch":                                                                  true,
		"sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified":              true,
		"sbatch: error: Batch job submission failed: Requested node configuration is not available":                           true,
		"sbatch: error: Batch job submission failed: Requested time limit is invalid (missing or exceeds some limit)":         true,
		"sbatch: error: QOSMaxNodePerJobLimit sbatch: error: Batch job submission failed: Job violates accounting/QOS policy": true,
		"sbatch: unrecognized option '--nosuch'":                                                                              true,
		"sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)":                    false,
		"sbatch: error: Batch job submission failed: Socket timed out on send/recv operation":                                 false,
		"sbatch: error: Batch job submission failed: I/O error writing script/environment to file":                            false,
		"sbatch: error: Batch job submission failed: Slurm temporarily unable to accept job, sleeping and retrying":           false,
	} {
		if refused(errors.New(text)) != want {
			t.Errorf("%q refused: %t", text, !want)
		}
	}
}

// Whatever Slurm and others' jobs are called, a listing holds our names only, and
// what is shown is one printable line.
func FuzzSlurm(f *testing.F) {
	f.Add([]byte("7|RUNNING|None|adb-ab-1\n8|CANCELLED by 0|None|x|y\n"))
	f.Add([]byte("12;east\n"))
	f.Add([]byte("130 TERM\n"))
	f.Add([]byte("{\"training\":{\"Step\":1}}\n{\"done\":3"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for name, e := range parseListing(data) {
			if !strings.HasPrefix(name, namePrefix) || e.id < 0 || strings.ContainsAny(name+e.state, "\n|") && !strings.Contains(name, "|") {
				t.Errorf("%q gives job %q %+v", data, name, e)
			}
		}
		if id, err := parseSubmitted(data); err == nil && id < 0 {
			t.Errorf("%q gives job %d", data, id)
		}
		if e := parseExit(data); e != nil && (e.Status < 0 || e.Status > 255) {
			t.Errorf("%q gives %+v", data, e)
		}
		if notes := parseNotes(data); len(notes) > strings.Count(string(data), "\n") {
			t.Errorf("%q gives %d notes", data, len(notes))
		}
		line := oneLine(data)
		if strings.ContainsAny(line, "\n\r\x00\x1b") || !utf8.ValidString(line) || len(line) > mostShown+3 {
			t.Errorf("%q is shown as %q", data, line)
		}
		refused(errors.New(line))
	})
}

// The script survives every path, and its directives end before the first
// command.
func TestScript(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "it's $HOME `x` %j \"é")
	c := Config{Partition: "gpu", Account: "lab", Gres: "gpu:2", Time: 90 * time.Minute, Options: []string{"--exclusive"}, Program: "/opt/it's/adb"}
	text := c.script("adb-ab-1", folder)
	want := "#!/bin/bash\n#SBATCH --job-name=adb-ab-1\n#SBATCH --partition=gpu\n#SBATCH --account=lab\n#SBATCH --gres=gpu:2\n#SBATCH --time=90\n" +
		"#SBATCH --exclusive\n#SBATCH --output=slurm.log\n#SBATCH --open-mode=append\n#SBATCH --signal=B:TERM@60\n#SBATCH --no-requeue\n\n"
	if !strings.HasPrefix(text, want) {
		t.Errorf("script begins\n%s\nwant\n%s", text[:min(len(text), len(want))], want)
	}
	if out, err := exec.Command("bash", "-n", "-c", text).CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, out, text)
	}
	out, err := exec.Command("bash", "-c", "printf %s "+quoted(folder)).Output()
	if err != nil || string(out) != folder {
		t.Errorf("%s is quoted as %s", folder, out)
	}
	for limit, want := range map[time.Duration]int{0: 60, time.Minute: 6, 5 * time.Minute: 30, time.Hour: 60} {
		if got := (Config{Time: limit}).warning(); got != want {
			t.Errorf("a limit of %s: warned %d s before, want %d", limit, got, want)
		}
	}
}
