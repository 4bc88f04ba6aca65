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

	// Cost is in USD, where the server says it; else it follows from the price.
	Cost *float64 `json:"cost_usd,omitempty"`

	// Notes say what was odd about the answer, such as counts that do not add up.
	Notes []string `json:"notes,omitempty"`

	// Adapted says what was sent in another way than the definition has it, since the
	// server refused that.
	Adapted []string `json:"adapted,omitempty"`

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

// Costs is what the reply cost: what the server says, or what its tokens cost.
func (r Reply) Costs(p *Price) Number {
	if r.Cost != nil {
		return Num(*r.Cost, true)
	}
	return p.Cost(r.Tokens)
}
