package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var goalLine = regexp.MustCompile(`(?m)^(Benchmark\w+)(\S*) +(\S+) +[<>]=? +(?:\d+|peer)`)

// Every goal of bench/goals_table.sh has its figure, from a benchmark or from bench/goals.sh,
// and one without fails the script.
func TestGoals(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile(filepath.Join(root, "bench/goals_table.sh"))
	if err != nil {
		t.Fatal(err)
	}
	goals := goalLine.FindAllStringSubmatch(string(script), -1)
	if len(goals) < 7 {
		t.Fatalf("%d goals in bench/goals_table.sh", len(goals))
	}
	var source strings.Builder // of the benchmarks that make bench runs
	collect, err := os.ReadFile(filepath.Join(root, "bench/goals.sh"))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"runner/student/llama", "runner/gateway", "results", "results/disk", "report/stats", "bench/internal/cli"} {
		files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(data)
		}
	}
	var figures []string
	for _, g := range goals {
		measured := strings.Contains(source.String(), "func "+g[1]+"(") && strings.Contains(source.String(), `"`+g[3]+`"`)
		asked := strings.Contains(string(collect), `printf "`+g[1]+" ") && strings.Contains(string(collect), "one_of "+g[3]+" ")
		if !measured && !asked {
			t.Errorf("no benchmark %s with %s in the code", g[1], g[3])
		}
		figures = append(figures, fmt.Sprintf("%s%s-2 100 12 ns/op 1 %s", g[1], g[2], g[3]))
	}
	for _, tt := range []struct {
		name    string
		figures []string
		fails   bool
	}{{"all", figures, false}, {"one is missing", figures[1:], true}} {
		file := filepath.Join(t.TempDir(), "figures")
		if err := os.WriteFile(file, []byte(strings.Join(tt.figures, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("bash", filepath.Join(root, "bench/goals_table.sh"), file)
		out, err := cmd.CombinedOutput()
		if (err != nil) != tt.fails || strings.Contains(string(out), "no figure") != tt.fails {
			t.Errorf("%s: %v\n%s", tt.name, err, out)
		}
	}
}
