package folder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
)

// content is a small task without faults.
func content() Content {
	return Content{
		Config: Config{
			Name: "rivers", Domain: "geography", Evaluator: evaluators.Spec{Kind: "numeric", RelativeTolerance: 0.02},
			StudentSampling: Sampling{MaxTokens: 64, Seed: 1}, Sizes: Sizes{Private: 3}, Licence: "CC0", Source: `a "test"`,
			PrivateDigest: strings.Repeat("0", 64),
		},
		Description: "Lengths of rivers.\n",
		FewShot:     []results.Shot{{Question: "How long is the Rhine?", Solution: "The answer is 1230."}},
		Sample:      []results.Row{{Instruction: "How long is the Rhine?", Output: "The answer is 1230."}},
		Public:      []tasks.Item{{ID: "a", Question: "How long is the Po?", Answer: "652"}, {ID: "b", Question: "How long is the Elbe?", Answer: "1094"}},
		Seed:        []string{"How long is the Seine?", "How long is the Loire?"},
	}
}

func written(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "rivers")
	if err := Write(dir, content()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestRoundTrip(t *testing.T) {
	dir := written(t)
	task, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := content()
	if d := cmp.Diff(c.Public, task.Public); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(c.Seed, task.Seed); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]any{c.FewShot, c.Sample, c.Description}, []any{task.Brief.FewShot, task.Brief.Sample, task.Brief.Description}); d != "" {
		t.Error(d)
	}
	b := task.Brief
	if task.Suite != Suite || b.Domain != "geography" || b.PrivateItems != 3 || b.Sampling != (results.Sampling{TopP: 1, MaxTokens: 64, Seed: 1}) {
		t.Errorf("task %+v", b)
	}
	if !strings.Contains(b.EvaluationRule, "2 % of the expected number") || !task.Evaluator.Judge("the answer is 660", tasks.Item{Answer: "652.0"}).Correct {
		t.Errorf("the evaluator lost its tolerance: %s", b.EvaluationRule)
	}
	again, err := Load(dir)
	if err != nil || again.Digest != task.Digest || len(task.Digest) != 64 {
		t.Errorf("digest %s, then %s, %v", task.Digest, again.Digest, err)
	}
	if err := Write(dir, c); err == nil {
		t.Error("a folder that is not empty is written over")
	}
}

// Another evaluator or another private set makes another task.
func TestDigest(t *testing.T) {
	seen := map[string]string{}
	for name, change := range map[string]func(*Config){
		"nothing": func(*Config) {}, "tolerance": func(c *Config) { c.Evaluator.RelativeTolerance = 0.03 },
		"private set": func(c *Config) { c.PrivateDigest = strings.Repeat("1", 64) }, "sampling": func(c *Config) { c.StudentSampling.MaxTokens = 65 },
	} {
		c := content()
		change(&c.Config)
		dir := filepath.Join(t.TempDir(), "rivers")
		if err := Write(dir, c); err != nil {
			t.Fatal(err)
		}
		task, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if before, ok := seen[task.Digest]; ok {
			t.Errorf("%s and %s have the same digest", before, name)
		}
		seen[task.Digest] = name
	}
}

// TestFaults spoils one file at a time: each fault is found with file, line and
// reason, and the folder does not load.
func TestFaults(t *testing.T) {
	const item = `{"id":"c","question":"How long is the Oder?","answer":"854"}`
	for _, tt := range []struct{ name, file, old, new, want string }{
		{"unknown key", ConfigFile, "licence:", "license:", `task.yaml:20: unknown key "license" (did you mean "licence"?)`},
		{"broken YAML", ConfigFile, "sizes: {", "sizes: {{", "task.yaml:19: "},
		{"evaluator", ConfigFile, "kind: numeric", "kind: numerical", `task.yaml:11: evaluator: unknown evaluator "numerical"`},
		{"not finite tolerance", ConfigFile, "relative_tolerance: 0.02", "relative_tolerance: .nan", "task.yaml:13: evaluator.relative_tolerance: .nan is not a finite number"},
		{"foreign parameter", ConfigFile, "kind: numeric", "kind: exact", "task.yaml:11: evaluator: evaluator exact has no relative_tolerance"},
		{"domain", ConfigFile, `domain: "geography"`, `domain: "Geo graphy"`, `task.yaml:6: domain "Geo graphy"`},
		{"temperature", ConfigFile, "temperature: 0", "temperature: .inf", "task.yaml:16: student_sampling.temperature: .inf is not a finite number"},
		{"tokens", ConfigFile, "max_tokens: 64", "max_tokens: 0", "task.yaml:16: student_sampling.max_tokens: 0"},
		{"rows", ConfigFile, "[instruction, input, output]", "[prompt, answer]", "task.yaml:18: row_fields: must be [instruction, input, output]"},
		{"licence", ConfigFile, `"CC0"`, `""`, "task.yaml:20: licence: says nothing"},
		{"digest", ConfigFile, `private_digest: "0`, `private_digest: "x`, "task.yaml:25: private_digest: want the sha256"},
		{"size", ConfigFile, "public: 2", "public: 3", "public.jsonl: it holds 2 good entries, and task.yaml says 3"},
		{"no description", descriptionFile, "Lengths of rivers.", "", "description.md: the description is empty"},
		{"missing answer", publicFile, `,"answer":"1094"`, "", `public.jsonl:2: field "answer" is missing`},
		{"null answer", publicFile, `"answer":"1094"`, `"answer":null`, `public.jsonl:2: field "answer" is missing`},
		{"empty question", publicFile, `How long is the Elbe?`, " ", `public.jsonl:2: field "question" is empty`},
		{"number as answer", publicFile, `"1094"`, "1094", `public.jsonl:2: field "answer": want a string, got a number`},
		{"NaN", publicFile, `"1094"`, "NaN", "public.jsonl:2: NaN and Infinity are no JSON numbers"},
		{"NaN as text", publicFile, `"1094"`, `"nan"`, `public.jsonl:2: the item's answer "nan" is not a finite plain number`},
		{"infinite answer", publicFile, `"1094"`, `"1e999"`, `public.jsonl:2: the item's answer "1e999" is not a finite plain number`},
		{"unknown field", publicFile, `"answer":"1094"`, `"answer":"1094","hint":"x"`, `public.jsonl:2: unknown field "hint"`},
		{"field twice", publicFile, `"answer":"1094"`, `"answer":"1","answer":"1094"`, `public.jsonl:2: field "answer" stands twice`},
		{"field twice in two cases", publicFile, `"answer":"1094"`, `"answer":"1094","Answer":"1"`, `public.jsonl:2: fields "answer" and "Answer" differ in case only`},
		{"field in capitals", publicFile, `"answer":"1094"`, `"ANSWER":"1094"`, `public.jsonl:2: unknown field "ANSWER": want "answer"`},
		{"field in letters that fold", publicFile, `"question":"How long is the Elbe?"`, `"que\u017ftion":"How long is the Elbe?"`, `public.jsonl:2: unknown field "queſtion": want "question"`},
		{"field of the evaluator twice", publicFile, `"answer":"1094"`, `"answer":"1094","fields":{"unit":"m","unit":"km"}`, `public.jsonl:2: field "unit" stands twice`},
		{"field of a shot twice", shotsFile, `"solution":`, `"solution":"7","solution":`, `few_shot.json:2: field "solution" stands twice`},
		{"field of a row in two cases", sampleFile, `"output":`, `"Output":"7","output":`, `sample_submission.json:2: unknown field "Output": want "output"`},
		{"key of YAML twice", ConfigFile, "licence:", "licence: x\nlicence:", "task.yaml:21: "},
		{"empty line", publicFile, "\n", "\n\n", "public.jsonl:2: the line is empty"},
		{"two values", publicFile, `"1094"}`, `"1094"} {}`, "public.jsonl:2: something follows the JSON value"},
		{"duplicate id", publicFile, `"id":"b"`, `"id":"a"`, `public.jsonl:2: id "a" is also in public.jsonl:1`},
		{"duplicate question", publicFile, "How long is the Elbe?", "how long  is the PO?", "public.jsonl:2: the question is also in public.jsonl:1"},
		{"Latin-1", publicFile, "Elbe", "Elb\xe9", "public.jsonl:2: it is not UTF-8"},
		{"UTF-16", publicFile, `{"id":"a"`, "\xff\xfe{", "public.jsonl:1: it is UTF-16"},
		{"byte order mark", seedFile, "[", "\uFEFF[", "seed.json:1: it begins with a byte order mark"},
		{"zero byte", descriptionFile, "of", "o\x00f", "description.md:1: it holds a zero byte"},
		{"oversize question", publicFile, "How long is the Elbe?", strings.Repeat("x", maxQuestion+1), `public.jsonl:2: field "question" has 65537 bytes, more than 65536`},
		{"oversize file", descriptionFile, "Lengths", strings.Repeat("x", 64<<10), "description.md: it has 65"},
		{"seed with an answer", seedFile, "Seine?", `Seine?\nAnswer: 777`, `seed.json:2: the seed question holds an answer: "Answer:"`},
		{"seed with a box", seedFile, "Loire?", `Loire? \\boxed{1006}`, `seed.json:3: the seed question holds an answer: "\\boxed{"`},
		{"seed with fields", seedFile, `"How long is the Loire?"`, `{"question": "q", "answer": "1"}`, "seed.json:3: a seed is a question alone"},
		{"seed from the public set", seedFile, "Loire", "Elbe", "seed.json:3: the question is also in public.jsonl:2"},
		{"shot from the public set", shotsFile, "Rhine", "Elbe", "few_shot.json:2: the question is also in public.jsonl:2"},
		{"sample from the public set", sampleFile, "Rhine", "Elbe", "sample_submission.json:2: the question is also in public.jsonl:2"},
		{"sample without input", sampleFile, `"input": "",`, "", `sample_submission.json:2: field "input" is missing`},
		{"array that does not end", seedFile, "]", "", "seed.json"},
		{"no array", seedFile, "[", "{", "seed.json"},
		{"after the array", seedFile, "]", "] []", "seed.json:4: something follows the array"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := written(t)
			path := filepath.Join(dir, tt.file)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(text), tt.old) {
				t.Fatalf("%s does not hold %q:\n%s", tt.file, tt.old, text)
			}
			if err := os.WriteFile(path, []byte(strings.Replace(string(text), tt.old, tt.new, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			_, findings, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(findings, func(f Finding) bool { return strings.Contains(f.String(), tt.want) }) {
				t.Errorf("want %q, got %q", tt.want, findings)
			}
			if _, err := Load(dir); err == nil {
				t.Error("the folder loads")
			}
		})
	}
	for name, spoil := range map[string]func(dir string) error{
		"public.jsonl: the file is missing": func(dir string) error { return os.Remove(filepath.Join(dir, publicFile)) },
		"seed.json: it is no regular file": func(dir string) error {
			return errors.Join(os.Remove(filepath.Join(dir, seedFile)), os.Symlink("/dev/zero", filepath.Join(dir, seedFile)))
		},
		"private data must not lie in the task folder": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "private.jsonl"), []byte(item), 0o600)
		},
	} {
		dir := written(t)
		if err := spoil(dir); err != nil {
			t.Fatal(err)
		}
		if _, findings, err := Open(dir); err != nil || !strings.Contains(fmt.Sprint(findings), name) {
			t.Errorf("want %q, got %q, %v", name, findings, err)
		}
	}
	if _, _, err := Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no task folder") {
		t.Errorf("an empty folder: %v", err)
	}
}
