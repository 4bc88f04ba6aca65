package cli

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/bench/internal/submissions"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/results/disk"
)

// threeRuns is a bundle of one reference engineer with three runs, and of all that a folder has.
const threeRuns = "../submissions/testdata/three-runs.adb"

// threeRunsAt is where it lies; scripts run elsewhere.
var threeRunsAt = func() string {
	at, err := filepath.Abs(threeRuns)
	if err != nil {
		panic(err)
	}
	return at
}()

// TestSubmit goes the way of a submitter and of a board: prepare, check, fill in, check
// again, a receipt by a laboratory, and the board, where the same trials in a second
// folder count once.
func TestSubmit(t *testing.T) {
	dir := t.TempDir()
	b, err := bundle.Open(threeRunsAt, filepath.Join(dir, "runs"))
	if err != nil {
		t.Fatal(err)
	}
	must := func(code int, args ...string) (string, string) {
		t.Helper()
		got, out, said := in(t, dir, args...)
		if got != code {
			t.Fatalf("%s: exit code %d: %s%s", strings.Join(args, " "), got, said, out)
		}
		return out, said
	}
	out, _ := must(0, "submit", "prepare", "--to", "board/mine", b.Experiment)
	if !strings.Contains(out, "to do: submission.yaml: disclosure.human_help is not filled in") {
		t.Errorf("prepare says %q", out)
	}
	must(3, "submit", "prepare", "--to", "board/mine", b.Experiment)
	_, said := must(3, "submit", "check", "board/mine")
	if !strings.Contains(said, "8 problems keep it from a board") {
		t.Errorf("check says %q", said)
	}
	edit(t, filepath.Join(dir, "board/mine", submissions.InfoFile), func(data []byte) []byte {
		return []byte(strings.ReplaceAll(string(data), submissions.FillIn, "filled in"))
	})
	out, _ = must(0, "submit", "check", "board/mine")
	if !strings.Contains(out, "trials have simulated") || !strings.Contains(out, "3 trials, self-reported") {
		t.Errorf("check says %q", out)
	}
	must(0, "receipt", "keygen", "--to", "lab")
	out, _ = must(0, "receipt", "sign", "--key", "lab.key", "--by", "lab", "board/mine/bundle.adb")
	if !strings.Contains(out, "self-attested") { // no private answer was judged
		t.Errorf("sign says %q", out)
	}
	public, err := os.ReadFile(filepath.Join(dir, "lab.pub"))
	if err != nil {
		t.Fatal(err)
	}
	trust := "signers:\n- name: lab\n  since: 2020-01-01\n  key: |\n    " + strings.ReplaceAll(strings.TrimSpace(string(public)), "\n", "\n    ") + "\n"
	if err := disk.WriteFile(filepath.Join(dir, "board", submissions.TrustFile), []byte(trust)); err != nil {
		t.Fatal(err)
	}
	out, _ = must(0, "verify", "--receipt", "receipt.json", "--trust", "board/trust.yaml", "board/mine/bundle.adb")
	if !strings.Contains(out, "The receipt counts: self-attested, by lab") {
		t.Errorf("verify says %q", out)
	}
	must(3, "verify", "--receipt", "receipt.json", "--trust", "no-such.yaml", "board/mine/bundle.adb")
	edit(t, filepath.Join(dir, "board/trust.yaml"), func(data []byte) []byte { return append(data, "  revoked: lost\n"...) })
	_, said = must(6, "verify", "--receipt", "receipt.json", "--trust", "board/trust.yaml", "board/mine/bundle.adb")
	if !strings.Contains(said, "lab was revoked: lost") {
		t.Errorf("verify says %q", said)
	}
	if err := os.Rename(filepath.Join(dir, "receipt.json"), filepath.Join(dir, "board/mine/receipt.json")); err != nil { // of one who was revoked
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "board/another"), os.DirFS(filepath.Join(dir, "board/mine"))); err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(dir, "board/another", submissions.InfoFile), func(data []byte) []byte {
		return regexp.MustCompile(`(?m)^date: .*$`).ReplaceAll(data, []byte(`date: "2099-01-01"`))
	})
	if err := disk.WriteFile(filepath.Join(dir, "board/broken", submissions.InfoFile), []byte("submitter: [")); err != nil {
		t.Fatal(err)
	}
	out, said = must(0, "leaderboard", "--submissions", "board", "--trust", "board/trust.yaml", "--format", "csv")
	if !strings.Contains(said, "broken is left out: ") {
		t.Errorf("the board says %q", said)
	}
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || !strings.Contains(said, "3 trials of another are those of mine, and count once") {
		t.Fatalf("%v, %s\n%s", err, said, out)
	}
	var row map[string]string
	submitted, printed := 0, 0
	for _, cells := range rows[1:] {
		this := map[string]string{}
		for i, name := range rows[0] {
			this[name] = cells[i]
		}
		switch this["standing"] {
		case "simulated":
			submitted, row = submitted+1, this
		case "paper": // the rows of the publication, apart
			if printed++; this["source"] != "paper" || this["experiment"] != "published" {
				t.Errorf("%v", this)
			}
		}
	}
	if submitted != 1 || printed != 24 || len(rows) != 26 {
		t.Fatalf("%d rows submitted, %d printed, of %d lines", submitted, printed, len(rows))
	}
	if row["standing"] != "simulated" || row["made_by"] != "simulated" || row["source"] != "measured" || row["assurance"] != "self-reported" ||
		!strings.Contains(row["marks"], "modified protocol") || row["experiment"] != "mine" || row["runs"] != "3" {
		t.Errorf("%v", row)
	}
}

// No submission of the repository says that it was there before it was: its date is at
// most two weeks before the day on which its bundle came into the history.
func TestDatesOfTheRepository(t *testing.T) {
	root := absolute(t, "../../..")
	git := func(args ...string) string {
		out, err := exec.Command("git", append([]string{"-C", root}, args...)...).Output()
		if err != nil {
			t.Skipf("git: %v", err)
		}
		return strings.TrimSpace(string(out))
	}
	if git("rev-parse", "--is-shallow-repository") != "false" {
		t.Skip("the history is not whole")
	}
	folders, err := submissions.List(filepath.Join(root, "results/submissions"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range folders {
		info, err := submissions.ReadInfo(dir)
		if err != nil || info.Date == "" {
			continue // what is no submission, TestSubmissionsOfTheRepository says
		}
		days := strings.Fields(git("log", "--no-patch", "--first-parent", "--diff-merges=first-parent", "-S"+info.Bundle.Digest, "--format=%cd", "--date=short", "--", filepath.Join(dir, submissions.InfoFile)))
		if early := tooEarly(t, info.Date, days); early {
			t.Errorf("%s: the date %s is before %s, when its bundle came", dir, info.Date, days[len(days)-1])
		}
	}
	for date, early := range map[string]bool{"2026-11-15": true, "2026-11-16": false, "2026-12-24": false} {
		if tooEarly(t, date, []string{"2026-12-02", "2026-11-30"}) != early {
			t.Errorf("%s: early %v", date, !early)
		}
	}
}

// tooEarly reports whether the date is more than two weeks before the first of the days,
// which are the latest first: between a request and its merge lies a review.
func tooEarly(t *testing.T, date string, days []string) bool {
	t.Helper()
	if len(days) == 0 {
		return false // not yet in the history
	}
	came, err := time.Parse(time.DateOnly, days[len(days)-1])
	if err != nil {
		t.Fatal(err)
	}
	said, err := time.Parse(time.DateOnly, date)
	if err != nil {
		t.Fatal(err)
	}
	return said.Before(came.AddDate(0, 0, -14))
}

// Every submission of the repository keeps to the rules.
func TestSubmissionsOfTheRepository(t *testing.T) {
	root := absolute(t, "../../..")
	folders, err := submissions.List(filepath.Join(root, "results/submissions"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range folders {
		if code, out, said := in(t, root, "submit", "check", dir); code != 0 {
			t.Errorf("%s: exit code %d: %s\n%s", dir, code, said, out)
		}
	}
	for _, rule := range []string{"three runs", "self-reported, verified, reproduced", "trust.yaml", "5 MiB"} {
		page, err := os.ReadFile(filepath.Join(root, "results/submissions/README.md"))
		if err != nil || !strings.Contains(strings.Join(strings.Fields(string(page)), " "), rule) {
			t.Errorf("the rules do not have %q (%v)", rule, err)
		}
	}
}
