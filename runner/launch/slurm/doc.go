// Package slurm lets a student work in jobs of a Slurm cluster: each training
// and each round of answers is a job of its own, which runs the program's
// command `job` on a folder that the cluster's nodes share with the coordinator.
//
// # Folder
//
//	<jobs>/<step>/job.json       what is to be done; <step> is its digest
//	<jobs>/<step>/adapter/       the adapter to answer with
//	<jobs>/<step>/<n>/           the n-th submission
//	     script.sh               what sbatch was given
//	     slurm.log               what the job printed
//	     progress.jsonl          how far it is
//	     adapter/                what it trained
//	     result.json             what came of it, the last file of the program
//	     exit                    the last file of the script: exit status and signal
//
// The files decide what there is to take. Slurm's word matters while they are
// missing, and for why a job failed; a controller forgets jobs, does not answer,
// or knows them by a state that says little. [Decide] is the one place where that
// is weighed. A job's name is made from its step, so that a coordinator that was
// killed finds its jobs again.
//
// A job that the cluster failed is submitted again, a bounded number of times;
// what an agent's rows made fail travels in result.json as a result. Time in the
// queue is no run time; the run time of a step is what its job measured.
//
// The package is not for what a student is: the command line opens it, here and
// in the job.
package slurm
