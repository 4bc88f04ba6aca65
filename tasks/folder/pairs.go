package folder

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/evaluators"
	"github.com/autodatabench/autodatabench/tasks/rules"
)

// Pair is a question with its answer, from a line of a CSV file.
type Pair = Placed[tasks.Item]

const (
	leastPairs = 8
	shots      = 2 // pairs that become examples
)

// ReadPairs reads a CSV file with the header question,answer.
func ReadPairs(path string) ([]Pair, []Finding) {
	text, findings := readText(path, maxFile)
	if findings != nil {
		return nil, findings
	}
	return parsePairs(path, text)
}

func parsePairs(path, text string) (pairs []Pair, findings []Finding) {
	r := csv.NewReader(strings.NewReader(text))
	seen := map[string]int{}
	for n := 0; ; n++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return pairs, append(findings, Finding{path, broken.StartLine, broken.Err.Error()})
		}
		line, _ := r.FieldPos(0)
		if len(findings) == maxFindings || len(pairs) == maxItems {
			return pairs, append(findings, Finding{path, line, fmt.Sprintf("too many faults or more than %d pairs: not read any further", maxItems)})
		}
		if n == 0 {
			if !slices.Equal(record, []string{"question", "answer"}) {
				return nil, []Finding{{path, line, `the first line must be: question,answer`}}
			}
			continue
		}
		question, answer := strings.TrimSpace(record[0]), strings.TrimSpace(record[1])
		err = present(field{"question", &question}, field{"answer", &answer})
		if before := seen[Normal(question)]; err == nil && before != 0 {
			err = fmt.Errorf("the question stands in line %d too", before)
		}
		if err != nil {
			findings = append(findings, Finding{path, line, err.Error()})
			continue
		}
		seen[Normal(question)] = line
		pairs = append(pairs, Pair{tasks.Item{ID: fmt.Sprintf("q-%04d", n), Question: question, Answer: answer}, line})
	}
	if len(pairs) < leastPairs && len(findings) == 0 {
		findings = []Finding{{path, 0, fmt.Sprintf("it holds %d pairs; a task needs %d", len(pairs), leastPairs)}}
	}
	return pairs, findings
}

// CheckPairs reports the pairs whose answers the evaluator cannot use.
func CheckPairs(path string, pairs []Pair, e evaluators.Named) (findings []Finding) {
	for _, p := range pairs {
		if err := e.Check(p.Value); err != nil {
			findings = append(findings, Finding{path, p.Line, err.Error()})
		}
	}
	return findings
}

// Guess chooses an evaluator by what the answers look like: numbers, a few
// choices, or texts.
func Guess(pairs []Pair) evaluators.Spec {
	numeric, err := rules.Numeric(0, 0, false)
	if err != nil {
		panic(err) // no tolerance is a tolerance
	}
	numbers, integers := true, true
	seen := map[string]bool{}
	for _, p := range pairs {
		numbers = numbers && numeric.Check(p.Value) == nil
		integers = integers && !strings.ContainsAny(p.Value.Answer, ".eE")
		seen[p.Value.Answer] = true
	}
	distinct := slices.Sorted(maps.Keys(seen))
	choice := evaluators.Spec{Kind: "choice", Choices: distinct}
	_, err = evaluators.Open(choice)
	switch {
	case numbers && integers:
		return evaluators.Spec{Kind: "numeric"}
	case numbers:
		return evaluators.Spec{Kind: "numeric", RelativeTolerance: 0.01}
	case err == nil && 4*len(distinct) <= len(pairs):
		return choice
	}
	return evaluators.Spec{Kind: "exact", IgnoreCase: true}
}

// FromPairs makes a task of pairs: two of them are examples, the rest is parted
// 1:3 into public and private by the seed. part is [split.Divide] for one
// stratum.
func FromPairs(c Config, pairs []Pair, part func(keys []string, shares []int) []int) (Content, []tasks.Item) {
	keys := make([]string, len(pairs))
	for i, p := range pairs {
		keys[i] = Normal(p.Value.Question)
	}
	public := (len(pairs) - shots + 2) / 4
	content := Content{Config: c}
	var private []tasks.Item
	for i, p := range part(keys, []int{shots, public, len(pairs) - shots - public}) {
		item := pairs[i].Value
		switch p {
		case 0:
			solution := "Therefore, the answer is " + item.Answer + "."
			content.FewShot = append(content.FewShot, results.Shot{Question: item.Question, Solution: solution})
			content.Sample = append(content.Sample, results.Row{Instruction: item.Question, Output: solution})
		case 1:
			content.Public = append(content.Public, item)
		default:
			private = append(private, item)
		}
	}
	content.Config.Sizes.Private = len(private)
	content.Description = fmt.Sprintf("Train a small student model to answer questions of the domain %s. The student should work the answer out in "+
		"short steps and\nclose with the line that the evaluation rule asks for.\n\nExamples of questions:\n", c.Domain)
	for _, shot := range content.FewShot {
		content.Description += "\n```text\n" + shot.Question + "\n```\n"
	}
	return content, private
}
