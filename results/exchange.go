package results

import (
	"fmt"
	"strconv"
	"strings"
)

// Row is one training example of a submission (protocol.md section 4). The student's
// user text is Instruction, followed by a line with Input when there is one.
type Row struct {
	Instruction string `json:"instruction"`
	Input       string `json:"input"`
	Output      string `json:"output"`
}

// Prompt is the user text the student is trained on for the row.
func (r Row) Prompt() string {
	if r.Input == "" {
		return r.Instruction
	}
	return r.Instruction + "\n" + r.Input
}

// Shot is a few-shot example with a worked solution. Shots go to the agent and
// never into the student's prompt.
type Shot struct {
	Question string `json:"question"`
	Solution string `json:"solution"`
}

// Brief is what an agent is told of a task (protocol.md section 3). The seed pool is
// not part of it: it is a file of the workspace in the seed setting.
type Brief struct {
	Domain         Domain   `json:"domain"`
	Title          string   `json:"title"`
	Description    string   `json:"description"`     // Markdown: goal, components, examples
	EvaluationRule string   `json:"evaluation_rule"` // how the answer is taken out and compared
	FewShot        []Shot   `json:"few_shot"`
	Sample         []Row    `json:"sample"` // the sample submission
	PublicItems    int      `json:"public_items"`
	PrivateItems   int      `json:"private_items"`
	SeedItems      int      `json:"seed_items"`
	Sampling       Sampling `json:"sampling"` // of the student at evaluation
}

// Score is the student's result on one split.
type Score struct {
	Correct int   `json:"correct"`
	Total   int   `json:"total"`
	Items   Items `json:"items,omitempty"` // of final scores: statistics pair answers by item

	Groups Groups `json:"groups,omitempty"` // of final scores: items that belong together
}

// Items says which items are correct, in the set's order: one character each, 1
// or 0. It is empty where that is not known.
type Items string

// Groups numbers the groups of items that belong together, such as questions on one text, in
// the set's order: whole numbers from 0, with spaces between. Statistics draw a group as
// a whole. It is empty where each item is its own group, or where that is not known.
type Groups string

// GroupsOf writes the groups of items with the given keys; items of an empty key are
// groups of their own. Where no two items share a group there is nothing to write.
func GroupsOf(keys []string) Groups {
	number, next, shared := map[string]int{}, 0, false
	words := make([]string, len(keys))
	for i, key := range keys {
		n, seen := number[key]
		if key == "" || !seen {
			n, next = next, next+1
			number[key] = n
		} else {
			shared = true
		}
		words[i] = strconv.Itoa(n)
	}
	if !shared {
		return ""
	}
	return Groups(strings.Join(words, " "))
}

// Numbers reads the groups by item, nil where there are none.
func (g Groups) Numbers() []int {
	var numbers []int
	for word := range strings.FieldsSeq(string(g)) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 {
			return nil
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// ItemsOf writes verdicts.
func ItemsOf(correct []bool) Items {
	text := make([]byte, len(correct))
	for i, c := range correct {
		text[i] = '0'
		if c {
			text[i] = '1'
		}
	}
	return Items(text)
}

// Correct reads the verdicts.
func (x Items) Correct() []bool {
	correct := make([]bool, len(x))
	for i := range x {
		correct[i] = x[i] == '1'
	}
	return correct
}

// validate reports what cannot be.
func (s Score) validate() error {
	if s.Correct < 0 || s.Correct > s.Total {
		return fmt.Errorf("score of %d correct of %d", s.Correct, s.Total)
	}
	ones := strings.Count(string(s.Items), "1")
	if s.Items != "" && (len(s.Items) != s.Total || ones != s.Correct || ones+strings.Count(string(s.Items), "0") != s.Total) {
		return fmt.Errorf("score of %d correct of %d with %d items of which %d are correct", s.Correct, s.Total, len(s.Items), ones)
	}
	if s.Groups != "" && len(s.Groups.Numbers()) != s.Total {
		return fmt.Errorf("score of %d items with groups that are not as many whole numbers", s.Total)
	}
	return nil
}

// Accuracy is the share of correct answers, 0 for an empty split.
func (s Score) Accuracy() float64 {
	if s.Total == 0 {
		return 0
	}
	return float64(s.Correct) / float64(s.Total)
}

// Better reports whether s beats t; equal scores do not (protocol.md section 5: the
// earlier submission stays best).
func (s Score) Better(t Score) bool {
	return int64(s.Correct)*int64(t.Total) > int64(t.Correct)*int64(s.Total)
}

// BadCase is a public item that the student got wrong.
type BadCase struct {
	Question string `json:"question"`
	Expected string `json:"expected"`
	Response string `json:"response"`
	Reason   string `json:"reason"` // why the evaluator refused it
}

// Limits on what is shown to an agent (protocol.md section 5).
const (
	MaxBadCases    = 8
	MaxSampleRows  = 5
	MaxShownRunes  = 2_000
	MaxSubmission  = 64 << 20 // bytes of submission.json
	MaxRowBytes    = 64 << 10 // bytes of one row's texts together
	MaxSubmittable = 50_000   // rows read of a submission
)

// Drop is a row that the format filter left out.
type Drop struct {
	Row    int    `json:"row"` // index in the array
	Reason string `json:"reason"`
	Text   string `json:"text,omitempty"` // the row as written, cut
}

// Check is the platform's verdict on a submission (protocol.md section 4).
type Check struct {
	Valid   bool           `json:"valid"`
	Problem string         `json:"problem,omitempty"` // why not valid, in one line
	Rows    int            `json:"rows"`              // rows in the array
	Kept    int            `json:"kept"`              // rows that pass the filter
	Used    int            `json:"used"`              // rows trained on
	Reasons map[string]int `json:"reasons,omitempty"` // dropped rows by reason
	Dropped []Drop         `json:"dropped,omitempty"` // the first few
}

// Usage counts what a trial consumed. AgentCost is in USD; it is missing when
// the price of any of the calls is not known, and when there was no call.
type Usage struct {
	TeacherCalls  int   `json:"teacher_calls"`
	TeacherInput  int64 `json:"teacher_input_tokens"`
	TeacherOutput int64 `json:"teacher_output_tokens"`

	TeacherReturned int `json:"teacher_calls_returned,omitempty"` // of unknown outcome, lost in faults of the platform and in no other count

	AgentCalls  int   `json:"agent_calls"`
	AgentInput  int64 `json:"agent_input_tokens"`
	AgentOutput int64 `json:"agent_output_tokens"`

	AgentCached    int64  `json:"agent_cached_input_tokens"` // part of AgentInput
	AgentReasoning int64  `json:"agent_reasoning_tokens"`    // part of AgentOutput
	AgentCost      Number `json:"agent_cost_usd"`

	// Of training and evaluating the student within the trial. GPU seconds are
	// seconds by the GPUs that were held, those of a teacher that the program
	// started among them; missing where the number of GPUs is not known.
	StudentSeconds float64 `json:"student_seconds"`
	GPUSeconds     Number  `json:"gpu_seconds"`
	StudentCost    float64 `json:"student_cost_usd,omitempty"` // in USD, to a service that rents the student out; where its prices are not known, GPUSeconds is missing
}

// AgentTokens is what budgets count: input and output together.
func (u Usage) AgentTokens() int64 { return u.AgentInput + u.AgentOutput }

// Add returns the sum of u and v.
func (u Usage) Add(v Usage) Usage {
	return Usage{
		TeacherCalls: u.TeacherCalls + v.TeacherCalls,
		TeacherInput: u.TeacherInput + v.TeacherInput, TeacherOutput: u.TeacherOutput + v.TeacherOutput,
		TeacherReturned: u.TeacherReturned + v.TeacherReturned,
		StudentSeconds:  u.StudentSeconds + v.StudentSeconds, GPUSeconds: addGPU(u, v), StudentCost: u.StudentCost + v.StudentCost,
	}.WithAgent(u.Agent().Add(v.Agent()))
}

// Agent is the part of the agent's model.
func (u Usage) Agent() AgentUse {
	return AgentUse{Calls: u.AgentCalls, Cost: u.AgentCost, Tokens: Tokens{
		Input: u.AgentInput, Cached: u.AgentCached, Output: u.AgentOutput, Reasoning: u.AgentReasoning,
	}}
}

// WithAgent is u with another part of the agent's model.
func (u Usage) WithAgent(a AgentUse) Usage {
	u.AgentCalls, u.AgentCost = a.Calls, a.Cost
	u.AgentInput, u.AgentCached, u.AgentOutput, u.AgentReasoning = a.Input, a.Cached, a.Output, a.Reasoning
	return u
}
