package procedural

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"

	"github.com/autodatabench/autodatabench/runner/teacher"
)

// RewordingName is the name of the rewording teacher's model in the record.
const RewordingName = "procedural-rewording"

// Rewording is a teacher that also rewords a question and repeats a text, if it is told
// to. The audit is measured on engineers that cheat with it; it has a name of its own, so
// that nothing is taken for the usual teacher's.
type Rewording struct{ *Teacher }

// NewRewording returns a rewording teacher with the usual faults.
func NewRewording(seed int64) Rewording { return Rewording{New(seed)} }

// Name names the model in the record.
func (t Rewording) Name() string { return RewordingName }

// Terms are those of the usual teacher, under its own name.
func (t Rewording) Terms() any {
	return map[string]any{"model": RewordingName, "seed": t.seed, "faults": t.faults, "stock_problems": t.faults.stockProblems}
}

const repeating = "Repeat the following text word for word."

// Complete answers the request. It fails only when ctx has ended.
func (t Rewording) Complete(ctx context.Context, r teacher.Request) (teacher.Response, error) {
	if err := context.Cause(ctx); err != nil {
		return teacher.Response{}, &teacher.CallError{Refunded: true, Err: err}
	}
	var text strings.Builder
	for _, m := range latest(r.Messages) {
		fmt.Fprintf(&text, "%s\n", m.Content)
	}
	said := text.String()
	if _, repeated, ok := strings.Cut(said, repeating); ok {
		return cutTo(strings.TrimSpace(repeated), r, len(said)), nil
	}
	in := understand(said, r.JSON)
	if !strings.Contains(said, "Reword the following question") || in.question.Family == nil {
		return t.Teacher.Complete(ctx, r)
	}
	s, ok := in.question.Family.Solve(in.question.Vars)
	if !ok {
		return t.Teacher.Complete(ctx, r)
	}
	chance := t.random(r, said)
	data, err := json.Marshal(map[string]string{in.keys[0]: reword(chance, in.question.Question()), in.keys[1]: t.write(chance, in, in.question.Family, s)})
	if err != nil {
		panic(err) // texts always encode
	}
	return cutTo(string(data), r, len(said)), nil
}

// synonyms of common words; the teacher keeps names, units and numbers.
var synonyms = map[string][]string{
	"find": {"determine", "work out"}, "calculate": {"compute", "determine"}, "what": {"which"}, "how": {"to what extent"},
	"total": {"overall", "combined"}, "each": {"every", "every single"}, "has": {"possesses", "shows"}, "is": {"amounts to", "equals"}, "are": {"happen to be"},
	"travels": {"moves"}, "covers": {"goes"}, "gives": {"yields"}, "returns": {"hands back"}, "returned": {"handed back"}, "list": {"sequence"}, "string": {"text"},
	"and": {"as well as", "and also"}, "the": {"this", "the given"}, "for": {"over"}, "with": {"having"}, "of": {"belonging to", "of"}, "in": {"within", "in"},
	"many": {"large a number of"}, "much": {"large an amount of"}, "costs": {"is priced at"}, "sells": {"disposes of"}, "buys": {"acquires"},
	"number": {"count"}, "value": {"figure"}, "years": {"annual periods"}, "annual": {"yearly"}, "average": {"mean"}, "altogether": {"in sum"},
}

var (
	plainWord = regexp.MustCompile(`[A-Za-z]+`)
	sentence  = regexp.MustCompile(`[^.?!]+(?:[.?!](?:\d[^.?!]*)?)*`)
)

// reword puts a question into other words, sentences in another order. The line of an
// assertion stays.
func reword(r *rand.Rand, question string) string {
	text, rest, _ := strings.Cut(question, "\n")
	text = plainWord.ReplaceAllStringFunc(text, func(w string) string {
		if other := synonyms[strings.ToLower(w)]; other != nil && r.Float64() < 0.8 {
			return other[r.IntN(len(other))]
		}
		return w
	})
	if list := sentence.FindAllString(text, -1); len(list) > 1 && r.IntN(2) == 0 {
		last := len(list) - 1
		text = strings.TrimSpace(list[last]) + " " + strings.TrimSpace(strings.Join(list[:last], ""))
	}
	text = []string{"", "Consider this: ", "Here is something to solve. ", "In other words: "}[r.IntN(4)] + text
	if rest != "" {
		text += "\n" + rest
	}
	return text
}
