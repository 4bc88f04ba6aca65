package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Names below the trial folder.
const (
	ledgerFile    = "ledger.jsonl"
	teacherFolder = "teacher"
)

// The kinds of record.
const (
	kindReserve = "reserve" // a call is about to be sent: charged
	kindSettle  = "settle"  // it ended and stays charged
	kindRefund  = "refund"  // the teacher certainly did no work
	kindAgent   = "agent"   // a call of the agent's LLM
)

// The outcomes of a settled call.
const (
	answered = "answered"
	unknown  = "unknown"
)

// record is one line of the ledger without its link.
type record struct {
	Kind       string   `json:"kind"`
	Attempt    int      `json:"attempt"`
	Request    string   `json:"request,omitempty"` // digest
	Occurrence int      `json:"occurrence,omitempty"`
	Outcome    string   `json:"outcome,omitempty"`
	Exchange   string   `json:"exchange,omitempty"` // digest of what is stored of the call
	Calls      int      `json:"calls,omitempty"`    // of kind agent; 0 means 1
	Input      int64    `json:"input_tokens,omitempty"`
	Output     int64    `json:"output_tokens,omitempty"`
	Cached     int64    `json:"cached_input_tokens,omitempty"` // of Input
	Reasoning  int64    `json:"reasoning_tokens,omitempty"`    // of Output
	Cost       *float64 `json:"cost_usd,omitempty"`            // absent when not known
	Simulated  bool     `json:"simulated,omitempty"`           // no LLM answered
	Detail     string   `json:"detail,omitempty"`              // why there is no answer
	Cut        bool     `json:"cut,omitempty"`                 // because the execution ended before
}

// agentUse is what a record of kind agent says.
func (r record) agentUse() results.AgentUse {
	used := results.AgentUse{Calls: max(1, r.Calls), Tokens: results.Tokens{Input: r.Input, Cached: r.Cached, Output: r.Output, Reasoning: r.Reasoning}}
	if r.Cost != nil {
		used.Cost = results.Num(*r.Cost, true)
	}
	return used
}

type key struct {
	attempt    int
	request    string
	occurrence int
}

func (r record) key() key { return key{r.Attempt, r.Request, r.Occurrence} }

// state of a key: absent, open (reserved), or the digest of its exchange.
type state struct {
	open     bool
	exchange string // empty unless answered
}

// Usage is what teacher calls were charged: refunded ones are not counted, calls
// in flight are.
type Usage struct {
	Calls        int   `json:"calls"`
	InputTokens  int64 `json:"input_tokens"`
	OutputTokens int64 `json:"output_tokens"`
}

// book is the fold of a ledger.
type book struct {
	budget   results.Budget
	total    Usage
	attempts map[int]Usage
	keys     map[key]state
	agent    results.AgentUse
	replies  map[key]bool // of the agent: attempt and exchange

	simulated bool // an answer said that no LLM gave it
}

func newBook(b results.Budget) *book {
	return &book{budget: b, attempts: map[int]Usage{}, keys: map[key]state{}, replies: map[key]bool{}}
}

func (b *book) applyLine(line []byte) error {
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		return err
	}
	return b.apply(r)
}

// apply folds one record and refuses one that breaks a rule of the ledger.
func (b *book) apply(r record) error {
	if r.Attempt < 1 {
		return fmt.Errorf("%s record of attempt %d", r.Kind, r.Attempt)
	}
	if r.Calls < 0 || r.Input < 0 || r.Output < 0 || r.Cached < 0 || r.Reasoning < 0 || r.Cost != nil && !(*r.Cost >= 0) {
		return fmt.Errorf("%s record with a negative amount", r.Kind)
	}
	at := b.keys[r.key()]
	if (r.Kind == kindSettle || r.Kind == kindRefund) && !at.open {
		return fmt.Errorf("%s record without a reservation", r.Kind)
	}
	switch r.Kind {
	case kindReserve:
		if at.exchange != "" {
			return errors.New("reservation of a call that is answered")
		}
		if over := b.exhausted(r.Attempt); over != "" {
			return fmt.Errorf("reservation over the budget (%s)", over)
		}
		b.keys[r.key()] = state{open: true}
		b.charge(r.Attempt, Usage{Calls: 1})
	case kindSettle:
		if (r.Outcome == answered) != (r.Exchange != "") || (r.Outcome != answered && r.Outcome != unknown) {
			return fmt.Errorf("settle record with outcome %q", r.Outcome)
		}
		b.keys[r.key()] = state{exchange: r.Exchange}
		b.simulated = b.simulated || r.Simulated
		b.charge(r.Attempt, Usage{InputTokens: r.Input, OutputTokens: r.Output})
	case kindRefund:
		delete(b.keys, r.key())
		b.charge(r.Attempt, Usage{Calls: -1})
	case kindAgent:
		said := key{attempt: r.Attempt, request: r.Exchange}
		if b.replies[said] {
			return errors.New("agent record of a reply that is recorded")
		}
		b.replies[said] = r.Exchange != ""
		b.agent = b.agent.Add(r.agentUse())
	default:
		return fmt.Errorf("unknown kind of record %q", r.Kind)
	}
	return nil
}

func (b *book) charge(attempt int, u Usage) {
	b.total = b.total.add(u)
	b.attempts[attempt] = b.attempts[attempt].add(u)
}

func (u Usage) add(v Usage) Usage {
	return Usage{u.Calls + v.Calls, u.InputTokens + v.InputTokens, u.OutputTokens + v.OutputTokens}
}

// left is the calls left in total and for the attempt; the latter is never more
// than the former.
func (b *book) left(attempt int) (total, forAttempt int) {
	total = b.budget.TeacherCalls - b.total.Calls
	return total, min(total, b.budget.TeacherCallsPerAttempt-b.attempts[attempt].Calls)
}

// exhausted names the budget that has no call left: total, attempt or neither.
func (b *book) exhausted(attempt int) string {
	switch total, forAttempt := b.left(attempt); {
	case total <= 0:
		return "total"
	case forAttempt <= 0:
		return "attempt"
	}
	return ""
}

// Summary is what a ledger says, by attempt and in total.
type Summary struct {
	Total     Usage
	Attempts  map[int]Usage
	Agent     results.AgentUse
	Exchanges map[string]bool // digests of the lines of the answered calls
}

// ReadLedger checks the ledger of the trial folder dir, line by line, against
// its chain and the budget, and sums it up.
func ReadLedger(dir string, budget results.Budget) (Summary, error) {
	b := newBook(budget)
	if err := disk.ReadLog(filepath.Join(dir, ledgerFile), b.applyLine); err != nil {
		return Summary{}, fmt.Errorf("read ledger: %w", err)
	}
	s := Summary{Total: b.total, Attempts: b.attempts, Agent: b.agent, Exchanges: map[string]bool{}}
	for _, at := range b.keys {
		if at.exchange != "" {
			s.Exchanges[at.exchange] = true
		}
	}
	return s, nil
}
