package procedural

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/mini"
)

// answer writes the reply to an understood prompt.
func (t *Teacher) answer(r *rand.Rand, in intent) string {
	switch in.task {
	case generate:
		return t.generate(r, in)
	case solve:
		return t.solve(r, in)
	case verify:
		return t.verify(r, in)
	default:
		return t.wrap(r, in, "I am not sure what you would like me to do. Please name a domain (science, Python code or finance) and a task.")
	}
}

func (t *Teacher) generate(r *rand.Rand, in intent) string {
	problems := make([]map[string]string, in.count)
	for i := range problems {
		q, s := t.problem(r, in)
		problems[i] = map[string]string{in.keys[0]: q.Question(), in.keys[1]: t.write(r, in, q.Family, s)}
	}
	switch {
	case !in.json:
		var b strings.Builder
		for _, p := range problems {
			fmt.Fprintf(&b, "Question: %s\n\nSolution: %s\n\n", p[in.keys[0]], p[in.keys[1]])
		}
		return strings.TrimSpace(b.String())
	case in.count > 1 && in.strict:
		return t.encode(r, in, map[string]any{"problems": problems})
	case in.count > 1:
		return t.encode(r, in, problems)
	default:
		return t.encode(r, in, problems[0])
	}
}

// problem thinks of a problem and solves it.
func (t *Teacher) problem(r *rand.Rand, in intent) (mini.Instance, mini.Solution) {
	f := t.family(r, in)
	source := r
	if r.Float64() < t.faults.Repeats {
		source = rand.New(rand.NewPCG(t.seed, uint64(r.IntN(t.faults.stockProblems))))
	}
	q := mini.Instance{Family: f, Vars: f.DrawIn(source, mini.Open), Wording: f.Wording[source.IntN(len(f.Wording))]}
	s, ok := f.Solve(q.Vars)
	if !ok {
		panic("procedural: family " + f.Name + " cannot solve its own problem")
	}
	return q, s
}

// family picks among the families asked for, by popularity; a family that was
// named is thought of even if nobody would think of it unasked.
func (t *Teacher) family(r *rand.Rand, in intent) *mini.Family {
	families, floor := in.families, 2
	if len(families) == 0 {
		families, floor = mini.Families(in.domain), 0
	}
	total := 0
	for _, f := range families {
		total += f.Popular + floor
	}
	n := r.IntN(total)
	for _, f := range families {
		if n -= f.Popular + floor; n < 0 {
			return f
		}
	}
	panic("unreachable: weights were summed")
}

func (t *Teacher) solve(r *rand.Rand, in intent) string {
	s, ok := in.question.Family.Solve(in.question.Vars)
	if !ok {
		return t.wrap(r, in, "The question cannot be answered as it stands.")
	}
	return t.wrap(r, in, t.write(r, in, in.question.Family, s))
}

// wrap puts a text that is not a problem into the form asked for.
func (t *Teacher) wrap(r *rand.Rand, in intent, text string) string {
	if !in.json {
		return text
	}
	return t.encode(r, in, map[string]string{in.keys[1]: text})
}

// write is the solution as the teacher puts it: perhaps wrong, perhaps without
// its steps or its closing line.
func (t *Teacher) write(r *rand.Rand, in intent, f *mini.Family, s mini.Solution) string {
	wrong, noFormat := t.faults.WrongHurried, t.faults.NoFormat
	if in.steps {
		wrong = t.faults.Wrong
	}
	if in.format {
		noFormat = t.faults.FormatSlip
	}
	if r.Float64() < wrong {
		s = mistaken(r, s)
	}
	if !in.steps && r.Float64() < t.faults.NoSteps {
		s.Steps = nil
	}
	text := mini.Response(f.Domain, s)
	if r.Float64() < noFormat {
		lines := strings.Split(text, "\n")
		lines[len(lines)-1] = "Answer: " + s.Answer
		text = strings.Join(lines, "\n")
	}
	return text
}

var lastNumber = regexp.MustCompile(`-?\d+(?:\.\d+)?`)

// mistaken spoils the solution's answer, and with it the end of its last step.
func mistaken(r *rand.Rand, s mini.Solution) mini.Solution {
	wrong := spoil(r, s.Answer)
	steps := append([]string{}, s.Steps...)
	if n := len(steps) - 1; n >= 0 {
		if before, found := strings.CutSuffix(steps[n], s.Answer); found {
			steps[n] = before + wrong
		}
	}
	s.Steps, s.Answer = steps, wrong
	return s
}

// spoil changes a number of the answer, or the answer itself when it has none.
func spoil(r *rand.Rand, answer string) string {
	at := lastNumber.FindAllStringIndex(answer, -1)
	if len(at) == 0 {
		return spoilWord(answer)
	}
	m := at[r.IntN(len(at))]
	x, err := strconv.ParseFloat(answer[m[0]:m[1]], 64)
	if err != nil {
		return answer + "0"
	}
	x += float64(1 + r.IntN(9))
	if r.IntN(2) == 0 && x > 0 { // doubling a negative number could undo it
		x *= 2
	}
	return answer[:m[0]] + strconv.FormatFloat(x, 'f', -1, 64) + answer[m[1]:]
}

// spoilWord changes an answer without numbers.
func spoilWord(answer string) string {
	switch answer {
	case "True":
		return "False"
	case "False":
		return "True"
	case "[]":
		return "[0]"
	}
	if body := strings.Trim(answer, `'"`); len(body) > 1 {
		return "'" + body[1:] + "'"
	}
	return "None"
}

// verify says yes or no to a solution.
func (t *Teacher) verify(r *rand.Rand, in intent) string {
	q := in.question
	right := false
	if s, ok := q.Family.Solve(q.Vars); ok {
		right = accepts(q, s, in.claim)
	}
	verdict := right
	switch {
	case right && r.Float64() < t.faults.RefusesRight, !right && r.Float64() < t.faults.MissesWrong:
		verdict = !right
	}
	word, why := "yes", "the result follows from the numbers given."
	if !verdict {
		word, why = "no", "the result does not follow from the numbers given."
	}
	if in.json {
		return t.encode(r, in, map[string]any{"correct": verdict, "verdict": word, "reason": why})
	}
	return word + ", " + why
}

// accepts judges a claimed solution as the domain's rule does; a claim without
// the closing line is judged by the answer after its last "Answer:".
func accepts(q mini.Instance, s mini.Solution, claim string) bool {
	item := tasks.Item{Question: q.Question(), Answer: s.Answer}
	if mini.Evaluator(q.Family.Domain).Judge(claim, item).Correct {
		return true
	}
	i := strings.LastIndex(claim, "Answer:")
	if i < 0 {
		return false
	}
	line, _, _ := strings.Cut(claim[i+len("Answer:"):], "\n")
	return strings.TrimSpace(line) == s.Answer
}

// encode writes v as JSON the way models do.
func (t *Teacher) encode(r *rand.Rand, in intent, v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // maps of text always encode
	}
	text := strings.TrimSpace(b.String())
	switch {
	case in.strict:
		return text
	case r.Float64() < t.faults.BrokenJSON:
		return text[:len(text)-1-r.IntN(len(text)/2)]
	case r.Float64() < t.faults.Chatter:
		return "Here is the result:\n\n```json\n" + text + "\n```\nLet me know if you need more."
	}
	return text
}
