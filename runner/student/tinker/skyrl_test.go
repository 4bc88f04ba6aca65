//go:build tinker

package tinker

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/runner/child"
	"github.com/autodatabench/autodatabench/runner/student"
	"github.com/autodatabench/autodatabench/runner/student/checkpoint"
	"github.com/autodatabench/autodatabench/runner/student/embedded"
	"github.com/autodatabench/autodatabench/runner/student/embedded/pretrain"
	"github.com/autodatabench/autodatabench/runner/student/hf"
	"github.com/autodatabench/autodatabench/runner/student/studenttest"
)

// The tests of make tinker-test: a real server of the Tinker API, SkyRL tx on the CPU,
// with the embedded student's weights.

func variable(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: run make tinker-test", name)
	}
	return value
}

// serve starts SkyRL tx's server for the model and returns its address.
func serve(t *testing.T, m checkpoint.Model) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	free.Close()
	folder := t.TempDir()
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(variable(t, "TINKER_PYTHON"), "../../../bench/tinker/server.py", m.Folder, port, folder)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(cmd.Environ(), "JAX_PLATFORMS=cpu", "HF_HUB_OFFLINE=1")
	server, err := child.Start(cmd, syscall.SIGTERM)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Signal(syscall.SIGKILL)
		server.Wait()
		if data, err := os.ReadFile(log.Name()); err == nil && t.Failed() {
			t.Logf("server: %s", data[max(0, len(data)-4000):])
		}
	})
	for begin := time.Now(); time.Since(begin) < 5*time.Minute; time.Sleep(500 * time.Millisecond) {
		if data, _ := os.ReadFile(log.Name()); strings.Contains(string(data), "Uvicorn running on") {
			return "http://127.0.0.1:" + port
		}
	}
	t.Fatal("the server did not start")
	return ""
}

// exported writes the embedded student as a folder.
func exported(t *testing.T) checkpoint.Model {
	t.Helper()
	e, err := embedded.New()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), embedded.Name)
	if err := e.Export(dir); err != nil {
		t.Fatal(err)
	}
	m, err := checkpoint.Open(dir, "", "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestTinkerSkyRL: the contract of every student, and hf's losses on the same rows, at a
// real server.
func TestTinkerSkyRL(t *testing.T) {
	m := exported(t)
	config := Config{
		Python: variable(t, "TINKER_PYTHON"), Model: m, Base: m.Folder, URL: serve(t, m), Key: "tml-of-the-test",
		Price: &Price{Train: 1, Prefill: 2, Sample: 3},
	}
	t.Run("probe", func(t *testing.T) {
		if err := Probe(t.Context(), config); err != nil {
			t.Error(err)
		}
		other := config
		other.Base = "another"
		if err := Probe(t.Context(), other); err == nil || !strings.Contains(err.Error(), "has no model") {
			t.Errorf("%v, want that it lacks the model", err)
		}
	})
	s := New(config)
	t.Cleanup(func() { s.Close() })
	recipe := results.Mini().Recipe
	recipe.Epochs = 10
	t.Run("conformance", func(t *testing.T) { studenttest.RunService(t, s, recipe) })
	t.Run("as hf trains", func(t *testing.T) { asHF(t, s, m, recipe) })
	t.Run("as well as hf trains", func(t *testing.T) { asWellAsHF(t, s, m, recipe) })
	t.Run("cost", func(t *testing.T) {
		ctx, meter := student.Metered(t.Context(), time.Hour, context.Canceled, time.Now)
		rows := studenttest.Rows(8)
		report, err := s.Train(ctx, recipe, rows, 7, filepath.Join(t.TempDir(), "adapter"), nil)
		if err != nil {
			t.Fatal(err)
		}
		meter.Stop()
		if want := float64(report.Tokens) / 1e6; math.Abs(meter.Paid()-want) > 1e-9 || want == 0 {
			t.Errorf("%v USD for %d tokens", meter.Paid(), report.Tokens)
		}
	})
}

// asHF trains on the same rows at the service and by hf, and compares what both report.
// LoRA's first weights are each one's own, so that losses part after the first update.
func asHF(t *testing.T, s Student, m checkpoint.Model, recipe results.Recipe) {
	t.Helper()
	rows := pretrain.TrainingSets(results.Science, 48, 1)[0].Rows
	recipe.Epochs = 3
	local := hf.New(hf.Config{Python: variable(t, "PARITY_PYTHON"), Model: m, Device: "cpu", Precision: "float32"})
	t.Cleanup(func() { local.Close() })
	var reports [2]results.TrainReport
	var rates [2][]string
	for i, by := range []student.Trainer{s, local} {
		var err error
		reports[i], err = by.Train(t.Context(), recipe, rows, 7, filepath.Join(t.TempDir(), "adapter"), func(p student.Progress) {
			rates[i] = append(rates[i], fmt.Sprintf("%.12f", p.LearningRate))
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%T: %+v", by, reports[i])
	}
	a, b := reports[0], reports[1]
	if a.Rows != b.Rows || a.Updates != b.Updates || a.Tokens != b.Tokens || strings.Join(rates[0], " ") != strings.Join(rates[1], " ") {
		t.Errorf("the service %+v %v, hf %+v %v", a, rates[0], b, rates[1])
	}
	if math.Abs(a.FirstLoss-b.FirstLoss) > 1e-3*b.FirstLoss {
		t.Errorf("loss of the base on the same rows: the service %v, hf %v", a.FirstLoss, b.FirstLoss)
	}
	if a.LastLoss >= a.FirstLoss {
		t.Errorf("the service's losses go from %v to %v", a.FirstLoss, a.LastLoss)
	}
}

// heUniform has PEFT begin with the first weights of SkyRL tx.
const heUniform = `
import torch
from peft.tuners.lora.layer import LoraLayer

def reset(self, name, init):
    torch.nn.init.kaiming_uniform_(self.lora_A[name].weight, nonlinearity="relu")
    torch.nn.init.zeros_(self.lora_B[name].weight)

LoraLayer.reset_lora_parameters = reset
`

// beginningAs is a Python that runs the text before any program.
func beginningAs(t *testing.T, python, text string) string {
	t.Helper()
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nPYTHONPATH='%s' exec '%s' \"$@\"\n", dir, python)
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "sitecustomize.py"), []byte(text), 0o644), os.WriteFile(filepath.Join(dir, "python"), []byte(script), 0o755)); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "python")
}

// asWellAsHF trains with several seeds at the service and by hf, and compares how many of the
// rows the students then answer, at two standard errors of the seeds. hf is given what
// the service decides and what says how far a student learns: alpha and first weights,
// which are larger than PEFT's by the root of 6.
func asWellAsHF(t *testing.T, s Student, m checkpoint.Model, recipe results.Recipe) {
	t.Helper()
	const seeds = 5
	rows := pretrain.TrainingSets(results.Science, 48, 1)[0].Rows
	prompts := make([]string, len(rows))
	for i, r := range rows {
		prompts[i] = r.Prompt()
	}
	recipe.Epochs, recipe.Alpha = 3, 32
	local := hf.New(hf.Config{Python: beginningAs(t, variable(t, "PARITY_PYTHON"), heUniform), Model: m, Device: "cpu", Precision: "float32"})
	t.Cleanup(func() { local.Close() })
	type trained interface {
		student.Trainer
		student.Generator
	}
	var mean, variance [2]float64 // of the seeds' means
	for i, by := range []trained{s, local} {
		var shares []float64
		for seed := range int64(seeds) {
			dir := filepath.Join(t.TempDir(), "adapter")
			if _, err := by.Train(t.Context(), recipe, rows, seed, dir, nil); err != nil {
				t.Fatal(err)
			}
			answers, err := by.Generate(t.Context(), dir, prompts, results.Sampling{TopP: 1, MaxTokens: 32}, nil)
			if err != nil {
				t.Fatal(err)
			}
			right := 0
			for j, a := range answers {
				if strings.TrimSpace(a) == strings.TrimSpace(rows[j].Output) {
					right++
				}
			}
			shares = append(shares, 100*float64(right)/float64(len(rows)))
		}
		mean[i] = stat.Mean(shares, nil)
		variance[i] = stat.Variance(shares, nil) / seeds
		t.Logf("%T: %.1f %% of the rows, %.1f", by, mean[i], shares)
	}
	apart, deviation := math.Abs(mean[0]-mean[1]), math.Sqrt(variance[0]+variance[1])
	t.Logf("%.1f points apart, standard error %.1f", apart, deviation)
	if apart > 2*deviation || deviation == 0 {
		t.Errorf("the service's students answer %.1f %%, hf's %.1f %%: apart by more than two standard errors of %.2f", mean[0], mean[1], deviation)
	}
}
