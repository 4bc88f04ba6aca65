package submissions

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/bench/internal/receipt"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/runner/verify"
)

const filled = `submitter: Jo, jo@example.org
bundle: {file: bundle.adb, digest: abc}
disclosure: {scaffold: s, model_version: m, model_date: d, prices: p, human_help: none, tuned_on: nothing, earlier_private: never}
`

// folder lays a submission.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "mine")
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// trials are runs of the program's own agent.
func trials(runs int, change func(o *results.Outcome)) (list []results.Outcome) {
	for run := range runs {
		o := results.Outcome{
			TrialID: results.TrialID{Domain: results.Science, Workflow: results.OneShot, Setting: results.Scratch, Agent: "direct", Run: run + 1},
			Kind:    results.OfAgent, Experiment: "x", Suite: "mini", Protocol: "mini", Teacher: "an LLM", Student: "s", Valid: true, End: results.EndValid,
			BasePrivate: results.Score{Correct: 10, Total: 50}, Finals: []results.Score{{Correct: 20 + run, Total: 50}}, Attempts: 1, ValidAttempts: 1,
		}
		if change != nil {
			change(&o)
		}
		list = append(list, o)
	}
	return list
}

func reportOf(list []results.Outcome, checks ...verify.Check) verify.Report {
	r := verify.Report{Digest: "abc", Outcomes: list, Checks: checks, Seals: map[string]string{}, Trained: map[string]string{}, Agents: map[string]string{}}
	for _, o := range list {
		r.Seals[o.Path()], r.Agents[o.Agent] = "seal of "+o.Path(), "digest"
	}
	return r
}

func verifies(r verify.Report, files ...bundle.File) Verify {
	return func(string) (verify.Report, *bundle.Bundle, error) {
		return r, &bundle.Bundle{Manifest: bundle.Manifest{Files: files}, Digest: r.Digest}, nil
	}
}

func TestRules(t *testing.T) {
	good := map[string]string{InfoFile: filled, BundleFile: "content"}
	with := func(name, text string) map[string]string {
		m := map[string]string{InfoFile: filled, BundleFile: "content"}
		m[name] = text
		return m
	}
	three := trials(3, nil)
	for name, c := range map[string]struct {
		files  map[string]string
		verify Verify
		says   string // of problems; empty for none
	}{
		"a good one":          {good, verifies(reportOf(three)), ""},
		"a gap":               {with(InfoFile, strings.Replace(filled, "prices: p", "prices: FILL IN", 1)), verifies(reportOf(three)), "disclosure.prices is not filled in"},
		"no submitter":        {with(InfoFile, strings.Replace(filled, "Jo, jo@example.org", `""`, 1)), verifies(reportOf(three)), "submitter is not filled in"},
		"two bundles":         {with(InfoFile, strings.Replace(filled, "file:", "url: https://x.example, file:", 1)), verifies(reportOf(three)), "either file or url"},
		"another name":        {with(InfoFile, strings.Replace(filled, "bundle.adb", "../x.adb", 1)), verifies(reportOf(three)), "want bundle.adb"},
		"another bundle":      {with(InfoFile, strings.Replace(filled, "abc", "def", 1)), verifies(reportOf(three)), "names the digest def"},
		"two runs":            {good, verifies(reportOf(trials(2, nil))), "fewer than 3 runs"},
		"no trial":            {good, verifies(reportOf(nil)), "holds no trial"},
		"a false claim":       {good, verifies(reportOf(three, verify.Check{Name: verify.Seals, Status: verify.Failed, Place: "there", Text: "why"})), "verify: seals: there: why"},
		"trials left out":     {good, verifies(reportOf(three, verify.Check{Name: verify.Whole, Status: verify.Trusted, Text: "2 trials are not in the bundle"})), "of the whole experiment"},
		"private answers":     {good, verifies(reportOf(three), bundle.File{Path: "base/science/private/predictions.jsonl"}), "must not be published"},
		"an unknown agent":    {good, verifies(reportOf(trials(3, func(o *results.Outcome) { o.Agent = "my-own" }))), "agent.yaml is missing"},
		"another agent":       {with(AgentFile, "name: x\nprovider: openai\nmodel: m\nbase_url: http://x.example\n"), verifies(reportOf(three)), "no agent of this definition"},
		"a folder of all":     {with("agent-x.yaml", "name: x\nprovider: command\ncommand: [python3]\nfolder: /\n"), verifies(reportOf(three)), "lies outside of the submission"},
		"two agents, one":     {with("agent-x.yaml", "name: x\nprovider: openai\nmodel: m\nbase_url: http://x.example\n"), verifies(reportOf(trials(3, func(o *results.Outcome) { o.Agent = "y" }))), "agent.yaml is missing: y"},
		"a large folder":      {with("more.bin", strings.Repeat("x", MaxFolder)), verifies(reportOf(three)), "give the bundle by its address"},
		"a receipt of nobody": {with("receipt.json", "{}"), verifies(reportOf(three)), "no Sigstore bundle"},
	} {
		t.Run(name, func(t *testing.T) {
			checked, err := Check(folder(t, c.files), "", receipt.Trust{}, c.verify)
			if err != nil {
				t.Fatal(err)
			}
			if said := strings.Join(checked.Problems, "\n"); c.says == "" && said != "" || !strings.Contains(said, c.says) {
				t.Errorf("problems %q, want %q", said, c.says)
			}
		})
	}
	dir := folder(t, good)
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if _, err := Check(dir, "", receipt.Trust{}, verifies(reportOf(three))); err == nil || !strings.Contains(err.Error(), "is no file") {
		t.Errorf("a link: %v", err)
	}
}

// What leaves the protocol, runs without a sandbox or is simulated never stands among
// verified results of models, whoever signs.
func TestNothingElseShowsAsVerified(t *testing.T) {
	of := func(name string, change func(o *results.Outcome)) Checked {
		list := trials(3, change)
		r := reportOf(list)
		for path := range r.Seals {
			r.Seals[path] = name + path
		}
		return Checked{Name: name, Report: r, Assurance: results.Reproduced, AssuredBy: "lab"}
	}
	outcomes, warnings := Outcomes([]Checked{
		of("good", nil),
		of("simulated", func(o *results.Outcome) { o.Simulated = true }),
		of("modified", func(o *results.Outcome) { o.Modified = true }),
		of("unsandboxed", func(o *results.Outcome) { o.Unsandboxed = true }),
		{Name: "broken", Problems: []string{"why"}, Report: reportOf(trials(3, nil))},
	})
	if len(warnings) != 1 || !strings.Contains(warnings[0], "broken is left out: why") {
		t.Errorf("warnings %q", warnings)
	}
	want := map[string]report.Standing{"good": "reproduced", "simulated": "simulated", "modified": "self-reported", "unsandboxed": "self-reported"}
	board := report.Leaderboard(outcomes, report.Options{Standing: true})
	found := 0
	for _, g := range board.Groups {
		for _, r := range g.Rows {
			found++
			if r.Standing != want[r.Experiment] || g.Standing != r.Standing {
				t.Errorf("%s stands as %s in a group of %s", r.Experiment, r.Standing, g.Standing)
			}
		}
	}
	if found != 4 {
		t.Errorf("%d rows", found)
	}
}

// Two bundles with the same trial count once: with the same seal, or made anew with the
// same seed and rows.
func TestTheSameTrialCountsOnce(t *testing.T) {
	one, two := reportOf(trials(3, nil)), reportOf(trials(3, nil))
	for path := range two.Seals {
		two.Seals[path] = "another " + path
		one.Trained[path], two.Trained[path] = "rows of "+path, "rows of "+path
	}
	for name, other := range map[string]verify.Report{"seal": reportOf(trials(3, nil)), "rows": two} {
		outcomes, warnings := Outcomes([]Checked{{Name: "b", Report: one}, {Name: "a", Report: other, Assurance: results.Verified}})
		if len(outcomes) != 3 || slices.ContainsFunc(outcomes, func(o results.Outcome) bool { return o.Experiment != "a" }) {
			t.Errorf("same %s: %d outcomes", name, len(outcomes))
		}
		if len(warnings) != 1 || !strings.Contains(warnings[0], "3 trials of b are those of a, and count once") {
			t.Errorf("same %s: %q", name, warnings)
		}
	}
}
