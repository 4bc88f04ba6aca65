package bpe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Marshal writes tokenizer.json, with which Hugging Face's tokenizers give the
// same tokens.
func (t *Tokenizer) Marshal() ([]byte, error) {
	no, yes := false, true
	f := file{
		Version: "1.0", Truncation: null, Padding: null, Normalizer: null, PostProcessor: null, AddedTokens: []addedToken{},
		Decoder: &preTokenizer{Type: "ByteLevel", AddPrefix: &yes, TrimOffsets: &yes, UseRegex: &yes},
		Model:   bpeModel{Type: "BPE", IgnoreMerges: t.useWhole, Merges: []json.RawMessage{}},
	}
	if t.pattern == GPT2 {
		f.PreTokenizer = &preTokenizer{Type: "ByteLevel", AddPrefix: &no, TrimOffsets: &yes, UseRegex: &yes}
	} else {
		f.PreTokenizer = &preTokenizer{Type: "Sequence", PreTokenizers: []preTokenizer{
			{Type: "Split", Pattern: &splitPattern{string(t.pattern)}, Behavior: "Isolated", Invert: &no},
			{Type: "ByteLevel", AddPrefix: &no, TrimOffsets: &no, UseRegex: &no},
		}}
	}
	for _, name := range t.Specials() {
		f.AddedTokens = append(f.AddedTokens, addedToken{ID: t.special[name], Content: name, Special: true})
	}
	vocab := []byte{'{'}
	for id := range t.tokens {
		if id > 0 {
			vocab = append(vocab, ',')
		}
		vocab = fmt.Appendf(vocab, "%s:%d", quote(t.spelled(id)), id)
	}
	f.Model.Vocab = append(vocab, '}')
	for _, m := range t.merges {
		f.Model.Merges = append(f.Model.Merges, quote(t.spelled(m.left)+" "+t.spelled(m.right)))
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(f); err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	return out.Bytes(), nil
}

var null = json.RawMessage("null")

// quote is the JSON string of valid UTF-8.
func quote(s string) json.RawMessage {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic("bpe: " + err.Error()) // strings always encode
	}
	return bytes.TrimSpace(out.Bytes())
}

// spelled is the token as it stands in the file.
func (t *Tokenizer) spelled(id int) string {
	if t.isAdded[id] {
		return t.tokens[id]
	}
	var b strings.Builder
	for i := range len(t.tokens[id]) {
		b.WriteRune(byteRunes[t.tokens[id][i]])
	}
	return b.String()
}

// byteRunes is GPT-2's spelling of bytes: printable ones as themselves, the
// others from U+0100 on.
var byteRunes, runeBytes = func() (runes [256]rune, bytes map[rune]byte) {
	bytes = make(map[rune]byte, 256)
	shifted := rune(256)
	for b := range 256 {
		r := rune(b)
		if !(b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae) {
			r = shifted
			shifted++
		}
		runes[b], bytes[r] = r, byte(b)
	}
	return runes, bytes
}()

// byteOrder lists the bytes by their spelling, the order of trained files.
func byteOrder() []byte {
	order := make([]byte, 0, 256)
	for r := rune(0); len(order) < 256; r++ {
		if b, ok := runeBytes[r]; ok {
			order = append(order, b)
		}
	}
	return order
}

func toBytes(spelled string) (string, bool) {
	out := make([]byte, 0, utf8.RuneCountInString(spelled))
	for _, r := range spelled {
		b, ok := runeBytes[r]
		if !ok {
			return "", false
		}
		out = append(out, b)
	}
	return string(out), len(out) > 0
}
