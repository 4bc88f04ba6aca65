package importers

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/folder"
	"github.com/autodatabench/autodatabench/tasks/science"
	"github.com/autodatabench/autodatabench/tasks/split"
)

// scibench reads SciBench's text problems: <book>.json, or one file with all
// books. <book>_sol.json holds worked examples, which are no test items.
func scibench() suite {
	return suite{
		kind: "scibench", title: "SciBench: college problems of physics, chemistry and mathematics", domain: results.Science, evaluator: "scibench",
		licence: "MIT (as its repository states; the problems come from college textbooks)", source: "SciBench, github.com/mandyyyyii/scibench",
		needs: []string{"problem_text", "answer_number", "unit", "source"}, shares: []int{1, 3}, divide: split.Divide, similar: true, read: readSciBench,
		pool: sciInstruct, poolNeeds: [][]string{{"content", "summary"}}, shingle: 13,
	}
}

// solvedInTests is the one book whose test items have worked solutions too, so
// that in a file of all books nothing tells them from its examples.
const solvedInTests = "fund"

// readSciBench numbers the items of a book over all files: one book may go on in
// the next page of the dataset server. Worked examples in files of their own
// are not counted.
func readSciBench(tables []table) (entries []entry, left []Left, err error) {
	numbers, examples, books := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, t := range tables {
		for _, r := range t.rows {
			books[strings.TrimSpace(r.optional("source"))] = true
		}
	}
	for _, t := range tables {
		for _, r := range t.rows {
			solved := strings.TrimSpace(r.optional("solution")) != "" && len(books) > 1 && strings.TrimSpace(r.optional("source")) != solvedInTests
			example, counted := isWorked(t) || solved, numbers
			if example {
				counted = examples
			}
			e, err := sciBenchEntry(r, counted)
			if err != nil {
				return nil, nil, err
			}
			if example {
				left = append(left, Left{t.name + " " + e.item.ID, r.at(), "a worked example, no test item"})
				continue
			}
			entries = append(entries, e)
		}
	}
	return entries, left, nil
}

// isWorked reports whether a file holds worked examples alone.
func isWorked(t table) bool {
	return strings.HasSuffix(strings.TrimSuffix(t.name, path.Ext(t.name)), "_sol")
}

func sciBenchEntry(r row, numbers map[string]int) (entry, error) {
	var fields [4]string
	for i, name := range []string{"problem_text", "answer_number", "unit", "source"} {
		var err error
		if fields[i], err = r.text(name); err != nil {
			return entry{}, err
		}
		if name != "unit" { // a space in a unit decides whether it scales the answer
			fields[i] = strings.TrimSpace(fields[i])
		}
	}
	problem, answer, unit, book := fields[0], fields[1], fields[2], fields[3]
	if problem == "" || book == "" {
		return entry{}, r.fault("field problem_text or source is empty")
	}
	if err := r.finite("answer_number", answer); err != nil {
		return entry{}, err
	}
	numbers[book]++
	e := entry{
		item: tasks.Item{
			ID: fmt.Sprintf("%s-%03d", book, numbers[book]), Question: science.Prompt(problem, unit), Answer: answer,
			Fields: map[string]string{"answer_number": answer, "unit": unit},
		},
		row: r, raw: problem, stratum: book, keys: []string{"q:" + folder.Normal(problem)},
	}
	// The published number is the answer but where a power of ten scales it.
	if gold, prompted, ok := science.Gold(answer, unit); ok && prompted != unit {
		e.item.Answer = strconv.FormatFloat(gold, 'g', 12, 64)
	}
	if id := strings.TrimSpace(r.optional("problemid")); id != "" {
		group := book + " " + id
		e.item.Fields[folder.GroupField], e.keys = group, append(e.keys, "g:"+group)
	}
	return e, nil
}

var (
	boxedNumber = regexp.MustCompile(`\\boxed\{\s*` + plainNumber + `[^{}]{0,20}\}`)
	lastNumber  = regexp.MustCompile(`(?i)(?:answer is|####|=|≈)\s*\$?\s*` + plainNumber + `\s*\$?[^\d\n]{0,20}$`)
)

const plainNumber = `[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?`

// sciInstruct takes questions with a numeric answer from SciInstruct's pairs of
// content and summary. The summary, which holds the solution, is only looked at.
func sciInstruct(r row) (candidate, string, error) {
	content, err := r.text("content")
	if err != nil {
		return candidate{}, "", err
	}
	summary, err := r.text("summary")
	if err != nil {
		return candidate{}, "", err
	}
	summary = strings.TrimSpace(summary)
	c := candidate{question: strings.TrimSpace(content)}
	switch lower := strings.ToLower(c.question); {
	case !boxedNumber.MatchString(summary) && !lastNumber.MatchString(summary):
		return c, "its answer is no number", nil
	case strings.Contains(lower, "(a)") && strings.Contains(lower, "(b)"), strings.Contains(lower, "\na."), strings.Contains(lower, "\na)"):
		return c, "several parts or choices", nil
	case strings.Contains(lower, "prove that"), strings.Contains(lower, "show that"):
		return c, "it asks for a proof", nil
	}
	return c, "", nil
}
