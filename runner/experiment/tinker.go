package experiment

import (
	"cmp"
	"fmt"

	"github.com/autodatabench/autodatabench/results/remote"
)

// Tinker is the back end that trains and asks the student at a service of the Tinker
// API.
const Tinker = "tinker"

// Rented says where a student of back end tinker is.
type Rented struct {
	Model     string       `yaml:"model" json:"model"`                                                       // the base's name at the service
	BaseURL   string       `yaml:"base_url,omitempty" json:"base_url,omitempty"`                             // of a server of one's own; the service when empty
	APIKeyEnv string       `yaml:"api_key_env,omitempty" json:"api_key_env,omitempty"`                       // TINKER_API_KEY when empty
	Price     *RentedPrice `yaml:"usd_per_million_tokens,omitempty" json:"usd_per_million_tokens,omitempty"` // unknown when left out
}

// RentedPrice is what a million tokens cost, in USD.
type RentedPrice struct {
	Train   float64 `yaml:"train" json:"train"`
	Prefill float64 `yaml:"prefill" json:"prefill"`
	Sample  float64 `yaml:"sample" json:"sample"`
}

// Rented is where the student is, with every default resolved; nil unless it is of back
// end tinker.
func (s Student) Rented() *Rented {
	if s.Train != Tinker || s.Tinker == nil {
		return nil
	}
	r := *s.Tinker
	r.APIKeyEnv = cmp.Or(r.APIKeyEnv, "TINKER_API_KEY")
	return &r
}

// validateRented reports what does not go together with back end tinker.
func (s Student) validateRented() error {
	if s.Train != Tinker && s.Infer != Tinker {
		if s.Tinker != nil {
			return fmt.Errorf("student.tinker: goes with train: tinker and infer: tinker")
		}
		return nil
	}
	r := s.Tinker
	switch {
	case s.Train != s.Infer:
		return fmt.Errorf("student: train: tinker and infer: tinker go together, since the service keeps the adapter")
	case r == nil || r.Model == "":
		return fmt.Errorf("student.tinker.model: missing: the base's name at the service")
	case s.Device != "" || s.GPUs != 0 || s.LlamaFactory != "":
		return fmt.Errorf("student: device, gpus and llamafactory are of back ends on this machine, not of tinker")
	}
	if r.BaseURL != "" {
		if err := remote.CheckURL(r.BaseURL); err != nil {
			return fmt.Errorf("student.tinker.%w", err)
		}
	}
	if p := r.Price; p != nil {
		for _, part := range []struct {
			name string
			usd  float64
		}{{"train", p.Train}, {"prefill", p.Prefill}, {"sample", p.Sample}} {
			if !(part.usd >= 0 && part.usd <= 1e6) {
				return fmt.Errorf("student.tinker.usd_per_million_tokens.%s: %v is not between 0 and a million", part.name, part.usd)
			}
		}
	}
	return remote.CheckVariable("student.tinker.api_key_env", r.APIKeyEnv)
}
