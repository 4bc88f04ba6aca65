package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// rule is one line of the layout. check returns what breaks it, each with its
// place; tests says that it holds for test files too.
type rule struct {
	name  string
	tests bool
	check func(s *source) []string
}

// rules are all rules on single files; [packageComments] is the one on folders.
func rules() []rule {
	return slices.Concat(floorRules(), benchRules(), libraryRules(), commandRules(), worldRules(), lintRules(), recordRules())
}

// breaches applies every rule to every file it holds for.
func breaches(files []*source) []string {
	var all []string
	for _, s := range files {
		for _, r := range rules() {
			if s.test() && !r.tests {
				continue
			}
			for _, what := range r.check(s) {
				all = append(all, r.name+": "+what)
			}
		}
	}
	return append(all, packageComments(files)...)
}

// imports makes a rule that refuses the imports for which bad is true.
func imports(name string, tests bool, bad func(s *source, i imported) bool) rule {
	return rule{name, tests, func(s *source) (found []string) {
		for _, i := range s.imports() {
			if bad(s, i) {
				found = append(found, fmt.Sprintf("%s imports %s", s.at(i.spec), i.path))
			}
		}
		return found
	}}
}

// below lists the floors that a floor may import.
var below = map[string][]string{
	"results": {"results"},
	"tasks":   {"tasks", "results"},
	"agents":  {"agents", "results"},
	"report":  {"report", "results"},
	"runner":  {"runner", "tasks", "agents", "results"},
	"bench":   {"bench", "runner", "tasks", "agents", "report", "results"},
}

// floorRules hold for test files too.
func floorRules() []rule {
	return []rule{
		{"known-floor", true, func(s *source) []string {
			if _, ok := below[s.floor()]; ok {
				return nil
			}
			return []string{s.path + " lies on no floor"}
		}},
		imports("floors", true, func(s *source, i imported) bool {
			floor, _, _ := strings.Cut(i.ours, "/")
			return i.ours != "" && !slices.Contains(below[s.floor()], floor)
		}),
		imports("results-root", true, func(s *source, i imported) bool {
			return s.in("results") && i.ours != "" && i.ours != "results"
		}),
		imports("runner-no-index", true, func(s *source, i imported) bool {
			return s.in("runner/...") && under(i.ours, "results/index")
		}),
		imports("report-pure", true, func(s *source, i imported) bool {
			return s.in("report/...") && (under(i.path, "net/http") || i.path == "os/exec" || under(i.path, "database/sql"))
		}),
		imports("private-set", true, func(s *source, i imported) bool {
			cli := s.in("bench/internal/cli") && strings.HasPrefix(s.path, "bench/internal/cli/tasks")
			return under(i.ours, "tasks/private") && !cli &&
				!s.in("tasks/private/...", "runner/final/...", "runner/audit")
		}),
	}
}

// benchRules order the packages of floor bench: the command line stands on both
// others, the doctor on the composition root.
func benchRules() []rule {
	return []rule{
		imports("setup-alone", true, func(s *source, i imported) bool {
			return s.in("bench/internal/setup") && (i.ours == "bench/internal/doctor" || i.ours == "bench/internal/cli")
		}),
		imports("doctor-without-commands", true, func(s *source, i imported) bool {
			return s.in("bench/internal/doctor") && i.ours == "bench/internal/cli"
		}),
	}
}

// only makes a rule that lets a library, or a package of this module, be imported
// in the given folders alone.
func only(library string, folders ...string) rule {
	return imports(library, false, func(s *source, i imported) bool {
		return under(i.path, library) && !s.in(folders...)
	})
}

func libraryRules() []rule {
	return []rule{
		imports("results-std", false, func(s *source, i imported) bool { return s.in("results") && !i.std() }),
		only("github.com/mattn/go-sqlite3", "results/index"),
		only("modernc.org/sqlite", "results/index"),
		only("gonum.org/v1/gonum", "report/stats/...", "report/figure/..."),
		only("gonum.org/v1/plot", "report/figure/..."),
		only("github.com/mmcloughlin/avo", "runner/student/llama/generate/..."), // a module of its own
		only("codeberg.org/go-pdf/fpdf", "report/figure"),
		only("github.com/parquet-go/parquet-go", "tasks/importers", "report/export"),
		only("github.com/alecthomas/chroma", "report/site"),
		only("github.com/yuin/goldmark", "report/site"),
		only("github.com/aymanbagabas/go-udiff", "report/site"),
		only("github.com/andybalholm/brotli", "results/remote"),
		only("github.com/urfave/cli", "bench/internal/cli"),
		only("golang.org/x/sys", "results/disk", "runner/sandbox", "runner/student/llama/gemm", "runner/student/llama/vec"),
		only("github.com/sigstore", "bench/internal/receipt"), // and with it all clients of its servers
		only("github.com/in-toto", "bench/internal/receipt"),
		only("go.opentelemetry.io", "bench/internal/spans"),
		only(module+"/runner/student/embedded/pretrain", "bench/internal/cli"), // a run needs the weights, not how they were made
		only("github.com/openai/openai-go"),                                    // in tests alone: it reads the environment
		only("os/exec", "bench/internal/doctor", "bench/internal/live", "runner/sandbox/...", "runner/launch/...", "runner/student/hf/...", "runner/student/llamafactory/...",
			"runner/server/...", "runner/child/..."),
		imports("math/rand", false, func(s *source, i imported) bool { return i.path == "math/rand" && !s.in(world) }),
		imports("dot-import", false, func(_ *source, i imported) bool { return i.name == "." }), // would hide what is used
	}
}
