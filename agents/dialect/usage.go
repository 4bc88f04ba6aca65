package dialect

import (
	"encoding/json"
	"fmt"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/remote"
)

// Usage is what an answer counts.
type Usage struct {
	results.Tokens
	Cost  *float64 // in USD, where the server says it
	Notes []string // counts that contradict each other
}

// Counted reports that the tokens of the prompt are counted. Where they are not, no
// other count can be trusted.
func (u Usage) Counted() bool { return u.Input > 0 }

// counts are the fields that servers report tokens in.
type counts struct {
	Prompt     number `json:"prompt_tokens"`
	Completion number `json:"completion_tokens"`
	Total      number `json:"total_tokens"`
	Reasoning  number `json:"reasoning_tokens"`

	Input  number `json:"input_tokens"` // of messages and responses
	Output number `json:"output_tokens"`

	Cached    number `json:"cached_tokens"`               // Moonshot
	CacheHit  number `json:"prompt_cache_hit_tokens"`     // DeepSeek
	CacheRead number `json:"cache_read_input_tokens"`     // Anthropic
	Written   number `json:"cache_creation_input_tokens"` // Anthropic

	PromptDetails     details `json:"prompt_tokens_details"`
	InputDetails      details `json:"input_tokens_details"`
	CompletionDetails details `json:"completion_tokens_details"`
	OutputDetails     details `json:"output_tokens_details"`

	Cost        any  `json:"cost"` // OpenRouter; Perplexity gives an object
	OwnKey      bool `json:"is_byok"`
	CostDetails struct {
		Upstream number `json:"upstream_inference_cost"`
	} `json:"cost_details"`
}

type details struct {
	Cached    number `json:"cached_tokens"`
	Written   number `json:"cache_write_tokens"`    // OpenRouter
	Creation  number `json:"cache_creation_tokens"` // LiteLLM
	Reasoning number `json:"reasoning_tokens"`
	Thinking  number `json:"thinking_tokens"` // Anthropic
}

// usage reads the counts, wherever they stand.
func (e envelope) usage() Usage {
	for _, raw := range []json.RawMessage{e.Counts, e.Groq.Counts, e.inChoice()} {
		var c counts
		if isObject(raw) {
			take(raw, &c)
			return c.usage()
		}
	}
	return Usage{}
}

// inChoice is the usage that Moonshot's streams have in the choice.
func (e envelope) inChoice() json.RawMessage {
	var list []struct {
		Counts json.RawMessage `json:"usage"`
	}
	if take(e.Choices, &list); len(list) == 0 {
		return nil
	}
	return list[0].Counts
}

// usage brings the dialects to one: cached and written tokens are part of the input,
// reasoning is part of the output.
func (c counts) usage() Usage {
	in, out := max(c.Prompt, c.Input), max(c.Completion, c.Output)
	cache := c.CacheRead + c.Written
	beside := cache > 0 && (c.Prompt == 0 || c.Total == in+out+cache) // as Anthropic counts them
	cached := max(c.PromptDetails.Cached, c.InputDetails.Cached, c.Cached, c.CacheHit, c.CacheRead)
	written := max(c.Written, c.PromptDetails.Written, c.PromptDetails.Creation, c.InputDetails.Written, c.InputDetails.Creation)
	if beside {
		in += cache
	}
	reasoning := max(c.CompletionDetails.Reasoning, c.OutputDetails.Reasoning, c.OutputDetails.Thinking, c.CompletionDetails.Thinking, c.Reasoning)
	u := Usage{Cost: c.cost()}
	counted := out
	switch {
	case c.Total > in+out:
		out = c.Total - in // reasoning is counted beside, or in the total alone
	case c.Total == 0 && reasoning > out:
		out += reasoning
	}
	switch {
	case c.Total > 0 && c.Total < in+counted:
		u.note("%.0f tokens in all are less than %.0f of input and %.0f of output", c.Total, in, counted)
	case out > counted && reasoning > 0 && out != counted+reasoning:
		u.note("%.0f tokens in all are not %.0f of input, %.0f of output and %.0f of reasoning", c.Total, in, counted, reasoning)
	}
	if cached > in {
		u.note("%.0f cached tokens are more than %.0f of input", cached, in)
	}
	if reasoning > out {
		u.note("%.0f tokens of reasoning are more than %.0f of output", reasoning, out)
	}
	u.Tokens = bounded(in, cached, written, out, reasoning)
	return u
}

func (u *Usage) note(format string, args ...any) {
	u.Notes = append(u.Notes, "the usage does not add up: "+fmt.Sprintf(format, args...))
}

// bounded keeps a server's counts where sums of them make sense.
func bounded(in, cached, written, out, reasoning number) results.Tokens {
	count := func(n, most number) int64 { return int64(remote.Bound(int64(max(0, min(n, most))))) }
	t := results.Tokens{Input: count(in, remote.MaxTokens), Output: count(out, remote.MaxTokens)}
	t.Cached = count(cached, number(t.Input))
	t.Written = count(written, number(t.Input-t.Cached))
	t.Reasoning = count(reasoning, number(t.Output))
	return t
}

// cost is what the server says that the call cost. With a user's own key OpenRouter's
// cost is its fee alone.
func (c counts) cost() *float64 {
	var cost float64
	switch v := c.Cost.(type) {
	case float64:
		cost = v
	case map[string]any:
		total, ok := v["total_cost"].(float64)
		if !ok {
			return nil
		}
		cost = total
	default:
		return nil
	}
	if c.OwnKey {
		cost += float64(c.CostDetails.Upstream)
	}
	const most = 1e6 // USD for one call
	if !(cost >= 0 && cost <= most) {
		return nil
	}
	return &cost
}
