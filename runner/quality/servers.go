package quality

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/results/remote"
)

// Bounds on what a server answers, and on how long it may take.
const (
	mostAnswer  = 64 << 20 // bytes
	batch       = 64       // texts in a request for embeddings
	oneTry      = 5 * time.Minute
	mostNumbers = 16_384 // of a vector
)

// Server is an address that takes JSON and answers JSON.
type Server struct {
	URL    string
	Model  string
	Key    remote.Key
	Client *http.Client // nil: http.DefaultClient
	Retry  remote.Retry // zero: 4 tries, pauses from 500 ms to 30 s, at most a minute
}

// post sends body and reads the answer into to.
func (s Server) post(ctx context.Context, body, to any) (err error) {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	retry := s.Retry
	if retry.Tries == 0 {
		retry = remote.Retry{Tries: 4, Base: 500 * time.Millisecond, Cap: 30 * time.Second, MaxWait: time.Minute}
	}
	retry.Do(ctx, rand.New(rand.NewPCG(1, 1)), func() (again bool, asked time.Duration) {
		again, asked, err = s.try(ctx, data, to)
		return again, asked
	})
	if err != nil {
		err = fmt.Errorf("%s: %s", s.URL, s.Key.Hide(err.Error()))
	}
	return err
}

func (s Server) try(ctx context.Context, data []byte, to any) (again bool, asked time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, oneTry)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, bytes.NewReader(data))
	if err != nil {
		return false, 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if s.Key != "" {
		req.Header.Set("Authorization", "Bearer "+string(s.Key))
	}
	client := s.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return true, 0, err
	}
	body, err := remote.ReadBody(resp, mostAnswer, json.Valid)
	if err != nil {
		return true, 0, err
	}
	if resp.StatusCode != http.StatusOK {
		busy := resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500
		return busy, remote.RetryAfter(resp.Header), fmt.Errorf("the server answered %d: %s", resp.StatusCode, cut.Runes(strings.TrimSpace(string(body)), 200, "..."))
	}
	if err := json.Unmarshal(body, to); err != nil {
		return false, 0, fmt.Errorf("the answer is no JSON of the expected form: %w", err)
	}
	return false, 0, nil
}

// Embeddings are [Vectors] of a model behind the OpenAI protocol. Its Server's URL ends
// before /embeddings, as in http://localhost:8000/v1.
type Embeddings struct{ Server }

// Name is the model's.
func (e Embeddings) Name() string { return "embeddings of " + e.Model }

// Embed implements [Vectors]. Errors: the server's, and answers that are not one vector of
// numbers for each text.
func (e Embeddings) Embed(ctx context.Context, texts []string) ([][]float64, error) {
	s := e.Server
	s.URL = strings.TrimSuffix(s.URL, "/") + "/embeddings"
	var list [][]float64
	for from := 0; from < len(texts); from += batch {
		part := make([]string, 0, batch)
		for _, text := range texts[from:min(from+batch, len(texts))] {
			if text = cut.Runes(text, mostShown, ""); text == "" {
				text = " " // servers refuse an empty text
			}
			part = append(part, text)
		}
		var answer struct {
			Data []struct {
				Index     int       `json:"index"`
				Embedding []float64 `json:"embedding"`
			} `json:"data"`
		}
		if err := s.post(ctx, map[string]any{"model": e.Model, "input": part}, &answer); err != nil {
			return nil, err
		}
		vectors := make([][]float64, len(part))
		for _, d := range answer.Data {
			if d.Index < 0 || d.Index >= len(part) || vectors[d.Index] != nil || len(d.Embedding) == 0 || len(d.Embedding) > mostNumbers {
				return nil, fmt.Errorf("%s: a vector of %d numbers for text %d of %d", s.URL, len(d.Embedding), d.Index, len(part))
			}
			vectors[d.Index] = d.Embedding
		}
		for i, v := range vectors {
			if v == nil {
				return nil, fmt.Errorf("%s: no vector for text %d of %d", s.URL, i, len(part))
			}
		}
		list = append(list, vectors...)
	}
	return list, nil
}

// Reward is a reward model behind an address that takes a conversation: vLLM's /pooling
// and /classify, SGLang's /classify, and servers that answer {"score": N}.
type Reward struct {
	Server
	Cache Cache
}

// Measure implements [Scorer]. The scale is the model's own.
func (r Reward) Measure() Measure {
	return Measure{Name: "response quality (reward model " + r.Model + ")"}
}

// Score implements [Scorer].
func (r Reward) Score(ctx context.Context, row results.Row) (float64, error) {
	messages := []map[string]string{{"role": "user", "content": row.Prompt()}, {"role": "assistant", "content": row.Output}}
	return r.Cache.get([]string{"reward", r.URL, r.Model, row.Prompt(), row.Output}, func() (float64, error) {
		var answer any
		if err := r.post(ctx, map[string]any{"model": r.Model, "messages": messages}, &answer); err != nil {
			return 0, err
		}
		score, ok := reward(answer)
		if !ok || math.IsNaN(score) || math.IsInf(score, 0) || math.Abs(score) > 1e9 {
			return 0, fmt.Errorf("%s: the answer has no score", r.URL)
		}
		return score, nil
	})
}

// reward finds the one number that an answer is about: under score, reward, or the
// names that pooling servers use, in lists of one.
func reward(answer any) (float64, bool) {
	switch a := answer.(type) {
	case float64:
		return a, true
	case []any:
		if len(a) == 1 {
			return reward(a[0])
		}
	case map[string]any:
		for _, key := range []string{"score", "reward", "scores", "rewards", "data", "embedding", "probs"} {
			if v, there := a[key]; there {
				return reward(v)
			}
		}
	}
	return 0, false
}
