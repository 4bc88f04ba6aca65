package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
)

// completed are the candidates for the last of the words, without their texts.
func completed(t *testing.T, words ...string) []string {
	t.Helper()
	var out bytes.Buffer
	if err := runComplete(t.Context(), Env{World: setup.World{Stdout: &out}}, words); err != nil {
		t.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(out.String()) {
		word, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		list = append(list, word)
	}
	return list
}

func TestCandidates(t *testing.T) {
	out := finishedMicro(t)
	for _, tt := range []struct {
		line string
		want []string // all of them
	}{
		{"lea", []string{"leaderboard"}},
		{"help gat", []string{"gate"}},
		{"tasks im", []string{"import"}},
		{"tasks import fin", []string{"financereasoning"}},
		{"status --js", []string{"--json"}},
		{"run --na", nil}, // the old name of --experiment
		{"run --agent carel", []string{"careless"}},
		{"run --domain s", []string{"science"}},
		{"run --agent-file ", []string{":files"}},
		{"status --out " + out + " ", []string{"micro"}},
		{"compare --out " + out + " micro:be", []string{"micro:beta/iterative/scratch"}},
		{"leaderboard --out " + out + " --experiment m", []string{"micro"}},
		{"show --out " + out + " micro/science/iterative-scratch/beta/", []string{"micro/science/iterative-scratch/beta/run-1", "micro/science/iterative-scratch/beta/run-2", ":files"}},
		{"completion z", []string{"zsh"}},
		{"leaderboard ", nil},
		{"nonsense x", nil},
	} {
		if got := completed(t, strings.Split(tt.line, " ")...); !slices.Equal(got, tt.want) {
			t.Errorf("%q gives %q, want %q", tt.line, got, tt.want)
		}
	}
	all := completed(t, "")
	if !slices.Contains(all, "run") || slices.Contains(all, "complete") {
		t.Errorf("commands %q", all)
	}
}

// Each shell loads its script and gets from it what the program says.
func TestScriptsOfShells(t *testing.T) {
	dir := t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(dir, "autodatabench")); err != nil { // TestMain makes it the program
		t.Fatal(err)
	}
	out := finishedMicro(t)
	for _, tt := range []struct{ shell, code string }{
		{"bash", `source <("$0" completion bash) || exit 1
complete -p autodatabench >/dev/null || exit 1
COMP_LINE=$1; COMP_POINT=${#COMP_LINE}; _autodatabench; printf '%s\n' "${COMPREPLY[@]}"`},
		{"zsh", `autoload -Uz compinit; compinit -u -D
source <("$0" completion zsh) || exit 1
[[ $_comps[autodatabench] == _autodatabench ]] || exit 1
compadd() { while (( $# )); do [[ $1 == -a ]] && print -l -- ${(P)2}; shift; done }
words=("${(@s: :)1}"); CURRENT=$#words; _autodatabench`},
		{"fish", `autodatabench completion fish | source; or exit 1
complete -C $argv[2] | string replace -r '\t.*' ''; true`},
	} {
		t.Run(tt.shell, func(t *testing.T) {
			path, err := exec.LookPath(tt.shell)
			if err != nil {
				t.Skipf("there is no %s", tt.shell)
			}
			for line, want := range map[string]string{
				"autodatabench gat":                                "gate",
				"autodatabench run --agent carel":                  "careless",
				"autodatabench compare --out " + out + " micro:be": "micro:beta/iterative/scratch",
			} {
				if tt.shell == "bash" { // which replaces what is behind the last colon
					want = strings.TrimPrefix(want, "micro:")
				}
				args := []string{"-c", tt.code, "autodatabench", line}
				if tt.shell == "zsh" {
					args = slices.Insert(args, 0, "-f")
				}
				cmd := exec.CommandContext(context.WithoutCancel(t.Context()), path, args...)
				cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir, "XDG_CONFIG_HOME="+dir)
				cmd.Dir = dir
				said, err := cmd.CombinedOutput()
				if got := strings.TrimSpace(string(said)); err != nil || got != want {
					t.Errorf("%s completes to %q, want %q (%v)", line, got, want, err)
				}
			}
		})
	}
}
