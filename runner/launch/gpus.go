package launch

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/autodatabench/autodatabench/results"
)

// queryTime bounds nvidia-smi, which hangs where a driver does.
const queryTime = 30 * time.Second

// GPUs lists the GPUs that this process may use, as CUDA_VISIBLE_DEVICES names
// them. visible is that variable where it is set, which then decides; otherwise
// nvidia-smi is asked, and a machine without it has none.
func GPUs(ctx context.Context, visible string, set bool) ([]string, error) {
	if set {
		return parseVisible(visible)
	}
	program, err := exec.LookPath("nvidia-smi")
	if err != nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, queryTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "--query-gpu=index", "--format=csv,noheader")
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return nil, results.Infra(fmt.Errorf("list the GPUs with nvidia-smi: %w", err), "repair the driver, or set CUDA_VISIBLE_DEVICES")
	}
	list, err := parseIndexes(out)
	if err != nil {
		return nil, results.Infra(fmt.Errorf("list the GPUs with nvidia-smi: %w", err), "set CUDA_VISIBLE_DEVICES")
	}
	return list, nil
}

// parseVisible reads CUDA_VISIBLE_DEVICES: indexes, or names of GPUs and of parts
// of them. CUDA itself ignores all from the first index that is no GPU's.
func parseVisible(text string) ([]string, error) {
	var list []string
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" || strings.HasPrefix(part, "-") {
			break
		}
		if strings.ContainsFunc(part, func(r rune) bool {
			return r != '-' && r != '/' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		}) {
			return nil, results.Bad(fmt.Errorf("CUDA_VISIBLE_DEVICES: %q names no GPU", part), "list indexes, such as 0,1")
		}
		if slices.Contains(list, part) {
			return nil, results.Bad(fmt.Errorf("CUDA_VISIBLE_DEVICES: %s is named twice", part), "list each once")
		}
		list = append(list, part)
	}
	return list, nil
}

// parseIndexes reads one index a line.
func parseIndexes(out []byte) ([]string, error) {
	var list []string
	for line := range bytes.Lines(out) {
		text := string(bytes.TrimSpace(line))
		if text == "" || text == "No devices were found" {
			continue
		}
		n, err := strconv.ParseUint(text, 10, 16)
		index := strconv.FormatUint(n, 10)
		if err != nil || slices.Contains(list, index) {
			return nil, fmt.Errorf("its line %.80q is no new index", text)
		}
		list = append(list, index)
	}
	return list, nil
}

// Division is who works on which GPUs. A set is a value of CUDA_VISIBLE_DEVICES;
// an empty one leaves the variable as it is.
type Division struct {
	Teacher  string
	Students []string // one a student at work
}

// Divide gives the teacher the first of the GPUs and the rest to students, in
// sets of size perStudent; left over GPUs stay idle. slots bounds the sets; 0
// means as many as there are. A student that needs no GPU has slots empty sets,
// or one.
func Divide(gpus []string, teacher, perStudent, slots int) (Division, error) {
	if len(gpus) < teacher+perStudent {
		return Division{}, results.Infra(fmt.Errorf("%d GPUs are needed here (teacher %d, student %d), there are %d", teacher+perStudent, teacher, perStudent, len(gpus)),
			"free more GPUs, or lower student.gpus and teacher.gpus; with device: cpu student and teacher need none")
	}
	d := Division{Teacher: strings.Join(gpus[:teacher], ",")}
	if perStudent == 0 {
		d.Students = make([]string, max(1, slots))
		return d, nil
	}
	for set := range slices.Chunk(gpus[teacher:], perStudent) {
		if len(set) == perStudent && (slots == 0 || len(d.Students) < slots) {
			d.Students = append(d.Students, strings.Join(set, ","))
		}
	}
	if len(d.Students) < slots {
		return Division{}, results.Infra(fmt.Errorf("%d students of %d GPUs do not fit on %d", slots, perStudent, len(gpus)-teacher), "lower launcher.slots")
	}
	return d, nil
}
