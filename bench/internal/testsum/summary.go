package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// noData is why tests of official scoring may be skipped: the data is not ours to
// hand on.
const noData = "needs the published evaluation data (AUTODATABENCH_DATASETS)"

// noNamespaces is why tests with two containers may be skipped. Continuous
// integration, which is root, runs them.
const noNamespaces = "needs process namespaces, which some systems refuse to users"

// noMounts is why a test with a folder that root cannot write to may be skipped. In
// continuous integration it fails instead.
const noMounts = "needs to mount, which containers refuse to their root"

// noGroups is why control groups may be untried where nobody may make some.
const noGroups = "needs control groups that may be made"

// noCounts is why open files in sockets may be uncounted.
const noCounts = "needs Linux 5.6, which counts files in sockets"

// noHistory is why dates of submissions may be left uncompared, as in an archive.
const noHistory = "the checkout has no history, or a part of it"

// noShell is why a script of completion may be untried where its shell is not.
const noShell = "needs the shell: apt-get install zsh fish"

// allowedSkips are the tests that may be skipped, as package.Test below the
// module, and why.
var allowedSkips = map[string]string{
	"tasks/importers.TestPublishedData":  noData,
	"tasks/importers.TestSciBenchApart":  noData,
	"tasks/importers.TestFinanceBalance": noData,
	"tasks/science.TestScoringVectors":   noData,
	"tasks/science.TestPublishedItems":   noData,
	"tasks/code.TestScoringVectors":      noData,
	"tasks/code.TestPublishedItems":      noData,
	"tasks/finance.TestScoringVectors":   noData,
	"tasks/finance.TestOfficialVerdicts": noData,
	"tasks/finance.TestPublishedItems":   noData,

	"bench/internal/cli.TestReadOnlyFolders":      noMounts,
	"bench/internal/cli.TestScriptsOfShells/zsh":  noShell,
	"bench/internal/cli.TestScriptsOfShells/fish": noShell,

	"bench/internal/cli.TestDatesOfTheRepository": noHistory,

	"bench/internal/chaos.TestTwoRunners/in_two_namespaces": noNamespaces,
	"runner/sandbox.TestStartInGroup":                       noGroups,
	"runner/sandbox.TestFullCounter":                        noGroups,
	"runner/sandbox.TestMemoryWithoutCPUs":                  noGroups,
	"runner/sandbox.TestFilesOnTheirWay":                    noCounts,
	"results/disk.TestTwoNamespaces":                        noNamespaces,
	"results/disk.TestOldLockInARestartedContainer":         noNamespaces,
}

func mayBeSkipped(name string) bool {
	for test := range allowedSkips {
		if strings.HasSuffix(name, "/"+test) {
			return true
		}
	}
	return false
}

// event is one line of go test -json (go doc test2json).
type event struct {
	Time        time.Time
	Action      string
	Package     string
	ImportPath  string // of build output
	FailedBuild string // import path whose build failed the package
	Test        string
	Output      string
	Elapsed     float64 // seconds
}

// kept bounds the output that is kept of a test or package, in bytes.
const kept = 64 << 10

// packageState is what is known of a package while it runs.
type packageState struct {
	output                  map[string]string // of running and failed tests; the package's own under ""
	parents                 map[string]bool   // tests that have subtests
	failing                 map[string]bool   // tests with a failed subtest
	passed, failed, skipped int
}

// summary counts tests. A test with subtests is not counted itself, unless it
// failed or was skipped on its own account.
type summary struct {
	out                     io.Writer
	packages                map[string]*packageState
	build                   map[string]string // compiler output by import path
	passed, failed, skipped int
	disallowed              []string
	first, last             time.Time
}

func newSummary(out io.Writer) *summary {
	return &summary{out: out, packages: map[string]*packageState{}, build: map[string]string{}}
}

// read takes all events. Lines that are none are go's own messages.
func (s *summary) read(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil || e.Action == "" {
			fmt.Fprintln(s.out, lines.Text())
			continue
		}
		s.take(e)
	}
	return lines.Err()
}

func (s *summary) take(e event) {
	if !e.Time.IsZero() {
		if s.first.IsZero() {
			s.first = e.Time
		}
		s.last = e.Time
	}
	if e.Action == "build-output" {
		s.build[e.ImportPath] = keep(s.build[e.ImportPath], e.Output)
		return
	}
	if e.Package == "" {
		return
	}
	p := s.packages[e.Package]
	if p == nil {
		p = &packageState{output: map[string]string{}, parents: map[string]bool{}, failing: map[string]bool{}}
		s.packages[e.Package] = p
	}
	switch {
	case e.Action == "output" && strings.HasPrefix(e.Output, "| "):
		fmt.Fprint(s.out, e.Output)
	case e.Action == "output":
		p.output[e.Test] = keep(p.output[e.Test], e.Output)
	case e.Test == "":
		s.endPackage(e, p)
	case e.Action == "run":
		for _, parent := range parentsOf(e.Test) {
			p.parents[parent] = true
		}
	default:
		s.endTest(e, p)
	}
}

func (s *summary) endTest(e event, p *packageState) {
	switch e.Action {
	case "pass":
		if !p.parents[e.Test] {
			p.passed++
		}
	case "skip":
		p.skipped++
		if name := e.Package + "." + e.Test; !mayBeSkipped(name) {
			s.disallowed = append(s.disallowed, name)
		}
	case "fail":
		if !p.failing[e.Test] {
			p.failed++
		}
		for _, parent := range parentsOf(e.Test) {
			p.failing[parent] = true
		}
		fmt.Fprintf(s.out, "\nFAIL %s.%s\n%s", e.Package, e.Test, p.output[e.Test])
	default: // pause, cont
		return
	}
	delete(p.output, e.Test)
}

// endPackage counts a package and, when it failed without a failed test, it
// itself: it did not build, it was killed, or a test ended the process.
func (s *summary) endPackage(e event, p *packageState) {
	if e.Action != "pass" && e.Action != "fail" && e.Action != "skip" {
		return
	}
	if e.Action == "fail" && p.failed == 0 {
		p.failed++
		fmt.Fprintf(s.out, "\nFAIL %s\n%s", e.Package, s.build[e.FailedBuild])
		for _, test := range sortedKeys(p.output) {
			fmt.Fprint(s.out, p.output[test])
		}
	}
	s.passed, s.failed, s.skipped = s.passed+p.passed, s.failed+p.failed, s.skipped+p.skipped
	if e.Action != "skip" || p.passed+p.failed+p.skipped > 0 {
		fmt.Fprintf(s.out, "%-4s %-50s %7.1f s  %d passed, %d failed, %d skipped\n", e.Action, e.Package, e.Elapsed, p.passed, p.failed, p.skipped)
	}
	delete(s.packages, e.Package)
}

// close prints what is left to say and the last line; it reports success.
func (s *summary) close(name string) bool {
	for _, path := range sortedKeys(s.packages) { // go test itself was cut off
		fmt.Fprintf(s.out, "\nFAIL %s did not end\n", path)
		p := s.packages[path]
		s.passed, s.failed, s.skipped = s.passed+p.passed, s.failed+p.failed+1, s.skipped+p.skipped
	}
	for _, skip := range s.disallowed {
		fmt.Fprintf(s.out, "skipped, which is not allowed: %s\n", skip)
	}
	total := s.passed + s.failed + s.skipped
	fmt.Fprintf(s.out, "%s: %d of %d passed, %d skipped, %.0f s\n", name, s.passed, total, s.skipped, s.last.Sub(s.first).Seconds())
	return s.failed == 0 && len(s.disallowed) == 0 && total > 0
}

// parentsOf lists the tests that a subtest may belong to. Names may hold
// slashes of their own, so that some of them may not exist.
func parentsOf(test string) (list []string) {
	for i := range len(test) {
		if test[i] == '/' {
			list = append(list, test[:i])
		}
	}
	return list
}

func keep(old, more string) string {
	if len(old) > kept {
		return old
	}
	return old + more
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
