package results

// Identity names a student in the record.
type Identity struct {
	Name       string `json:"name"`
	Backend    string `json:"backend"`  // embedded | hf | llamafactory | vllm
	Arithmetic string `json:"blas"`     // programs and versions that compute; empty where it does not apply
	Digest     string `json:"digest"`   // sha256 over the base weights and the tokenizer, hexadecimal
	Embedded   bool   `json:"embedded"` // the small student inside the program
}

// TrainReport sums a training of the student up.
type TrainReport struct {
	Rows      int     `json:"rows"`
	Updates   int     `json:"updates"`
	Tokens    int     `json:"tokens"`     // read in all epochs, prompts included
	FirstLoss float64 `json:"first_loss"` // mean negative log-likelihood of an answer token, in nats
	LastLoss  float64 `json:"last_loss"`
	Digest    string  `json:"digest"` // sha256 of adapter_model.safetensors, hexadecimal

	Trainable int      `json:"trainable,omitempty"` // parameters, of back ends that say so
	Measured  Measured `json:"measured,omitzero"`
}

// Measured is the part of a report that differs from one machine and time to the
// next, of back ends that say so.
type Measured struct {
	StartSeconds float64 `json:"start_seconds,omitempty"` // until the model was loaded, where the training waited for it
	Seconds      float64 `json:"seconds,omitempty"`       // of the updates alone; an equal share of a round that trials make together
	PeakMemory   int64   `json:"peak_memory,omitempty"`   // of the device, or of the process on the CPU, in bytes
}

// Verdict is an evaluator's judgement of one answer of the student.
type Verdict struct {
	Extracted string `json:"extracted"` // the answer taken out; empty when there was none
	Correct   bool   `json:"correct"`
	Reason    string `json:"reason"` // why not correct, or how it matched
}

// Judged is an answer of the student with its verdict.
type Judged struct {
	Item     string `json:"item"`     // id of the item
	Response string `json:"response"` // the student's answer, whole
	Verdict
}
