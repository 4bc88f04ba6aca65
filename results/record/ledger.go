package record

import (
	"github.com/autodatabench/autodatabench/results"
)

// LedgerKind says what a line of the ledger records.
type LedgerKind string

// The kinds of line.
const (
	Reserve LedgerKind = "reserve" // a call is about to be sent: charged
	Settle  LedgerKind = "settle"  // it ended and stays charged
	Refund  LedgerKind = "refund"  // the teacher certainly did no work
	OfAgent LedgerKind = "agent"   // calls of the agent's model
	Return  LedgerKind = "return"  // a fault of the platform ended an execution: its calls of unknown outcome are given back
)

// The outcomes of a settled call.
const (
	Answered = "answered"
	Unknown  = "unknown"
)

// LedgerLine is a line of ledger.jsonl, without its place in the chain.
type LedgerLine struct {
	Kind       LedgerKind `json:"kind"`
	Attempt    int        `json:"attempt"`
	Request    string     `json:"request,omitempty"`    // digest
	Occurrence int        `json:"occurrence,omitempty"` // of equal requests of the attempt, from 0
	Outcome    string     `json:"outcome,omitempty"`    // of a settled call: answered | unknown; of kind agent: unknown for a call that was cut off, whose use is not known
	Exchange   string     `json:"exchange,omitempty"`   // digest of the line that keeps the call
	Calls      int        `json:"calls,omitempty"`      // of kind agent, where 0 means 1, and of kind return
	Input      int64      `json:"input_tokens,omitempty"`
	Output     int64      `json:"output_tokens,omitempty"`
	Cached     int64      `json:"cached_input_tokens,omitempty"`      // of the input tokens
	Written    int64      `json:"cache_write_input_tokens,omitempty"` // of the input tokens
	Reasoning  int64      `json:"reasoning_tokens,omitempty"`         // of the output tokens
	Cost       *float64   `json:"cost_usd,omitempty"`                 // absent when not known
	Simulated  bool       `json:"simulated,omitempty"`                // no LLM answered
	Detail     string     `json:"detail,omitempty"`                   // why there is no answer
	Cut        bool       `json:"cut,omitempty"`                      // because the execution ended before
	Refused    bool       `json:"refused,omitempty"`                  // of a refund: the teacher refused the request, which counts against the attempt's refusals
}

// AgentUse is the use that a line of kind agent records.
func (l LedgerLine) AgentUse() results.AgentUse {
	used := results.AgentUse{Calls: max(1, l.Calls), Tokens: results.Tokens{Input: l.Input, Cached: l.Cached, Written: l.Written, Output: l.Output, Reasoning: l.Reasoning}}
	if l.Cost != nil {
		used.Cost = results.Num(*l.Cost, true)
	}
	return used
}
