package gateway

import (
	"encoding/json"
	"strconv"

	"github.com/autodatabench/autodatabench/results/jsonscan"
	"github.com/autodatabench/autodatabench/results/record"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// plainRequest reads a request in one pass, if it is of the form that clients mostly send.
// Where ok is true, [anyRequest] reads the same.
func plainRequest(body []byte, maxTokens int) (r chatRequest, ok bool) {
	s := jsonscan.New(body)
	r.MaxTokens = maxTokens
	s.Object(func(name []byte) {
		switch string(name) {
		case "messages":
			s.List(func() { r.Messages = append(r.Messages, plainMessage(s)) })
		case "model":
			s.Value()
		case "temperature":
			r.Temperature = plainNumber(s)
			if r.Temperature != nil && !(*r.Temperature >= 0 && *r.Temperature <= 2) {
				s.Odd()
			}
		case "top_p":
			r.TopP = plainNumber(s)
			if r.TopP != nil && !(*r.TopP > 0 && *r.TopP <= 1) {
				s.Odd()
			}
		case "max_tokens":
			n, err := strconv.Atoi(string(s.Number()))
			if r.MaxTokens = n; err != nil || n < 1 || n > maxTokens {
				s.Odd()
			}
		case "n":
			if string(s.Number()) != "1" {
				s.Odd()
			}
		default:
			s.Odd()
		}
	})
	return r, s.Plain() && len(r.Messages) > 0
}

func plainMessage(s *jsonscan.Scanner) (m teacher.Message) {
	fields := 0
	s.Object(func(name []byte) {
		fields++
		switch string(name) {
		case "role":
			if m.Role = s.Text(); m.Role != teacher.System && m.Role != teacher.User {
				s.Odd()
			}
		case "content":
			m.Content = s.Text()
		default:
			s.Odd()
		}
	})
	if fields != 2 {
		s.Odd()
	}
	return m
}

func plainNumber(s *jsonscan.Scanner) *float64 {
	text := s.Number()
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || len(text) > maxFloatText {
		s.Odd()
		return nil
	}
	return &v
}

// decodeLine reads a line of the ledger.
func decodeLine(line []byte) (r record.LedgerLine, err error) {
	if r, ok := plainLine(line); ok {
		return r, nil
	}
	err = json.Unmarshal(line, &r)
	return r, err
}

// plainLine reads a line in one pass, if it is one of a call that was answered, as most
// are.
func plainLine(line []byte) (r record.LedgerLine, ok bool) {
	s := jsonscan.New(line)
	s.Object(func(name []byte) {
		switch string(name) {
		case "kind":
			r.Kind = record.LedgerKind(s.Text())
		case "attempt":
			r.Attempt = int(plainInteger(s))
		case "request":
			r.Request = s.Text()
		case "occurrence":
			r.Occurrence = int(plainInteger(s))
		case "outcome":
			r.Outcome = s.Text()
		case "exchange":
			r.Exchange = s.Text()
		case "input_tokens":
			r.Input = plainInteger(s)
		case "output_tokens":
			r.Output = plainInteger(s)
		case "simulated":
			if r.Simulated = string(s.Value()) == "true"; !r.Simulated {
				s.Odd()
			}
		case "seq", "prev":
			s.Value()
		default:
			s.Odd()
		}
	})
	return r, s.Plain()
}

func plainInteger(s *jsonscan.Scanner) int64 {
	n, err := strconv.ParseInt(string(s.Number()), 10, strconv.IntSize)
	if err != nil {
		s.Odd()
	}
	return n
}
