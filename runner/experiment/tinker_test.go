package experiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRentedStudent(t *testing.T) {
	const good = "train: tinker, infer: tinker, model: m"
	for student, want := range map[string]string{
		good + ", tinker: {model: base}": "",
		good + ", tinker: {model: base, base_url: 'http://localhost:8000', api_key_env: MY_KEY, usd_per_million_tokens: {train: 1, prefill: 2, sample: 3}}": "",
		good: "student.tinker.model: missing",
		good + ", tinker: {base_url: 'http://localhost:8000'}":                   "student.tinker.model: missing",
		"train: tinker, infer: hf, model: m, tinker: {model: base}":              "go together",
		"train: hf, infer: tinker, model: m, tinker: {model: base}":              "go together",
		"train: hf, infer: hf, model: m, tinker: {model: base}":                  "student.tinker: goes with train: tinker",
		"tinker: {model: base}":                                                  "go with train and infer",
		good + ", device: cpu, tinker: {model: base}":                            "are of back ends on this machine",
		good + ", gpus: 1, tinker: {model: base}":                                "are of back ends on this machine",
		good + ", packed: true, tinker: {model: base}":                           "student.packed",
		good + ", serve: {concurrency: 2}, tinker: {model: base}":                "student.serve",
		good + ", tinker: {model: base, base_url: 'file:///etc/passwd'}":         "student.tinker.",
		good + ", tinker: {model: base, api_key_env: 'A B'}":                     "student.tinker.api_key_env",
		good + ", tinker: {model: base, usd_per_million_tokens: {train: -1}}":    "usd_per_million_tokens.train",
		good + ", tinker: {model: base, usd_per_million_tokens: {sample: .nan}}": "usd_per_million_tokens.sample",
	} {
		path := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(path, []byte("name: x\nprotocol: paper\nagents: [direct]\nstudent: {"+student+"}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Read(path)
		if want != "" {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", student, err, want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", student, err)
			continue
		}
		// A service is no GPU; where its prices are not known, the cost is not.
		priced := f.Student.Tinker.Price != nil
		if g := f.holds().Student; f.Student.Devices() != 0 || (g != nil) != priced || priced && *g != 0 {
			t.Errorf("%s: %d devices, holds %v", student, f.Student.Devices(), g)
		}
		if list := f.Secrets(); list[len(list)-1] != f.Student.Rented().APIKeyEnv {
			t.Errorf("%s: the key's variable is no secret: %q", student, list)
		}
	}
}
