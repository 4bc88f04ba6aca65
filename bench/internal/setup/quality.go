package setup

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/remote"
	"github.com/autodatabench/autodatabench/runner/quality"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/teacher"
)

// Endpoint is a model behind an address.
type Endpoint struct {
	URL, Model, KeyEnv string
}

// QualityRequest says what rows are measured with.
type QualityRequest struct {
	Embeddings Endpoint // of texts; without an address hashed n-grams
	Judge      Endpoint // of instructions and responses; none without an address
	Reward     Endpoint // none without an address
	Cache      string   // folder
	Sample     int      // rows that judge and reward model are asked about, of each set
	Seed       int64
	AtATime    int // questions
}

// OpenQuality opens what measures rows. The student is the embedded one.
func OpenQuality(w World, r QualityRequest) (m quality.Meter, err error) {
	m.Sample, m.Seed, m.AtATime = r.Sample, r.Seed, r.AtATime
	if m.Student, err = embedded.New(); err != nil {
		return m, err
	}
	open := func(what string, e Endpoint) (s quality.Server, err error) {
		if err := remote.CheckURL(e.URL); err != nil {
			return s, results.Bad(fmt.Errorf("--%s: %w", what, err))
		}
		if e.Model == "" {
			return s, results.Bad(fmt.Errorf("--%s needs --%s-model", what, what))
		}
		key, err := w.Key(what, e.KeyEnv)
		return quality.Server{URL: e.URL, Model: e.Model, Key: key, Client: &http.Client{}}, err
	}
	if r.Embeddings.URL != "" {
		s, err := open("embeddings", r.Embeddings)
		if err != nil {
			return m, err
		}
		m.Vectors = quality.Embeddings{Server: s}
	}
	if r.Judge.URL != "" {
		s, err := open("judge", r.Judge)
		if err != nil {
			return m, err
		}
		judge := &teacher.OpenAI{BaseURL: strings.TrimSuffix(s.URL, "/"), Model: s.Model, Key: s.Key, Client: s.Client, Needs: new(teacher.Needs)}
		for _, question := range []string{quality.Difficulty, quality.Quality} {
			m.Scorers = append(m.Scorers, quality.Judge{Model: judge, Question: question, Cache: quality.Cache(r.Cache)})
		}
	}
	if r.Reward.URL != "" {
		s, err := open("reward", r.Reward)
		if err != nil {
			return m, err
		}
		m.Scorers = append(m.Scorers, quality.Reward{Server: s, Cache: quality.Cache(r.Cache)})
	}
	return m, nil
}
