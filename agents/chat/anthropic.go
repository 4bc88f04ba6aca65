package chat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/option"

	"github.com/autodatabench/autodatabench/agents"
	"github.com/autodatabench/autodatabench/results"
)

// messages speaks Anthropic's messages, in a stream: the provider closes
// connections on which a long answer keeps silent.
type messages struct {
	config  Config
	service anthropic.MessageService
}

// newAnthropic makes the service alone: a whole client of the library would
// start from the environment.
func newAnthropic(c Config, h *http.Client) messages {
	options := []option.RequestOption{
		option.WithHTTPClient(h), option.WithMaxRetries(0),
		option.WithBaseURL(strings.TrimSuffix(strings.TrimSuffix(c.BaseURL, "/"), "/v1") + "/"),
	}
	if c.Key != "" {
		options = append(options, option.WithAPIKey(string(c.Key)))
	}
	for name, value := range c.Headers {
		options = append(options, option.WithHeader(name, value))
	}
	return messages{config: c, service: anthropic.NewMessageService(options...)}
}

func (m messages) try(ctx context.Context, r agents.Request, limit int64) (results.Reply, error) {
	stream := m.service.NewStreaming(ctx, m.params(r, limit))
	defer stream.Close()
	var answer anthropic.Message
	begun, ended := false, false
	for stream.Next() {
		event := stream.Current()
		if err := answer.Accumulate(event); err != nil {
			return results.Reply{}, fmt.Errorf("%w: %w", errMalformed, err)
		}
		begun, ended = begun || event.Type == "message_start", event.Type == "message_stop"
	}
	var told *anthropic.Error // by an event of the stream
	switch err := stream.Err(); {
	case errors.As(err, &told):
		return results.Reply{Tokens: replyOf(answer).Tokens}, toldWithin([]byte(m.config.hideHeaders(told.RawJSON())), m.config.Key)
	case err != nil:
		return results.Reply{}, err
	case !begun:
		return results.Reply{}, fmt.Errorf("%w: it holds no message", errMalformed)
	case !ended:
		return results.Reply{}, fmt.Errorf("the stream broke off")
	}
	reply := replyOf(answer)
	if reply.Input <= 0 {
		return results.Reply{}, errNoUsage
	}
	return reply, nil
}

func replyOf(answer anthropic.Message) results.Reply {
	var text strings.Builder
	for _, block := range answer.Content {
		if block.Type == "text" {
			text.WriteString(block.Text)
		}
	}
	used := answer.Usage
	reply := results.Reply{
		Text: text.String(), Finish: results.FinishStop,
		Tokens: results.Tokens{
			Input:  used.InputTokens + used.CacheReadInputTokens + used.CacheCreationInputTokens,
			Cached: used.CacheReadInputTokens,
			Output: used.OutputTokens, Reasoning: used.OutputTokensDetails.ThinkingTokens,
		},
	}
	switch answer.StopReason {
	case anthropic.StopReasonMaxTokens, anthropic.StopReasonModelContextWindowExceeded:
		reply.Finish = results.FinishLength
	case anthropic.StopReasonRefusal:
		reply.Finish = results.FinishRefusal
	}
	return reply
}

// params words the call; the protocol has neither temperature nor seed.
func (m messages) params(r agents.Request, limit int64) anthropic.MessageNewParams {
	p := anthropic.MessageNewParams{Model: anthropic.Model(m.config.Model), MaxTokens: limit}
	for _, message := range r.Messages {
		if message.Role == results.System {
			p.System = append(p.System, anthropic.TextBlockParam{Text: message.Content})
		} else {
			p.Messages = append(p.Messages, anthropic.NewUserMessage(anthropic.NewTextBlock(message.Content)))
		}
	}
	if m.config.ReasoningEffort != "" {
		p.OutputConfig.Effort = anthropic.OutputConfigEffort(m.config.ReasoningEffort)
	}
	return p
}
