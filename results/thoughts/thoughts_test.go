package thoughts

import (
	"strings"
	"testing"
	"time"
)

func TestSaid(t *testing.T) {
	for name, c := range map[string]struct {
		text, want string
		endless    bool
	}{
		"none":                    {"The answer is 7", "The answer is 7", false},
		"leading":                 {"<think>\n3?\n</think>\nThe answer is 7", "The answer is 7", false},
		"in capitals, with blank": {"<THINK >3</Think >7", "7", false},
		"reasoning":               {"<reasoning>3</reasoning>\n<answer>7</answer>", "<answer>7</answer>", false},
		"Seed":                    {"<seed:think>3<seed:cot_budget_reflect></seed:think>7", "7", false},
		"LongCat":                 {"<longcat_think>3</longcat_think>\n7", "7", false},
		"Mistral":                 {"[THINK]3[/THINK]7", "7", false},
		"Kimi":                    {"◁think▷3◁/think▷7", "7", false},
		"Cohere":                  {"<|START_THINKING|>3<|END_THINKING|><|START_RESPONSE|>7<|END_RESPONSE|>", "7", false},
		"Gemma":                   {"<|channel>thought\n3\n<channel|>7<turn|>", "7", false},
		"Gemma, empty":            {"<|channel>thought\n<channel|>7", "7", false},
		"Granite":                 {"Here is my thought process: 3\nHere is my response: 7", " 7", false},
		"gpt-oss":                 {"<|channel|>analysis<|message|>3<|end|><|start|>assistant<|channel|>final<|message|>7<|return|>", "7", false},
		"gpt-oss, two thoughts": {
			"<|channel|>analysis<|message|>3<|end|><|start|>assistant<|channel|>commentary<|message|>4<|end|><|start|>assistant<|channel|>final<|message|>7", "7", false},
		"gpt-oss, end left out":  {"<|channel|>analysis<|message|>3<|channel|>final<|message|>7", "7", false},
		"gpt-oss, end alone":     {"3<|channel|>final<|message|>\n7<|end|>", "7", false},
		"gpt-oss without tokens": {"analysisWe add 3.assistantfinalThe answer is 7", "The answer is 7", false},
		"gpt-oss, endless":       {"<|channel|>analysis<|message|>3", "", true},
		"after words":            {"Well.\n<think>\n3\n</think>\n7", "Well.\n\n7", false},
		"in a line":              {"Well, <think>3</think> 7", "Well, \n 7", false},
		"twice":                  {"<think>3</think>4\n<think>5</think>7", "4\n7", false},
		"nested":                 {"<think>3 <think>4</think> 5\n</think>\n7", "7", false},
		"the end alone":          {"3\n</think>\n7", "7", false},
		"the end behind words":   {"I think 3.</think>\n7", "7", false},
		"two ends":               {"</think> </think> 7", " 7", false},
		"endless":                {"<think>\n3", "", true},
		"endless after words":    {"Well.\n  <think>\n3", "Well.", true},
		"spoken of":              {"Rows with <think> in them.", "Rows with <think> in them.", false},
		"quoted":                 {"`<think>` begins what\n`</think>` ends", "`<think>` begins what\n`</think>` ends", false},
		"in a block":             {"```\n</think>\n<think>\n```\n7", "```\n</think>\n<think>\n```\n7", false},
		"with a block":           {"<think>\n```\n3\n</think>\n7\n```", "7\n```", false},
		"stop tokens":            {"7<|im_end|>\n</s>\n", "7", false},
		"other stop tokens":      {"7\n<|eot_id|><|end_of_text|>", "7", false},
	} {
		said, ended := Said(c.text, Markdown)
		if strings.TrimPrefix(said, "\n") != c.want || ended == c.endless {
			t.Errorf("%s: said %q, ended %v; want %q, %v", name, said, ended, c.want, !c.endless)
		}
	}
}

// TestSaidIsBounded: marks made to have the whole rest searched.
func TestSaidIsBounded(t *testing.T) {
	for _, unit := range []string{"x <think>", "<think></think>\n", "</think>\n", "x </think> x", "<think>\n[THINK]\n", "[THINK]</think>\n", "<|channel|>analysis"} {
		text := strings.Repeat(unit, 1<<17/len(unit))
		start := time.Now()
		Said(text, Markdown)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%q: %s for %d bytes", unit, took, len(text))
		}
	}
}

// FuzzSaid: nothing is added, and thoughts put before a text that has no marks
// leave the text.
func FuzzSaid(f *testing.F) {
	for _, text := range []string{"", "<think>3</think>7", "```\n<think>\n```", "a</think>\n</think>b", "<|channel|>analysis<|message|>x<|end|>", "[THINK]\n~~~\n[/THINK]~~~", "analysisA assistantfinal"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		said, ended := Said(text, Markdown)
		if len(said) > len(text)+strings.Count(text, ">") {
			t.Errorf("%d bytes are said of %d", len(said), len(text))
		}
		if !ended || said != text {
			return
		}
		if got, ended := Said("<think>\n```\n</think>"+text, Markdown); got != text || !ended {
			t.Errorf("said %q, ended %v; want %q", got, ended, text)
		}
	})
}
