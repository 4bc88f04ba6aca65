package vllm

import (
	"strconv"
	"strings"
)

// MemoryShare is vLLM's option for the share of the GPUs' memory that it takes.
const MemoryShare = "--gpu-memory-utilization"

// BesideTraining is the share that a student's server takes when nobody says
// another: it stays while the student is trained on the same GPUs.
const BesideTraining = "0.4"

// ShareOf is the share of the memory that a vLLM with the options takes: the last of
// them counts, and without one 0.9, as its documentation says.
func ShareOf(options ...string) float64 {
	share := 0.9
	for i, option := range options {
		value, with := strings.CutPrefix(option, MemoryShare+"=")
		if option == MemoryShare && i+1 < len(options) {
			value, with = options[i+1], true
		}
		if v, err := strconv.ParseFloat(value, 64); with && err == nil && v > 0 && v <= 1 {
			share = v
		}
	}
	return share
}
