// Package private opens the private sets. Their questions may be seen by the final
// score, the audit and the verification of a bundle (protocol.md section 4), and by
// the commands that write and check task folders. Nothing else opens them.
//
// It is not for anything that runs before a trial is sealed, with one exception:
// before an experiment begins, the program checks whether its sets can be used.
// Invariants: for one program version, or one digest in task.yaml, a task has one
// private set, and that set shares no instance with the visible parts of the task.
package private

import (
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/folder"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// Open returns the private items of the task. Those of task folders lie below
// root.
func Open(root string, t tasks.Task) ([]tasks.Item, error) {
	switch t.Suite {
	case mini.Suite:
		return openMini(t.Brief.Domain)
	case folder.Suite:
		return openFolder(root, t)
	}
	return nil, results.Bad(fmt.Errorf("private set of task %s: unknown suite %q", t.Name, t.Suite))
}

// openMini draws the embedded suite's private set. Questions of a family are a group:
// whoever can do one of them can often do the others.
func openMini(d results.Domain) ([]tasks.Item, error) {
	unseen := miniWordings(d)
	if unseen == nil {
		return nil, results.Bad(fmt.Errorf("private set: suite %s has no domain %q", mini.Suite, string(d)))
	}
	drawn := mini.Draw(d, mini.Private, mini.PrivateItems, privateOrPublic(unseen))
	items, err := mini.Items(d, mini.Private, drawn)
	for i := range items {
		items[i].Fields = map[string]string{tasks.GroupField: drawn[i].Family.Name}
	}
	return items, err
}

// privateOrPublic words three questions in ten as the public sets never do,
// spread evenly over the families.
func privateOrPublic(unseen map[string][]string) func(i int, f *mini.Family) []string {
	return func(i int, f *mini.Family) []string {
		if i*3%10 < 3 {
			return unseen[f.Name]
		}
		return f.Wording
	}
}

// miniWordings are the domain's private wordings by family, nil if there is no
// such domain.
func miniWordings(d results.Domain) map[string][]string {
	switch d {
	case results.Science:
		return scienceWordings()
	case results.Code:
		return codeWordings()
	case results.Finance:
		return financeWordings()
	}
	return nil
}
