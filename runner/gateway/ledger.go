package gateway

import (
	"errors"
	"fmt"
	"math"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
	"github.com/autodatabench/autodatabench/results/record"
)

type key struct {
	attempt    int
	request    string
	occurrence int
}

func keyOf(l record.LedgerLine) key { return key{l.Attempt, l.Request, l.Occurrence} }

// state of a key: absent, open (reserved), or the digest of its exchange.
type state struct {
	open     bool
	exchange string // empty unless answered
}

// Usage is what teacher calls were charged: refunded and returned ones are not
// counted, calls in flight are.
type Usage struct {
	Calls        int   `json:"calls"`
	InputTokens  int64 `json:"input_tokens"`
	OutputTokens int64 `json:"output_tokens"`
}

// loss is what an attempt's calls without an answer came to.
type loss struct {
	answered int // calls; those charged beyond them have no answer, or none yet
	returned int // calls of unknown outcome that were given back
	refused  int // calls since then that the teacher refused
}

// book is the fold of a ledger.
type book struct {
	budget   results.Budget
	total    Usage
	attempts map[int]Usage
	losses   map[int]loss
	keys     map[key]state // of a book that goes on: of the calls in flight alone
	goesOn   bool          // calls are added, whose keys the sessions keep apart
	agent    results.AgentUse
	cutAgent int          // calls of the agent that were cut off
	replies  map[key]bool // of the agent: attempt and exchange

	simulated bool // an answer said that no LLM gave it
}

func newBook(b results.Budget) *book {
	return &book{budget: b, attempts: map[int]Usage{}, losses: map[int]loss{}, keys: map[key]state{}, replies: map[key]bool{}}
}

func (b *book) applyLine(line []byte) error {
	r, err := decodeLine(line)
	if err != nil {
		return err
	}
	return b.apply(r)
}

// goOn forgets the calls that have ended: a trial may have any number of them.
func (b *book) goOn() {
	open := map[key]state{}
	for k, at := range b.keys {
		if at.open {
			open[k] = at
		}
	}
	b.keys, b.goesOn = open, true
}

// apply folds one record and refuses one that breaks a rule of the ledger.
func (b *book) apply(r record.LedgerLine) error {
	if r.Attempt < 1 {
		return fmt.Errorf("%s record of attempt %d", r.Kind, r.Attempt)
	}
	if r.Calls < 0 || r.Input < 0 || r.Output < 0 || r.Cached < 0 || r.Reasoning < 0 || r.Cost != nil && !(*r.Cost >= 0) {
		return fmt.Errorf("%s record with a negative amount", r.Kind)
	}
	at := b.keys[keyOf(r)]
	if (r.Kind == record.Settle || r.Kind == record.Refund) && !at.open {
		return fmt.Errorf("%s record without a reservation", r.Kind)
	}
	switch r.Kind {
	case record.Reserve:
		if at.exchange != "" {
			return errors.New("reservation of a call that is answered")
		}
		if over := b.exhausted(r.Attempt); over != "" {
			return fmt.Errorf("reservation over the budget (%s)", over)
		}
		b.keys[keyOf(r)] = state{open: true}
		b.charge(r.Attempt, Usage{Calls: 1})
	case record.Settle:
		if (r.Outcome == record.Answered) != (r.Exchange != "") || (r.Outcome != record.Answered && r.Outcome != record.Unknown) {
			return fmt.Errorf("settle record with outcome %q", r.Outcome)
		}
		b.keys[keyOf(r)] = state{exchange: r.Exchange}
		if b.goesOn {
			delete(b.keys, keyOf(r))
		}
		b.simulated = b.simulated || r.Simulated
		if r.Outcome == record.Answered {
			b.lose(r.Attempt, loss{answered: 1})
		}
		b.charge(r.Attempt, Usage{InputTokens: r.Input, OutputTokens: r.Output})
	case record.Refund:
		delete(b.keys, keyOf(r))
		b.charge(r.Attempt, Usage{Calls: -1})
		if r.Refused {
			b.lose(r.Attempt, loss{refused: 1})
		}
	case record.Return:
		if r.Calls > b.unanswered(r.Attempt) {
			return fmt.Errorf("return of %d calls, of which %d have no answer", r.Calls, b.unanswered(r.Attempt))
		}
		for k, at := range b.keys {
			if k.attempt == r.Attempt && at.open {
				delete(b.keys, k)
			}
		}
		b.charge(r.Attempt, Usage{Calls: -r.Calls})
		b.lose(r.Attempt, loss{returned: r.Calls, refused: -b.losses[r.Attempt].refused})
	case record.OfAgent:
		if r.Outcome == record.Unknown {
			b.cutAgent += max(1, r.Calls)
			return nil
		}
		said := key{attempt: r.Attempt, request: r.Exchange}
		if b.replies[said] {
			return errors.New("agent record of a reply that is recorded")
		}
		b.replies[said] = r.Exchange != ""
		b.agent = b.agent.Add(r.AgentUse())
	default:
		return fmt.Errorf("unknown kind of record %q", r.Kind)
	}
	return nil
}

func (b *book) charge(attempt int, u Usage) {
	b.total = b.total.add(u)
	b.attempts[attempt] = b.attempts[attempt].add(u)
}

func (b *book) lose(attempt int, l loss) {
	was := b.losses[attempt]
	b.losses[attempt] = loss{was.answered + l.answered, was.returned + l.returned, was.refused + l.refused}
}

// unanswered is how many calls the attempt is charged for without an answer.
func (b *book) unanswered(attempt int) int {
	return b.attempts[attempt].Calls - b.losses[attempt].answered
}

func (u Usage) add(v Usage) Usage {
	return Usage{u.Calls + v.Calls, sum(u.InputTokens, v.InputTokens), sum(u.OutputTokens, v.OutputTokens)}
}

// sum adds amounts that are not negative and stops at the greatest number: a
// record of an earlier program may hold any.
func sum(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
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
	AgentCut  int             // calls of the agent's model that were cut off, in none of the sums
	Returned  int             // calls of unknown outcome that were given back
	Simulated bool            // an answer of the teacher said that no LLM gave it
	Exchanges map[string]bool // digests of the lines of the answered calls
}

// ReadLedger checks the ledger of the trial folder dir, line by line, against
// its chain and the budget, and sums it up.
func ReadLedger(dir record.Trial, budget results.Budget) (Summary, error) {
	b := newBook(budget)
	if err := disk.ReadLog(dir.Ledger(), b.applyLine); err != nil {
		return Summary{}, fmt.Errorf("read ledger: %w", err)
	}
	s := Summary{Total: b.total, Attempts: b.attempts, Agent: b.agent, AgentCut: b.cutAgent, Simulated: b.simulated, Exchanges: map[string]bool{}}
	for _, l := range b.losses {
		s.Returned += l.returned
	}
	for _, at := range b.keys {
		if at.exchange != "" {
			s.Exchanges[at.exchange] = true
		}
	}
	return s, nil
}
