package dialect

import (
	"regexp"
	"slices"
	"strings"
)

// Adaptation is one way in which a request differs from the one that was meant, for
// a server that does not take it as it is.
type Adaptation string

// The adaptations.
const (
	NoSeed        Adaptation = "no seed"
	ShortSeed     Adaptation = "seed of 31 bits"
	NewLimit      Adaptation = "max_completion_tokens in place of max_tokens"
	OldLimit      Adaptation = "max_tokens in place of max_completion_tokens"
	Streamed      Adaptation = "streamed"
	NoStreamUsage Adaptation = "no stream_options"
	SystemAsUser  Adaptation = "system text in the user's message"
)

// Names are the adaptations as records have them; nil for none.
func Names(list []Adaptation) (names []string) {
	for _, a := range list {
		names = append(names, string(a))
	}
	return names
}

// The names of the limit on a reply.
const (
	oldLimit = "max_tokens"
	newLimit = "max_completion_tokens"
)

var limits = []string{oldLimit, newLimit}

var (
	// unsupported are the words by which servers refuse a field, whatever it is set to.
	unsupported = regexp.MustCompile(`(?i)unsupported|not (?:supported|permitted|allowed|accepted|recogni[sz]ed|implemented|available|a valid)|unrecogni[sz]ed|unknown|unexpected|extra|forbidden|no such|does(?: not|n't) (?:support|accept|allow|exist)|instead|invalid (?:parameter|argument|field|key|input)|cannot be|must not|can't|additional propert|deprecated|is required|no longer|not valid|remove`)
	// value are the words by which they refuse what it is set to.
	value = regexp.MustCompile(`(?i)too (?:large|big|high|long|small|low|many)|exceed|at (?:most|least)|less than|greater than|larger than|between|out of range|in range|the range|int32|32.?bit|2147483647|integer out|overflow|maximum (?:value|of|is|allowed)|minimum|supports? (?:at most|up to)|<=|≤|up to \d`)
	// onlyStreams are the words for a server that gives no answer as a whole.
	onlyStreams = regexp.MustCompile(`(?i)(?:only|must|requires?|required|set|need(?:s|ed)?|please).{0,60}\bstream|\bstream(?:ing)?\b.{0,60}(?:only|must|required?|true|to be)|non-?stream(?:ing)?\b.{0,60}(?:not|un)|(?:not|un)\w*\b.{0,60}non-?stream`)
	noSystem    = regexp.MustCompile(`(?i)system (?:role|message|prompt|instruction)s?.{0,60}(?:not|un)\w*|(?:not|un)\w*.{0,60}\bsystem\b|developer instruction.{0,40}not|role.{0,20}system.{0,40}not`)
)

// Names reports that the refusal names the field of the request.
func (r *Refusal) Names(field string) bool {
	for _, f := range r.fields {
		if f == field || strings.HasSuffix(f, "."+field) {
			return true
		}
	}
	return r.AtFault() && hasWord(strings.ToLower(r.words), field)
}

// hasWord reports that a text has the word, and not only as a part of another.
func hasWord(text, word string) bool {
	inside := func(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' }
	for {
		at := strings.Index(text, word)
		if at < 0 {
			return false
		}
		end := at + len(word)
		if (at == 0 || !inside(text[at-1])) && (end == len(text) || !inside(text[end])) {
			return true
		}
		text = text[end:]
	}
}

// Adapt finds what to send in another way: what was sent in a body with the settings,
// adapted as done says, was refused. ok is false where nothing is left to be tried.
func (s Settings) Adapt(sent map[string]any, r *Refusal, done []Adaptation) (next Adaptation, ok bool) {
	if !r.AtFault() && r.Status != 404 && r.Status != 405 && r.Status != 501 || r.Spent() {
		return "", false
	}
	unknown, wrong := unsupported.MatchString(r.words), value.MatchString(r.words)
	try := func(a Adaptation) bool {
		if next == "" && !slices.Contains(done, a) {
			next = a
		}
		return next != ""
	}
	has := func(field string) bool { _, there := sent[field]; _, own := s.Request[field]; return there && !own }
	switch {
	case has("seed") && r.Names("seed"):
		if !wrong || unknown && !strings.Contains(strings.ToLower(r.words), "32") || !try(ShortSeed) {
			try(NoSeed)
		}
	case has("stream_options") && r.Names("stream_options"):
		try(NoStreamUsage)
	case has(oldLimit) && r.Names(oldLimit) && (unknown || r.Names(newLimit)) && !wrong:
		try(NewLimit)
	case has(newLimit) && r.Names(newLimit) && (unknown || r.Names(oldLimit)) && !wrong:
		try(OldLimit)
	case !has("stream") && onlyStreams.MatchString(r.words):
		try(Streamed)
	case s.MayMoveSystem && hasSystem(sent) && noSystem.MatchString(r.words):
		try(SystemAsUser)
	}
	return next, next != ""
}
