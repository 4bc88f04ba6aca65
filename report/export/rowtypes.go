package export

import (
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// Key says which trial a row belongs to.
type Key struct {
	Experiment string `json:"experiment" parquet:"experiment,dict" doc:"the experiment's name"`
	Domain     string `json:"domain" parquet:"domain,dict" doc:"what the student is specialised for"`
	Workflow   string `json:"workflow" parquet:"workflow,dict" doc:"one-shot or iterative; empty for a submission that no agent made"`
	Setting    string `json:"setting" parquet:"setting,dict" doc:"scratch or seed; empty for a submission that no agent made"`
	Agent      string `json:"agent" parquet:"agent,dict" doc:"the agent's name, or that of a submission that no agent made"`
	Run        int64  `json:"run" parquet:"run" doc:"number of the run, from 1"`
	Simulated  bool   `json:"simulated" parquet:"simulated" doc:"the teacher or the agent is no LLM"`
}

func keyOf(o results.Outcome) Key {
	return Key{o.Experiment, string(o.Domain), string(o.Workflow), string(o.Setting), o.Agent, int64(o.Run), o.Simulated}
}

// TrialRow is a row of table trials.
type TrialRow struct {
	Key
	Kind           string   `json:"kind" parquet:"kind,dict" doc:"agent for a trial, given for a submission that no agent made"`
	Suite          string   `json:"suite" parquet:"suite,dict" doc:"the suite of tasks"`
	Protocol       string   `json:"protocol" parquet:"protocol,dict" doc:"name of the protocol"`
	Modified       bool     `json:"modified" parquet:"modified" doc:"the protocol was left"`
	Teacher        string   `json:"teacher" parquet:"teacher,dict" doc:"the teacher model"`
	Student        string   `json:"student" parquet:"student,dict" doc:"the student model"`
	ProtocolDigest string   `json:"protocol_digest" parquet:"protocol_digest,dict" doc:"short digest of budgets and recipe; trials compare if it and the next two are equal"`
	StudentDigest  string   `json:"student_digest" parquet:"student_digest,dict" doc:"short digest of the student's weights and tokenizer"`
	TaskDigest     string   `json:"task_digest" parquet:"task_digest,dict" doc:"short digest of the task"`
	End            string   `json:"end" parquet:"end,dict" doc:"why the trial ended; empty while it runs"`
	Valid          bool     `json:"valid" parquet:"valid" doc:"a valid submission was chosen"`
	Attempts       int64    `json:"attempts" parquet:"attempts" doc:"attempts that the agent replied to"`
	ValidAttempts  int64    `json:"valid_attempts" parquet:"valid_attempts" doc:"attempts with a valid submission"`
	MATS           *float64 `json:"mats" parquet:"mats,optional" doc:"attempts per valid submission"`
	BaseAccuracy   *float64 `json:"base_private_accuracy" parquet:"base_private_accuracy,optional" doc:"share of the private set that the untrained student answers rightly"`
	Accuracy       *float64 `json:"private_accuracy" parquet:"private_accuracy,optional" doc:"the same of the trained student, mean over the final seeds; the base's without a valid submission"`
	PrivateItems   int64    `json:"private_items" parquet:"private_items" doc:"size of the private set; 0 before it was opened"`
	Gain           *float64 `json:"gain" parquet:"gain,optional" doc:"relative gain over the base in %"`
	Points         *float64 `json:"points" parquet:"points,optional" doc:"gain in percentage points of accuracy"`
	BasePublic     *float64 `json:"base_public_accuracy" parquet:"base_public_accuracy,optional" doc:"share of the public set that the untrained student answers rightly"`
	Public         *float64 `json:"public_accuracy" parquet:"public_accuracy,optional" doc:"the same after the chosen submission; missing in one-shot"`
	TeacherCalls   int64    `json:"teacher_calls" parquet:"teacher_calls" doc:"teacher calls that were charged"`
	TeacherInput   int64    `json:"teacher_input_tokens" parquet:"teacher_input_tokens" doc:"tokens that the teacher read"`
	TeacherOutput  int64    `json:"teacher_output_tokens" parquet:"teacher_output_tokens" doc:"tokens that the teacher wrote"`
	AgentCalls     int64    `json:"agent_calls" parquet:"agent_calls" doc:"calls of the agent's model"`
	AgentInput     int64    `json:"agent_input_tokens" parquet:"agent_input_tokens" doc:"tokens that the agent's model read"`
	AgentOutput    int64    `json:"agent_output_tokens" parquet:"agent_output_tokens" doc:"tokens that the agent's model wrote"`
	AgentCost      *float64 `json:"agent_cost_usd" parquet:"agent_cost_usd,optional" doc:"cost of the agent's model in USD"`
	GPUSeconds     *float64 `json:"gpu_seconds" parquet:"gpu_seconds,optional" doc:"seconds by GPUs held"`
	Cost           *float64 `json:"cost_usd" parquet:"cost_usd,optional" doc:"cost of the agent's model and the GPUs in USD"`
	RunSeconds     float64  `json:"run_seconds" parquet:"run_seconds" doc:"run time counted against the budget, in seconds"`
	Embedded       bool     `json:"embedded" parquet:"embedded" doc:"the student is the small one inside the program"`
	Unsandboxed    bool     `json:"unsandboxed" parquet:"unsandboxed" doc:"the agent's code ran without a sandbox"`
	Audit          string   `json:"audit" parquet:"audit,dict" doc:"the gravest finding of the audit: clean, warning or violation; empty without an audit"`
	Changed        string   `json:"changed" parquet:"changed" doc:"why the trial does not count: what is not as it was sealed or scored; empty for nothing"`
}

// AttemptRow is a row of table attempts.
type AttemptRow struct {
	Key
	Attempt   int64      `json:"attempt" parquet:"attempt" doc:"number of the attempt, from 1"`
	Operation string     `json:"operation" parquet:"operation,dict" doc:"draft, debug, repair or improve"`
	Outcome   string     `json:"outcome" parquet:"outcome" doc:"how far it came, in words"`
	Failure   string     `json:"failure" parquet:"failure,dict" doc:"kind of failure; empty for none"`
	Detail    string     `json:"detail" parquet:"detail" doc:"what the agent was told of the failure"`
	Chosen    bool       `json:"chosen" parquet:"chosen" doc:"its submission is the trial's result"`
	Valid     bool       `json:"valid" parquet:"valid" doc:"it left a valid submission"`
	Rows      *int64     `json:"rows" parquet:"rows,optional" doc:"rows of the submission; missing without one"`
	Kept      *int64     `json:"rows_kept" parquet:"rows_kept,optional" doc:"rows that pass the format filter"`
	Used      *int64     `json:"rows_used" parquet:"rows_used,optional" doc:"rows that are trained on"`
	Public    *float64   `json:"public_accuracy" parquet:"public_accuracy,optional" doc:"share of right answers to the public set after it"`
	Calls     int64      `json:"teacher_calls" parquet:"teacher_calls" doc:"teacher calls that were charged"`
	Agent     *float64   `json:"agent_seconds" parquet:"agent_seconds,optional" doc:"seconds until the agent replied"`
	Code      *float64   `json:"code_seconds" parquet:"code_seconds,optional" doc:"seconds that its program ran"`
	Student   *float64   `json:"student_seconds" parquet:"student_seconds,optional" doc:"seconds of training and public evaluation"`
	Ended     *time.Time `json:"ended" parquet:"ended,optional,timestamp(microsecond)" doc:"when its last finished step ended, UTC"`
}

// CallRow is a row of table calls.
type CallRow struct {
	Key
	Attempt     int64    `json:"attempt" parquet:"attempt" doc:"number of the attempt, from 1"`
	Digest      string   `json:"digest" parquet:"digest" doc:"SHA-256 of the line of the record that keeps the call"`
	Occurrence  int64    `json:"occurrence" parquet:"occurrence" doc:"of equal requests of the attempt, from 0"`
	Temperature *float64 `json:"temperature" parquet:"temperature,optional" doc:"as the program asked for it; missing for the teacher's default"`
	MaxTokens   *int64   `json:"max_tokens" parquet:"max_tokens,optional" doc:"as the program asked for it"`
	Prompt      string   `json:"prompt" parquet:"prompt" doc:"the request's messages, each after its role"`
	Answer      string   `json:"answer" parquet:"answer" doc:"what the teacher said"`
	Finish      string   `json:"finish_reason" parquet:"finish_reason,dict" doc:"how the answer ended, in the teacher's words"`
	Input       int64    `json:"input_tokens" parquet:"input_tokens" doc:"tokens that the teacher read"`
	Output      int64    `json:"output_tokens" parquet:"output_tokens" doc:"tokens that the teacher wrote"`
}

// SubmissionRow is a row of table rows.
type SubmissionRow struct {
	Key
	Attempt     int64  `json:"attempt" parquet:"attempt" doc:"number of the attempt, from 1"`
	Chosen      bool   `json:"chosen" parquet:"chosen" doc:"the submission is the trial's result"`
	Row         int64  `json:"row" parquet:"row" doc:"place in the submission's array, from 0; what is no row has a number and no line"`
	Instruction string `json:"instruction" parquet:"instruction" doc:"as submitted"`
	Input       string `json:"input" parquet:"input" doc:"as submitted"`
	Output      string `json:"output" parquet:"output" doc:"as submitted"`
}

// PredictionRow is a row of table predictions.
type PredictionRow struct {
	Key
	Attempt   int64   `json:"attempt" parquet:"attempt" doc:"number of the attempt whose submission the student was trained on; 0 for the untrained student, whose answers have no agent, workflow, setting or run"`
	Chosen    bool    `json:"chosen" parquet:"chosen" doc:"the submission is the trial's result"`
	Item      string  `json:"item" parquet:"item" doc:"id of the public item"`
	Question  *string `json:"question" parquet:"question,optional" doc:"the item's question; missing where this machine does not have the task"`
	Expected  *string `json:"expected" parquet:"expected,optional" doc:"the item's answer, likewise"`
	Response  string  `json:"response" parquet:"response" doc:"the student's answer, whole"`
	Extracted string  `json:"extracted" parquet:"extracted" doc:"the answer that the evaluator took out of it; empty for none"`
	Correct   bool    `json:"correct" parquet:"correct" doc:"the evaluator's verdict"`
	Reason    string  `json:"reason" parquet:"reason" doc:"why not correct, or how it matched"`
}
