package doctor

import (
	"fmt"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/hf"
	"github.com/autodatabench/autodatabench/runner/student/vllm"
)

// checkModel looks for the student's files, opens them as a run does and renders a
// question in the chat template.
func checkModel(w setup.World, f experiment.File) Finding {
	const part = "student model"
	if f.Student.Embedded() {
		return notNeeded(part)
	}
	held := "weights at the service"
	if f.Student.Rented() == nil {
		weights, err := checkpoint.Weights(f.Student.Model, w.HubCache())
		if err != nil {
			return failed(part, err, "")
		}
		held = fmt.Sprintf("weights of %.2f GiB", float64(weights)/(1<<30))
	}
	m, err := w.Checkpoint(f.Student)
	if err != nil {
		return failed(part, err, "")
	}
	const question = "What is 2 + 2?"
	r, err := setup.Render(f.Student, m, []string{question})
	if err != nil {
		return failed(part, err, "")
	}
	what := fmt.Sprintf("%s, %s, a window of %d tokens; its chat template makes %d tokens of %q",
		f.Student.Model, held, m.Context, r.Tokens[0], question)
	if m.Dated != "" {
		what += "; today is " + m.Dated + " in it"
	}
	return Finding{part, true, what, ""}
}

// model is what memory is estimated from.
type model struct {
	weights int64 // bytes on disk
	shape   checkpoint.Shape
}

// studentFits compares the memory of a GPU with what the student is estimated to
// need of it. A vLLM beside the trainer takes its share of the memory whole.
func studentFits(found Finding, w setup.World, s experiment.Student, memory int64) Finding {
	m, err := readModel(w, s.Model)
	if err != nil || memory == 0 {
		found.Do = "whether their memory is enough for the student is not known"
		return found
	}
	need, left := training(m, s), memory
	found.What += fmt.Sprintf("; training needs about %s of a GPU's memory (estimated)", gib(need))
	if share := setup.BesideTrainer(s); share > 0 {
		serves, takes := serving(m.weights, s.Devices()), int64(share*float64(memory))
		found.What += fmt.Sprintf(", beside vLLM, which takes %s and needs about %s", gib(takes), gib(serves))
		left -= takes
		found.OK = found.OK && serves <= takes
	}
	if found.OK = found.OK && need <= left; !found.OK {
		found.Do = "take GPUs with more memory, more of them for vLLM (student.gpus), another share for it (" + vllm.MemoryShare + " among student.serve.options), " +
			"train: llamafactory, which computes activations a second time in place of keeping them, or a smaller model"
	}
	return found
}

func readModel(w setup.World, name string) (m model, err error) {
	if m.weights, err = checkpoint.Weights(name, w.HubCache()); err != nil {
		return m, err
	}
	m.shape, err = checkpoint.ReadShape(name, w.HubCache())
	return m, err
}

// teacherFits compares the memory of a GPU with what the teacher is estimated to
// need of it. The weights may not be here yet.
func teacherFits(found Finding, w setup.World, t experiment.Teacher, memory int64) Finding {
	weights, err := checkpoint.Weights(t.Model, w.HubCache())
	if err != nil || memory == 0 {
		found.Do = "whether their memory is enough for the teacher is not known"
		return found
	}
	need, takes := serving(weights, t.Devices()), int64(vllm.ShareOf(t.Options...)*float64(memory))
	found.What += fmt.Sprintf("; the teacher needs about %s of a GPU's memory (estimated)", gib(need))
	if need > takes {
		found.OK, found.Do = false, fmt.Sprintf("give the teacher more GPUs (teacher.gpus) than %d, since vLLM takes %s of each, or a smaller model", t.Devices(), gib(takes))
	}
	return found
}

// training estimates the bytes that a trainer takes of one GPU: it holds the
// weights whole. LLaMA-Factory computes activations a second time (gradient
// checkpointing); a quarter of the weights and 4 GiB are for them, LoRA and
// optimiser. The worker of hf keeps its activations, of small passes
// where memory is short, with 2 GiB for the rest, and has an adapter for each trial of a
// pass.
func training(m model, s experiment.Student) int64 {
	if s.Train == "llamafactory" {
		return m.weights + m.weights/4 + 4<<30
	}
	return m.weights + hf.Activations(m.shape) + 2<<30 + int64(s.Together()-1)*hf.Adapter(m.shape, setup.GreatestRank())
}

// serving estimates the bytes that a vLLM needs of each of its GPUs: its part of
// the weights, and a tenth and 2 GiB for its cache.
func serving(weights int64, gpus int) int64 {
	return (weights+weights/10)/int64(gpus) + 2<<30
}

func gib(bytes int64) string {
	return fmt.Sprintf("%.0f GiB", float64(bytes)/(1<<30))
}
