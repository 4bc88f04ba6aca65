package prompt

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/autodatabench/autodatabench/results"
)

// bytesPerToken is how tokens are estimated without the model's tokenizer: on
// the safe side for English, code and Chinese alike.
const bytesPerToken = 3

// Tokens estimates how many tokens the messages have.
func Tokens(messages []results.Message) int64 {
	const frame = 8 // of a message's role and limits
	n := int64(0)
	for _, m := range messages {
		n += frame + int64(len(m.Role)+len(m.Content)+bytesPerToken-1)/bytesPerToken
	}
	return n
}

// minShown is the least that is left of a log or a program, in characters.
const minShown = 500

// trim is a rule by which a prompt gets shorter. It reports false when there is
// nothing left for it to do.
type trim struct {
	what  string // is left out; %d is how often, where there is one
	apply func(v *view) bool
}

// trims are the rules, in the order in which feedback came about: what is oldest
// goes first, and the program last. The task, the student, the rules of a
// submission and the library are never trimmed.
func trims() []trim {
	return []trim{
		{"scores of earlier iterations: %d", func(v *view) bool {
			if v.scoresAt+1 >= len(v.scored()) {
				return false
			}
			v.scoresAt++
			return true
		}},
		{"the plan", func(v *view) bool {
			had := v.Plan != ""
			v.Plan = ""
			return had
		}},
		{"dropped rows: %d", func(v *view) bool {
			if v.Check == nil || len(v.Check.Dropped) == 0 {
				return false
			}
			check := *v.Check
			check.Dropped = check.Dropped[:len(check.Dropped)-1]
			v.Check = &check
			return true
		}},
		{"rows of the submission: %d", func(v *view) bool { return shrink(&v.SampleRows) }},
		{"wrong answers of the student: %d", func(v *view) bool { return shrink(&v.BadCases) }},
		{"the beginning of the log", func(v *view) bool {
			size := utf8.RuneCountInString(v.Log)
			if size <= minShown {
				return false
			}
			v.Log = tail(v.Log, max(minShown, size/2))
			return true
		}},
		{"the middle of the program", func(v *view) bool {
			size := utf8.RuneCountInString(v.Code)
			if size <= minShown+100 {
				return false
			}
			v.Code = shorten(v.Code, max(minShown, size/2))
			return true
		}},
	}
}

func shrink[T any](list *[]T) bool {
	if len(*list) == 0 {
		return false
	}
	*list = (*list)[:len(*list)-1]
	return true
}

// trim applies the first rule that still can be.
func (v *view) trim() bool {
	rules := trims()
	if v.cuts == nil {
		v.cuts = make([]int, len(rules))
	}
	i := slices.IndexFunc(rules, func(t trim) bool { return t.apply(v) })
	if i < 0 {
		return false
	}
	v.cuts[i]++
	return true
}

// LeftOut says what was trimmed.
func (v *view) LeftOut() []string {
	var list []string
	for i, n := range v.cuts {
		what := trims()[i].what
		switch {
		case n > 0 && slices.Contains([]byte(what), '%'):
			list = append(list, fmt.Sprintf(what, n))
		case n > 0:
			list = append(list, what)
		}
	}
	return list
}

// scored are the attempts with a public score, from the first.
func (v *view) scored() []results.Attempt {
	if v.Op != results.Improve {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(v.Trial.Attempts), func(a results.Attempt) bool { return a.Public == nil })
}

// Scores are the attempts whose public scores are listed.
func (v *view) Scores() []results.Attempt { return v.scored()[v.scoresAt:] }
