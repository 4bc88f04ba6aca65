package dialect

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// Blame is whose choice a refusal speaks of.
type Blame string

// The sides. A refusal that names nothing is Nobody's.
const (
	Nobody   Blame = ""
	Prompt   Blame = "prompt"   // its length or what it says
	Sampling Blame = "sampling" // temperature, stop, format or the limit's value
	Platform Blame = "platform" // all else that is named: fields, the model, the key, the account
)

// AtFault reports a status that blames what was sent.
func (r *Refusal) AtFault() bool {
	switch r.Status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// filter are the words by which providers say that a filter held back the prompt
// or the reply.
var filter = regexp.MustCompile(`(?i)content[_ ](?:filter|filtering|management|policy)\b|content_policy_violation|data_inspection_failed|(?:input|prompt) was flagged|responsible ?ai ?policy|DataInspectionFailed|safety (?:system|settings|filter)|usage polic(?:y|ies)|prompt_blocked|content exists risk`)

// Filtered reports that a content filter held back the prompt or the reply.
func (r *Refusal) Filtered() bool {
	return (r.AtFault() || r.Status == http.StatusForbidden) && filter.MatchString(r.kind+" "+r.words)
}

// beyond are the words by which servers say that a prompt is too long.
var beyond = regexp.MustCompile(`(?i)context.?(?:length|window|size)|maximum context|too (?:long|large a prompt|many (?:input )?tokens)|(?:exceed|longer|more than|greater than|larger than).{0,60}\btokens?\b|\btokens?\b.{0,60}exceed|string_above_max_length`)

// Where a server names the output limit, which is the definition's, tooMuch must
// say that it is the prompt nevertheless.
var (
	outputLimit = regexp.MustCompile(`(?i)max_(?:completion_|output_|new_)?tokens`)
	tooMuch     = regexp.MustCompile(`(?i)\b(?:prompt|input|messages?)\b.{0,40}(?:too long|exceed)`)
)

// Servers that add up prompt and output limit name the limit and the window.
var (
	windowNamed = regexp.MustCompile(`(?i)maximum context length is (\d+)`)
	limitNamed  = regexp.MustCompile(`(?i)too large: (\d+)|\b(\d+) in the completion`)
)

// limitFits reports that the output limit is not alone beyond the context window;
// known is false where the server does not name both.
func limitFits(words string) (fits, known bool) {
	w, l := windowNamed.FindStringSubmatch(words), limitNamed.FindStringSubmatch(words)
	if w == nil || l == nil {
		return false, false
	}
	most, err := strconv.Atoi(w[1])
	asked, wrong := strconv.Atoi(l[1] + l[2])
	return asked < most, err == nil && wrong == nil
}

// PromptTooLong reports that the model cannot take the prompt.
func (r *Refusal) PromptTooLong() bool {
	if fits, known := limitFits(r.words); known {
		return r.AtFault() && fits
	}
	said := beyond
	if outputLimit.MatchString(r.words) {
		said = tooMuch
	}
	return r.AtFault() && said.MatchString(r.words)
}

// The words by which servers name what a user of the model chose, and what its owner
// did.
var (
	sampling = regexp.MustCompile(`(?i)\btemperature\b|\btop_?p\b|\bstop(?:_sequences?| sequences?)?\b|response_format|json_?(?:object|mode|schema)|\bmessages?\[|\bmessages\.\d|max_(?:completion_|output_|new_)?tokens|utf-?8|\bunicode\b`)
	account  = regexp.MustCompile(`(?i)\bcredits?\b|\bbilling\b|\bbalance\b|\bpayment\b|\bquota\b|api.?key|authenticat|unauthori[sz]ed|\bdeployment\b|api.?version|organi[sz]ation|subscription|\barrearage\b|overdue`)
	owned    = regexp.MustCompile(`(?i)\bseed\b|\bstream(?:ing|_options)?\b|reasoning_effort|enable_thinking|\bmodel\b.{0,80}(?:not (?:exist|found|available|supported)|unknown|invalid|does not exist|no such|decommissioned|deprecated|retired)|(?:unknown|invalid|no such|unsupported) model|no endpoints|max_completion_tokens.{0,40}instead|system (?:role|message|prompt|instruction)|developer instruction|extra inputs|role 'system'`)
)

// spent are the words for an account that has nothing left, by which waiting is of
// no use.
var spent = regexp.MustCompile(`(?i)insufficient_(?:quota|balance|credits|funds)|billing_hard_limit_reached|billing_not_active|insufficient (?:quota|balance|credits|funds)|credit balance is too low|(?:no|not enough|out of) credits?\b|arrearage|exceeded your current quota, please check your plan and billing`)

// Spent reports that the account has nothing left. A server that names a time to wait
// means one that passes.
func (r *Refusal) Spent() bool {
	return r.Status == http.StatusPaymentRequired || r.Wait == 0 && r.Status >= 400 && spent.MatchString(r.kind+" "+r.words)
}

// Blame says whose choice the refusal names, of a status that blames the request.
func (r *Refusal) Blame() Blame {
	switch {
	case r.Spent() || !r.AtFault():
		return Platform
	case r.Filtered() || r.PromptTooLong():
		return Prompt
	}
	words := r.words
	for _, f := range r.fields {
		words += " " + f
	}
	unknown := unsupported.MatchString(words)
	switch {
	case slices.ContainsFunc(limits, func(name string) bool { return r.Names(name) }) && unknown && !value.MatchString(words):
		return Platform // its name, and not what it is set to
	case owned.MatchString(words) || account.MatchString(r.kind+" "+words):
		return Platform
	case sampling.MatchString(words):
		return Sampling
	}
	return Nobody
}
