package thoughts

import "regexp"

// mark is how a family of models begins and ends its thoughts. alone is the
// closing mark that counts without an opening one; nil where it is the same.
type mark struct{ open, close, alone *regexp.Regexp }

// tags are names in angle brackets: think of Qwen, DeepSeek, GLM and Nemotron,
// seed:think of Seed, longcat_think of LongCat, thought of EXAONE. The others come
// from prompts that ask for a section of thoughts.
const tags = `think|thinking|thought|thoughts|reasoning|scratchpad|seed:think|longcat_think`

// final begins the channel of gpt-oss that is said.
const final = `(?:<\|start\|>\s*assistant\s*)?<\|channel\|>\s*final\b[^<]{0,200}<\|message\|>`

var marks = []mark{
	marked(`<(?:`+tags+`)\s*>`, `</(?:`+tags+`)\s*>`, ""),
	marked(`\[THINK\]`, `\[/THINK\]`, ""),                                                                             // Mistral
	marked(`◁think▷`, `◁/think▷`, ""),                                                                                 // Kimi
	marked(`<\|START_THINKING\|>`, `<\|END_THINKING\|>`, ""),                                                          // Cohere
	marked(`<\|begin_of_thought\|>`, `<\|end_of_thought\|>`, ""),                                                      // OpenThoughts
	marked(`<\|channel>\s*(?:thought|thinking|analysis)\b`, `<channel\|>`, ""),                                        // Gemma
	marked(`Here(?: is|'s) my thought process:`, `Here(?: is|'s) my response:`, ""),                                   // Granite
	marked(`<\|channel\|>\s*(?:analysis|commentary)\b[^<]{0,200}<\|message\|>`, `<\|end\|>|<\|call\|>|`+final, final), // gpt-oss
}

func marked(open, end, alone string) mark {
	m := mark{open: regexp.MustCompile(`(?i)^(?:` + open + `)`), close: regexp.MustCompile(`(?i)` + end)}
	if m.alone = m.close; alone != "" {
		m.alone = regexp.MustCompile(`(?i)` + alone)
	}
	return m
}

var (
	opening = either(func(m mark) string { return m.open.String()[len(`(?i)^`):] })
	closing = either(func(m mark) string { return m.alone.String()[len(`(?i)`):] })
	// frame are control tokens around what is said.
	frame = regexp.MustCompile(`(?i)` + final + `|<\|start\|>\s*assistant|<\|(?:start|end|begin)_of_solution\|>|<\|(?:START|END)_RESPONSE\|>`)
	// stops end a turn. Servers that are set up wrongly leave them in the text.
	stops = regexp.MustCompile(`(?:\s*(?:<\|(?:im_end|eot_id|end_of_text|endoftext|end|return|eom_id|END_RESPONSE|END_OF_TURN_TOKEN)\|>|</s>|<eos>|<end_of_turn>|<turn\|>|<｜end▁of▁sentence｜>))+\s*$`)
)

func either(part func(mark) string) *regexp.Regexp {
	all := `(?i)`
	for i, m := range marks {
		if i > 0 {
			all += "|"
		}
		all += "(?:" + part(m) + ")"
	}
	return regexp.MustCompile(all)
}
