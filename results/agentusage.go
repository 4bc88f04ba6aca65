package results

import "slices"

// Finish says how a model ended its reply, as far as its provider tells.
type Finish string

// The endings. A reply that is empty is [FinishEmpty] whatever else was said,
// unless a limit, a refusal or a filter explains it.
const (
	FinishStop    Finish = "stop"
	FinishLength  Finish = "length"         // the output limit or the context window cut it
	FinishRefusal Finish = "refusal"        // the model refused
	FinishFilter  Finish = "content filter" // the provider held it back
	FinishEmpty   Finish = "empty"
)

// Explain words an ending that accounts for a missing program; it is empty for
// the others.
func (f Finish) Explain() string {
	switch f {
	case FinishRefusal:
		return "the model refused to answer"
	case FinishFilter:
		return "the provider's content filter held the reply back"
	case FinishEmpty:
		return "the reply is empty"
	}
	return ""
}

// Tokens counts what a model read and wrote. Cached and written input are parts of
// Input, and reasoning is part of Output.
type Tokens struct {
	Input     int64 `json:"input_tokens"`
	Cached    int64 `json:"cached_input_tokens,omitempty"`
	Written   int64 `json:"cache_write_input_tokens,omitempty"` // put into the provider's cache
	Output    int64 `json:"output_tokens"`
	Reasoning int64 `json:"reasoning_tokens,omitempty"`
}

// Add returns the sum of t and u.
func (t Tokens) Add(u Tokens) Tokens {
	return Tokens{t.Input + u.Input, t.Cached + u.Cached, t.Written + u.Written, t.Output + u.Output, t.Reasoning + u.Reasoning}
}

// AgentUse is what calls of the agent's model came to. Cost is in USD; it is
// missing when that of any call is not known, and when there was none.
type AgentUse struct {
	Calls int    `json:"agent_calls"`
	Cost  Number `json:"cost_usd"`
	Tokens
}

// Add returns the sum of u and v; the one without calls has no say in the cost.
func (u AgentUse) Add(v AgentUse) AgentUse {
	cost := Num(u.Cost.Value+v.Cost.Value, u.Cost.Known && v.Cost.Known)
	switch {
	case u.Calls == 0:
		cost = v.Cost
	case v.Calls == 0:
		cost = u.Cost
	}
	return AgentUse{u.Calls + v.Calls, cost, u.Tokens.Add(v.Tokens)}
}

// Since is what came after was, which is part of u.
func (u AgentUse) Since(was AgentUse) AgentUse {
	used := AgentUse{Calls: u.Calls - was.Calls, Tokens: Tokens{
		u.Input - was.Input, u.Cached - was.Cached, u.Written - was.Written, u.Output - was.Output, u.Reasoning - was.Reasoning,
	}}
	if used.Calls > 0 {
		used.Cost = Num(u.Cost.Value-was.Cost.Value, u.Cost.Known)
	}
	return used
}

// Price is what tokens cost, in USD per million.
type Price struct {
	Input       float64  `yaml:"input" json:"input" config:"required"`
	CachedInput *float64 `yaml:"cached_input" json:"cached_input,omitempty"` // nil: as other input
	CacheWrite  *float64 `yaml:"cache_write" json:"cache_write,omitempty"`   // nil: 1.25 times other input
	Output      float64  `yaml:"output" json:"output" config:"required"`
	Tiers       []Tier   `yaml:"tiers" json:"tiers,omitempty"` // of longer prompts, the shortest first
}

// Tier is the price of a call whose input has more tokens than Above.
type Tier struct {
	Above       int64    `yaml:"above" json:"above" config:"required"`
	Input       float64  `yaml:"input" json:"input" config:"required"`
	CachedInput *float64 `yaml:"cached_input" json:"cached_input,omitempty"` // nil: as other input
	CacheWrite  *float64 `yaml:"cache_write" json:"cache_write,omitempty"`   // nil: 1.25 times other input
	Output      float64  `yaml:"output" json:"output" config:"required"`
}

// At is the price of a call with that many input tokens, without tiers.
func (p Price) At(input int64) Price {
	for _, t := range slices.Backward(p.Tiers) {
		if input > t.Above {
			return Price{Input: t.Input, CachedInput: t.CachedInput, CacheWrite: t.CacheWrite, Output: t.Output}
		}
	}
	p.Tiers = nil
	return p
}

// Cost is what the tokens of one call cost in USD; it is missing when the price is
// not known.
func (p *Price) Cost(t Tokens) Number {
	if p == nil {
		return Number{}
	}
	at := p.At(t.Input)
	cached := at.Input
	if at.CachedInput != nil {
		cached = *at.CachedInput
	}
	const asAnthropic = 1.25 // whose price for writes the others took over
	written := asAnthropic * at.Input
	if at.CacheWrite != nil {
		written = *at.CacheWrite
	}
	return Num((at.Input*float64(t.Input-t.Cached-t.Written)+cached*float64(t.Cached)+written*float64(t.Written)+at.Output*float64(t.Output))/1e6, true)
}

// Valid reports whether no part of the price is negative and the tiers are in
// order.
func (p Price) Valid() bool {
	above := int64(0)
	for _, t := range p.Tiers {
		if t.Above <= above || !p.At(t.Above+1).Valid() {
			return false
		}
		above = t.Above
	}
	return p.Input >= 0 && p.Output >= 0 && (p.CachedInput == nil || *p.CachedInput >= 0) && (p.CacheWrite == nil || *p.CacheWrite >= 0)
}
