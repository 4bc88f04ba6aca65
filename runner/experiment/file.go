// Package experiment turns an experiment file into the trials it stands for,
// with every default resolved and everything checked before anything starts. It
// takes them to their scores ([Setup.Run]) and reads back how far they are
// ([ReadStatus]).
//
// It is not for the course of a single trial (package runner) nor for building back
// ends (bench/internal/setup does).
package experiment

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/autodatabench/autodatabench/agents/dialect"
	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/config"
	"github.com/autodatabench/autodatabench/results/cut"
	"github.com/autodatabench/autodatabench/runner/final"
)

// File is an experiment as its user writes it (bench/experiments).
type File struct {
	Name       string             `yaml:"name" json:"name"`
	Protocol   string             `yaml:"protocol" json:"protocol"`
	Modified   bool               `yaml:"modified,omitempty" json:"modified,omitempty"` // the protocol is wanted for a student that it is not for
	Suite      Suite              `yaml:"suite" json:"suite"`
	Domains    []results.Domain   `yaml:"domains,omitempty" json:"domains"` // of task folders: all if left out
	Workflows  []results.Workflow `yaml:"workflows" json:"workflows"`
	Settings   []results.Setting  `yaml:"settings" json:"settings"`
	Agents     []string           `yaml:"agents" json:"agents"`
	Runs       int                `yaml:"runs" json:"runs"`
	Seed       int64              `yaml:"seed" json:"seed"`
	FinalSeeds int                `yaml:"final_seeds" json:"final_seeds"`
	Parallel   int                `yaml:"parallel" json:"parallel"`
	Teacher    Teacher            `yaml:"teacher" json:"teacher"`
	Student    Student            `yaml:"student" json:"student"`
	Launcher   Launcher           `yaml:"launcher" json:"launcher"`
	Sandbox    Sandbox            `yaml:"sandbox" json:"sandbox"`
	Budget     Budget             `yaml:"budget" json:"budget"`

	// UntilDecided makes Runs the most: entries get two, and more as long as the order
	// of these pairs is open ([Top] or [All]). Empty: every entry gets all.
	UntilDecided string `yaml:"until_decided,omitempty" json:"until_decided,omitempty"`

	// Outage is how long a fault of the platform is waited out before a trial is left
	// to be resumed. It is no part of the experiment's terms.
	Outage config.Duration `yaml:"outage" json:"outage,omitempty"`

	// KeepAdapters says which adapters of final scores stay in the experiment's folder:
	// best or all; none when empty. It is no part of the experiment's terms.
	KeepAdapters string `yaml:"keep_adapters,omitempty" json:"keep_adapters,omitempty"`

	GPUPrice *float64 `yaml:"price_per_gpu_hour_usd" json:"price_per_gpu_hour_usd,omitempty"` // unknown when left out
}

// Teacher chooses the teacher.
type Teacher struct {
	Kind        string `yaml:"kind" json:"kind"` // procedural | rewording | openai | vllm
	BaseURL     string `yaml:"base_url" json:"base_url,omitempty"`
	Model       string `yaml:"model" json:"model,omitempty"`
	APIKeyEnv   string `yaml:"api_key_env" json:"api_key_env,omitempty"`
	Concurrency int    `yaml:"concurrency" json:"concurrency,omitempty"`
	GPUs        int    `yaml:"gpus" json:"gpus,omitempty"` // that it occupies; of kind vllm 1 when 0, of openai for plans

	dialect.Settings `yaml:",inline"` // what its server needs beyond the protocol
	Thinking         string           `yaml:"thinking" json:"thinking,omitempty"` // strip | keep, of the model's thoughts in its answers; strip when empty

	// Of kind vllm, as in [Serve] and [Student].
	Device  string   `yaml:"device" json:"device,omitempty"`
	Command []string `yaml:"command,omitempty" json:"command,omitempty"`
	Options []string `yaml:"options,omitempty" json:"options,omitempty"`
}

// Student chooses the student's back end: the embedded one, or a model with what
// trains it and what asks it.
type Student struct {
	Kind   string `yaml:"kind" json:"kind"` // embedded, unless there are train and infer
	Train  string `yaml:"train" json:"train,omitempty"`
	Infer  string `yaml:"infer" json:"infer,omitempty"`
	Model  string `yaml:"model" json:"model,omitempty"`   // folder, or a name that the hub's cache holds
	GPUs   int    `yaml:"gpus" json:"gpus,omitempty"`     // that it occupies, for plans
	Device string `yaml:"device" json:"device,omitempty"` // cuda, unless it is cpu
	Packed bool   `yaml:"packed" json:"packed,omitempty"` // of back end hf: recipe packed, a modified protocol

	BatchTrials int `yaml:"batch_trials" json:"batch_trials,omitempty"` // of back end hf: trials trained in one pass at the most; 1 when 0

	Python       string `yaml:"python" json:"python,omitempty"`             // of hf's environment; python3 when empty
	LlamaFactory string `yaml:"llamafactory" json:"llamafactory,omitempty"` // its llamafactory-cli; that on PATH when empty

	Serve  *Serve  `yaml:"serve,omitempty" json:"serve,omitempty"`   // of infer: vllm
	Tinker *Rented `yaml:"tinker,omitempty" json:"tinker,omitempty"` // of train and infer: tinker
}

// Embedded reports whether the student is the one inside the program.
func (s Student) Embedded() bool { return s.Train == "" && s.Infer == "" }

func (s Student) validate() error {
	if s.Embedded() {
		if s != (Student{Kind: s.Kind, GPUs: s.GPUs}) {
			return fmt.Errorf("student: model, device, packed, batch_trials, python, llamafactory, serve and tinker go with train and infer")
		}
		return known("student.kind", s.Kind, "embedded")
	}
	if s.Model == "" {
		return fmt.Errorf("student.model: missing")
	}
	if s.Packed && s.Train != "hf" {
		return fmt.Errorf("student.packed: goes with train: hf")
	}
	return cmp.Or(
		s.validateTogether(),
		known("student.train", s.Train, "hf", "llamafactory", Tinker), known("student.infer", s.Infer, "hf", "vllm", Tinker),
		known("student.device", s.Device, "", "cuda", "cpu"), s.validateServe(), s.validateRented(),
	)
}

// Sandbox says how agents' code runs.
type Sandbox struct {
	Kind      string      `yaml:"kind" json:"kind"` // bubblewrap | none
	Memory    config.Size `yaml:"memory" json:"memory"`
	Processes int         `yaml:"processes" json:"processes"`
	Python    string      `yaml:"python" json:"python"`

	// Environment is the folder of a virtual environment whose Python runs code, in the
	// place of Python. Its digest is found when the sandbox is opened.
	Environment       string `yaml:"environment" json:"environment,omitempty"`
	EnvironmentDigest string `yaml:"-" json:"environment_digest,omitempty"`
}

// environment refuses words that do not go with an environment.
func (s Sandbox) environment() error {
	switch {
	case s.Environment == "":
		return nil
	case s.Kind == "none":
		return fmt.Errorf("sandbox.environment: does not go with kind none, which can keep nobody from changing it; name its interpreter as python")
	case s.Python != Default().Sandbox.Python:
		return fmt.Errorf("sandbox.environment: does not go with python: the environment has its own")
	}
	return nil
}

// leastMemory is what Python and its library need to start, with some room: they fail
// below 24 MiB.
const leastMemory = 64 << 20

// unused reports what has no effect, or cannot work, and was taken by earlier versions.
func (f File) unused() error {
	t := f.Teacher
	for _, asked := range []struct{ key, value string }{{"base_url", t.BaseURL}, {"model", t.Model}, {"api_key_env", t.APIKeyEnv}} {
		if asked.value != "" && (t.Kind == "procedural" || t.Kind == Rewording) {
			return fmt.Errorf("teacher.%s: does not go with kind %s, which asks no server", asked.key, t.Kind)
		}
	}
	return cmp.Or(f.Sandbox.memory(), f.Suits())
}

// Suits refuses a protocol for a student that it is not for, unless the file says that
// this is meant.
func (f File) Suits() error {
	p, err := f.Resolve()
	if err != nil || f.Modified || f.Student.Embedded() || !p.Embedded() {
		return err
	}
	return fmt.Errorf("protocol: %s is for the embedded student (%s), and would destroy a real one: take small, for up to 1.5 billion parameters, or paper; "+
		"modified: true takes it all the same and marks every trial", p.Name, p.Recipe.Words())
}

func (s Sandbox) memory() error {
	if s.Memory < leastMemory || s.Memory > 1<<50 {
		text, _ := s.Memory.MarshalText() // never fails
		return fmt.Errorf("sandbox.memory: %s is not between 64MiB, the least that Python works with, and 1024TiB", text)
	}
	return nil
}

// Budget overrides single budgets of the protocol; what is left out stays.
type Budget struct {
	TeacherCalls           *int             `yaml:"teacher_calls" json:"teacher_calls,omitempty"`
	TeacherCallsPerAttempt *int             `yaml:"teacher_calls_per_attempt" json:"teacher_calls_per_attempt,omitempty"`
	CodeTime               *config.Duration `yaml:"code_time" json:"code_time,omitempty"`
	RunTime                *config.Duration `yaml:"run_time" json:"run_time,omitempty"`
	Attempts               *int             `yaml:"attempts" json:"attempts,omitempty"`
	Iterations             *int             `yaml:"iterations" json:"iterations,omitempty"`
	DatasetSize            *int             `yaml:"dataset_size" json:"dataset_size,omitempty"`
	MinRows                *int             `yaml:"min_rows" json:"min_rows,omitempty"`
	AgentTokens            *int64           `yaml:"agent_tokens" json:"agent_tokens,omitempty"`
	AgentCost              *float64         `yaml:"agent_cost_usd" json:"agent_cost_usd,omitempty"`
	AgentTime              *config.Duration `yaml:"agent_time" json:"agent_time,omitempty"`
}

// Default is the experiment that stands for every key a file leaves out.
func Default() File {
	return File{
		Protocol: "mini", Suite: Suite{Name: MiniSuite},
		Domains: results.Domains(), Workflows: results.Workflows(), Settings: []results.Setting{results.Scratch},
		Runs: 1, Seed: 1, FinalSeeds: 1, Parallel: 2,
		Teacher: Teacher{Kind: Procedural}, Student: Student{Kind: "embedded"},
		Launcher: Launcher{Kind: Local}, Outage: config.Duration(30 * time.Minute),
		Sandbox: Sandbox{Kind: "bubblewrap", Memory: 2 << 30, Processes: 64, Python: "python3"},
	}
}

// Read reads and checks the experiment file.
func Read(path string) (File, error) { return read(path, config.Read, File.unused) }

// ReadGiven reads the file that an experiment's folder keeps. Versions of before took
// what [Read] refuses.
func ReadGiven(path string) (File, error) {
	return read(path, config.ReadGiven, func(File) error { return nil })
}

type reader func(path string, into any, checks ...func() error) error

func read(path string, from reader, more func(File) error) (File, error) {
	f := Default()
	f.Domains = nil
	err := from(path, &f, func() error {
		if f.Domains == nil && f.Suite.Folders == nil {
			f.Domains = results.Domains()
		}
		f.Teacher.BaseURL = f.Teacher.TakeQuery(f.Teacher.BaseURL)
		return cmp.Or(f.Validate(), more(f))
	})
	return f, err
}

// Validate reports the first field that cannot work. Whether agents and tasks
// exist is found out when they are loaded.
func (f File) Validate() error {
	if !results.ValidName(f.Name) {
		return errors.New("name: " + results.NameProblem(f.Name))
	}
	for _, check := range []error{
		f.Suite.validate(), f.domains(),
		each("workflows", f.Workflows, results.Workflow.Validate),
		each("settings", f.Settings, results.Setting.Validate),
		each("agents", f.Agents, func(name string) error {
			if !results.ValidName(name) {
				return errors.New(results.NameProblem(name))
			}
			return nil
		}),
		within("runs", f.Runs, 1, 1000), f.untilDecided(), within("final_seeds", f.FinalSeeds, 1, 100), within("parallel", f.Parallel, 1, 1000),
		f.Teacher.validate(), f.Student.validate(), within("student.gpus", f.Student.GPUs, 0, 10_000),
		f.Launcher.validate(),
		known("keep_adapters", f.KeepAdapters, "", string(final.KeepBest), string(final.KeepAll)),
		known("sandbox.kind", f.Sandbox.Kind, "bubblewrap", "none"), f.Sandbox.environment(),
		within("sandbox.processes", f.Sandbox.Processes, 1, 1<<20),
	} {
		if check != nil {
			return check
		}
	}
	if p := f.GPUPrice; p != nil && !(*p >= 0 && *p <= 1e6) {
		return fmt.Errorf("price_per_gpu_hour_usd: %v is not between 0 and a million", *p)
	}
	if f.Seed < 0 {
		return fmt.Errorf("seed: must not be negative, got %d", f.Seed)
	}
	if o := time.Duration(f.Outage); o < 0 || o > 30*24*time.Hour {
		return fmt.Errorf("outage: %s is not between 0 and 30 days", o)
	}
	if s := f.Student.Serve; f.Launcher.Kind == Slurm && s != nil && s.BaseURL != "" {
		return fmt.Errorf("student.serve.base_url: goes with launcher local; jobs of a cluster start their own server")
	}
	if f.Launcher.Kind == Slurm && f.Student.Together() > 1 {
		return fmt.Errorf("student.batch_trials: goes with launcher local; a job of a cluster trains one trial")
	}
	if f.Launcher.Kind == Slurm && f.Student.Train == Tinker {
		return fmt.Errorf("student: back end tinker goes with launcher local; jobs of a cluster would wait for the service")
	}
	_, err := f.Resolve()
	return err
}

// domains may be left to the task folders.
func (f File) domains() error {
	if f.Domains == nil && len(f.Suite.Folders) > 0 {
		return nil
	}
	return each("domains", f.Domains, results.Domain.Validate)
}

// Resolve is the protocol with the file's overrides; any of them marks it as
// modified.
func (f File) Resolve() (results.Protocol, error) {
	var p results.Protocol
	names := []string{}
	for _, one := range results.Protocols() {
		names = append(names, one.Name)
		if one.Name == f.Protocol {
			p = one
		}
	}
	if p.Name == "" {
		return p, known("protocol", f.Protocol, names...)
	}
	if err := f.Budget.noZero(); err != nil {
		return p, err
	}
	was := p
	b := &p.Budget
	override(&b.TeacherCalls, f.Budget.TeacherCalls)
	override(&b.TeacherCallsPerAttempt, f.Budget.TeacherCallsPerAttempt)
	override(&b.Attempts, f.Budget.Attempts)
	override(&b.Iterations, f.Budget.Iterations)
	override(&b.DatasetSize, f.Budget.DatasetSize)
	override(&b.MinRows, f.Budget.MinRows)
	override(&b.AgentTokens, f.Budget.AgentTokens)
	override(&b.AgentCost, f.Budget.AgentCost)
	override(&b.AgentTime, (*time.Duration)(f.Budget.AgentTime))
	override(&b.CodeTime, (*time.Duration)(f.Budget.CodeTime))
	override(&b.RunTime, (*time.Duration)(f.Budget.RunTime))
	if f.Teacher.Concurrency != 0 {
		b.TeacherConcurrency = f.Teacher.Concurrency
	}
	p.FinalSeeds, p.Recipe.Packed = f.FinalSeeds, f.Student.Packed
	if err := b.Validate(); err != nil {
		return p, fmt.Errorf("budget.%w", err)
	}
	p.Modified = p != was || f.Modified
	return p, nil
}

// noZero refuses a 0 for a budget of the agent: within a protocol 0 means no limit,
// and who writes it may mean none at all.
func (b Budget) noZero() error {
	for _, zero := range []struct {
		name string
		is   bool
	}{
		{"agent_tokens", b.AgentTokens != nil && *b.AgentTokens == 0},
		{"agent_cost_usd", b.AgentCost != nil && *b.AgentCost == 0},
		{"agent_time", b.AgentTime != nil && *b.AgentTime == 0},
	} {
		if zero.is {
			return fmt.Errorf("budget.%s: must be positive; leave it out for no limit", zero.name)
		}
	}
	return nil
}

func override[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

func each[T comparable](field string, list []T, valid func(T) error) error {
	if len(list) == 0 {
		return fmt.Errorf("%s: needs at least one", field)
	}
	for i, v := range list {
		if err := valid(v); err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
		if slices.Contains(list[:i], v) {
			return fmt.Errorf("%s: %v is named twice", field, v)
		}
	}
	return nil
}

func within(field string, v, low, high int) error {
	if v < low || v > high {
		return fmt.Errorf("%s: %d is not between %d and %d", field, v, low, high)
	}
	return nil
}

func known(field, v string, names ...string) error {
	if !slices.Contains(names, v) {
		return fmt.Errorf("%s: unknown %q: want one of %v", field, cut.Runes(v, 80, "..."), names)
	}
	return nil
}
