package cli

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

var (
	readmeCommand = regexp.MustCompile(`(?m)^\./autodatabench ([^#\n]+)`)
	readmeYAML    = regexp.MustCompile("(?s)```yaml\n(.*?)```")
)

// microDemo runs an experiment in the folder out that has the demo's rows and runs, with
// a student that is made in no time.
func microDemo(t *testing.T, out string) {
	t.Helper()
	s := microOf(t, filepath.Join(out, "demo"), []string{"pipeline", "adaptive", "careless"}, 2, 2)
	s.File.Name, s.File.Workflows = "demo", results.Workflows()
	s.Given = bytes.Replace(s.Given, []byte("name: micro"), []byte("name: demo"), 1)
	s.Given = bytes.Replace(s.Given, []byte("[iterative]"), []byte("[one-shot, iterative]"), 1)
	outcomes, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := putIndex(context.Background(), quiet(), s.Root, outcomes); err != nil {
		t.Fatal(err)
	}
}

// TestReadmeIsRun runs every command of the README in its order, beside an experiment
// that stands for the demo, with a model that writes no program. A command with a long
// training is planned only: owntask.txtar runs it.
func TestReadmeIsRun(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	repository, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	server := chats(t, says("I write no program."))
	definition := readmeYAML.FindSubmatch(page)
	if definition == nil {
		t.Fatal("the README defines no model")
	}
	model := strings.NewReplacer("http://localhost:8000", server.URL, "MY_API_KEY", "AGENT_KEY").Replace(string(definition[1]))
	pairs := "question,answer\n"
	for i := range 40 {
		pairs += fmt.Sprintf("What is %d plus %d?,%d\n", 17*i%83, 29*i%97, 17*i%83+29*i%97)
	}
	dir := lay(t, map[string]string{"my-model.yaml": model, "pairs.csv": pairs})
	for _, name := range []string{"bench", "results"} {
		if err := os.Symlink(filepath.Join(repository, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	microDemo(t, filepath.Join(dir, "runs"))
	may := map[string][]int{
		"doctor": {exitInfrastructure}, // there need be no GPU
		"gate":   {exitNoGo, exitInconclusive},
	}
	commands := readmeCommand.FindAllSubmatch(page, -1)
	if len(commands) < 15 {
		t.Fatalf("only %d commands", len(commands))
	}
	for _, m := range commands {
		args := expanded(t, dir, strings.Fields(string(m[1])))
		if strings.Contains(string(m[1]), "--task geography") {
			args = append(args, "--dry-run")
		}
		code, stdout, stderr := in(t, dir, args...)
		if code != 0 && !slices.Contains(may[args[0]], code) || strings.TrimSpace(stdout) == "" {
			t.Errorf("%s: exit code %d\n%s%s", strings.Join(args, " "), code, stdout, stderr)
		}
	}
}

// expanded has the words with * as a shell has them.
func expanded(t *testing.T, dir string, words []string) (args []string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(word, "*") {
			args = append(args, word)
			continue
		}
		found, err := fs.Glob(os.DirFS(dir), word)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", word, len(found), err)
		}
		args = append(args, found...)
	}
	return args
}
