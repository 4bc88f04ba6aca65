package folder

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/config"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
)

// Config is task.yaml.
type Config struct {
	Name            string          `yaml:"name"`
	Title           string          `yaml:"title"` // the name if left out
	Domain          results.Domain  `yaml:"domain"`
	Evaluator       evaluators.Spec `yaml:"evaluator"`
	StudentSampling Sampling        `yaml:"student_sampling"`
	RowFields       []string        `yaml:"row_fields"` // of a submission
	Sizes           Sizes           `yaml:"sizes"`
	Licence         string          `yaml:"licence"`
	Source          string          `yaml:"source"`
	PrivateDigest   string          `yaml:"private_digest"` // sha256 of private.jsonl
}

// Sampling is how the student answers.
type Sampling struct {
	Temperature float64  `yaml:"temperature"`
	TopP        *float64 `yaml:"top_p"` // 1 if left out
	MaxTokens   int      `yaml:"max_tokens"`
	Seed        int64    `yaml:"seed"`
}

// Sizes are the numbers of questions, for the reader and as a check.
type Sizes struct {
	Public  int `yaml:"public"`
	Private int `yaml:"private"`
	Seed    int `yaml:"seed"`
}

// RowFields are the fields of a submission's rows, which are the same for all
// tasks.
func RowFields() []string { return []string{"instruction", "input", "output"} }

func (c Config) title() string {
	if c.Title == "" {
		return c.Name
	}
	return c.Title
}

func (c Config) sampling() results.Sampling {
	s := results.Sampling{Temperature: c.StudentSampling.Temperature, TopP: 1, MaxTokens: c.StudentSampling.MaxTokens, Seed: c.StudentSampling.Seed}
	if c.StudentSampling.TopP != nil {
		s.TopP = *c.StudentSampling.TopP
	}
	return s
}

// readConfig reads task.yaml and the evaluator that it names.
func (f *Folder) readConfig() []Finding {
	path := f.path(ConfigFile)
	text, findings := readText(path, 64<<10)
	if findings != nil {
		return findings
	}
	if err := config.Decode(path, []byte(text), &f.Config); err != nil {
		return []Finding{decoding(path, err)}
	}
	evaluator, err := evaluators.Open(f.Config.Evaluator)
	if err != nil {
		findings = append(findings, Finding{path, lineOf(text, "evaluator"), "evaluator: " + err.Error()})
	}
	f.Evaluator = evaluator
	return append(findings, f.Config.check(path, text)...)
}

var place = regexp.MustCompile(`:(\d+): `)

// decoding takes an error of the YAML reader apart.
func decoding(path string, err error) Finding {
	finding := Finding{File: path, Reason: err.Error()}
	rest, found := strings.CutPrefix(err.Error(), path)
	if m := place.FindStringSubmatch(rest); found && m != nil {
		fmt.Sscan(m[1], &finding.Line) // digits
		finding.Reason = strings.TrimPrefix(rest, m[0])
	}
	var known *results.Error
	if errors.As(err, &known) && known.Hint != "" {
		finding.Reason += " (" + known.Hint + ")"
	}
	return finding
}

var hexDigest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// check reports fields that are missing or cannot be.
func (c Config) check(path, text string) (findings []Finding) {
	s := c.sampling()
	for _, rule := range []struct {
		key    string
		broken bool
		reason string
	}{
		{"name", !results.ValidName(c.Name), "name: " + results.NameProblem(c.Name)},
		{"domain", c.Domain.Validate() != nil, fmt.Sprintf("%v", c.Domain.Validate())},
		{"temperature", !(s.Temperature >= 0 && s.Temperature <= 2), fmt.Sprintf("student_sampling.temperature: %v is not between 0 and 2", s.Temperature)},
		{"top_p", !(s.TopP > 0 && s.TopP <= 1), fmt.Sprintf("student_sampling.top_p: %v is not between 0 and 1", s.TopP)},
		{"max_tokens", s.MaxTokens < 1 || s.MaxTokens > 1<<16, fmt.Sprintf("student_sampling.max_tokens: %d is not between 1 and 65,536", s.MaxTokens)},
		{"row_fields", !slices.Equal(c.RowFields, RowFields()), fmt.Sprintf("row_fields: must be [%s]", strings.Join(RowFields(), ", "))},
		{"public", c.Sizes.Public < 1, "sizes.public: must be positive"},
		{"private", c.Sizes.Private < 1, "sizes.private: must be positive"},
		{"seed", c.Sizes.Seed < 0, "sizes.seed: must not be negative"},
		{"licence", strings.TrimSpace(c.Licence) == "", "licence: says nothing"},
		{"source", strings.TrimSpace(c.Source) == "", "source: says nothing"},
		{"private_digest", !hexDigest.MatchString(c.PrivateDigest), "private_digest: want the sha256 of the private set, 64 hexadecimal digits"},
	} {
		if rule.broken {
			findings = append(findings, Finding{path, lineOf(text, rule.key), rule.reason})
		}
	}
	return findings
}

// AtKey is a fault of a key in task.yaml.
func (f *Folder) AtKey(key, reason string) Finding {
	text, _ := readText(f.path(ConfigFile), 64<<10)
	return Finding{f.path(ConfigFile), lineOf(text, key), reason}
}

// lineOf is the line of a key's first occurrence, 0 if it is not there.
func lineOf(text, key string) int {
	at := regexp.MustCompile(`(?m)(?:^|[\s{,])` + key + `[ \t]*:`).FindStringIndex(text)
	if at == nil {
		return 0
	}
	return 1 + strings.Count(text[:strings.Index(text[at[0]:], key)+at[0]], "\n")
}
