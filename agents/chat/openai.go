package chat

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/shared"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
)

// openAI speaks the protocol of chat completions, in one answer and not in a
// stream, which not every server has.
type openAI struct {
	config  Config
	service openai.ChatCompletionService
}

// newOpenAI makes the service alone: a whole client of the library would start
// from the environment.
func newOpenAI(c Config, h *http.Client) openAI {
	options := []option.RequestOption{
		option.WithHTTPClient(h), option.WithMaxRetries(0),
		option.WithBaseURL(strings.TrimSuffix(c.BaseURL, "/") + "/"),
	}
	if c.Key != "" {
		options = append(options, option.WithAPIKey(string(c.Key)))
	}
	for name, value := range c.Headers {
		options = append(options, option.WithHeader(name, value))
	}
	return openAI{config: c, service: openai.NewChatCompletionService(options...)}
}

func (o openAI) try(ctx context.Context, r agents.Request, limit int64) (results.Reply, error) {
	answer, err := o.service.New(ctx, o.params(r, limit))
	if err != nil {
		return results.Reply{}, err
	}
	if no := failedWithin([]byte(o.config.hideHeaders(answer.RawJSON())), o.config.Key); no != nil {
		return results.Reply{}, no
	}
	if len(answer.Choices) == 0 {
		return results.Reply{}, fmt.Errorf("%w: it has no choice", errMalformed)
	}
	choice, used := answer.Choices[0], answer.Usage
	if used.PromptTokens <= 0 {
		return results.Reply{}, errNoUsage
	}
	reply := results.Reply{
		Text: choice.Message.Content, Finish: finishOf(choice.FinishReason),
		Tokens: results.Tokens{
			Input: used.PromptTokens, Cached: used.PromptTokensDetails.CachedTokens,
			Output: used.CompletionTokens, Reasoning: used.CompletionTokensDetails.ReasoningTokens,
		},
	}
	if choice.Message.Refusal != "" {
		reply.Finish = results.FinishRefusal
		reply.Text = cmp.Or(reply.Text, choice.Message.Refusal)
	}
	return reply, nil
}

// finishOf reads a finish reason, also as servers in front of Gemini give it.
func finishOf(reason string) results.Finish {
	switch reason = strings.ToLower(reason); {
	case reason == "length", reason == "max_tokens":
		return results.FinishLength
	case strings.HasPrefix(reason, "content_filter"),
		slices.Contains([]string{"safety", "recitation", "prohibited_content", "blocklist"}, reason):
		return results.FinishFilter
	}
	return results.FinishStop
}

// params words the call. Models that take a reasoning effort count its tokens
// and want the newer name of the limit. Some servers hold a seed in 32 bits.
func (o openAI) params(r agents.Request, limit int64) openai.ChatCompletionNewParams {
	p := openai.ChatCompletionNewParams{Model: o.config.Model, ReasoningEffort: shared.ReasoningEffort(o.config.ReasoningEffort)}
	for _, m := range r.Messages {
		if m.Role == results.System {
			p.Messages = append(p.Messages, openai.SystemMessage(m.Content))
		} else {
			p.Messages = append(p.Messages, openai.UserMessage(m.Content))
		}
	}
	if o.config.Temperature != nil {
		p.Temperature = openai.Float(*o.config.Temperature)
	}
	if o.config.TopP != nil {
		p.TopP = openai.Float(*o.config.TopP)
	}
	if o.config.Seed {
		p.Seed = openai.Int(r.Seed & (1<<31 - 1))
	}
	switch {
	case limit > 0 && o.config.ReasoningEffort != "":
		p.MaxCompletionTokens = openai.Int(limit)
	case limit > 0:
		p.MaxTokens = openai.Int(limit)
	}
	return p
}
