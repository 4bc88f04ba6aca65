package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/report"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/published"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// trial is a scored trial of the embedded suite: correct of 300 private items
// where the base student has 60.
func trial(agent string, d results.Domain, w results.Workflow, s results.Setting, run, correct int) results.Outcome {
	return results.Outcome{
		TrialID: results.TrialID{Domain: d, Workflow: w, Setting: s, Agent: agent, Run: run},
		Kind:    results.OfAgent, Experiment: "demo", Suite: "mini", Protocol: "mini", Teacher: "procedural", Student: "embedded",
		Valid: true, BasePrivate: results.Score{Correct: 60, Total: 300}, Finals: []results.Score{{Correct: correct, Total: 300}},
		Attempts: 6, ValidAttempts: 4, Failures: map[results.Failure]int{results.RuntimeError: 1, results.InsufficientSamples: 1},
		Usage:   results.Usage{TeacherCalls: 4321, TeacherInput: 100_000, TeacherOutput: 50_000, AgentCalls: 6, AgentInput: 9_000, AgentOutput: 3_000, StudentSeconds: 12.5, GPUSeconds: results.Num(0, true)},
		Elapsed: 754 * time.Second, End: results.EndAttempts, Simulated: true, Embedded: true,
	}
}

// rounds makes runs of one agent in the paper's domains; correct has one number
// a domain and run.
func rounds(agent string, w results.Workflow, s results.Setting, correct ...[3]int) []results.Outcome {
	var all []results.Outcome
	for run, numbers := range correct {
		for i, d := range results.Domains() {
			all = append(all, trial(agent, d, w, s, run+1, numbers[i]))
		}
	}
	return all
}

func failed(o results.Outcome) results.Outcome {
	o.Valid, o.Finals, o.ValidAttempts = false, nil, 0
	o.Failures = map[results.Failure]int{results.CodeTimeout: 2, results.ExtractionFailed: 1, results.OutputTruncated: 1, results.OtherFailure: 2}
	return o
}

func each(outcomes []results.Outcome, change func(*results.Outcome)) []results.Outcome {
	for i := range outcomes {
		change(&outcomes[i])
	}
	return outcomes
}

func join(lists ...[]results.Outcome) []results.Outcome {
	var all []results.Outcome
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

type boardCase struct {
	name     string
	outcomes []results.Outcome
	opts     report.Options
}

func boardCases(t *testing.T) []boardCase {
	t.Helper()
	tables, err := published.Load()
	if err != nil {
		t.Fatal(err)
	}
	adaptive := rounds("adaptive", results.Iterative, results.Seed, [3]int{120, 90, 110}, [3]int{126, 96, 100})
	careless := rounds("careless", results.OneShot, results.Scratch, [3]int{50, 30, 60}, [3]int{40, 45, 20})
	hostile := map[string]string{
		"adaptive": "a|b <script>alert(1)</script> [x](javascript:y) `q` **b** https://evil.example www.evil.example\n| --- |",
		"careless": "数据工程师 \u202egnirts\x1b[31m\u200b=SUM(A1)",
		"direct":   "=HYPERLINK(\"http://x\")",
		"pipeline": "adaptive",
	}
	given := each([]results.Outcome{
		trial("sciinstruct", results.Science, "", "", 1, 150), trial("sciinstruct", results.Code, "", "", 1, 150),
		trial("sciinstruct", results.Finance, "", "", 1, 150),
	}, func(o *results.Outcome) {
		o.Kind, o.Teacher, o.Simulated, o.Attempts, o.ValidAttempts, o.Failures, o.Usage = results.OfGiven, "", false, 0, 0, nil, results.Usage{}
	})
	mixed := each(rounds("llm", results.OneShot, results.Seed, [3]int{90, 90, 90}), func(o *results.Outcome) { o.Simulated, o.Unsandboxed = false, true })
	modified := each(rounds("adaptive", results.Iterative, results.Seed, [3]int{200, 200, 200}), func(o *results.Outcome) { o.Modified, o.Experiment = true, "short" })
	running := trial("direct", results.Finance, results.OneShot, results.Seed, 2, 0)
	running.Valid, running.Finals, running.End = false, nil, ""
	partial := join(rounds("direct", results.OneShot, results.Seed, [3]int{90, 80, 70}), []results.Outcome{running},
		[]results.Outcome{trial("pipeline", results.Science, results.OneShot, results.Seed, 1, 99)})
	custom := rounds("direct", results.OneShot, results.Seed, [3]int{90, 80, 70})
	for _, d := range []results.Domain{"astronomy", "contract-law", "epidemiology-of-rare-diseases"} {
		custom = append(custom, trial("direct", d, results.OneShot, results.Seed, 1, 70))
	}
	return []boardCase{
		{"empty", nil, report.Options{}},
		{"one", rounds("direct", results.OneShot, results.Scratch, [3]int{90, 60, 75}), report.Options{}},
		{"full", join(adaptive, careless, given, mixed, modified), report.Options{Names: map[string]string{"llm": "Some LLM 5.2"}}},
		{"hostile", join(adaptive, careless, rounds("direct", results.OneShot, results.Seed, [3]int{60, 60, 60}),
			rounds("pipeline", results.OneShot, results.Seed, [3]int{61, 61, 61})), report.Options{Names: hostile}},
		{"invalid", each(rounds("careless", results.Iterative, results.Seed, [3]int{}, [3]int{}), func(o *results.Outcome) { *o = failed(*o) }), report.Options{}},
		{"halfvalid", join(rounds("careless", results.Iterative, results.Seed, [3]int{90, 90, 90}),
			each(rounds("careless", results.Iterative, results.Seed, [3]int{}), func(o *results.Outcome) { *o = failed(*o); o.TrialID.Run = 2 })), report.Options{}},
		{"base0", join(each(join(adaptive, rounds("direct", results.OneShot, results.Seed, [3]int{3, 0, 9})), func(o *results.Outcome) {
			if o.Domain == results.Code {
				o.BasePrivate.Correct = 0
			}
		})), report.Options{}},
		{"incomplete", join(partial), report.Options{Domains: results.Domains()}},
		{"sixdomains", custom, report.Options{}},
		{"twoexperiments", join(rounds("direct", results.OneShot, results.Seed, [3]int{90, 80, 70}), each(rounds("direct", results.OneShot, results.Seed, [3]int{90, 80, 70}),
			func(o *results.Outcome) { o.Experiment, o.BasePrivate.Correct = "demo-full", 61 })), report.Options{}},
		{"published", tables.Outcomes(), report.Options{Names: tables.Names()}},
	}
}

// few is the case's board with intervals of few draws.
func few(c boardCase) report.Board {
	c.opts.Draws = 99
	return report.Leaderboard(c.outcomes, c.opts)
}

func render(t *testing.T, f report.Format, v report.View) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.Write(&b, f, v); err != nil {
		t.Fatalf("%s: %v", f, err)
	}
	return b.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got), rewrite with -update:\n%s", path, diff)
	}
}
