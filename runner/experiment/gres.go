package experiment

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/autodatabench/autodatabench/results"
)

// Gres is what each job asks Slurm for: as many GPUs as the student works on,
// unless the launcher says what.
func (f File) Gres() string {
	says := func(option string) bool {
		return strings.HasPrefix(option, "--gpus") || strings.HasPrefix(option, "--tres-per-")
	}
	n := f.Student.Devices()
	if f.Launcher.Gres == "none" {
		return ""
	}
	if f.Launcher.Gres != "" || n == 0 || slices.ContainsFunc(f.Launcher.Options, says) {
		return f.Launcher.Gres
	}
	return "gpu:" + strconv.Itoa(n)
}

// CheckGres refuses jobs with more GPUs than the student works on, which would
// idle, or with fewer. It is for what is about to run: records are read without.
func (f File) CheckGres() error {
	n := f.Student.Devices()
	if f.Launcher.Kind != Slurm || n == 0 {
		return nil
	}
	if asked, named := gpusIn(f.Launcher.Gres); named && asked != n {
		return results.Bad(fmt.Errorf("launcher.gres: %s has another number of GPUs (%d) than the student works on (%d)", f.Launcher.Gres, asked, n),
			"set student.gpus, or leave gres out")
	}
	return nil
}

// gpusIn counts the GPUs in a list of generic resources, name[:type][:count]
// each, if it names any.
func gpusIn(gres string) (n int, named bool) {
	for item := range strings.SplitSeq(gres, ",") {
		item, _, _ = strings.Cut(item, "(")
		parts := strings.FieldsFunc(item, func(r rune) bool { return r == ':' || r == '=' })
		if len(parts) == 0 || parts[0] != "gpu" {
			continue
		}
		count, err := strconv.Atoi(parts[len(parts)-1])
		if err != nil { // it ends with the name or the type
			count = 1
		}
		n, named = n+count, true
	}
	return n, named
}
