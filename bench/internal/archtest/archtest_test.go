package archtest

import (
	"slices"
	"strings"
	"testing"
)

func TestModule(t *testing.T) {
	files := sources(t)
	for _, floor := range []string{"results", "tasks", "agents", "report", "runner", "bench"} {
		if !slices.ContainsFunc(files, func(s *source) bool { return s.floor() == floor }) {
			t.Errorf("no Go file of %s was read", floor)
		}
	}
	for _, b := range breaches(files) {
		t.Error(b)
	}
}

// imp is a file that imports the path.
func imp(path string) string { return "// Package p is p.\npackage p\n\nimport _ \"" + path + "\"\n" }

// use is a file that imports the path and calls the expression.
func use(path, expr string) string {
	return "// Package p is p.\npackage p\n\nimport \"" + path + "\"\n\nvar x = " + expr + "\n"
}

// withAction is a file with a command whose hook has the statements.
func withAction(statements string) string {
	return use("github.com/urfave/cli/v2", "cli.Command{Action: func(c *cli.Context) error { "+statements+"; return nil }}")
}

// planted are breaches, one a row: text is refused by the rule at bad and, where
// good is given, accepted there by all rules.
var planted = []struct {
	rule, text string
	bad, good  string
}{
	{"known-floor", imp("fmt"), "extra/a.go", "results/a.go"},
	{"known-floor", imp("fmt"), "a.go", ""},
	{"floors", imp(module + "/tasks"), "agents/a.go", "runner/a.go"},
	{"floors", imp(module + "/tasks/mini"), "agents/x/a_test.go", "tasks/a.go"},
	{"floors", imp(module + "/agents"), "tasks/a.go", "bench/a.go"},
	{"floors", imp(module + "/report/stats"), "tasks/a.go", "report/a.go"},
	{"floors", imp(module + "/report"), "runner/a.go", "bench/internal/cli/a.go"},
	{"floors", imp(module + "/runner/gateway"), "report/a_test.go", "runner/a.go"},
	{"floors", imp(module + "/agents/prompt"), "report/a.go", "runner/experiment/a.go"},
	{"floors", imp(module + "/bench/internal/cli"), "runner/a.go", "bench/main.go"},
	{"floors", imp(module + "/runner"), "results/index/a.go", "bench/a.go"},
	{"setup-alone", imp(module + "/bench/internal/doctor"), "bench/internal/setup/a.go", "bench/internal/cli/a.go"},
	{"setup-alone", imp(module + "/bench/internal/cli"), "bench/internal/setup/a_test.go", "bench/main.go"},
	{"doctor-without-commands", imp(module + "/bench/internal/cli"), "bench/internal/doctor/a.go", "bench/internal/archtest/a.go"},
	{"results-root", imp(module + "/results/disk"), "results/a_test.go", "results/index/a.go"},
	{"results-std", imp("github.com/google/go-cmp/cmp"), "results/a.go", "results/a_test.go"},
	{"runner-no-index", imp(module + "/results/index"), "runner/final/a_test.go", "bench/internal/cli/a.go"},
	{"report-pure", imp("net/http"), "report/stats/a.go", "runner/gateway/a.go"},
	{"report-pure", imp("net/http/httptest"), "report/a_test.go", "agents/a_test.go"},
	{"report-pure", imp("os/exec"), "report/a_test.go", "agents/a_test.go"},
	{"report-pure", imp("database/sql"), "report/a.go", "results/index/a.go"},
	{"private-set", imp(module + "/tasks/private"), "runner/a.go", "runner/final/a.go"},
	{"private-set", imp(module + "/tasks/private"), "runner/a_test.go", "runner/final/a_test.go"},
	{"private-set", imp(module + "/tasks/private"), "bench/internal/cli/run.go", "bench/internal/cli/tasks_import.go"},
	{"private-set", imp(module + "/tasks/private"), "runner/experiment/a.go", "runner/audit/a.go"},
	{"private-set", imp(module + "/tasks/private"), "tasks/mini/a.go", "tasks/private/a.go"},
	{"private-set", imp(module + "/tasks/private"), "runner/finally/a.go", "bench/internal/cli/tasks_new.go"},
	{"github.com/mattn/go-sqlite3", imp("github.com/mattn/go-sqlite3"), "results/disk/a.go", "results/index/a.go"},
	{"modernc.org/sqlite", imp("modernc.org/sqlite"), "bench/a.go", "results/index/a.go"},
	{"gonum.org/v1/gonum", imp("gonum.org/v1/gonum/stat"), "runner/student/a.go", "report/stats/a.go"},
	{"gonum.org/v1/gonum", imp("gonum.org/v1/gonum/blas/blas32"), "runner/student/llama/a.go", "report/figure/a.go"},
	{"gonum.org/v1/plot", imp("gonum.org/v1/plot"), "report/stats/a.go", "report/figure/a.go"},
	{"github.com/mmcloughlin/avo", imp("github.com/mmcloughlin/avo/build"), "runner/student/llama/gemm/a.go", "runner/student/llama/generate/a.go"},
	{"codeberg.org/go-pdf/fpdf", imp("codeberg.org/go-pdf/fpdf"), "report/a.go", "report/figure/a.go"},
	{"github.com/alecthomas/chroma", imp("github.com/alecthomas/chroma/v2"), "report/a.go", "report/site/a.go"},
	{"github.com/yuin/goldmark", imp("github.com/yuin/goldmark/ast"), "bench/internal/live/a.go", "report/site/a.go"},
	{"github.com/aymanbagabas/go-udiff", imp("github.com/aymanbagabas/go-udiff"), "report/trial/a.go", "report/site/a.go"},
	{"github.com/sigstore", imp("github.com/sigstore/sigstore-go/pkg/sign"), "runner/a.go", "bench/internal/receipt/a.go"},
	{"go.opentelemetry.io", imp("go.opentelemetry.io/otel/trace"), "bench/internal/cli/a.go", "bench/internal/spans/a.go"},
	{"github.com/in-toto", imp("github.com/in-toto/attestation/go/v1"), "runner/a.go", "bench/internal/receipt/a.go"},
	{"golang.org/x/sys", imp("golang.org/x/sys/unix"), "runner/a.go", "results/disk/a.go"},
	{"github.com/urfave/cli", imp("github.com/urfave/cli/v2"), "bench/a.go", "bench/internal/cli/a.go"},
	{"github.com/urfave/cli", imp("github.com/urfave/cli/v2"), "bench/internal/setup/a.go", "bench/internal/cli/a.go"},
	{"github.com/urfave/cli", imp("github.com/urfave/cli/v2"), "bench/internal/doctor/a.go", "bench/internal/doctor/a_test.go"},
	{"github.com/openai/openai-go", imp("github.com/openai/openai-go/v3"), "agents/chat/a.go", "runner/student/serve/serve_test.go"},
	{"github.com/parquet-go/parquet-go", imp("github.com/parquet-go/parquet-go"), "tasks/folder/a.go", "tasks/importers/a.go"},
	{"github.com/andybalholm/brotli", imp("github.com/andybalholm/brotli"), "agents/chat/a.go", "results/remote/a.go"},
	{"os/exec", imp("os/exec"), "bench/internal/cli/doctor.go", "bench/internal/doctor/a.go"},
	{"os/exec", imp("os/exec"), "bench/internal/setup/a.go", ""},
	{module + "/runner/student/embedded/pretrain", imp(module + "/runner/student/embedded/pretrain"), "runner/student/embedded/a.go", "bench/internal/cli/a.go"},
	{"os/exec", imp("os/exec"), "runner/student/embedded/a.go", "runner/student/hf/a.go"},
	{"os/exec", imp("os/exec"), "tasks/a.go", "runner/sandbox/a.go"},
	{"os/exec", imp("os/exec"), "runner/student/vllm/a.go", "runner/server/a.go"},
	{"math/rand", imp("math/rand"), "tasks/a.go", "tasks/a_test.go"},
	{"record-below", imp(module + "/results/index"), "results/record/a.go", "bench/internal/cli/a.go"},
	{"record-below", imp(module + "/results/config"), "results/record/a_test.go", "runner/a.go"},
	{"record-below", imp(module + "/results/record"), "results/disk/a.go", "agents/chat/a.go"},
	{"replay-seam", imp(module + "/runner/replay"), "runner/a.go", "bench/internal/setup/a.go"},
	{"replay-seam", imp(module + "/runner/replay"), "bench/internal/cli/a.go", "runner/a_test.go"},
	{"record-names", "// Package p is p.\npackage p\n\nvar x = \"score.json\"\n", "runner/final/a.go", "results/record/a.go"},
	{"record-names", "// Package p is p.\npackage p\n\nvar x = \"a/run.log\"\n", "bench/internal/cli/a.go", "bench/internal/cli/a_test.go"},
	{"record-names", "// Package p is p.\npackage p\n\nconst x = \"submission.json\"\n", "runner/a.go", "runner/sandbox/a.go"},
	{"dot-import", "// Package p is p.\npackage p\n\nimport . \"time\"\n", "tasks/a.go", ""},
	{"clock-and-environment", use("time", "time.Now()"), "runner/a.go", "bench/internal/cli/a.go"},
	{"clock-and-environment", use("time", "time.Since"), "results/a.go", "results/a_test.go"},
	{"clock-and-environment", use("os", `os.Getenv("HOME")`), "agents/a.go", "bench/internal/cli/a.go"},
	{"clock-and-environment", use("os", "os.Environ()"), "runner/sandbox/a.go", ""},
	{"clock-and-environment", use("os", `os.Getenv("HOME")`), "bench/internal/setup/a.go", "bench/internal/cli/a.go"},
	{"clock-and-environment", "// Package p is p.\npackage p\n\nimport clock \"time\"\n\nvar x = clock.Now\n", "runner/a.go", ""},
	{"global-randomness", use("math/rand/v2", "rand.IntN(3)"), "tasks/a.go", "tasks/a_test.go"},
	{"global-randomness", use("math/rand/v2", "rand.N[int]"), "tasks/a.go", "bench/internal/cli/a.go"},
	{"context-in-actions", use("github.com/urfave/cli/v2", "func(c *cli.Context) error { return nil }"), "bench/internal/cli/run.go", "bench/internal/cli/flags.go"},
	{"context-in-actions", withAction("") + "\nfunc run(c *cli.Context, out string) error { return nil }\n", "bench/internal/cli/run.go", "bench/internal/cli/run_test.go"},
	{"context-in-actions", withAction("") + "\nfunc (o options) read(_ int, c *cli.Context) {}\n", "bench/internal/cli/run.go", "bench/internal/cli/flags.go"},
	{"context-in-actions", withAction("helper := func(c *cli.Context) {}; helper(c)"), "bench/internal/cli/run.go", "bench/internal/cli/flags.go"},
	{"init", "// Package p is p.\npackage p\n\nfunc init() {}\n", "tasks/a.go", "tasks/a_test.go"},
	{"file-length", "// Package p is p.\npackage p\n" + strings.Repeat("\n", 399), "tasks/a.go", "tasks/a_test.go"},
	{"package-comment", "package p\n", "tasks/a.go", "tasks/a_test.go"},
	{"package-comment", "// Helpers.\npackage p\n", "tasks/a.go", ""},
}

// TestRulesCanFail plants breaches and checks that each is found by its rule and
// by no other, and that no rule goes without one.
func TestRulesCanFail(t *testing.T) {
	proved := map[string]bool{}
	for _, p := range planted {
		proved[p.rule] = true
		at := func(path string) []string {
			s, err := parse(path, []byte(p.text))
			if err != nil {
				t.Fatalf("%s: %v", p.rule, err)
			}
			return breaches([]*source{s})
		}
		if got := at(p.bad); len(got) != 1 || !strings.HasPrefix(got[0], p.rule+": "+p.bad) && p.rule != "package-comment" {
			t.Errorf("%s at %s: got %q, want one breach of that rule there", p.rule, p.bad, got)
		}
		if p.good == "" {
			continue
		}
		if got := at(p.good); len(got) != 0 {
			t.Errorf("%s at %s: got %q, want none", p.rule, p.good, got)
		}
	}
	for _, r := range rules() {
		if !proved[r.name] {
			t.Errorf("no breach of %s is planted", r.name)
		}
	}
}

// TestNoFalseAlarm lists what the rules leave alone although it looks alike.
func TestNoFalseAlarm(t *testing.T) {
	for path, text := range map[string]string{
		"bench/internal/cli/hook.go": withAction("") + "\nfunc set(c *cli.Command) {\n\tc.Before = func(c *cli.Context) error { return nil }\n}\n",
		"tasks/seeded.go":            use("math/rand/v2", "rand.New(rand.NewPCG(1, 2))"),
		"runner/timer.go":            use("time", "time.NewTimer(time.Second)"),
		"agents/method.go":           "// Package p is p.\npackage p\n\ntype t struct{}\n\nfunc (t) init() {}\n\nfunc (t) Now() {}\n\nvar _ = t{}.Now\n",
		"bench/x/main.go":            "// Command x is x.\npackage main\n\nfunc main() {}\n",
		"report/published.go":        imp(module + "/results/published"),
		"results/v_test.go":          "package results_test\n\nimport _ \"" + module + "/results\"\n",
		"runner/final/rows.go":       imp(module + "/runner/submission"),
	} {
		s, err := parse(path, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := breaches([]*source{s}); len(got) != 0 {
			t.Errorf("%s: got %q, want none", path, got)
		}
	}
}
