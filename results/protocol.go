package results

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Budget bounds one trial (protocol.md section 6). Counts are calls, attempts or rows.
type Budget struct {
	TeacherCalls           int           `json:"teacher_calls"`
	TeacherCallsPerAttempt int           `json:"teacher_calls_per_attempt"`
	TeacherConcurrency     int           `json:"teacher_concurrency"`
	TeacherMaxTokens       int           `json:"teacher_max_tokens"` // per answer
	CodeTime               time.Duration `json:"code_time_ns"`       // one code execution
	RunTime                time.Duration `json:"run_time_ns"`        // one trial, from the first prompt
	Attempts               int           `json:"attempts"`           // one-shot
	Iterations             int           `json:"iterations"`         // iterative
	DatasetSize            int           `json:"dataset_size"`       // rows used of a submission
	MinRows                int           `json:"min_rows"`           // fewer kept rows = invalid

	// Of the agent's own model over a trial; 0 means no limit but the run time.
	AgentTokens int64         `json:"agent_tokens,omitempty"` // input and output together
	AgentCost   float64       `json:"agent_cost_usd,omitempty"`
	AgentTime   time.Duration `json:"agent_time_ns,omitempty"` // waiting for its replies
}

// Validate reports the first field that cannot work, by its name in files.
func (b Budget) Validate() error {
	for _, f := range []struct {
		name  string
		value int64
	}{
		{"teacher_calls", int64(b.TeacherCalls)},
		{"teacher_calls_per_attempt", int64(b.TeacherCallsPerAttempt)},
		{"teacher_concurrency", int64(b.TeacherConcurrency)},
		{"teacher_max_tokens", int64(b.TeacherMaxTokens)},
		{"code_time", int64(b.CodeTime)},
		{"run_time", int64(b.RunTime)},
		{"attempts", int64(b.Attempts)},
		{"iterations", int64(b.Iterations)},
		{"dataset_size", int64(b.DatasetSize)},
		{"min_rows", int64(b.MinRows)},
	} {
		if f.value <= 0 {
			return fmt.Errorf("%s: must be positive, got %d", f.name, f.value)
		}
	}
	if b.AgentTokens < 0 || b.AgentTime < 0 || !(b.AgentCost >= 0) || math.IsInf(b.AgentCost, 0) {
		return errors.New("agent_tokens, agent_cost_usd, agent_time: must be positive, or left out for no limit")
	}
	if b.DatasetSize < b.MinRows {
		return fmt.Errorf("dataset_size: %d is under min_rows %d, so that no submission could be valid", b.DatasetSize, b.MinRows)
	}
	return nil
}

// MaxAttempts is the cap on attempts of a trial under the workflow.
func (b Budget) MaxAttempts(w Workflow) int {
	if w == OneShot {
		return b.Attempts
	}
	return b.Iterations
}

// Recipe is the frozen supervised fine-tuning of the student: LoRA on all
// linear layers with AdamW and a cosine schedule (protocol.md section 7).
type Recipe struct {
	Rank         int     `json:"rank"`
	Alpha        float64 `json:"alpha"`
	Dropout      float64 `json:"dropout"`
	LearningRate float64 `json:"learning_rate"`
	WarmupRatio  float64 `json:"warmup_ratio"` // share of updates
	WeightDecay  float64 `json:"weight_decay"`
	Epochs       int     `json:"epochs"`
	BatchRows    int     `json:"batch_rows"`       // rows per update, over all devices
	CutoffTokens int     `json:"cutoff_tokens"`    // a longer row is cut
	Precision    string  `json:"precision"`        // bf16 | float32
	Packed       bool    `json:"packed,omitempty"` // rows share a sequence, none seeing another: no published protocol does
}

// Sampling is how the student answers at evaluation.
type Sampling struct {
	Temperature float64 `json:"temperature"`
	TopP        float64 `json:"top_p"`
	MaxTokens   int     `json:"max_tokens"`
	Seed        int64   `json:"seed"`
}

// Protocol is a named set of budgets and the recipe. Two trials compare only
// under the same protocol; [Protocol.Modified] says that one left it.
type Protocol struct {
	Name       string `json:"name"`
	Budget     Budget `json:"budget"`
	Recipe     Recipe `json:"recipe"`
	FinalSeeds int    `json:"final_seeds"` // trainings of the final score
	Modified   bool   `json:"modified,omitempty"`
}

// Paper is the published protocol (arXiv 2605.30407, sections on setup and
// appendix; protocol.md sections 6 and 7).
func Paper() Protocol {
	return Protocol{
		Name: "paper",
		Budget: Budget{
			TeacherCalls: 50_000, TeacherCallsPerAttempt: 5_000, TeacherConcurrency: 80, TeacherMaxTokens: 8_192,
			CodeTime: 3 * time.Hour, RunTime: 12 * time.Hour,
			Attempts: 8, Iterations: 30,
			DatasetSize: 2_000, MinRows: 1_000,
		},
		Recipe: Recipe{
			Rank: 8, Alpha: 16, LearningRate: 1e-4, WarmupRatio: 0.1,
			Epochs: 3, BatchRows: 16, CutoffTokens: 2_048, Precision: "bf16",
		},
		FinalSeeds: 1,
	}
}

// Mini is the protocol of the embedded default: the paper's shape at the scale
// of a student of about one million parameters (bench/doc, calibration).
func Mini() Protocol {
	return Protocol{
		Name: "mini",
		Budget: Budget{
			TeacherCalls: 10_000, TeacherCallsPerAttempt: 2_000, TeacherConcurrency: 16, TeacherMaxTokens: 1_024,
			CodeTime: 60 * time.Second, RunTime: 20 * time.Minute,
			Attempts: 8, Iterations: 6,
			DatasetSize: 500, MinRows: 250,
		},
		Recipe: Recipe{
			Rank: 8, Alpha: 16, LearningRate: 8e-3, WarmupRatio: 0.1,
			Epochs: 8, BatchRows: 8, CutoffTokens: 256, Precision: "float32",
		},
		FinalSeeds: 1,
	}
}

// Small is the paper's protocol for a student of 0.5 to 1.5 billion parameters on one
// GPU: about a day for an agent's trials of three domains and both workflows
// (bench/doc/small.md argues each number).
func Small() Protocol {
	return Protocol{
		Name: "small",
		Budget: Budget{
			TeacherCalls: 20_000, TeacherCallsPerAttempt: 2_500, TeacherConcurrency: 80, TeacherMaxTokens: 4_096,
			CodeTime: time.Hour, RunTime: 4 * time.Hour,
			Attempts: 8, Iterations: 15,
			DatasetSize: 1_000, MinRows: 500,
		},
		Recipe: Recipe{
			Rank: 8, Alpha: 16, LearningRate: 1e-4, WarmupRatio: 0.1,
			Epochs: 3, BatchRows: 8, CutoffTokens: 2_048, Precision: "bf16",
		},
		FinalSeeds: 1,
	}
}

// Protocols lists the named protocols.
func Protocols() []Protocol { return []Protocol{Paper(), Small(), Mini()} }

// Embedded reports whether the protocol is for the embedded student. The others are
// for real ones, whose weights its learning rate would destroy.
func (p Protocol) Embedded() bool { return p.Name == Mini().Name }

// Words say the recipe in a line.
func (r Recipe) Words() string {
	packed := ""
	if r.Packed {
		packed = ", packed"
	}
	return fmt.Sprintf("LoRA of rank %d, learning rate %g, %d epochs of %d rows an update%s, %s", r.Rank, r.LearningRate, r.Epochs, r.BatchRows, packed, r.Precision)
}
