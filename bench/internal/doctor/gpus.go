package doctor

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/bench/internal/setup"
	"github.com/autodatabench/autodatabench/report/table"
	"github.com/autodatabench/autodatabench/runner/experiment"
	"github.com/autodatabench/autodatabench/runner/launch"
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
// teacher and student.
func checkGPUs(ctx context.Context, w setup.World, f experiment.File) Finding {
	const part = "gpus"
	teachers, students := f.Devices()
	if teachers+students == 0 {
		return notNeeded(part)
	}
	names, err := w.GPUs(ctx)
	if err != nil {
		return failed(part, err, "")
	}
	d, err := launch.Divide(names, teachers, students, f.Launcher.Slots)
	if err != nil {
		return failed(part, err, "")
	}
	out, err := ask(ctx, "nvidia-smi", "--query-gpu=index,name,memory.total", "--format=csv,noheader,nounits")
	if err != nil {
		return Finding{part, false, fmt.Sprintf("nvidia-smi: %v", err), "install or repair NVIDIA's driver"}
	}
	list, err := parseGPUs(out)
	if err != nil {
		return failed(part, err, "see what nvidia-smi prints")
	}
	found := Finding{part, true, describe(list, names, d), ""}
	if teachers > 0 {
		found = teacherFits(found, w, f.Teacher, smallest(list, names))
	}
	if students > 0 && found.OK {
		found = studentFits(found, w, f.Student, smallest(list, names))
	}
	return found
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
