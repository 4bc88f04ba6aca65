package results

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Domain names what the student is specialised for: science, code and finance
// are the paper's; any other lower-case word is a user's own.
type Domain string

// The paper's three domains.
const (
	Science Domain = "science"
	Code    Domain = "code"
	Finance Domain = "finance"
)

// Domains lists the paper's domains in the order its tables use.
func Domains() []Domain { return []Domain{Science, Code, Finance} }

// Setting says whether the agent sees the seed pool (protocol.md section 3).
type Setting string

// The two data settings.
const (
	Scratch Setting = "scratch"
	Seed    Setting = "seed"
)

// Settings lists the data settings in the order the paper's tables use.
func Settings() []Setting { return []Setting{Scratch, Seed} }

// Workflow names a state machine of protocol.md section 5.
type Workflow string

// The two workflows.
const (
	OneShot   Workflow = "one-shot"
	Iterative Workflow = "iterative"
)

// Workflows lists the workflows in the order the paper's tables use.
func Workflows() []Workflow { return []Workflow{OneShot, Iterative} }

// Operation is what an attempt asks of the agent.
type Operation string

// The four operations of protocol.md section 5.
const (
	Draft   Operation = "draft"
	Debug   Operation = "debug"
	Repair  Operation = "repair"
	Improve Operation = "improve"
)

// maxName is the longest name, in characters.
const maxName = 80

var slug = regexp.MustCompile(`^[a-z0-9]+(?:[._-][a-z0-9]+)*$`)

// ValidName reports whether s may name an agent, a domain or an experiment:
// lower-case letters and digits, joined by single dots, dashes or underscores.
// Such a name is safe as a folder.
func ValidName(s string) bool { return len(s) <= maxName && slug.MatchString(s) }

// NameProblem says why s may not name an agent, a domain or an experiment.
func NameProblem(s string) string {
	return fmt.Sprintf("%.80q: want lower-case letters, digits, dots and dashes, at most %d characters", s, maxName)
}

// Validate reports an error unless s is a known setting.
func (s Setting) Validate() error { return oneOf("setting", s, Settings()) }

// Validate reports an error unless w is a known workflow.
func (w Workflow) Validate() error { return oneOf("workflow", w, Workflows()) }

// Validate reports an error unless d is a well-formed name.
func (d Domain) Validate() error {
	if !ValidName(string(d)) {
		return errors.New("domain " + NameProblem(string(d)))
	}
	return nil
}

func oneOf[T ~string](what string, v T, known []T) error {
	if slices.Contains(known, v) {
		return nil
	}
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = string(k)
	}
	return fmt.Errorf("unknown %s %.80q: want %s", what, string(v), strings.Join(names, " or "))
}
