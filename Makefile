# `make help` lists the targets; CI runs `make check`, `make cross`, `make parity`,
# `make slurm-test`, `make chaos` and a small demo.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo build test race lint fuzz hostile golden recordings picture generate-check faults trust damage check bench bench-gateway pages-cost calibrate parity parity-bench gpu-stack-test tinker-test real-demo real-test slurm-test browser-test clients-test collector-test export-test cross release release-test install-test chaos chaos-full coverage-study heldout real-suites

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
EXPERIMENT  ?= bench/experiments/demo.yaml
OUT         ?= runs
FUZZTIME    ?= 10s
FLOORS      := results tasks agents report runner bench

# SQLite is C.
export CGO_ENABLED := 1
GO     := go
PARITY := -tags parity
CHAOS  := -tags chaos
STACK  := -tags gpustack
BROWSER := -tags browser

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 20

setup: ## install what is missing, or say what to install
	@bench/setup.sh

demo: setup build ## run the embedded experiment and print its leaderboard (EXPERIMENT=file, OUT=folder)
	@begin=$$SECONDS; ./autodatabench run --out "$(OUT)" "$(EXPERIMENT)"; \
	echo "demo: $(EXPERIMENT) took $$((SECONDS - begin)) s; its folders are in $(OUT)"; \
	./autodatabench site --out "$(OUT)" "$(OUT)/pages" || test -s "$(OUT)/pages/index.html" # whole but for what it named, of other experiments

build: ## build ./autodatabench
	@bench/setup.sh build
	@$(GO) build -o autodatabench ./bench

test: setup ## run every test that needs no GPU
	@$(GO) test -json -timeout 20m ./... | $(GO) run ./bench/internal/testsum test

race: setup ## run every test under the race detector
	@$(GO) test -race -json -timeout 40m ./... | $(GO) run ./bench/internal/testsum race

lint: setup ## gofmt, vet, staticcheck, import rules
	@unformatted=$$(gofmt -l $(FLOORS)); test -z "$$unformatted" || { echo "not in gofmt's form: $$unformatted"; exit 1; }
	@$(GO) vet $(PARITY),gpustack,slurm,chaos,browser,collector,exports,real,tinker ./...
	@$(GO) run $(STATICCHECK) $(PARITY),gpustack,slurm,chaos,browser,collector,exports,real,tinker ./...
	@$(GO) test ./bench/internal/archtest
	@echo "lint: clean"

fuzz: setup ## run every fuzz target for FUZZTIME (10s) each
	@GO='$(GO)' FUZZTIME='$(FUZZTIME)' bench/fuzz.sh $(FLOORS)

hostile: setup ## run hostile programs in the sandbox, as root and as a user, and print a table (5 minutes)
	@GO='$(GO)' bench/hostile.sh

golden: setup ## rewrite the golden files of every package that has some
	@for d in $$(grep -rl 'flag.Bool("update"' --include='*_test.go' $(FLOORS) | xargs -n1 dirname | sort -u); do \
		$(GO) test "./$$d" -update; done

recordings: setup build ## run the demo and take its trials and tables for the tests that hold them, as after a change of tasks or prompts
	@out=$$(mktemp -d); trap 'rm -rf "$$out"' EXIT; ./autodatabench run --out "$$out" bench/experiments/demo.yaml; \
	$(GO) test -run '^TestDemoReplays$$' ./runner -record "$$out/demo"; \
	$(GO) test -run '^TestDemoPage$$' ./bench/internal/recorded -demo "$$out" -update

picture: ## draw the pipeline that the README shows (bench/doc/pipeline-*.svg)
	@go run ./bench/internal/picture

generate-check: setup ## check that generated files and go.mod are what they are made from
	@GO='$(GO)' bench/generate-check.sh

faults: setup ## play every fault of teacher, agent, connection and disk on whole trials, and print a table (a minute or two)
	@$(GO) test -count=1 -timeout 20m -run '^TestFaults$$' -v ./runner -faults | grep -E '^(\||FAIL|ok|.*_test.go)'

trust: setup ## measure the audit on engineers that cheat and on honest ones (414 simulated trials), and tamper with bundles: 5 minutes of processor time
	@$(GO) test -count=1 -timeout 60m -v -run '^TestTrust$$' ./runner/audit -trust | grep -vE '^ *(ok|PASS|=== |--- PASS)'
	@$(GO) test -count=1 -timeout 60m -v -run '^TestTampering$$' ./runner/verify -table | grep -vE '^ *(ok|PASS|=== |--- PASS)'

damage: setup ## damage each kind of file of a finished experiment in every way, ask every reading command, and print a table (minutes)
	@$(GO) test -count=1 -timeout 40m -run '^TestDamageIsNamed$$' -v ./bench/internal/cli -sweep | grep -E '^(\||FAIL|ok|.*_test.go)'

check: lint test ## lint and all tests, with a short form of faults

bench: setup ## measure the parts that bound a run, the demo and the peers, with their goals (half an hour; downloads 900 MB once)
	@GO='$(GO)' bench/goals.sh

bench-gateway: setup ## measure calls over a bare upstream, the gateway and LiteLLM, with goals (CALLS, MANY; downloads 300 MB once)
	@litellm=$$(bench/gateway/litellm.sh); $(GO) test -count=1 -timeout 60m -run '^TestHops$$' -v ./runner/gateway -hops -hops.litellm "$$litellm" \
		$(if $(CALLS),-hops.calls $(CALLS)) $(if $(MANY),-hops.memory $(MANY))

pages-cost: setup ## measure what 50 open pages cost a run, in five pairs of runs
	@$(GO) test -count=1 -timeout 60m -run '^TestOpenPagesCost$$' -v ./bench/internal/cli -pages-cost

calibrate: setup build ## measure how the embedded student tells training sets apart (ROWS, RUNS, DRAWS)
	@bench/calibrate.sh $(or $(ROWS),500) $(or $(RUNS),3) $(or $(DRAWS),1)

parity: setup ## compare the student with PyTorch, transformers, PEFT and tokenizers (downloads 600 MB once)
	@python=$$(bench/parity/python.sh); serving=$$(bench/parity/serving.sh); export PARITY_PYTHON="$$python" PARITY_SERVING="$$serving"; \
	$(GO) test -json -timeout 20m $(PARITY) -run '^TestParity' ./runner/student/llama ./runner/student/vllm | $(GO) run ./bench/internal/testsum parity

parity-bench: setup ## time training and generation against PyTorch on the CPU, with goals
	@python=$$(bench/parity/python.sh); GO='$(GO)' PARITY_PYTHON="$$python" bench/parity/bench.sh

gpu-stack-test: setup ## train and ask the student as on a GPU, on the CPU: hf, LLaMA-Factory, transformers serve (downloads 1.5 GB once)
	@python=$$(bench/parity/python.sh); serving=$$(bench/parity/serving.sh); cli=$$(bench/parity/llamafactory.sh); \
	export PARITY_PYTHON="$$python" PARITY_SERVING="$$serving" LLAMAFACTORY_CLI="$$cli" OMP_NUM_THREADS=1; \
	$(GO) test -json -timeout 60m $(STACK) -run '^TestStack' ./runner/student ./bench/internal/cli | $(GO) run ./bench/internal/testsum gpu-stack-test

tinker-test: setup ## train and ask a student at SkyRL tx, a server of the Tinker API, on the CPU (downloads 700 MB once)
	@python=$$(bench/parity/python.sh); tinker=$$(bench/tinker/python.sh); export PARITY_PYTHON="$$python" TINKER_PYTHON="$$tinker"; \
	$(GO) test -json -timeout 30m -count=1 -tags tinker -run '^TestTinker' ./runner/student/tinker | $(GO) run ./bench/internal/testsum tinker-test

real-demo: setup build ## run the paper's path with real models on the CPU: hf, vLLM, llama.cpp (downloads 1.3 GB once; OUT=folder, LLAMAFACTORY=1 for one trial with it)
	@LLAMAFACTORY='$(LLAMAFACTORY)' bench/real/demo.sh "$(OUT)"

real-test: setup build ## test the real stack on the CPU, while its servers are killed, and run real-demo (downloads 1.3 GB once; SHORT=1 leaves real-demo out)
	@GO='$(GO)' SHORT='$(SHORT)' bench/real/test.sh

slurm-test: setup ## test launcher slurm on a private Slurm that it installs, starts and stops (root, Debian; RUN=pattern)
	@GO='$(GO)' RUN='$(RUN)' bench/slurm-test.sh

browser-test: setup ## test the web pages in Chromium, which it installs, and with axe-core (SHOTS=folder keeps pictures)
	@GO='$(GO)' TAGS='$(BROWSER)' SHOTS='$(SHOTS)' bench/browser-test.sh

clients-test: setup build ## ask student serve and teacher serve with the clients that people have (downloads 300 MB once; CLIENTS="openai llm")
	@CLIENTS='$(CLIENTS)' bench/clients/clients.sh

collector-test: ## send spans to the OTLP receiver of the OpenTelemetry Collector (downloads its modules once)
	@dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; (cd bench/internal/spans/testdata/collector && go build -o "$$dir/collector" .); \
	$(GO) test -tags collector -count=1 -run '^TestCollectorTakesSpans$$' -v ./bench/internal/spans -collector "$$dir/collector"

export-test: setup ## read the files of `export` with Every Eval Ever, Inspect and the notebook (downloads 180 MB once)
	@GO='$(GO)' bench/exports/test.sh

cross: ## build and vet the reading commands without cgo for Linux, macOS and Windows, and test them here (SYSTEMS="darwin/arm64")
	@SYSTEMS='$(SYSTEMS)' bench/cross.sh

release: ## archives of VERSION=v0.1.0 for all systems, with checksums and bills of materials, in dist (DIST, SYSTEMS)
	@VERSION='$(VERSION)' SYSTEMS='$(SYSTEMS)' DIST='$(DIST)' bench/release.sh

release-test: ## make a release for this system twice, and see that the bytes are the same
	@bench/release-twice.sh

install-test: ## check the Dockerfile, and run its steps and the demo in a fresh Debian (root; downloads 500 MB)
	@bench/install-test.sh

chaos: setup build ## kill the program at each boundary and at KILLS random instants, and fail each STEPth operation on the disk (KILLS=40, STEP=1)
	@CHAOS_PROGRAM="$$PWD/autodatabench" CHAOS_KILLS=$(or $(KILLS),40) CHAOS_STEP=$(or $(STEP),1) \
	$(GO) test -json -count=1 -timeout 120m $(CHAOS) ./bench/internal/chaos | $(GO) run ./bench/internal/testsum chaos

chaos-full: ## chaos with 200 random instants
	@$(MAKE) chaos KILLS=200

coverage-study: setup ## simulate coverage and error rates of the statistics: an hour on two cores (SETS, DRAWS)
	@$(GO) test ./report/stats -run 'TestCoverage|TestTypeI' -study -sets $(or $(SETS),2000) -draws $(or $(DRAWS),399) -timeout 48h -v

heldout: setup ## measure the embedded student in wordings that no set has, to choose corpus and recipe by (ROWS, DRAWS, EPOCHS)
	@$(GO) test -run '^$$' -bench HeldOut -benchtime 1x ./runner/student/embedded/pretrain \
		-args $(if $(ROWS),-heldout.rows $(ROWS)) $(if $(DRAWS),-heldout.draws $(DRAWS)) $(if $(EPOCHS),-heldout.epochs $(EPOCHS))

real-suites: setup build ## run a domain made from a CSV, and the paper's suites from their published files, end to end (AUTODATABENCH_DATASETS)
	@bench/real-suites.sh
