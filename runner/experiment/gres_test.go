package experiment

import (
	"errors"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results/config"
)

// A job asks for as many GPUs as the student works on. Another number of them is
// refused; what is no number of GPUs is the user's business.
func TestGres(t *testing.T) {
	const pair = "student: {train: hf, infer: hf, model: m, gpus: 2}\n"
	for _, tt := range []struct{ student, launcher, want, refusal string }{
		{pair, "", "gpu:2", ""},
		{"student: {train: hf, infer: vllm, model: m}\n", "", "gpu:1", ""},
		{pair, ", gres: 'gpu:2'", "gpu:2", ""},
		{pair, ", gres: 'gpu:a100:2'", "gpu:a100:2", ""},
		{pair, ", gres: 'gpu:a100,tmp:10G,gpu:v100:1'", "gpu:a100,tmp:10G,gpu:v100:1", ""},
		{pair, ", gres: 'gpu:2(S:0,1)'", "gpu:2(S:0,1)", ""},
		{pair, ", gres: 'shard:4'", "shard:4", ""},
		{pair, ", gres: none", "", ""},
		{pair, ", options: [--gpus-per-node=2]", "", ""},
		{pair, ", options: ['--tres-per-node=gres/gpu:2']", "", ""},
		{pair, ", options: [--gpu-bind=closest]", "gpu:2", ""},
		{"student: {train: hf, infer: hf, model: m, device: cpu}\n", "", "", ""},
		{"", "", "", ""},
		{"", ", gres: 'gpu:1'", "gpu:1", ""},
		{pair, ", gres: gpu", "", "gpu has another number of GPUs (1) than the student works on (2)"},
		{pair, ", gres: 'gpu:a100:4'", "", "GPUs (4)"},
		{pair, ", gres: 'gpu=0'", "", "GPUs (0)"},
		{"student: {train: hf, infer: hf, model: m}\n", ", gres: 'gpu:2'", "", "GPUs (2)"},
	} {
		f := Default()
		text := "name: x\nagents: [direct]\n" + tt.student + "launcher: {kind: slurm" + tt.launcher + "}\n"
		err := config.Decode("x.yaml", []byte(text), &f)
		if err == nil {
			err = errors.Join(f.Validate(), f.CheckGres())
		}
		switch {
		case tt.refusal != "" && (err == nil || !strings.Contains(err.Error(), "launcher.gres") || !strings.Contains(err.Error(), tt.refusal)):
			t.Errorf("%s%v, want %q", text, err, tt.refusal)
		case tt.refusal == "" && (err != nil || f.Gres() != tt.want):
			t.Errorf("%s%v, gres %q, want %q", text, err, f.Gres(), tt.want)
		}
	}
}
