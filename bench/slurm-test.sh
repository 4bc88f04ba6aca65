#!/usr/bin/env bash
# Runs the tests that need a Slurm (build tag slurm) on a private one: munged,
# slurmctld and slurmd of Debian's packages, on this machine, with two CPU slots
# and a GPU that is /dev/null. All of it lives in a temporary folder and is
# stopped and removed at the end, whatever happens. `slurm-test.sh daemon
# stop|start NAME` is for the tests, which also see what a dead daemon does.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
	echo "slurm: SKIPPED, nothing was tested: $1" >&2
	echo "slurm: 0 of 1 passed, 1 skipped, 0 s"
	exit 0
}

daemon() { # start|stop munged|slurmctld|slurmd
	local pid=$SLURM_TEST/$2.pid
	case $1-$2 in
	start-munged)
		munged --socket="$SLURM_TEST/munge.socket" --key-file="$SLURM_TEST/munge.key" --pid-file="$pid" \
			--log-file="$SLURM_TEST/munged.log" --seed-file="$SLURM_TEST/munge.seed"
		;;
	start-*) "$2" >"$SLURM_TEST/$2.out" 2>&1 || { cat "$SLURM_TEST/$2.out" "$SLURM_TEST/$2.log" >&2; return 1; } ;;
	stop-*)
		if [[ -s $pid ]] && kill "$(cat "$pid")" 2>/dev/null; then
			for _ in {1..100}; do kill -0 "$(cat "$pid" 2>/dev/null)" 2>/dev/null || break; sleep 0.1; done
		fi
		rm -f "$pid"
		;;
	esac
}

have() { # all of Slurm's programs
	local name
	for name in slurmctld slurmd munged sbatch; do command -v "$name" >/dev/null || return 1; done
}

if [[ ${1-} == daemon ]]; then
	daemon "$2" "$3"
	exit
fi

[[ $(id -u) == 0 ]] || skip "starting slurmctld, slurmd and munged needs root"
if ! have; then
	command -v apt-get >/dev/null || skip "there is no slurmctld, and no apt-get to install it with"
	echo "slurm: installing slurmctld, slurmd, slurm-client, munge" >&2
	export DEBIAN_FRONTEND=noninteractive
	# A machine of our own: no service of theirs is to start.
	policy=/usr/sbin/policy-rc.d
	[[ -e $policy ]] || { printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && made=$policy; }
	install=(apt-get install -y -qq --no-install-recommends slurmctld slurmd slurm-client munge)
	"${install[@]}" >/dev/null 2>&1 || { apt-get update -qq && "${install[@]}"; } >/dev/null 2>&1 || true
	rm -f "${made-}"
	have || skip "slurmctld, slurmd, slurm-client and munge cannot be installed"
fi

SLURM_TEST=$(mktemp -d /tmp/adb-slurm-XXXXXX)
export SLURM_TEST SLURM_CONF=$SLURM_TEST/slurm.conf
end() {
	set +e
	[[ -z ${tests-} ]] || kill -- "-$tests" 2>/dev/null
	timeout 20 scancel --user=root >/dev/null 2>&1
	sleep 1
	for name in slurmd slurmctld munged; do daemon stop "$name"; done
	# What a test that was killed left mounted.
	grep -o " $SLURM_TEST[^ ]*" /proc/mounts | sort -r | xargs -r umount -l
	rm -rf "$SLURM_TEST"
}
trap end EXIT
trap 'exit 130' INT TERM

chmod 755 "$SLURM_TEST"
mkdir "$SLURM_TEST"/{state,spool,work}
mount -t tmpfs -o size=4m,mode=755 slurm-spool "$SLURM_TEST/spool" || skip "no tmpfs can be mounted"
(umask 077 && head -c 1024 /dev/urandom >"$SLURM_TEST/munge.key")
host=$(hostname -s)
port=$((20000 + $$ % 20000))
cat >"$SLURM_CONF" <<CONF
ClusterName=adb
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$SLURM_TEST/munge.socket
StateSaveLocation=$SLURM_TEST/state
SlurmdSpoolDir=$SLURM_TEST/spool
SlurmctldPidFile=$SLURM_TEST/slurmctld.pid
SlurmdPidFile=$SLURM_TEST/slurmd.pid
SlurmctldLogFile=$SLURM_TEST/slurmctld.log
SlurmdLogFile=$SLURM_TEST/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
GresTypes=gpu
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,batch_sched_delay=0
MinJobAge=300
MessageTimeout=5
KillWait=5
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 Gres=gpu:1 State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=60 State=UP
CONF
echo "NodeName=$host Name=gpu File=/dev/null" >"$SLURM_TEST/gres.conf"
for name in munged slurmctld slurmd; do daemon start "$name"; done
for _ in {1..60}; do [[ $(sinfo -h -o %T 2>/dev/null) == idle ]] && break; sleep 0.5; done
sinfo

export AUTODATABENCH_SLURM_NODE=$host TMPDIR=$SLURM_TEST/work
eval "$GO" build -o "$SLURM_TEST/autodatabench" ./bench
# In the background, so that a signal is heard while they run.
set -m
(eval "$GO" test -json -timeout 40m -p 1 -tags slurm -run "'${RUN:-^TestSlurm}'" ./runner/launch/slurm ./bench/internal/setup ./bench/internal/cli |
	eval "$GO" run ./bench/internal/testsum slurm) &
tests=$!
wait "$tests"
