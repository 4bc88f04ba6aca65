package cli

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"autodatabench/report/table"
	"autodatabench/runner/experiment"
	"autodatabench/runner/launch"
	"autodatabench/runner/student/checkpoint"
)

// gpu is a GPU as nvidia-smi lists it.
type gpu struct {
	index  int
	name   string
	memory int64 // bytes
}

const mebibyte = 1 << 20

// parseGPUs reads nvidia-smi's lines of index, name and memory in MiB. A GPU that
// does not say its memory, as a part of one may, has none here.
func parseGPUs(out []byte) ([]gpu, error) {
	r := csv.NewReader(strings.NewReader(string(out)))
	r.FieldsPerRecord, r.TrimLeadingSpace, r.LazyQuotes = 3, true, true
	var list []gpu
	for {
		fields, err := r.Read()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("nvidia-smi: %w", err)
		}
		index, err := strconv.ParseUint(strings.TrimSpace(fields[0]), 10, 16)
		if err != nil {
			return nil, fmt.Errorf("nvidia-smi: %.40q is no index of a GPU", fields[0])
		}
		mib, err := strconv.ParseUint(strings.TrimSpace(fields[2]), 10, 32)
		if err != nil {
			mib = 0
		}
		list = append(list, gpu{int(index), table.Cut(table.Plain(fields[1]), 60), int64(mib) * mebibyte})
	}
}

// checkGPUs looks whether there are enough GPUs here, with memory enough for the
// student.
func checkGPUs(ctx context.Context, env Env, f experiment.File) finding {
	const part = "gpus"
	teachers, students := 0, 0
	if f.Teacher.Kind == experiment.VLLM {
		teachers = f.Teacher.Devices()
	}
	if f.Launcher.Kind == experiment.Local {
		students = f.Student.Devices()
	}
	if teachers+students == 0 {
		return notNeeded(part)
	}
	visible, set := env.lookup(visibleDevices)
	names, err := launch.GPUs(ctx, visible, set)
	if err != nil {
		return failed(part, err, "")
	}
	d, err := launch.Divide(names, teachers, students, f.Launcher.Slots)
	if err != nil {
		return failed(part, err, "")
	}
	out, err := ask(ctx, "nvidia-smi", "--query-gpu=index,name,memory.total", "--format=csv,noheader,nounits")
	if err != nil {
		return finding{part, false, fmt.Sprintf("nvidia-smi: %v", err), "install or repair NVIDIA's driver"}
	}
	list, err := parseGPUs(out)
	if err != nil {
		return failed(part, err, "see what nvidia-smi prints")
	}
	found := finding{part, true, describe(list, names, d), ""}
	if students == 0 {
		return found
	}
	return enough(found, env, f, smallest(list, names))
}

func describe(list []gpu, visible []string, d launch.Division) string {
	var words []string
	for _, g := range list {
		if slices.Contains(visible, strconv.Itoa(g.index)) {
			words = append(words, fmt.Sprintf("%s (%s)", g.name, gib(g.memory)))
		}
	}
	text := fmt.Sprintf("%d GPUs: %s", len(visible), strings.Join(words, ", "))
	if d.Teacher != "" {
		text += "; teacher on " + d.Teacher
	}
	if sets := slices.DeleteFunc(slices.Clone(d.Students), func(s string) bool { return s == "" }); len(sets) > 0 {
		text += "; students on " + strings.Join(sets, " and ")
	}
	return text
}

// smallest is the least memory of a visible GPU; 0 when it is not known.
func smallest(list []gpu, visible []string) int64 {
	var least int64
	for _, g := range list {
		if slices.Contains(visible, strconv.Itoa(g.index)) && g.memory > 0 && (least == 0 || g.memory < least) {
			least = g.memory
		}
	}
	return least
}

// enough compares the memory of a GPU with what the student is estimated to need.
func enough(found finding, env Env, f experiment.File, memory int64) finding {
	weights, err := checkpoint.Weights(f.Student.Model, hubCache(env))
	if err != nil || memory == 0 {
		found.Do = "whether their memory is enough is not known"
		return found
	}
	need := needs(weights, f.Student)
	found.What += fmt.Sprintf("; the student needs about %s of a GPU's memory (estimated)", gib(need))
	if need > memory {
		found.OK, found.Do = false, "take GPUs with more memory, more of them for vLLM (student.gpus), or a smaller model"
	}
	return found
}

// needs estimates the bytes that a student takes of one GPU, for weights of that
// size on disk: a trainer holds them whole, with a quarter and 4 GiB for LoRA,
// optimiser and activations under gradient checkpointing; a vLLM beside it holds
// its part of them, and a tenth and 2 GiB for its cache.
func needs(weights int64, s experiment.Student) int64 {
	train := weights + weights/4 + 4<<30
	if s.Infer != experiment.VLLM || s.Serving().BaseURL != "" {
		return train
	}
	return train + (weights+weights/10)/int64(s.Devices()) + 2<<30
}

func gib(bytes int64) string {
	return fmt.Sprintf("%.0f GiB", float64(bytes)/(1<<30))
}

// checkModel looks for the student's files.
func checkModel(env Env, f experiment.File) finding {
	const part = "student model"
	if f.Student.Embedded() {
		return notNeeded(part)
	}
	weights, err := checkpoint.Weights(f.Student.Model, hubCache(env))
	if err != nil {
		return failed(part, err, "")
	}
	return finding{part, true, fmt.Sprintf("%s, weights of %.2f GiB", f.Student.Model, float64(weights)/(1<<30)), ""}
}
