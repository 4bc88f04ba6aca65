package results

// The roles of a message.
const (
	System = "system"
	User   = "user"
)

// Message is one part of a prompt.
type Message struct {
	Role    string `json:"role"` // System or User
	Content string `json:"content"`
}

// Reply is what an agent answered. Token counts are 0 where no model was asked.
type Reply struct {
	Text   string `json:"text"`
	Finish Finish `json:"finish,omitempty"`
	Tokens

	// Unanswered says why there is no reply, through the agent's own fault.
	Unanswered string `json:"unanswered,omitempty"`

	// Metered says that the ledger holds the agent's calls already: it made them
	// through the platform.
	Metered bool `json:"metered,omitempty"`

	// Seconds is how long it took. The platform measures it, unless the agent
	// knows it from a recording.
	Seconds float64 `json:"seconds,omitempty"`

	// Log is what the agent's own program said beside its reply.
	Log string `json:"-"`
}
