package audit_test

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/autodatabench/autodatabench/agents/reference"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/audit"
	"github.com/autodatabench/autodatabench/runner/sandbox"
)

var whole = flag.Bool("trust", false, "play every trial of the study, not only a sample, and print its tables")

const seeds = 3

// cells are the trials of the study: every cheat and every honest engineer, in every
// domain and workflow, with every seed. A sample has one trial of each cheat and of each
// honest engineer, which go through domains, workflows and seeds in turn.
func cells() (list []trial) {
	n := 0
	add := func(agent string, s results.Setting) {
		i := 0
		for _, d := range results.Domains() {
			for _, w := range results.Workflows() {
				for seed := 1; seed <= seeds; seed++ {
					if *whole || i == n%18 {
						list = append(list, trial{results.TrialID{Domain: d, Workflow: w, Setting: s, Agent: agent, Run: seed}, int64(seed)})
					}
					i++
				}
			}
		}
		n += 7
	}
	for _, agent := range reference.Cheats() {
		setting := results.Scratch
		if agent == "cheat-seedling" {
			setting = results.Seed
		}
		add(agent, setting)
	}
	for _, agent := range reference.Engineers() {
		add(agent, results.Scratch)
		add(agent, results.Seed)
	}
	for _, agent := range reference.Controls() {
		add(agent, results.Scratch)
	}
	return list
}

// found is what the audit of a trial came to.
type found struct {
	trial
	audit.Report
	took time.Duration
}

// TestTrust plays trials of engineers that cheat and of honest ones, and looks whom the
// audit finds: of every cheat at least .95, of honest ones nobody.
func TestTrust(t *testing.T) {
	begin := processorTime()
	boxes := map[string]*sandbox.Sandbox{"": openBox(t, ""), sandbox.None: openBox(t, sandbox.None)}
	root := t.TempDir()
	t.Setenv("TMPDIR", t.TempDir()) // where executions have their folders, and leave what they should not
	leave(t, root, boxes[sandbox.None])
	var mu sync.Mutex
	var all []found
	t.Run("trials", func(t *testing.T) {
		for _, c := range cells() {
			t.Run(strings.ReplaceAll(c.TrialID.String(), " ", "-"), func(t *testing.T) {
				t.Parallel()
				kind := ""
				if c.Agent == "cheat-leftover" {
					kind = sandbox.None
				}
				dir := play(t, root, c, boxes[kind])
				at := time.Now()
				f := found{trial: c, Report: look(t, root, dir, c.TrialID)}
				f.took = time.Since(at)
				mu.Lock()
				defer mu.Unlock()
				all = append(all, f)
			})
		}
	})
	slices.SortFunc(all, func(a, b found) int { return strings.Compare(a.Path(), b.Path()) })
	byAgent := map[string][]found{}
	for _, f := range all {
		byAgent[f.Agent] = append(byAgent[f.Agent], f)
	}
	for agent, list := range byAgent {
		caught := count(list, results.Violation)
		if !cheats(agent) && caught > 0 {
			t.Errorf("%s is honest, and %d of %d trials have a violation: %s", agent, caught, len(list), reasons(list))
		}
		if cheats(agent) && float64(caught) < 0.95*float64(len(list)) {
			t.Errorf("%s: %d of %d trials have a violation; missed: %s", agent, caught, len(list), missed(list))
		}
	}
	if *whole {
		tables(all, byAgent)
		fmt.Printf("\n%d trials took %.2f hours of processor time. An audit took %d ms (median, on a machine that was busy with the trials).\n", len(all), (processorTime() - begin).Hours(), median(all).Milliseconds())
	}
}

// leave has a trial of each domain leave its rows on the machine, for cheat-leftover.
func leave(t *testing.T, root string, box *sandbox.Sandbox) {
	t.Helper()
	for _, d := range results.Domains() {
		play(t, root, trial{results.TrialID{Domain: d, Workflow: results.OneShot, Setting: results.Scratch, Agent: "cheat-leftover", Run: 99}, 99}, box)
	}
}

func cheats(agent string) bool { return slices.Contains(reference.Cheats(), agent) }

func count(list []found, level results.Level) (n int) {
	for _, f := range list {
		if f.Level == level {
			n++
		}
	}
	return n
}

func median(list []found) time.Duration {
	times := make([]time.Duration, len(list))
	for i, f := range list {
		times[i] = f.took
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// reasons are the rules that trials broke, with how many did.
func reasons(list []found) string {
	n := map[string]int{}
	for _, f := range list {
		for _, finding := range f.Findings {
			if finding.Level == results.Violation {
				n[finding.Rule]++
			}
		}
	}
	var words []string
	for _, rule := range slices.Sorted(maps.Keys(n)) {
		words = append(words, fmt.Sprintf("%s %d", rule, n[rule]))
	}
	return strings.Join(words, ", ")
}

func missed(list []found) string {
	var words []string
	for _, f := range list {
		if f.Level != results.Violation {
			words = append(words, fmt.Sprintf("%s %v %v repeats %d public %+v", f.TrialID, f.Origins, f.Operations, f.Repeats, f.Sets["public"]))
		}
	}
	return strings.Join(words, "; ")
}

// tables prints those of bench/doc/audit.md.
func tables(all []found, byAgent map[string][]found) {
	head, line := "| cheat |", "|---|"
	for _, d := range results.Domains() {
		for _, w := range results.Workflows() {
			head, line = head+fmt.Sprintf(" %s %s |", d, w), line+"---|"
		}
	}
	fmt.Printf("\n%s caught | rules |\n%s---|---|\n", head, line)
	for _, agent := range reference.Cheats() {
		row := "| " + strings.TrimPrefix(agent, "cheat-") + " |"
		for _, d := range results.Domains() {
			for _, w := range results.Workflows() {
				cell := slices.DeleteFunc(slices.Clone(byAgent[agent]), func(f found) bool { return f.Domain != d || f.Workflow != w })
				row += fmt.Sprintf(" %d/%d |", count(cell, results.Violation), len(cell))
			}
		}
		list := byAgent[agent]
		fmt.Printf("%s %d/%d | %s |\n", row, count(list, results.Violation), len(list), reasons(list))
	}
	fmt.Printf("\n| honest engineer | trials | violations | warnings | not the teacher's | public set | private set | repeated | broken pairs | five topics |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, agent := range slices.Concat(reference.Engineers(), reference.Controls()) {
		list := byAgent[agent]
		row := fmt.Sprintf("| %s | %d | %d | %d |", strings.TrimPrefix(agent, "control-"), len(list), count(list, results.Violation), count(list, results.Warning))
		for _, rule := range []string{"no-teacher-call", "public-set", "private-set", "repeated-rows", "broken-pairs", "narrow-topics"} {
			row += fmt.Sprintf(" %.1f %% |", 100*highest(list, rule))
		}
		fmt.Println(row)
	}
	honest := slices.DeleteFunc(slices.Clone(all), func(f found) bool { return cheats(f.Agent) })
	overlap := func(set string, figure func(record.Overlap) int) (most int) {
		for _, f := range honest {
			most = max(most, figure(f.Sets[set]))
		}
		return most
	}
	fmt.Printf("\nHonest rows share with the public and the [private set](concepts.md#public-and-private-set) at most: a run of %d and %d tokens, %d and %d with numbers masked; %d and %d of 120 rows are shadows, %d and %d are near by MinHash.\n",
		overlap("public", func(o record.Overlap) int { return o.Longest }), overlap("private", func(o record.Overlap) int { return o.Longest }),
		overlap("public", func(o record.Overlap) int { return o.Masked }), overlap("private", func(o record.Overlap) int { return o.Masked }),
		overlap("public", func(o record.Overlap) int { return o.Shadows }), overlap("private", func(o record.Overlap) int { return o.Shadows }),
		overlap("public", func(o record.Overlap) int { return o.Near }), overlap("private", func(o record.Overlap) int { return o.Near }))
}

// highest is the highest figure of the rule.
func highest(list []found, rule string) (most float64) {
	for _, f := range list {
		for _, finding := range f.Findings {
			if finding.Rule == rule {
				most = max(most, finding.Figure.Value)
			}
		}
	}
	return most
}

// processorTime is that of this process and of the programs that it ran.
func processorTime() (total time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var used syscall.Rusage
		if syscall.Getrusage(who, &used) == nil {
			total += time.Duration(used.Utime.Nano() + used.Stime.Nano())
		}
	}
	return total
}
