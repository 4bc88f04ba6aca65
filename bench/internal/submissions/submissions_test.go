package submissions

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/bench/internal/receipt"
	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/runner/verify"
)

// digest is that of every bundle here.
var digest = strings.Repeat("ab", 32)

var filled = `submitter: Jo, jo@example.org
date: 2026-11-30
bundle: {file: bundle.adb, digest: ` + digest + `}
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
	r := verify.Report{Digest: digest, Outcomes: list, Checks: checks, Seals: map[string]string{}, Trained: map[string]string{}, Agents: map[string]string{}}
	for _, o := range list {
		r.Seals[o.Path()], r.Agents[o.Agent] = "seal of "+o.Path(), "digest"
		if d, err := definitions.Builtin(o.Agent); err == nil {
			r.Agents[o.Agent], _ = d.Digest()
		}
	}
	return r
}

func verifies(r verify.Report, files ...bundle.File) Verify {
	return func(string) (Verification, error) {
		return Verification{Report: r, Bundle: &bundle.Bundle{Manifest: bundle.Manifest{Files: files}, Digest: r.Digest}}, nil
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
		"a good one":        {good, verifies(reportOf(three)), ""},
		"a gap":             {with(InfoFile, strings.Replace(filled, "prices: p", "prices: FILL IN", 1)), verifies(reportOf(three)), "disclosure.prices is not filled in"},
		"no submitter":      {with(InfoFile, strings.Replace(filled, "Jo, jo@example.org", `""`, 1)), verifies(reportOf(three)), "submitter is not filled in"},
		"two bundles":       {with(InfoFile, strings.Replace(filled, "file:", "url: https://x.example, file:", 1)), verifies(reportOf(three)), "either file or url"},
		"another name":      {with(InfoFile, strings.Replace(filled, "bundle.adb", "../x.adb", 1)), verifies(reportOf(three)), "want bundle.adb"},
		"another bundle":    {with(InfoFile, strings.Replace(filled, digest, strings.Repeat("de", 32), 1)), verifies(reportOf(three)), "names the digest dede"},
		"a short digest":    {with(InfoFile, strings.Replace(filled, digest, "abc", 1)), verifies(reportOf(three)), "want the 64 hex digits"},
		"a path for digest": {with(InfoFile, strings.Replace(strings.Replace(filled, digest, "../../x", 1), "file: bundle.adb", "url: https://x.example", 1)), verifies(reportOf(three)), "want the 64 hex digits"},
		"no day":            {with(InfoFile, strings.Replace(filled, "2026-11-30", "2026-13-30", 1)), verifies(reportOf(three)), "want a day such as"},
		"an old file":       {with(InfoFile, strings.Replace(filled, "date: 2026-11-30\n", "", 1)), verifies(reportOf(three)), ""},
		"no YAML":           {with(InfoFile, "submitter: [\n"), verifies(reportOf(three)), "submission.yaml"},
		"a borrowed name":   {good, verifies(func() verify.Report { r := reportOf(three); r.Agents["direct"] = "another"; return r }()), "direct is another agent than the program's own"},
		"two runs":          {good, verifies(reportOf(trials(2, nil))), "fewer than 3 runs"},
		"no trial":          {good, verifies(reportOf(nil)), "holds no trial"},
		"a false claim":     {good, verifies(reportOf(three, verify.Check{Name: verify.Seals, Status: verify.Failed, Place: "there", Text: "why"})), "verify: seals: there: why"},
		"trials left out":   {good, verifies(reportOf(three, verify.Check{Name: verify.Whole, Status: verify.Trusted, Text: "2 trials are not in the bundle"})), "of the whole experiment"},
		"private answers":   {good, verifies(reportOf(three), bundle.File{Path: "base/science/private/predictions.jsonl"}), "must not be published"},
		"an unknown agent":  {good, verifies(reportOf(trials(3, func(o *results.Outcome) { o.Agent = "my-own" }))), "agent.yaml is missing"},
		"another agent":     {with(AgentFile, "name: x\nprovider: openai\nmodel: m\nbase_url: http://x.example\n"), verifies(reportOf(three)), "no agent of this definition"},
		"a folder of all":   {with("agent-x.yaml", "name: x\nprovider: command\ncommand: [python3]\nfolder: /\n"), verifies(reportOf(three)), "lies outside of the submission"},
		"two agents, one":   {with("agent-x.yaml", "name: x\nprovider: openai\nmodel: m\nbase_url: http://x.example\n"), verifies(reportOf(trials(3, func(o *results.Outcome) { o.Agent = "y" }))), "agent.yaml is missing: y"},
		"a large folder":    {with("more.bin", strings.Repeat("x", MaxFolder)), verifies(reportOf(three)), "give the bundle by its address"},
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
}

// A folder that cannot be read, or a bundle that is none, is a problem of the one
// submission. Nothing but files is opened: a pipe would be waited for.
func TestWhatCannotBeReadIsAProblem(t *testing.T) {
	lay := func(make func(dir string) error) string {
		dir := folder(t, map[string]string{BundleFile: "content"})
		if err := make(dir); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	good := verifies(reportOf(trials(3, nil)))
	for name, c := range map[string]struct {
		dir    string
		verify Verify
		says   string
	}{
		"no file":   {lay(func(string) error { return nil }), good, InfoFile},
		"a link":    {lay(func(dir string) error { return os.Symlink("/etc/passwd", filepath.Join(dir, InfoFile)) }), good, "is no file"},
		"a pipe":    {lay(func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, InfoFile), 0o600) }), good, "is no file"},
		"a name":    {filepath.Join(t.TempDir(), "[a"), good, "the folder's name"},
		"no bundle": {folder(t, map[string]string{InfoFile: filled, BundleFile: "x"}), func(string) (Verification, error) { return Verification{}, results.Bad(errors.New("it is none")) }, "it is none"},
	} {
		checked, err := Check(c.dir, "", receipt.Trust{}, c.verify)
		if err != nil || !strings.Contains(strings.Join(checked.Problems, "\n"), c.says) {
			t.Errorf("%s: %v, problems %q", name, err, checked.Problems)
		}
	}
	broken := errors.New("the disk is full")
	if _, err := Check(folder(t, map[string]string{InfoFile: filled, BundleFile: "x"}), "", receipt.Trust{}, func(string) (Verification, error) { return Verification{}, broken }); !errors.Is(err, broken) {
		t.Errorf("a fault of this machine: %v", err)
	}
}

// A receipt that does not count raises nothing, and takes nothing away.
func TestAReceiptThatDoesNotCount(t *testing.T) {
	c, err := Check(folder(t, map[string]string{InfoFile: filled, BundleFile: "x", "receipt.json": "{}"}), "", receipt.Trust{}, verifies(reportOf(trials(3, nil))))
	if err != nil || len(c.Problems) > 0 || c.Assurance != results.SelfReported || !strings.Contains(strings.Join(c.Warnings, "\n"), "receipt.json: the receipt does not count") {
		t.Errorf("%v, %+v", err, c)
	}
}

// What a bundle calls its agents shows nowhere: names are those of the definitions.
func TestTitlesAreOfDefinitions(t *testing.T) {
	r := reportOf(trials(3, nil))
	own, err := definitions.Builtin("direct")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Check(folder(t, map[string]string{InfoFile: filled, BundleFile: "x"}), "", receipt.Trust{}, verifies(r))
	if err != nil || !maps.Equal(c.Titles, map[string]string{"direct": own.Title()}) {
		t.Errorf("%v, %v", err, c.Titles)
	}
}

// What a signer found in the whole bundle stays with the row of the published one.
func TestAuditOfTheSigner(t *testing.T) {
	list := trials(3, nil)
	c := Checked{Report: reportOf(list)}
	worse := results.Sum(1, []results.Finding{{Rule: "public-set", Level: results.Violation}})
	c.audited([]receipt.Result{{TrialID: list[1].TrialID, Audit: &worse}})
	if o := c.Report.Outcomes; o[0].Flagged() || !o[1].Flagged() || o[2].Flagged() {
		t.Errorf("%+v", o)
	}
}

// A submission with another base student's score, or of more domains, changes no rank of
// the others.
func TestStrangersChangeNoRanks(t *testing.T) {
	of := func(name string, change func(o *results.Outcome)) Checked {
		list := trials(3, func(o *results.Outcome) {
			o.Agent = name
			if change != nil {
				change(o)
			}
		})
		r := reportOf(list)
		for path := range r.Seals {
			r.Seals[path] = name + path
		}
		return Checked{Name: name, Report: r}
	}
	honest := []Checked{of("one", nil), of("two", nil)}
	board := func(list []Checked) (rows []report.Row) {
		outcomes, _ := Outcomes(list)
		for _, g := range report.Leaderboard(outcomes, report.Options{Standing: true, Expected: map[string][]results.Domain{"many": {results.Science, "invented"}}}).Groups {
			if len(g.Rows) == 2 {
				return g.Rows
			}
		}
		return nil
	}
	want := board(honest)
	if len(want) != 2 || want[0].Rank == 0 {
		t.Fatalf("%+v", want)
	}
	for name, stranger := range map[string]Checked{
		"another base": of("base", func(o *results.Outcome) { o.BasePrivate.Correct = 9 }),
		"more domains": of("many", nil),
	} {
		got := board(append(slices.Clone(honest), stranger))
		if len(got) != 2 || got[0].Rank != want[0].Rank || got[1].Rank != want[1].Rank {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The submitter is known by whole names alone.
func TestSubmittersOwnSigners(t *testing.T) {
	for _, c := range []struct {
		info Info
		own  bool
	}{
		{Info{Submitter: "my-lab, jo@my-lab.example"}, true},
		{Info{Submitter: "My-Lab"}, true},
		{Info{Submitter: "Jo, jo@example.org", Signers: []string{"x", "my-lab"}}, true},
		{Info{Submitter: "not-my-lab, near my-lab"}, false},
		{Info{Submitter: "Jo, who thanks my-lab", Signers: []string{"my-lab-2"}}, false},
	} {
		if c.info.signs("my-lab") != c.own {
			t.Errorf("%+v: own %v", c.info, !c.own)
		}
	}
}

// A bundle given by its address is read where it is at hand, and named where it is not.
func TestBundlesElsewhere(t *testing.T) {
	dir := folder(t, map[string]string{InfoFile: strings.Replace(filled, "file: bundle.adb", "url: https://x.example/b", 1)})
	bundles := t.TempDir()
	c, err := Check(dir, bundles, receipt.Trust{}, verifies(reportOf(trials(3, nil))))
	if err != nil || len(c.Problems) > 0 || c.Trials != 0 {
		t.Fatalf("%v, %+v", err, c)
	}
	if outcomes, said := Outcomes([]Checked{c}); len(outcomes) != 0 || len(said) != 1 || !strings.Contains(said[0], "mine is left out: its bundle is not at hand") {
		t.Errorf("%d outcomes, %q", len(outcomes), said)
	}
	if err := os.WriteFile(filepath.Join(bundles, digest+".adb"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if c, err = Check(dir, bundles, receipt.Trust{}, verifies(reportOf(trials(3, nil)))); err != nil || len(c.Problems) > 0 || c.Trials != 3 {
		t.Errorf("%v, %+v", err, c)
	}
}

// A definition may leave out what nobody need read, if its other part is the bundle's.
func TestDefinitionsThatLeaveOut(t *testing.T) {
	const text = "name: x\nprovider: openai\nmodel: m\nbase_url: http://x.example\nheaders: {X-Account: %s}\n"
	whole := definitions.Definition{Name: "x", Provider: definitions.OpenAI, Model: "m", BaseURL: "http://x.example", Headers: map[string]string{"X-Account": "alice"}}
	is, err := whole.Digest()
	if err != nil {
		t.Fatal(err)
	}
	public, err := json.Marshal(whole.Public())
	if err != nil {
		t.Fatal(err)
	}
	verified := func(string) (Verification, error) {
		r := reportOf(trials(3, func(o *results.Outcome) { o.Agent = "x" }))
		r.Agents["x"] = is
		return Verification{Report: r, Bundle: &bundle.Bundle{Digest: digest}, Definitions: map[string][]byte{"x": public}}, nil
	}
	for name, c := range map[string]struct{ file, problem, warning string }{
		"whole":         {fmt.Sprintf(text, "alice"), "", ""},
		"left out":      {fmt.Sprintf(text, "(left out)"), "", "agent x: taken on trust, since its definition does not have it: the value of header X-Account"},
		"another value": {fmt.Sprintf(text, "bob"), "no agent of this definition", ""},
		"another model": {strings.Replace(fmt.Sprintf(text, "(left out)"), "model: m", "model: n", 1), "no agent of this definition", ""},
	} {
		checked, err := Check(folder(t, map[string]string{InfoFile: filled, BundleFile: "x", AgentFile: c.file}), "", receipt.Trust{}, verified)
		if err != nil {
			t.Fatal(err)
		}
		problems, warnings := strings.Join(checked.Problems, "\n"), strings.Join(checked.Warnings, "\n")
		if (problems == "") != (c.problem == "") || !strings.Contains(problems, c.problem) || !strings.Contains(warnings, c.warning) || c.warning == "" && strings.Contains(warnings, "on trust") {
			t.Errorf("%s: problems %q, warnings %q", name, problems, warnings)
		}
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

// A trial that lies in two submissions counts once, whatever their names: with the same
// scores in the one that was there first, with others in the better assured one or in none.
func TestTheSameTrialCountsOnce(t *testing.T) {
	of := func(name, day string, assured results.Assurance, change func(r *verify.Report)) Checked {
		r := reportOf(trials(3, nil))
		for path := range r.Seals {
			r.Seals[path], r.Trained[path] = name+path, "rows of "+path
		}
		if change != nil {
			change(&r)
		}
		return Checked{Name: name, Report: r, Assurance: assured, date: day}
	}
	better := func(r *verify.Report) { r.Outcomes[0].Finals[0].Correct++ }
	sealed := func(r *verify.Report) {
		for path := range r.Seals {
			r.Seals[path], r.Trained[path] = "seal of "+path, ""
		}
	}
	rows := func(r *verify.Report) {
		for i, o := range r.Outcomes {
			r.Trained[o.Path()], r.Outcomes[i].Rows, r.Outcomes[i].Seed = "", "rows of "+o.Path(), 7
		}
	}
	given := func(r *verify.Report) {
		r.Seals, r.Trained = nil, nil
		for i := range r.Outcomes {
			r.Outcomes[i].Kind, r.Outcomes[i].Workflow, r.Outcomes[i].Setting = results.OfGiven, "", ""
		}
	}
	one := func(r *verify.Report) { r.Trained[r.Outcomes[1].Path()], r.Trained[r.Outcomes[2].Path()] = "", "" }
	const self = results.SelfReported
	for name, c := range map[string]struct {
		list []Checked
		of   map[string]int // outcomes with scores, by submission
		none map[string]int // outcomes that count nowhere, by submission
		says string
	}{
		"the first counts":         {[]Checked{of("a", "2026-12-02", self, nil), of("b", "2026-12-01", self, nil)}, map[string]int{"b": 3}, nil, "3 trials of a are those of b, and count once"},
		"no day comes last":        {[]Checked{of("a", "", self, nil), of("b", "2026-12-01", self, nil)}, map[string]int{"b": 3}, nil, "3 trials of a are those of b"},
		"else the name":            {[]Checked{of("b", "", self, nil), of("a", "", self, nil)}, map[string]int{"a": 3}, nil, "3 trials of b are those of a"},
		"assurance takes no row":   {[]Checked{of("a", "2026-12-02", results.Verified, nil), of("b", "2026-12-01", self, nil)}, map[string]int{"b": 3}, nil, "3 trials of a are those of b"},
		"the same seal":            {[]Checked{of("a", "2026-12-02", self, sealed), of("b", "2026-12-01", self, sealed)}, map[string]int{"b": 3}, nil, "3 trials of a are those of b"},
		"another definition":       {[]Checked{of("a", "2026-12-02", self, rows), of("b", "2026-12-01", self, rows)}, map[string]int{"b": 3}, nil, "3 trials of a are those of b"},
		"made by no agent":         {[]Checked{of("a", "2026-12-02", self, given), of("b", "2026-12-01", self, given)}, map[string]int{"b": 3}, nil, "3 trials of a are those of b"},
		"other scores":             {[]Checked{of("a", "2026-12-01", self, better), of("b", "2026-12-02", self, nil)}, map[string]int{"a": 2}, map[string]int{"a": 1, "b": 3}, "1 trials have other scores in each of these submissions, and count in none until that is settled: a, b"},
		"both are vouched for":     {[]Checked{of("a", "", results.Verified, better), of("b", "", results.Verified, nil)}, map[string]int{"a": 2}, map[string]int{"a": 1, "b": 3}, "until that is settled: a, b"},
		"settled by a laboratory":  {[]Checked{of("a", "2026-12-01", self, better), of("b", "2026-12-02", results.Verified, nil)}, map[string]int{"a": 2, "b": 1}, map[string]int{"a": 1, "b": 2}, "1 trials of a have other scores in b, and count as those of b, whose scores are better assured"},
		"some of a row's":          {[]Checked{of("a", "2026-12-02", self, one), of("b", "2026-12-01", self, nil)}, map[string]int{"a": 2, "b": 3}, map[string]int{"a": 1}, "1 trials of a are those of b"},
		"others with other trials": {[]Checked{of("a", "", self, func(r *verify.Report) { clear(r.Trained) }), of("b", "", self, nil)}, map[string]int{"a": 3, "b": 3}, nil, ""},
	} {
		outcomes, warnings := Outcomes(c.list)
		scored, none := map[string]int{}, map[string]int{}
		for _, o := range outcomes {
			if o.Changed != "" {
				none[o.Experiment]++
				continue
			}
			scored[o.Experiment]++
		}
		if !maps.Equal(scored, c.of) || !maps.Equal(none, c.none) {
			t.Errorf("%s: %v count and %v do not, want %v and %v", name, scored, none, c.of, c.none)
		}
		if said := strings.Join(warnings, "\n"); !strings.Contains(said, c.says) || c.says == "" && said != "" {
			t.Errorf("%s: %q", name, said)
		}
		for _, g := range report.Leaderboard(outcomes, report.Options{Standing: true, Draws: 99}).Groups {
			for _, r := range g.Rows {
				if r.Kind == results.OfAgent && (r.Rank == 0) != (none[r.Experiment] > 0) {
					t.Errorf("%s: %s has the rank %d", name, r.Experiment, r.Rank)
				}
			}
		}
	}
}

// A protocol that is none of the program's stands apart, marked.
func TestOwnProtocols(t *testing.T) {
	for protocol, own := range map[string]bool{"paper": false, "small": false, "mini": false, "huge": true} {
		r := reportOf(trials(3, func(o *results.Outcome) { o.Protocol = protocol }))
		c, err := Check(folder(t, map[string]string{InfoFile: filled, BundleFile: "x"}), "", receipt.Trust{}, verifies(r))
		if err != nil || len(c.Problems) > 0 || strings.Contains(strings.Join(c.Warnings, " "), "protocol of the submitter's own") != own {
			t.Errorf("%s: %v, %q, %q", protocol, err, c.Problems, c.Warnings)
		}
		outcomes, _ := Outcomes([]Checked{c})
		if len(outcomes) != 3 || outcomes[0].Modified != own {
			t.Errorf("%s: %+v", protocol, outcomes)
		}
	}
}
