package bpe

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Limits on what a file may hold.
const (
	maxFile   = 64 << 20
	maxTokens = 1 << 20
)

// file is tokenizer.json as far as it is understood.
type file struct {
	Version       string          `json:"version"`
	Truncation    json.RawMessage `json:"truncation"`
	Padding       json.RawMessage `json:"padding"`
	AddedTokens   []addedToken    `json:"added_tokens"`
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  *preTokenizer   `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Decoder       *preTokenizer   `json:"decoder"`
	Model         bpeModel        `json:"model"`
}

type addedToken struct {
	ID         int    `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LeftStrip  bool   `json:"lstrip"`
	RightStrip bool   `json:"rstrip"`
	Normalized bool   `json:"normalized"`
	Special    bool   `json:"special"`
}

// preTokenizer is a Sequence, a Split or a ByteLevel; decoders share the last.
type preTokenizer struct {
	Type          string         `json:"type"`
	PreTokenizers []preTokenizer `json:"pretokenizers,omitempty"`
	Pattern       *splitPattern  `json:"pattern,omitempty"`
	Behavior      string         `json:"behavior,omitempty"`
	Invert        *bool          `json:"invert,omitempty"`
	AddPrefix     *bool          `json:"add_prefix_space,omitempty"`
	TrimOffsets   *bool          `json:"trim_offsets,omitempty"`
	UseRegex      *bool          `json:"use_regex,omitempty"`
}

type splitPattern struct {
	Regex string `json:"Regex"`
}

type bpeModel struct {
	Type         string            `json:"type"`
	Dropout      *float64          `json:"dropout"`
	Unknown      *string           `json:"unk_token"`
	Prefix       *string           `json:"continuing_subword_prefix"`
	Suffix       *string           `json:"end_of_word_suffix"`
	FuseUnknown  bool              `json:"fuse_unk"`
	ByteFallback bool              `json:"byte_fallback"`
	IgnoreMerges bool              `json:"ignore_merges"`
	Vocab        json.RawMessage   `json:"vocab"`
	Merges       []json.RawMessage `json:"merges"`
}

// Parse reads tokenizer.json. What this package does not do is an error.
func Parse(data []byte) (*Tokenizer, error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("tokenizer.json: %d bytes, more than %d", len(data), maxFile)
	}
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	t, err := f.tokenizer()
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	return t, nil
}

func (f *file) tokenizer() (*Tokenizer, error) {
	m := f.Model
	switch {
	case m.Type != "" && m.Type != "BPE":
		return nil, fmt.Errorf("model type %q is not supported", m.Type)
	case len(f.Normalizer) > 0 && string(f.Normalizer) != "null":
		return nil, errors.New("normalizers are not supported")
	case m.ByteFallback || m.Dropout != nil && *m.Dropout != 0 || notEmpty(m.Prefix) || notEmpty(m.Suffix):
		return nil, errors.New("byte_fallback, dropout, prefixes and suffixes are not supported")
	case f.Decoder == nil || f.Decoder.Type != "ByteLevel":
		return nil, errors.New("the decoder is not ByteLevel")
	}
	pattern, err := f.PreTokenizer.pattern()
	if err != nil {
		return nil, err
	}
	tokens, special, err := f.vocabulary()
	if err != nil {
		return nil, err
	}
	merges, err := parseMerges(m.Merges, tokens, special)
	if err != nil {
		return nil, err
	}
	if err := madeByMerges(tokens, special, merges); err != nil {
		return nil, err
	}
	t, err := build(pattern, tokens, special, merges)
	if err == nil {
		t.useWhole = m.IgnoreMerges
	}
	return t, err
}

// madeByMerges checks that every token of several bytes is some merge's result:
// without its merges a tokenizer would split such tokens up and say nothing.
func madeByMerges(tokens []string, special map[string]int, merges []merge) error {
	made := make([]bool, len(tokens))
	for _, m := range merges {
		made[m.result] = true
	}
	for id, token := range tokens {
		if at, added := special[token]; len(token) > 1 && !made[id] && !(added && at == id) {
			return fmt.Errorf("no merge makes token %d, %q: merges are missing", id, token)
		}
	}
	return nil
}

func notEmpty(s *string) bool { return s != nil && *s != "" }

// pattern returns the expression of ByteLevel alone or of [Split, ByteLevel].
func (p *preTokenizer) pattern() (Pattern, error) {
	if p == nil {
		return "", errors.New("no pre-tokenizer")
	}
	if p.Type == "ByteLevel" {
		if p.AddPrefix != nil && *p.AddPrefix || p.UseRegex != nil && !*p.UseRegex {
			return "", errors.New("ByteLevel with add_prefix_space or without its pattern is not supported")
		}
		return GPT2, nil
	}
	if p.Type != "Sequence" || len(p.PreTokenizers) != 2 {
		return "", errors.New("the pre-tokenizer is neither ByteLevel nor a Sequence of Split and ByteLevel")
	}
	split, level := p.PreTokenizers[0], p.PreTokenizers[1]
	switch {
	case split.Type != "Split" || split.Pattern == nil || split.Behavior != "Isolated" || split.Invert != nil && *split.Invert:
		return "", errors.New("the Sequence does not begin with a Split that isolates")
	case !Pattern(split.Pattern.Regex).known():
		return "", fmt.Errorf("the pattern %q is not supported", split.Pattern.Regex)
	case level.Type != "ByteLevel" || level.UseRegex == nil || *level.UseRegex || level.AddPrefix != nil && *level.AddPrefix:
		return "", errors.New("the Sequence does not end with a ByteLevel without pattern or prefix")
	}
	return Pattern(split.Pattern.Regex), nil
}

// vocabulary returns the tokens' bytes by id and the added tokens' ids.
func (f *file) vocabulary() ([]string, map[string]int, error) {
	var vocab map[string]int
	if err := json.Unmarshal(f.Model.Vocab, &vocab); err != nil {
		return nil, nil, fmt.Errorf("vocab: %w", err)
	}
	special := make(map[string]int)
	for _, a := range f.AddedTokens {
		if _, twice := special[a.Content]; twice || a.Content == "" {
			return nil, nil, fmt.Errorf("added token %q is empty or there twice", a.Content)
		}
		special[a.Content] = a.ID
	}
	size := len(vocab)
	for name := range special {
		if _, listed := vocab[name]; !listed {
			size++
		}
	}
	if size > maxTokens {
		return nil, nil, fmt.Errorf("%d tokens are more than %d", size, maxTokens)
	}
	tokens, set := make([]string, size), make([]bool, size)
	place := func(id int, token string) error {
		if id < 0 || id >= size || set[id] {
			return fmt.Errorf("token %q: id %d is taken or not below the %d tokens there are", token, id, size)
		}
		tokens[id], set[id] = token, true
		return nil
	}
	for name, id := range special {
		if listed, ok := vocab[name]; ok && listed != id {
			return nil, nil, fmt.Errorf("added token %q has ids %d and %d", name, id, listed)
		}
		if err := place(id, name); err != nil {
			return nil, nil, err
		}
	}
	for spelled, id := range vocab {
		if _, added := special[spelled]; added {
			continue
		}
		token, ok := toBytes(spelled)
		if !ok {
			return nil, nil, fmt.Errorf("token %q is not byte-level", spelled)
		}
		if err := place(id, token); err != nil {
			return nil, nil, err
		}
	}
	return tokens, special, nil
}

// parseMerges accepts "a b" and ["a", "b"].
func parseMerges(list []json.RawMessage, tokens []string, special map[string]int) ([]merge, error) {
	ids := make(map[string]int, len(tokens))
	for id, token := range tokens {
		if at, ok := special[token]; !ok || at != id {
			ids[token] = id
		}
	}
	merges := make([]merge, 0, len(list))
	for i, raw := range list {
		var parts []string
		var joined string
		if json.Unmarshal(raw, &joined) == nil {
			parts = strings.Split(joined, " ")
		} else if err := json.Unmarshal(raw, &parts); err != nil {
			return nil, fmt.Errorf("merge %d: %w", i, err)
		}
		if len(parts) != 2 {
			return nil, fmt.Errorf("merge %d has %d parts", i, len(parts))
		}
		left, ok1 := toBytes(parts[0])
		right, ok2 := toBytes(parts[1])
		l, ok3 := ids[left]
		r, ok4 := ids[right]
		result, ok5 := ids[left+right]
		if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 {
			return nil, fmt.Errorf("merge %d, %q: not of tokens to a token", i, parts)
		}
		merges = append(merges, merge{pair{l, r}, result})
	}
	return merges, nil
}
