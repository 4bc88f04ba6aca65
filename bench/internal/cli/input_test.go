//go:build !windows

package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"
)

// inputCase is a line of testdata/input/cases.jsonl: a file or a command line that is
// wrong, and how the program ends.
type inputCase struct {
	Name, Kind, Content, Want string
	Exit                      int
}

// told is what the one message of each case says.
var told = map[string]string{
	"fraction-as-integer": `x.yaml:7: runs: 1.5 is not a whole number`, "octal-looking": `x.yaml:7: runs: 010 is not a whole number`,
	"seed-fraction": `x.yaml:7: seed: 1.5 is not`, "second-document": `x.yaml:8: more than one document`,
	"ignored-key-of-teacher": `x.yaml:7: teacher.base_url: does not go with kind procedural`, "null-suite": `x.yaml:7: suite: is empty`,
	"duration-without-unit": `x.yaml:7: budget.code_time: "5" is no duration`, "list-for-number": `x.yaml:7: runs: want a whole number, got a list`,
	"byte-order-mark": `x.yaml:1: the file begins with a byte order mark`, "utf-16": `x.yaml:1: the encoding is UTF-16`,
	"zero-cost": `x.yaml:7: budget.agent_cost_usd: must be positive; leave it out`, "zero-tokens": `x.yaml:7: budget.agent_tokens: must be positive`,
	"memory-too-small": `x.yaml:7: sandbox.memory: 1KiB is not between 64MiB`, "teacher-url-none": `x.yaml:7: teacher.base_url: "x" is no http or https address`,
	"teacher-url-file": `x.yaml:7: teacher.base_url: "file:///etc/hostname" is no http`, "teacher-url-port": `x.yaml:7: teacher.base_url: the host or its port is none`,
	"teacher-url-userinfo": `x.yaml:7: teacher.base_url: holds a user or password`, "teacher-url-query-key": `x.yaml:7: teacher.base_url: holds a query`,
	"concurrency-absurd": `x.yaml:7: teacher.concurrency: 1000000 is not between 0 and 10000`, "misspelt-agent": `x.yaml: agents: unknown agent "pipelin"`,
	"alias-bomb": `x.yaml:1: anchors and aliases`, "nan-temperature": `x.yaml:5: sampling.temperature: .nan is not a finite number`,
	"header-name-with-space": `x.yaml:5: headers: a name holds a space`, "header-value-newline": `x.yaml:5: headers.A: the value holds a line break`,
	"key-in-place-of-variable": `x.yaml:5: api_key_env: want the name of the environment variable`, "price-without-output": `x.yaml:5: price.output: missing`,
	"empty-price": `x.yaml:5: price.input: missing`, "tokens-fraction": `x.yaml:5: sampling.max_output_tokens: 1.9 is not a whole`,
	"fifo": `x.yaml: no regular file`, "endless-device": `x.yaml: no regular file`, "directory": `x.yaml: is a directory`,
	"contradicting-flags": `--suite and --task exclude each other`, "contradicting-flags-2": `--task and --domain exclude each other`,
	"output-in-no-folder": `the folder nowhere does not exist`, "out-is-a-file": `--out: FILE is no folder`, "very-long-out": `--out: a name of 600 bytes`,
}

// TestInput gives the program every file and command line of the cases.
func TestInput(t *testing.T) {
	data, err := os.ReadFile("testdata/input/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	ci, err := os.ReadFile("../../experiments/ci.yaml")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		var c inputCase
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatal(err)
		}
		n++
		t.Run(c.Name, func(t *testing.T) {
			dir := lay(t, map[string]string{"FILE": "x", "rows.json": "[]", "bench/experiments/ci.yaml": string(ci)})
			args := c.lay(t, dir)
			begin := time.Now()
			code, _, said := in(t, dir, args...)
			if code != c.Exit || told[c.Name] == "" || !strings.Contains(said, told[c.Name]) {
				t.Errorf("exit %d, want %d; said %q, want %q", code, c.Exit, said, told[c.Name])
			}
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
			if strings.Contains(said, "secret") || strings.Contains(said, "sk-proj") || regexp.MustCompile(`interface|Go struct|retr`).MatchString(said) {
				t.Errorf("it shows a secret, Go's types or a retry: %q", said)
			}
			for _, left := range []string{"nowhere", "runs", strings.Repeat("p", 600)} {
				if _, err := os.Lstat(filepath.Join(dir, left)); err == nil {
					t.Errorf("it made %s", left)
				}
			}
		})
	}
	if n != 36 {
		t.Errorf("%d cases, want 36", n)
	}
}

// lay writes the case's file, and returns the command line.
func (c inputCase) lay(t *testing.T, dir string) []string {
	path, err := filepath.Join(dir, "x.yaml"), error(nil)
	switch c.Kind {
	case "flags":
		return strings.Fields(strings.ReplaceAll(c.Content, "(a path of 600 bytes)", strings.Repeat("p", 600)))
	case "experiment-fifo":
		err = syscall.Mkfifo(path, 0o600)
	case "experiment-devzero":
		err = os.Symlink("/dev/zero", path)
	case "experiment-directory":
		err = os.Mkdir(path, 0o700)
	case "experiment-utf16":
		text := []byte{0xff, 0xfe}
		for _, unit := range utf16.Encode([]rune(c.Content)) {
			text = append(text, byte(unit), byte(unit>>8))
		}
		err = os.WriteFile(path, text, 0o600)
	default:
		err = os.WriteFile(path, []byte(c.Content), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if c.Kind == "agent" {
		return []string{"agents", "check", path}
	}
	return []string{"run", "--dry-run", path}
}

// TestInputEverywhere gives what is no plain file to every command that reads one, and
// what is no plain YAML to every reader of YAML.
func TestInputEverywhere(t *testing.T) {
	const key = "sk-proj-0123456789abcdef"
	dir := lay(t, map[string]string{"two.yaml": "rules: []\n---\nrules: []\n", "long.yaml": "name: " + strings.Repeat("n", 900_000) + "\nagents: [pipeline]\n"})
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(dir, "pipe"), filepath.Join(dir, "pipe.yaml")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"run", "pipe"}, "pipe: no regular file"}, {[]string{"run", "--agent-file", "pipe"}, "pipe: no regular file"},
		{[]string{"gate", "pipe"}, "pipe: no regular file"}, {[]string{"gate", "two.yaml"}, "two.yaml:3: more than one document"},
		{[]string{"agents", "check", "pipe.yaml"}, "pipe.yaml: no regular file"}, {[]string{"evaluate", "--domain", "science", "pipe"}, "pipe: no regular file"},
		{[]string{"verify", "pipe"}, "pipe: no regular file"}, {[]string{"figure", "--measures", "pipe", "4"}, "pipe: no regular file"},
		{[]string{"tasks", "new", "--from", "pipe", "new"}, "pipe: no regular file"}, {[]string{"tasks", "new", "--from", "/dev/zero", "new"}, "/dev/zero: no regular file"},
		{[]string{"run", "long.yaml"}, "long.yaml:1: name: \"nnn"}, {[]string{"run", "--experiment", strings.Repeat("n", 900_000), "--agent", "pipeline"}, "at most 80 characters"},
		{[]string{"run", "--model", "m", "--base-url", "http://localhost:1/v1", "--api-key-env", key}, "api_key_env: want the name"},
		{[]string{"figure", "--to", "nowhere/x.pdf", "cost"}, "the folder nowhere does not exist"}, {[]string{"pack", "--to", "two.yaml/x.adb", "e"}, "two.yaml is no folder"},
		{[]string{"site", "--out", "two.yaml/below", "pages"}, "two.yaml is no folder"},
	} {
		code, _, said := in(t, dir, c.args...)
		if code != 3 || !strings.Contains(said, c.want) || len(said) > 1_500 || strings.Contains(said, key) {
			t.Errorf("%.100q: exit %d, said %.600q; want exit 3 and %q", c.args, code, said, c.want)
		}
	}
}
