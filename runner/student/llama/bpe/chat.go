package bpe

// The special tokens of the chat format.
const (
	BeginOfText = "<|begin_of_text|>"
	EndOfText   = "<|end_of_text|>"
	StartHeader = "<|start_header_id|>"
	EndHeader   = "<|end_header_id|>"
	EndOfTurn   = "<|eot_id|>"
)

// ChatSpecials lists the special tokens that the chat format needs.
func ChatSpecials() []string {
	return []string{BeginOfText, EndOfText, StartHeader, EndHeader, EndOfTurn}
}

// chatTokens are the fixed parts of the chat format.
type chatTokens struct {
	begin, end int
	before     []int // up to and including the user's header
	after      []int // the user's end of turn and the assistant's header
	user       []int // the header of a user's later turn
}

// newChatTokens returns nil if a special token is missing.
func newChatTokens(t *Tokenizer) *chatTokens {
	ids := make(map[string]int)
	for _, name := range ChatSpecials() {
		id, ok := t.special[name]
		if !ok {
			return nil
		}
		ids[name] = id
	}
	header := func(role string) []int {
		return append(append([]int{ids[StartHeader]}, t.Encode(role)...), ids[EndHeader])
	}
	c := &chatTokens{begin: ids[BeginOfText], end: ids[EndOfTurn]}
	c.before = append([]int{c.begin}, header("user")...)
	c.user = header("user")
	c.after = append(append([]int{c.end}, header("assistant")...), t.Encode("\n\n")...)
	return c
}

// CanChat reports whether the vocabulary holds the chat format's special
// tokens. The chat methods panic without them.
func (t *Tokenizer) CanChat() bool { return t.chat != nil }

// BOS is the token that begins a chat.
func (t *Tokenizer) BOS() int { return t.chat.begin }

// EOT is the token that ends a turn, and with it an answer.
func (t *Tokenizer) EOT() int { return t.chat.end }

// ChatPrompt returns the tokens of
//
//	<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n{user}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n
//
// as LLaMA-Factory's template llama3 without a system text.
func (t *Tokenizer) ChatPrompt(user string) []int {
	ids := append([]int{}, t.chat.before...)
	ids = append(ids, t.Encode("\n\n"+user)...)
	return append(ids, t.chat.after...)
}

// ChatTurns returns the tokens of a conversation: turns of the user and of the
// assistant in alternation, the user's first and last. One turn is a ChatPrompt.
func (t *Tokenizer) ChatTurns(turns []string) []int {
	ids := t.ChatPrompt(turns[0])
	for i := 1; i+1 < len(turns); i += 2 {
		ids = append(append(ids, t.Encode(turns[i])...), t.chat.end)
		ids = append(append(ids, t.chat.user...), t.Encode("\n\n"+turns[i+1])...)
		ids = append(ids, t.chat.after...)
	}
	return ids
}

// ChatTail is how many tokens of every ChatPrompt follow the user's text.
func (t *Tokenizer) ChatTail() int { return len(t.chat.after) }

// ChatRow returns the tokens of a prompt and its answer with the end of the
// turn, and the index of the answer's first token.
func (t *Tokenizer) ChatRow(user, answer string) (ids []int, answerFrom int) {
	ids = t.ChatPrompt(user)
	answerFrom = len(ids)
	return append(append(ids, t.Encode(answer)...), t.chat.end), answerFrom
}
