package slurm

import "testing"

// Every state that a job can be in when a coordinator looks, and what is done.
func TestDecide(t *testing.T) {
	ok, five, killed, told := &Exit{}, &Exit{Status: 5}, &Exit{Status: 137}, &Exit{Status: 130, Signal: "TERM"}
	listed := func(state string, silent int) Evidence {
		return Evidence{Answered: true, Listed: true, State: state, Silent: silent}
	}
	with := func(e Evidence, result bool, exit *Exit) Evidence { e.Result, e.Exit = result, exit; return e }
	broken := func(e Evidence, exit *Exit) Evidence { e.Result, e.Fault, e.Exit = true, "no GPU", exit; return e }
	stale := func(e Evidence) Evidence { e.Stale = true; return e }
	held := listed("PENDING", 0)
	held.Reason = "launch_failed_requeued_held"
	waits := listed("PENDING", 0)
	waits.Reason = "ReqNodeNotAvail, UnavailableNodes:vm"
	over := listed("PENDING", 0)
	over.Reason = "PartitionTimeLimit"
	badNodes := listed("PENDING", 0)
	badNodes.Reason = "BadConstraints"
	stillBad := badNodes
	stillBad.Stuck = true
	down := listed("PENDING", 0)
	down.Reason, down.Stuck = "ReqNodeNotAvail, UnavailableNodes:vm", true
	constrained := listed("FAILED", 0)
	constrained.Reason = "BadConstraints"
	for _, tt := range []struct {
		name string
		e    Evidence
		want Verdict
	}{
		{"queued", listed("PENDING", 0), Wait},
		{"queued, its node drained", waits, Wait},
		{"held after a failed launch", held, Again},
		{"longer than the partition lets jobs be", over, Never},
		{"on a node that cannot be", constrained, Never},
		{"on nodes that do not fit now", badNodes, Wait},
		{"on nodes that did not fit for long", stillBad, Never},
		{"queued for long, its node drained", down, Wait},
		{"getting its node", listed("CONFIGURING", 0), Wait},
		{"running", listed("RUNNING", 0), Runs},
		{"ending", listed("COMPLETING", 0), Runs},
		{"requeued", listed("REQUEUED", 0), Wait},
		{"suspended", listed("SUSPENDED", 0), Wait},
		{"in a state of a later Slurm", listed("FROBNICATED", 9), Wait},
		{"done", with(listed("COMPLETED", 1), true, ok), Take},
		{"done, still ending", with(listed("COMPLETING", 0), true, ok), Take},
		{"done, Slurm down", with(Evidence{}, true, ok), Take},
		{"done, forgotten", with(Evidence{Answered: true, Silent: 9}, true, ok), Take},
		{"done, preempted after it", with(listed("PREEMPTED", 1), true, nil), Take},
		{"done, the exit file to come", with(listed("RUNNING", 0), true, nil), Runs},
		{"ended, its files to come", listed("COMPLETED", 1), Wait},
		{"ended without files", listed("COMPLETED", patience), Again},
		{"failed without files", listed("FAILED", patience), Again},
		{"lost its node", listed("NODE_FAIL", patience), Again},
		{"never booted", listed("BOOT_FAIL", patience), Again},
		{"preempted", listed("PREEMPTED", patience), Again},
		{"cancelled", listed("CANCELLED", patience), Again},
		{"at its limit", listed("TIMEOUT", patience), Stop},
		{"at its deadline", listed("DEADLINE", patience), Stop},
		{"out of memory", listed("OUT_OF_MEMORY", patience), Stop},
		{"Slurm does not answer", Evidence{Silent: 9}, Wait},
		{"not listed yet", Evidence{Answered: true, Silent: 1}, Wait},
		{"lost", Evidence{Answered: true, Silent: patience}, Again},
		{"the program failed", with(listed("FAILED", 1), false, five), Again},
		{"the program failed, Slurm down", with(Evidence{}, false, five), Wait},
		{"the program failed, its end to come", with(listed("RUNNING", 0), false, five), Wait},
		{"the program failed, its end never to come", stale(with(listed("COMPLETING", 0), false, five)), Again},
		{"the program failed, not listed", with(Evidence{Answered: true, Silent: 1}, false, five), Wait},
		{"the program failed, forgotten", with(Evidence{Answered: true, Silent: patience}, false, five), Again},
		{"the program was killed", with(listed("FAILED", 1), false, killed), Again},
		{"the program was killed, why to come", with(listed("COMPLETING", 0), false, killed), Wait},
		{"the program was killed for its memory", with(listed("OUT_OF_MEMORY", 0), false, killed), Stop},
		{"the program was killed for its time", with(listed("TIMEOUT", 0), false, killed), Stop},
		{"the program was killed with its node", with(listed("NODE_FAIL", 0), false, killed), Again},
		{"ended well out of memory, the result to come", with(listed("OUT_OF_MEMORY", 1), false, ok), Wait},
		{"ended well out of memory without a result", with(listed("OUT_OF_MEMORY", patience), false, ok), Stop},
		{"done although something was out of memory", with(listed("OUT_OF_MEMORY", 0), true, ok), Take},
		{"told of a fault, ending", broken(listed("COMPLETING", 0), ok), Wait},
		{"told of a fault, the exit file to come", broken(listed("RUNNING", 0), nil), Runs},
		{"told of a fault", broken(listed("COMPLETED", 0), ok), Again},
		{"told of a fault, Slurm down", broken(Evidence{}, ok), Wait},
		{"told of a fault and forgotten", broken(Evidence{Answered: true, Silent: patience}, ok), Again},
		{"told of a fault for want of memory", broken(listed("OUT_OF_MEMORY", 0), ok), Stop},
		{"ended well, the result to come", with(listed("COMPLETED", 1), false, ok), Wait},
		{"ended well without a result", with(listed("COMPLETED", patience), false, ok), Again},
		{"told to stop, ending", with(listed("COMPLETING", 0), false, told), Wait},
		{"told to stop, its end never to come", stale(with(listed("COMPLETING", 0), false, told)), Again},
		{"told to stop before its limit", with(listed("FAILED", 1), false, told), Stop},
		{"told to stop by scancel", with(listed("CANCELLED", 1), false, told), Again},
		{"told to stop by another job", with(listed("PREEMPTED", 1), false, told), Again},
		{"told to stop, Slurm down", with(Evidence{}, false, told), Wait},
		{"told to stop and forgotten", with(Evidence{Answered: true, Silent: patience}, false, told), Again},
	} {
		got, why := Decide(tt.e)
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if failed := got == Again || got == Stop || got == Never; failed != (why != "") {
			t.Errorf("%s: %s because %q", tt.name, got, why)
		}
	}
}

// No evidence leaves a step without an end: with answers that go on without
// files, every job that is not live is decided on.
func TestDecideEnds(t *testing.T) {
	for state, p := range states {
		if p != ended {
			continue
		}
		for _, exit := range []*Exit{nil, {}, {Status: 1}, {Status: 130, Signal: "TERM"}} {
			for _, fault := range []string{"", "no GPU"} {
				e := Evidence{Answered: true, Listed: true, State: state, Exit: exit, Result: fault != "", Fault: fault, Silent: patience}
				if v, _ := Decide(e); v != Again && v != Stop {
					t.Errorf("%s with exit %+v, fault %q: %s", state, exit, fault, v)
				}
			}
		}
	}
}
