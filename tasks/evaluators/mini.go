package evaluators

import (
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// miniKinds are the evaluators of suite mini: mini- and the domain.
func miniKinds() []string {
	var kinds []string
	for _, d := range results.Domains() {
		kinds = append(kinds, miniPrefix+string(d))
	}
	return kinds
}

const miniPrefix = "mini-"

// ofMini is the evaluator of a domain of suite mini, which reads whole responses.
type ofMini struct {
	tasks.Evaluator
	domain results.Domain
}

func openMini(kind string) ofMini {
	d := results.Domain(strings.TrimPrefix(kind, miniPrefix))
	return ofMini{mini.Evaluator(d), d}
}

// JudgeExtracted judges a response that states the answer and nothing else.
func (m ofMini) JudgeExtracted(extracted string, item tasks.Item) results.Verdict {
	return m.Judge(mini.Stated(m.domain, item.Question, extracted), item)
}

// Check refuses an answer that is not right for itself.
func (m ofMini) Check(item tasks.Item) error {
	if v := m.JudgeExtracted(item.Answer, item); !v.Correct {
		return fmt.Errorf("the item's answer %.60q is wrong for itself: %s", item.Answer, v.Reason)
	}
	return nil
}
