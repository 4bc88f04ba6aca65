package index_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/index"
	"github.com/autodatabench/autodatabench/results/published"
)

func open(t testing.TB, path string) *index.Index {
	t.Helper()
	x, err := index.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func full(agent string, d results.Domain, run int) results.Outcome {
	return results.Outcome{
		TrialID: results.TrialID{Domain: d, Workflow: results.Iterative, Setting: results.Seed, Agent: agent, Run: run},
		Kind:    results.OfAgent, Experiment: "demo", Suite: "mini", Protocol: "mini", Modified: true, Teacher: "procedural", Student: "embedded",
		StudentDigest: "0123456789ab", ProtocolDigest: "123456789abc", TaskDigest: "23456789abcd",
		Valid: true, BasePublic: results.Score{Correct: 20, Total: 100}, BasePrivate: results.Score{Correct: 2, Total: 4, Items: "0110"},
		Public: &results.Score{Correct: 0, Total: 100}, Finals: []results.Score{{Correct: 3, Total: 4, Items: "1011"}, {Correct: 1, Total: 4}},
		Attempts: 6, ValidAttempts: 4, Failures: map[results.Failure]int{results.RuntimeError: 1, results.OtherFailure: 1},
		Usage: results.Usage{TeacherCalls: 1, TeacherInput: 1 << 40, TeacherOutput: 3, TeacherReturned: 3, AgentCalls: 4, AgentInput: 5, AgentOutput: 6, AgentCached: 2, AgentReasoning: 1, AgentCost: results.Num(0.125, true),
			StudentSeconds: 12.5, GPUSeconds: results.Num(25, true), StudentCost: 0.75},
		Cost: results.Num(0.25, true),

		Elapsed: 754*time.Second + 1, End: results.EndAttempts, Simulated: true, Embedded: true, Unsandboxed: true,
	}
}

func failed(agent string, d results.Domain, run int) results.Outcome {
	o := full(agent, d, run)
	o.Valid, o.Public, o.Finals, o.ValidAttempts, o.Failures = false, nil, []results.Score{}, 0, map[results.Failure]int{}
	o.Modified, o.Simulated, o.Embedded, o.Unsandboxed, o.End = false, false, false, false, ""
	return o
}

func all(t *testing.T, x *index.Index, f index.Filter) []results.Outcome {
	t.Helper()
	got, err := x.Rows(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	outcomes := []results.Outcome{}
	for _, r := range got.Rows {
		outcomes = append(outcomes, r.Outcome)
	}
	return outcomes
}

// rows puts each outcome into the folder that it would lie in.
func rows(outcomes ...results.Outcome) []index.Row {
	var list []index.Row
	for _, o := range outcomes {
		list = append(list, index.Row{Folder: path.Join(o.Experiment, string(o.Kind), o.Path()), Stamp: "stamp", Outcome: o})
	}
	return list
}

func TestRoundTrip(t *testing.T) {
	tables, err := published.Load()
	if err != nil {
		t.Fatal(err)
	}
	printed := tables.Outcomes()[0]
	printed.Finals, printed.Failures = []results.Score{}, map[results.Failure]int{}
	given := failed("human", results.Science, 1)
	given.Kind, given.Workflow, given.Setting = results.OfGiven, "", ""
	want := []results.Outcome{full("a", results.Code, 1), full("a", results.Code, 2), failed("b", results.Science, 1), given, printed}
	path := filepath.Join(t.TempDir(), "new folder", "odd?name#100%.db")
	x := open(t, path)
	if err := x.Put(t.Context(), rows(want[3], want[1], want[4], want[0], want[2])); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, all(t, x, index.Filter{})); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the file has another name: %v", err)
	}
	if diff := cmp.Diff(want, all(t, open(t, path), index.Filter{})); diff != "" {
		t.Errorf("opened again (-want +got):\n%s", diff)
	}
}

// Every field of an outcome comes back as it was; a field that is added to
// Outcome must be given a value here.
func TestEveryFieldRoundTrips(t *testing.T) {
	want := full("a", results.Code, 1)
	want.BasePublic = results.Score{Correct: 1, Total: 4, Items: "0100", Groups: "0 0 1 2"}
	want.BasePrivate.Groups = "0 1 1 2"
	want.Public, want.Finals = &results.Score{Correct: 3, Total: 4, Items: "0111", Groups: "0 0 1 2"}, want.Finals[:1]
	want.Finals[0].Groups = "0 1 1 2"
	want.Changed, want.Unproven, want.Unpacked, want.Added = "seal.json: changed", true, true, []string{".DS_Store"}
	want.Printed = &results.Printed{Accuracy: 12.34, Base: 0.1, MATS: 1.0 / 3}
	want.Terms, want.Seed, want.Rows, want.Seal = "t", 7, "r", "s"
	want.Assurance, want.AssuredBy = results.Reproduced, "somebody"
	want.Audit = &results.Audited{Rules: 1, Level: results.Warning, Findings: []results.Finding{
		{Rule: "literal", Level: results.Warning, Figure: results.Num(0.5, true), Text: "half of the rows stand in the code"}}}
	var unset func(name string, v reflect.Value)
	unset = func(name string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			unset(name, v.Elem())
		case reflect.Slice:
			unset(name+"[0]", v.Index(0))
		case reflect.Struct:
			for f, field := range v.Fields() {
				unset(name+"."+f.Name, field)
			}
		default:
			if !v.IsValid() || v.IsZero() {
				t.Errorf("%s has no value", name)
			}
		}
	}
	unset("Outcome", reflect.ValueOf(want))
	unknown := full("b", results.Code, 1)
	unknown.Cost, unknown.Usage.AgentCost, unknown.Usage.GPUSeconds = results.Number{}, results.Num(0, true), results.Number{}
	unknown.Finals, unknown.Failures = nil, nil
	x := open(t, filepath.Join(t.TempDir(), "results.db"))
	if err := x.Put(t.Context(), rows(want, unknown)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]results.Outcome{want, unknown}, all(t, x, index.Filter{})); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

func TestFilter(t *testing.T) {
	x := open(t, filepath.Join(t.TempDir(), "results.db"))
	other := full("b", results.Code, 1)
	other.Experiment, other.Workflow, other.Setting = "other", results.OneShot, results.Scratch
	if err := x.Put(t.Context(), rows(full("a", results.Code, 1), full("a", results.Science, 1), full("b", results.Code, 1), other)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		filter index.Filter
		want   int
	}{
		{index.Filter{}, 4},
		{index.Filter{Agent: "a"}, 2},
		{index.Filter{Agent: "b", Experiment: "demo"}, 1},
		{index.Filter{Domain: results.Code}, 3},
		{index.Filter{Workflow: results.OneShot}, 1},
		{index.Filter{Setting: results.Seed}, 3},
		{index.Filter{Kind: results.OfPaper}, 0},
		{index.Filter{Agent: "a' OR 1=1 --"}, 0},
	} {
		if got := all(t, x, tt.filter); len(got) != tt.want {
			t.Errorf("%+v selects %d, want %d", tt.filter, len(got), tt.want)
		}
	}
}

// A trial put again takes the place of the old one, on whatever connection of
// the pool that happens.
func TestPutReplacesTheTrial(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.db")
	x := open(t, path)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 5 {
				if err := x.Put(context.Background(), rows(full(fmt.Sprintf("agent-%d", i), results.Code, 1))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if err := x.Put(t.Context(), rows(failed("agent-0", results.Code, 1))); err != nil {
		t.Fatal(err)
	}
	if got := all(t, x, index.Filter{}); len(got) != 8 || !cmp.Equal(got[0], failed("agent-0", results.Code, 1)) {
		t.Errorf("%d outcomes; the first is %+v", len(got), got[0])
	}
	if got := count(t, path, "outcomes"); got != 8 {
		t.Errorf("%d rows, want 8: replaced outcomes were left", got)
	}
}

func count(t *testing.T, path, table string) (n int) {
	t.Helper()
	db, err := sql.Open(sql.Drivers()[0], path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAllOrNothing(t *testing.T) {
	x := open(t, filepath.Join(t.TempDir(), "results.db"))
	old := []results.Outcome{full("a", results.Code, 1), full("a", results.Code, 2)}
	if err := x.Put(t.Context(), rows(old...)); err != nil {
		t.Fatal(err)
	}
	bad := full("b", results.Code, 1)
	bad.Finals[1].Correct = 301
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	for name, err := range map[string]error{
		"Put":               x.Put(t.Context(), rows(full("b", results.Science, 1), bad)),
		"Replace":           x.Replace(t.Context(), index.All{Rows: rows(full("b", results.Science, 1), bad)}),
		"Replace cancelled": x.Replace(stopped, index.All{}),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if name != "Replace cancelled" && !strings.Contains(err.Error(), "code iterative seed b run 1: score of 301 correct of 4") {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if diff := cmp.Diff(old, all(t, x, index.Filter{})); diff != "" {
		t.Errorf("after failed writes (-want +got):\n%s", diff)
	}
}

func TestReplace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.db")
	x := open(t, path)
	if err := x.Put(t.Context(), rows(full("a", results.Code, 1), full("old", results.Code, 1))); err != nil {
		t.Fatal(err)
	}
	reader := open(t, path)
	want := []results.Outcome{full("a", results.Code, 2), full("b", results.Code, 1)}
	if err := x.Replace(t.Context(), index.All{Rows: rows(want[1], want[0])}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, all(t, reader, index.Filter{})); diff != "" {
		t.Errorf("another connection sees (-want +got):\n%s", diff)
	}
	if err := x.Replace(t.Context(), index.All{}); err != nil {
		t.Fatal(err)
	}
	if got := all(t, x, index.Filter{}); len(got) != 0 || count(t, path, "outcomes") != 0 {
		t.Errorf("%d outcomes are left", len(got))
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("no database ", 1000)), 0o644); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(dir, "foreign.db")
	execute(t, foreign, `CREATE TABLE recipes (name TEXT)`)
	for _, tt := range []struct {
		path, want string
		kind       results.Kind
	}{
		{garbage, "not a database", results.BadInput},
		{foreign, "another program made it", results.BadInput},
		{dir, "", results.Infrastructure},
		{filepath.Join(garbage, "x.db"), "not a directory", results.Infrastructure},
	} {
		_, err := index.Open(tt.path)
		var fault *results.Error
		if !errors.As(err, &fault) || fault.Kind != tt.kind || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.path) {
			t.Errorf("%s: error is %v, want %s with %q", tt.path, err, tt.kind, tt.want)
		}
	}
}

// execute runs statements on a database as another program would.
func execute(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open(sql.Drivers()[0], path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

// old makes an index as the versions of the program did that had the first
// migrations of testdata/old, with one outcome.
func old(t *testing.T, path string, migrations int) {
	t.Helper()
	files, err := filepath.Glob("testdata/old/*.sql")
	if err != nil || len(files) != 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	execute(t, path, `CREATE TABLE migrations (name TEXT PRIMARY KEY) STRICT`)
	for _, file := range files[:migrations] {
		statements, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		execute(t, path, string(statements), `INSERT INTO migrations VALUES ('migrations/`+filepath.Base(file)+`')`)
	}
	execute(t, path,
		`INSERT INTO outcomes (experiment, kind, domain, workflow, setting, agent, run, suite, protocol, modified, teacher, student, valid,
			base_public_correct, base_public_total, base_private_correct, base_private_total, attempts, valid_attempts, teacher_calls,
			teacher_input_tokens, teacher_output_tokens, agent_calls, agent_input_tokens, agent_output_tokens, elapsed_ns, end_reason,
			simulated, embedded, unsandboxed)
			VALUES ('demo', 'agent', 'code', 'one-shot', 'seed', 'a', 1, 'mini', 'mini', 0, 't', 's', 0, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0, '', 0, 0, 0)`,
		`INSERT INTO finals (outcome, seed, correct, total) VALUES (1, 0, 1, 4)`, `INSERT INTO failures (outcome, failure, attempts) VALUES (1, 'other', 2)`)
}

// The index of another version is left as it is until it is replaced, and is
// then as good as a new one.
func TestStale(t *testing.T) {
	for name, produce := range map[string]func(path string){
		"the first version":        func(path string) { old(t, path, 1) },
		"the last with migrations": func(path string) { old(t, path, 5) },
		"a newer one": func(path string) {
			open(t, path)
			execute(t, path, `INSERT INTO migrations VALUES ('migrations/9999_future.sql')`, `CREATE TABLE "a ""future"" table" (x TEXT)`)
		},
		"another one with one schema": func(path string) {
			open(t, path)
			execute(t, path, `UPDATE migrations SET name = 'migrations/0002_outcome_json.sql'`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "results.db")
			produce(path)
			before := count(t, path, "outcomes")
			x, later := open(t, path), open(t, path)
			_, read := x.Rows(t.Context(), index.Filter{})
			for what, err := range map[string]error{"read": read, "write": x.Put(t.Context(), rows(full("b", results.Code, 1)))} {
				var fault *results.Error
				if !errors.Is(err, index.ErrStale) || !errors.As(err, &fault) || fault.Kind != results.BadInput || !strings.Contains(fault.Hint, "reindex") {
					t.Errorf("%s: error is %v, want a stale index as bad input", what, err)
				}
			}
			if !x.Stale() || !later.Stale() || count(t, path, "outcomes") != before {
				t.Fatal("the index is not left as another version made it")
			}
			want := []results.Outcome{full("a", results.Code, 1), full("b", results.Code, 1)}
			if err := x.Replace(t.Context(), index.All{Rows: rows(want[:1]...)}); err != nil {
				t.Fatal(err)
			}
			if err := x.Put(t.Context(), rows(want[1])); err != nil {
				t.Error(err)
			}
			fresh := open(t, path)
			if diff := cmp.Diff(want, all(t, fresh, index.Filter{})); diff != "" || x.Stale() || fresh.Stale() {
				t.Errorf("after Replace, stale %v and opened again %v (-want +got):\n%s", x.Stale(), fresh.Stale(), diff)
			}
			if n := count(t, path, "sqlite_schema WHERE type = 'table'"); n != 3 {
				t.Errorf("%d tables, want those of this version, 3", n)
			}
		})
	}
}

// Many processes may open a new index at once.
func TestOpenAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.db")
	errs := make([]error, 8)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() {
			x, err := index.Open(path)
			if err == nil {
				err = x.Close()
			}
			errs[i] = err
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
}

func TestMigrationsAreNumbered(t *testing.T) {
	files, err := filepath.Glob("migrations/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	slices.Sort(files)
	for i, f := range files {
		if want := fmt.Sprintf("migrations/%04d_", i+1); !strings.HasPrefix(f, want) || !strings.HasSuffix(f, ".sql") {
			t.Errorf("%s: want %s<name>.sql", f, want)
		}
	}
}

func BenchmarkReplaceAndRead(b *testing.B) {
	x := open(b, filepath.Join(b.TempDir(), "results.db"))
	var outcomes []results.Outcome
	for agent := range 24 {
		for run := range 5 {
			for _, d := range results.Domains() {
				outcomes = append(outcomes, full(fmt.Sprintf("agent-%d", agent), d, run+1))
			}
		}
	}
	b.Run("Replace", func(b *testing.B) {
		for b.Loop() {
			if err := x.Replace(b.Context(), index.All{Rows: rows(outcomes...)}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Rows", func(b *testing.B) {
		for b.Loop() {
			if got, err := x.Rows(b.Context(), index.Filter{}); err != nil || len(got.Rows) != len(outcomes) {
				b.Fatalf("%d of %d, %v", len(got.Rows), len(outcomes), err)
			}
		}
	})
}
