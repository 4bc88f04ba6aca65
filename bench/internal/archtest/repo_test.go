package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/agents/definitions"
	"github.com/autodatabench/autodatabench/results/config"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student/embedded/pretrain"
	"github.com/autodatabench/autodatabench/tasks/folder"
)

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestExperiments checks the experiment files that come with the program.
func TestExperiments(t *testing.T) {
	paths, err := filepath.Glob(root + "/bench/experiments/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("found %d experiment files, %v", len(paths), err)
	}
	for _, path := range paths {
		f, err := experiment.Read(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if want := strings.TrimSuffix(filepath.Base(path), ".yaml"); f.Name != want {
			t.Errorf("%s: the experiment's name is %q, want %q", path, f.Name, want)
		}
		for _, name := range f.Agents {
			if _, err := definitions.Builtin(name); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
}

var (
	target   = regexp.MustCompile("(?m)(?:^|`)make ([a-z-]+)")
	filename = regexp.MustCompile(`\bbench/[a-z0-9/.-]+\.(?:yaml|md)\b`)
	yamlText = regexp.MustCompile("(?s)```yaml\n(.*?)```")
)

// withSubcommands are the commands whose second word is a command too.
var withSubcommands = map[string]bool{"tasks": true, "agents": true, "prompt": true, "student": true, "teacher": true}

// TestREADME checks that the Makefile targets, files and YAML of the README are there.
// TestPagesCommands checks its commands, and a test of the command line runs them.
func TestREADME(t *testing.T) {
	readme, makefile := read(t, "README.md"), read(t, "Makefile")
	if n := strings.Count(readme, "\n"); n > 150 {
		t.Errorf("the README has %d lines, over 150", n)
	}
	for _, m := range target.FindAllStringSubmatch(readme, -1) {
		if !strings.Contains(makefile, "\n"+m[1]+": ") {
			t.Errorf("the Makefile has no target %q", m[1])
		}
	}
	for _, path := range filename.FindAllString(readme, -1) {
		if _, err := os.Stat(filepath.Join(root, path)); err != nil {
			t.Errorf("the README names a file that is not there: %v", err)
		}
	}
	readmeYAML(t, readme)
}

// readmeYAML takes a block with workflows as an experiment, one with an evaluator
// as a task, else as an agent.
func readmeYAML(t *testing.T, readme string) {
	t.Helper()
	blocks := yamlText.FindAllStringSubmatch(readme, -1)
	if len(blocks) == 0 {
		t.Error("the README has no YAML")
	}
	for _, m := range blocks {
		if strings.Contains(m[1], "workflows:") {
			f := experiment.Default()
			if err := config.Decode("README.md", []byte(m[1]), &f); err != nil {
				t.Error(err)
			} else if err := f.Validate(); err != nil {
				t.Errorf("README.md: %v", err)
			}
			continue
		}
		if strings.Contains(m[1], "evaluator:") {
			var c folder.Config
			if err := config.Decode("README.md", []byte(m[1]), &c); err != nil {
				t.Error(err)
			}
			continue
		}
		path := filepath.Join(t.TempDir(), "agent.yaml")
		if err := os.WriteFile(path, []byte(m[1]), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := definitions.LoadFile(path); err != nil {
			t.Error(err)
		}
	}
}

// TestMakefile checks that every target is phony and explained.
func TestMakefile(t *testing.T) {
	makefile := read(t, "Makefile")
	phony := regexp.MustCompile(`(?m)^\.PHONY: (.*)$`).FindStringSubmatch(makefile)
	if phony == nil {
		t.Fatal("no .PHONY")
	}
	var explained []string
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):.*? ## \S`).FindAllStringSubmatch(makefile, -1) {
		explained = append(explained, m[1])
	}
	if d := cmp.Diff(strings.Fields(phony[1]), explained); d != "" {
		t.Errorf("phony targets (-) and explained ones (+):\n%s", d)
	}
	for _, m := range regexp.MustCompile(`(?m)^([A-Za-z./-]+):(?:[^=]|$)`).FindAllStringSubmatch(makefile, -1) {
		if m[1] != ".PHONY" && !strings.Contains(" "+phony[1]+" ", " "+m[1]+" ") {
			t.Errorf("target %s is not phony", m[1])
		}
	}
}

// TestWeightsRecord checks that the record beside the embedded weights leads to
// these weights.
func TestWeightsRecord(t *testing.T) {
	if _, err := pretrain.Record(os.DirFS(filepath.Join(root, "runner/student/embedded/weights"))); err != nil {
		t.Error(err)
	}
}
