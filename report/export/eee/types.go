package eee

// Version is the version of the schema that the files have.
const Version = "0.3.0"

// details are the schema's free fields: texts alone.
type details map[string]string

// evaluation is an aggregate file: what one trial came to.
type evaluation struct {
	SchemaVersion string   `json:"schema_version"`
	ID            string   `json:"evaluation_id"`
	Evaluated     string   `json:"evaluation_timestamp"`
	Retrieved     string   `json:"retrieved_timestamp"` // seconds since 1970
	Source        source   `json:"source_metadata"`
	Library       library  `json:"eval_library"`
	Model         model    `json:"model_info"`
	Results       []result `json:"evaluation_results"`
	Detailed      *samples `json:"detailed_evaluation_results,omitempty"`
}

type source struct {
	Name         string  `json:"source_name"`
	Type         string  `json:"source_type"`
	Organization string  `json:"source_organization_name"`
	Relationship string  `json:"evaluator_relationship"`
	Details      details `json:"additional_details,omitempty"`
}

type library struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type model struct {
	Name    string  `json:"name"`
	ID      string  `json:"id"`
	Details details `json:"additional_details"`
}

// result is one figure of the trial.
type result struct {
	ID         string      `json:"evaluation_result_id"`
	Name       string      `json:"evaluation_name"`
	Data       dataset     `json:"source_data"`
	Metric     metric      `json:"metric_config"`
	Score      score       `json:"score_details"`
	Generation *generation `json:"generation_config,omitempty"`
}

type dataset struct {
	Name    string  `json:"dataset_name"`
	Type    string  `json:"source_type"`
	Details details `json:"additional_details"`
}

// metric describes a continuous figure. A bound is a number, or "Infinity".
type metric struct {
	Description string `json:"evaluation_description"`
	ID          string `json:"metric_id"`
	Name        string `json:"metric_name"`
	Kind        string `json:"metric_kind"`
	Unit        string `json:"metric_unit"`
	Lower       bool   `json:"lower_is_better"`
	Type        string `json:"score_type"`
	Min         any    `json:"min_score"`
	Max         any    `json:"max_score"`
}

type score struct {
	Score   float64 `json:"score"`
	Details details `json:"details,omitempty"`
}

type generation struct {
	Args    arguments `json:"generation_args"`
	Details details   `json:"additional_details"`
}

type arguments struct {
	Attempts int     `json:"max_attempts,omitempty"`
	Sandbox  sandbox `json:"sandbox"`
}

type sandbox struct {
	Type string `json:"type"`
}

// samples names the file of the single answers.
type samples struct {
	Format   string `json:"format"`
	Path     string `json:"file_path"`
	Hash     string `json:"hash_algorithm"`
	Checksum string `json:"checksum"`
	Rows     int    `json:"total_rows"`
}

// sample is an answer to a public item, a line of a file of samples.
type sample struct {
	SchemaVersion string        `json:"schema_version"`
	Evaluation    string        `json:"evaluation_id"`
	Model         string        `json:"model_id"`
	Name          string        `json:"evaluation_name"`
	Result        string        `json:"evaluation_result_id"`
	ID            string        `json:"sample_id"`
	Hash          string        `json:"sample_hash"`
	Interaction   string        `json:"interaction_type"`
	Input         input         `json:"input"`
	Output        output        `json:"output"`
	Answers       []attribution `json:"answer_attribution"`
	Verdict       verdict       `json:"evaluation"`
	Metadata      details       `json:"metadata"`
}

type input struct {
	Raw       string   `json:"raw"`
	Reference []string `json:"reference"`
}

type output struct {
	Raw []string `json:"raw"`
}

// attribution says what of an answer was compared.
type attribution struct {
	Turn     int    `json:"turn_idx"`
	Source   string `json:"source"`
	Value    string `json:"extracted_value"`
	Method   string `json:"extraction_method"`
	Terminal bool   `json:"is_terminal"`
}

type verdict struct {
	Score   float64 `json:"score"`
	Correct bool    `json:"is_correct"`
}
