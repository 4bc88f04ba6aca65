package importers

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/tasks"
	"github.com/autodatabench/autodatabench/tasks/code"
	"github.com/autodatabench/autodatabench/tasks/folder"
	"github.com/autodatabench/autodatabench/tasks/split"
)

// lcbTop reads LiveCodeBench's test-output prediction. Its seed pool comes from
// LiveCodeBench's code generation and from TACO.
func lcbTop() suite {
	return suite{
		kind: "lcb-top", title: "LiveCodeBench: predicting the output of a test", domain: results.Code, evaluator: "lcb-top",
		licence: "CC (no variant stated; the problems come from LeetCode)", source: "LiveCodeBench test-output prediction, huggingface.co/datasets/livecodebench/test_generation",
		needs: []string{"question_id", "question_content", "function_name", "test_id", "starter_code"}, shares: []int{1, 3}, divide: split.Divide, read: eachRow(lcbEntry),
		pool: programs, poolNeeds: [][]string{{"question_content", "difficulty", "platform"}, {"question", "difficulty", "input_output"}}, shingle: 30,
	}
}

func lcbEntry(r row) (entry, error) {
	var fields [4]string
	for i, name := range []string{"question_content", "function_name", "starter_code", "difficulty"} {
		var err error
		if fields[i], err = r.text(name); err != nil {
			return entry{}, err
		}
	}
	problem, err := r.scalar("question_id")
	if err != nil {
		return entry{}, err
	}
	test, err := r.scalar("test_id")
	if err != nil {
		return entry{}, err
	}
	input, output, err := lcbTest(r)
	if err != nil {
		return entry{}, err
	}
	return entry{
		item: tasks.Item{
			ID: fmt.Sprintf("%s-%s", problem, test), Question: code.Prompt(fields[0], fields[2], fields[1], input), Answer: output,
			Fields: map[string]string{folder.GroupField: problem},
		},
		row: r, raw: program(fields[0], fields[2]), stratum: fields[3],
		keys: []string{fmt.Sprintf("t:%s-%s", problem, test), "p:" + problem, "q:" + folder.Normal(fields[0])},
	}, nil
}

// lcbTest is the one test of a record: as published, a JSON list in "test", or
// already taken out of it.
func lcbTest(r row) (input, output string, err error) {
	if _, ok := r.fields["test"]; !ok {
		if input, err = r.text("input"); err != nil {
			return "", "", r.fault(`neither "test" nor "input" and "answer" are there`)
		}
		output, err = r.text("answer")
		return input, output, err
	}
	text, err := r.text("test")
	if err != nil {
		return "", "", err
	}
	var tests []struct {
		Input  *string `json:"input"`
		Output *string `json:"output"`
	}
	if json.Unmarshal([]byte(text), &tests) != nil || len(tests) != 1 || tests[0].Input == nil || tests[0].Output == nil {
		return "", "", r.fault(`field "test" must be a JSON list of one test with input and output`)
	}
	return *tests[0].Input, *tests[0].Output, nil
}

// programs takes a programming problem from a record of LiveCodeBench's code
// generation or of TACO: without its tests and solutions.
func programs(r row) (candidate, string, error) {
	name, set := "question_content", "livecodebench"
	if _, ok := r.fields[name]; !ok {
		name, set = "question", "taco"
	}
	content, err := r.text(name)
	if err != nil {
		return candidate{}, "", err
	}
	difficulty, err := r.text("difficulty")
	if err != nil {
		return candidate{}, "", err
	}
	c := candidate{question: program(content, r.optional("starter_code")), stratum: set + "/" + strings.ToLower(difficulty)}
	if id, err := r.scalar("question_id"); err == nil {
		c.key = "p:" + id
	}
	return c, "", nil
}

// program is a programming problem with its starter code.
func program(content, starter string) string {
	content, starter = strings.TrimSpace(content), strings.Trim(starter, "\n")
	if strings.TrimSpace(starter) == "" {
		return content
	}
	return content + "\n\nThe function's starter code:\n```python\n" + starter + "\n```"
}
