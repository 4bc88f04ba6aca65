package inspect

import "time"

// schema is the version of the logs.
const schema = 2

// object is a part of a log that its format leaves open.
type object = map[string]any

// start is what is known when an evaluation begins.
type start struct {
	Version int  `json:"version"`
	Eval    spec `json:"eval"`
	Plan    plan `json:"plan"`
}

// header is a log without its samples.
type header struct {
	Version int     `json:"version"`
	Status  string  `json:"status"`
	Eval    spec    `json:"eval"`
	Plan    plan    `json:"plan"`
	Results summary `json:"results"`
	Stats   stats   `json:"stats"`
}

type spec struct {
	EvalID   string            `json:"eval_id"`
	RunID    string            `json:"run_id"`
	Created  time.Time         `json:"created"`
	Task     string            `json:"task"`
	TaskID   string            `json:"task_id"`
	Title    string            `json:"task_display_name"`
	Args     object            `json:"task_args"`
	Tags     []string          `json:"tags,omitempty"`
	Dataset  dataset           `json:"dataset"`
	Model    string            `json:"model"`
	Config   config            `json:"config"`
	Packages map[string]string `json:"packages"`
	Metadata object            `json:"metadata"`
	Scorers  []scorer          `json:"scorers"`
}

type dataset struct {
	Name    string   `json:"name"`
	Samples int      `json:"samples"`
	IDs     []string `json:"sample_ids"`
}

type config struct {
	Epochs  int      `json:"epochs"`
	Reducer []string `json:"epochs_reducer"`
}

type scorer struct {
	Name    string   `json:"name"`
	Metrics []object `json:"metrics"`
}

type plan struct {
	Name  string   `json:"name"`
	Steps []object `json:"steps"`
}

type summary struct {
	Total     int         `json:"total_samples"`
	Completed int         `json:"completed_samples"`
	Scores    []evalScore `json:"scores"`
}

type evalScore struct {
	Name     string            `json:"name"`
	Scorer   string            `json:"scorer"`
	Reducer  string            `json:"reducer"`
	Scored   int               `json:"scored_samples"`
	Unscored int               `json:"unscored_samples"`
	Metrics  map[string]metric `json:"metrics"`
}

type metric struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

type stats struct {
	Started   time.Time        `json:"started_at"`
	Completed time.Time        `json:"completed_at"`
	Models    map[string]usage `json:"model_usage"`
	Roles     map[string]usage `json:"role_usage"`
}

type usage struct {
	Input  int64    `json:"input_tokens"`
	Output int64    `json:"output_tokens"`
	Total  int64    `json:"total_tokens"`
	Cost   *float64 `json:"total_cost,omitempty"`
}

func (u usage) add(v usage) usage {
	u.Input, u.Output, u.Total = u.Input+v.Input, u.Output+v.Output, u.Total+v.Total
	switch {
	case u.Cost == nil:
		u.Cost = v.Cost
	case v.Cost != nil:
		u.Cost = new(*u.Cost + *v.Cost)
	}
	return u
}

// reduction is a score over the runs of each domain.
type reduction struct {
	Scorer  string    `json:"scorer"`
	Reducer string    `json:"reducer"`
	Samples []reduced `json:"samples"`
}

type reduced struct {
	Value float64 `json:"value"`
	ID    string  `json:"sample_id"`
}

// sampleSummary is a sample without its texts.
type sampleSummary struct {
	ID        string           `json:"id"`
	Epoch     int              `json:"epoch"`
	Input     string           `json:"input"`
	Target    string           `json:"target"`
	Metadata  object           `json:"metadata"`
	Scores    map[string]score `json:"scores"`
	Models    map[string]usage `json:"model_usage"`
	Roles     map[string]usage `json:"role_usage"`
	Started   time.Time        `json:"started_at"`
	Completed time.Time        `json:"completed_at"`
	Total     float64          `json:"total_time"`
	Working   float64          `json:"working_time"`
	UUID      string           `json:"uuid"`
	Done      bool             `json:"completed"`
	Messages  int              `json:"message_count"`
}

// sample is a trial.
type sample struct {
	ID        string           `json:"id"`
	Epoch     int              `json:"epoch"`
	Input     string           `json:"input"`
	Target    string           `json:"target"`
	Messages  []message        `json:"messages"`
	Output    output           `json:"output"`
	Scores    map[string]score `json:"scores"`
	Metadata  object           `json:"metadata"`
	Events    []event          `json:"events"`
	Models    map[string]usage `json:"model_usage"`
	Roles     map[string]usage `json:"role_usage"`
	Started   time.Time        `json:"started_at"`
	Completed time.Time        `json:"completed_at"`
	Total     float64          `json:"total_time"`
	Working   float64          `json:"working_time"`
	UUID      string           `json:"uuid"`
}

type score struct {
	Value       float64 `json:"value"`
	Explanation string  `json:"explanation"`
}

type message struct {
	ID      string `json:"id"`
	Role    string `json:"role"`
	Content string `json:"content"`
	Source  string `json:"source,omitempty"`
	Model   string `json:"model,omitempty"`
}

type output struct {
	Model   string   `json:"model"`
	Choices []choice `json:"choices"`
	Text    string   `json:"completion"`
	Usage   *usage   `json:"usage,omitempty"`
	Time    *float64 `json:"time,omitempty"`
}

type choice struct {
	Message message `json:"message"`
	Stop    string  `json:"stop_reason"`
}

// event is a step of a sample; which fields it has hangs on its kind.
type event struct {
	Kind      string    `json:"event"`
	UUID      string    `json:"uuid"`
	Span      string    `json:"span_id,omitempty"`
	Timestamp time.Time `json:"timestamp"`
	Working   float64   `json:"working_start"`

	ID   string `json:"id,omitempty"` // of a span
	Type string `json:"type,omitempty"`
	Name string `json:"name,omitempty"`

	Model      string    `json:"model,omitempty"` // of a call of the agent's model
	Input      []message `json:"input,omitempty"`
	Tools      *[]object `json:"tools,omitempty"`
	ToolChoice string    `json:"tool_choice,omitempty"`
	Config     *object   `json:"config,omitempty"`
	Output     *output   `json:"output,omitempty"`

	Source string `json:"source,omitempty"` // of an account of what happened
	Data   any    `json:"data,omitempty"`

	Score        *score `json:"score,omitempty"`
	Intermediate bool   `json:"intermediate,omitempty"`
	Scorer       string `json:"scorer,omitempty"`
}
