package dialect

import (
	"encoding/json"

	"github.com/autodatabench/autodatabench/results/jsonscan"
)

// plainChat reads a chat completion of one choice that is a text, with its counts, in
// one pass: the form of nearly all answers. ok is false for all else, also for what
// [Read] takes in another way. Where it is true, Read says the same.
func plainChat(body []byte) (a Answer, ok bool) {
	s := jsonscan.New(body)
	var ended string
	var use, said int
	s.Object(func(name []byte) {
		switch string(name) {
		case "object":
			if !s.Null() && s.Text() == "response" {
				s.Odd()
			}
		case "choices":
			s.List(func() { said++; a.Text, ended = plainChoice(s) })
		case "usage":
			if raw := s.Value(); isObject(raw) {
				a.Usage = plainCounts(raw).usage()
				use++
			}
		case "type", "x_groq", "error", "content", "stop_reason", "output", "status", "incomplete_details":
			if !s.Null() {
				s.Odd()
			}
		default:
			s.Value()
		}
	})
	var known bool
	a.Finish, known = finishOf(ended)
	a.JSON = json.RawMessage(body)
	return a, s.Plain() && said == 1 && use == 1 && known
}

// plainChoice reads a choice.
func plainChoice(s *jsonscan.Scanner) (text, ended string) {
	said := false
	s.Object(func(name []byte) {
		switch string(name) {
		case "message":
			s.Object(func(name []byte) {
				switch string(name) {
				case "content":
					text, said = s.Text(), true
				case "refusal":
					if !s.Null() {
						s.Odd()
					}
				default:
					s.Value()
				}
			})
		case "finish_reason":
			if !s.Null() {
				ended = s.Text()
			}
		case "error":
			if !s.Null() {
				s.Odd()
			}
		default:
			s.Value()
		}
	})
	if !said {
		s.Odd()
	}
	return text, ended
}

// plainCounts reads counts, which are mostly the three that all servers give.
func plainCounts(raw []byte) (c counts) {
	s := jsonscan.New(raw)
	s.Object(func(name []byte) {
		switch string(name) {
		case "prompt_tokens":
			_ = c.Prompt.UnmarshalJSON(s.Number())
		case "completion_tokens":
			_ = c.Completion.UnmarshalJSON(s.Number())
		case "total_tokens":
			_ = c.Total.UnmarshalJSON(s.Number())
		default:
			if !s.Null() {
				s.Odd()
			}
		}
	})
	if !s.Plain() {
		c = counts{}
		take(raw, &c)
	}
	return c
}
