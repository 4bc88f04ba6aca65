// Package procedural is the simulated teacher of the embedded default. It is a
// program that answers prompts about the problems of suite mini as a language model
// would, with a model's habits and faults, and no cost.
//
// It understands the instructions of a careful prompt: a topic or a subject area, an
// example to make another of, a question to solve, a solution to verify, the closing
// line of answers, worked steps, JSON, how many problems. It fills gaps in a prompt
// like a hurried author: it takes popular topics, drops the closing line, skips
// steps, and repeats earlier problems. At a stated rate ([Faults]) it is simply
// wrong.
//
// It draws open instances in public wordings only, so that its answers contain no
// item of an evaluation set. An answer is a function of the teacher's seed, the
// request's text and, above temperature 0, the request's seed.
//
// Its figures are marked as simulated wherever they appear. The package is not for
// judging answers, nor for prompts outside the suite. Those get a polite refusal. If
// they ask for a problem with a closing line that it knows, they get one of the
// suite's problems, off the topic.
package procedural

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// Name is the teacher's model name in the record.
const Name = "procedural"

// Faults are the teacher's rates of error, all probabilities.
type Faults struct {
	Wrong         float64 // a worked solution ends in a wrong number
	WrongHurried  float64 // the same when no steps were asked for
	NoSteps       float64 // steps are skipped when none were asked for
	NoFormat      float64 // the closing line is dropped when it was not insisted on
	FormatSlip    float64 // the same although it was
	Repeats       float64 // a problem told before is told again
	Chatter       float64 // prose around JSON that was asked for in words only
	BrokenJSON    float64 // JSON that does not parse
	MissesWrong   float64 // verification accepts a wrong solution
	RefusesRight  float64 // verification refuses a right one
	stockProblems int     // how many problems of a family it repeats
}

// Usual are the faults of the teacher that the embedded default uses.
func Usual() Faults {
	return Faults{
		Wrong: 0.12, WrongHurried: 0.25, NoSteps: 0.6, NoFormat: 0.5, FormatSlip: 0.04,
		Repeats: 0.2, Chatter: 0.3, BrokenJSON: 0.02, MissesWrong: 0.15, RefusesRight: 0.04,
		stockProblems: 8,
	}
}

// Teacher is the simulated teacher. It is safe for concurrent use.
type Teacher struct {
	seed   uint64
	faults Faults
}

// New returns a teacher with the usual faults.
func New(seed int64) *Teacher { return &Teacher{seed: uint64(seed), faults: Usual()} }

// Name names the model in the record.
func (t *Teacher) Name() string { return Name }

// Simulated is true: the teacher is no language model.
func (t *Teacher) Simulated() bool { return true }

// Terms are the seed and the rates of its faults.
func (t *Teacher) Terms() any {
	return map[string]any{"model": Name, "seed": t.seed, "faults": t.faults, "stock_problems": t.faults.stockProblems}
}

// Complete answers the request. It fails only when ctx has ended.
func (t *Teacher) Complete(ctx context.Context, r teacher.Request) (teacher.Response, error) {
	if err := context.Cause(ctx); err != nil {
		return teacher.Response{}, &teacher.CallError{Refunded: true, Err: err}
	}
	var text strings.Builder
	for _, m := range latest(r.Messages) {
		fmt.Fprintf(&text, "%s\n", m.Content)
	}
	reply := t.answer(t.random(r, text.String()), understand(text.String(), r.JSON))
	return cutTo(reply, r, text.Len()), nil
}

// latest is what the teacher reads of a conversation: all of it, but of several
// turns the system's messages and what came after the last answer.
func latest(messages []teacher.Message) []teacher.Message {
	var kept []teacher.Message
	for _, m := range messages {
		if m.Role == teacher.Assistant {
			kept = slices.DeleteFunc(kept, func(k teacher.Message) bool { return k.Role != teacher.System })
			continue
		}
		kept = append(kept, m)
	}
	return kept
}

// random is the request's stream of chance.
func (t *Teacher) random(r teacher.Request, text string) *rand.Rand {
	h := sha256.New()
	fmt.Fprintf(h, "%d\n%s\n", t.seed, text)
	if r.Temperature == nil || *r.Temperature > 0 {
		fmt.Fprintf(h, "%d", r.Seed)
	}
	sum := h.Sum(nil)
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:])))
}

// bytesPerToken is how the teacher counts tokens.
const bytesPerToken = 4

// cutTo ends the reply at a stop text or at the token limit.
func cutTo(reply string, r teacher.Request, promptBytes int) teacher.Response {
	out := teacher.Response{FinishReason: "stop", InputTokens: int64(promptBytes/bytesPerToken + 1)}
	for _, stop := range r.Stop {
		if before, _, found := strings.Cut(reply, stop); found && stop != "" {
			reply = before
		}
	}
	if most := r.MaxTokens * bytesPerToken; r.MaxTokens > 0 && len(reply) > most {
		reply, out.FinishReason = cut.Bytes(reply, most), "length"
	}
	out.Content, out.OutputTokens = reply, int64(len(reply)/bytesPerToken+1)
	return out
}
