package experiment

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/autodatabench/autodatabench/results/config"
)

func TestServing(t *testing.T) {
	const model = "student: {train: hf, infer: vllm, model: m"
	for lines, want := range map[string]string{
		model + "}": "",
		model + ", serve: {base_url: 'http://h/v1', name: n, api_key_env: K, concurrency: 8}}":     "",
		model + ", serve: {base_url: 'http://h/v1', adapters: folder}}":                            "",
		model + ", serve: {command: [/venv/bin/vllm, serve], options: [--max-model-len, '4096']}}": "",
		model + ", serve: {base_url: 'http://h/v1', options: [--x]}}":                              "are of a server that the program starts",
		model + ", serve: {name: n}}":                                            "go with base_url",
		model + ", serve: {adapters: folder}}":                                   "go with base_url",
		model + ", serve: {base_url: 'http://h/v1', adapters: folder, name: n}}": "student.serve.name",
		model + ", serve: {base_url: 'http://h/v1', adapters: file}}":            `student.serve.adapters: unknown "file"`,
		model + ", serve: {chat_format: chatml}}":                                `student.serve.chat_format: unknown "chatml"`,
		model + ", serve: {command: ['']}}":                                      "student.serve.command",
		model + ", serve: {concurrency: -1}}":                                    "student.serve.concurrency",
		"student: {train: hf, infer: hf, model: m, serve: {name: n}}":            "goes with infer: vllm",
		"student: {serve: {name: n}}":                                            "go with train and infer",
		"student: {train: llamafactory, infer: vllm, model: m, serve: {base_url: 'http://h/v1', adapters: folder, chat_format: llama3}}": "student.serve.chat_format",
		"teacher: {kind: vllm, model: m, gpus: 2, options: [--max-model-len, '8192']}":                                                   "",
		"teacher: {kind: vllm}": "needs model",
		"teacher: {kind: vllm, model: m, base_url: 'http://h/v1'}":                 "started by the program",
		"teacher: {kind: openai, model: m, base_url: 'http://h/v1', command: [x]}": "go with kind vllm",
	} {
		f := Default()
		err := config.Decode("x.yaml", []byte("name: x\nagents: [direct]\n"+lines+"\n"), &f)
		if err == nil {
			err = f.Validate()
		}
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", lines, err, want)
		}
	}
}

// The chat format is what the trainer trains with, unless the file says otherwise.
func TestChatFormatIsTheTrainers(t *testing.T) {
	for train, want := range map[string]string{"hf": "model", "llamafactory": "model"} {
		got := Student{Train: train, Infer: VLLM}.Serving()
		if d := cmp.Diff(Serve{ChatFormat: want, Adapters: "lora", Concurrency: 64}, got); d != "" {
			t.Errorf("%s: %s", train, d)
		}
	}
	given := Student{Train: "llamafactory", Infer: VLLM, Serve: &Serve{ChatFormat: "llama3"}}.Serving()
	if given.ChatFormat != "llama3" {
		t.Errorf("the given format became %s", given.ChatFormat)
	}
}
