// Package slurm lets a student work in jobs of a Slurm cluster. Each training and
// each round of answers is a job of its own. It runs the program's command `job` on
// a folder that the cluster's nodes share with the coordinator.
//
// # Folder
//
//	<jobs>/<step>/job.json       the work to do; <step> is its digest
//	<jobs>/<step>/adapter/       the adapter to answer with
//	<jobs>/<step>/<n>/           the n-th submission
//	     script.sh               the script given to sbatch
//	     slurm.log               the output of the job
//	     progress.jsonl          the progress of the job
//	     adapter/                the trained adapter
//	     result.json             the result, the last file of the program
//	     exit                    the last file of the script: exit status and signal
//
// The files decide whether there is a result. Slurm's reports matter while files are
// missing, and for the cause of a failure: a controller forgets jobs, does not
// answer, or reports a state that says little. [Decide] is the one place that weighs
// both. The name of a job is made from its step, so that a coordinator that was
// killed finds its jobs again.
//
// A job that the cluster failed is submitted again, a bounded number of times. A
// failure caused by an agent's rows is a result and is kept in result.json. Time in
// the queue is not run time; the run time of a step is the time that its job
// measured.
//
// The package is not for the kind of student: the composition root opens it, on the
// coordinator and in the job.
package slurm
