package sandbox

import (
	"os"
	"strings"
)

// files reads small files of the machine; a test puts those of another in its place.
type files func(path string) (string, bool)

// ofThisMachine reads the files of the machine that the program runs on.
func ofThisMachine(path string) (string, bool) {
	data, err := os.ReadFile(path)
	return strings.TrimSpace(string(data)), err == nil
}

// refusal is a case in which a system keeps bubblewrap from making namespaces, with
// what allows them.
type refusal struct{ what, allow string }

// The cases. bench/doc/install.md says more of each.
var (
	byAppArmor = refusal{"AppArmor keeps programs of users from making namespaces, as Ubuntu does since 24.04",
		"give bwrap a profile that allows them (install.md, Ubuntu 24.04), or: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"}
	bySysctl = refusal{"the kernel's settings keep users from making namespaces",
		"sudo sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000 (those of the two that there are)"}
	byProfile = refusal{"this is a container whose AppArmor profile forbids to mount",
		"start it with --security-opt apparmor=unconfined, beside seccomp=unconfined and systempaths=unconfined"}
	byMasks = refusal{"this is a container whose /proc is partly covered, so that no new one may be mounted",
		"start it with --security-opt systempaths=unconfined (podman: unmask=ALL)"}
	byNesting = refusal{"this is a container without the right to make namespaces",
		"start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined; on a host with Ubuntu 24.04 or newer add --cap-add SYS_ADMIN"}
	bySeccomp = refusal{"a seccomp filter keeps this process from making namespaces",
		"start it from outside the service, job or container that sets the filter"}
	unknown = refusal{"the system refuses namespaces", "ask its administrator to allow unprivileged user namespaces"}
)

// refused recognises why bubblewrap, which said so, could not make its namespaces.
// what is empty for another failure.
func refused(read files, root bool, said string) (r refusal, ok bool) {
	value := func(path string) string { text, _ := read(path); return text }
	mounts := strings.Contains(said, "mount") || strings.Contains(said, "pivot_root")
	if !mounts && !strings.Contains(said, "namespace") && !strings.Contains(said, "uid map") && !strings.Contains(said, "RTM_NEWADDR") &&
		!strings.Contains(said, "Operation not permitted") {
		return r, false
	}
	status := value("/proc/self/status")
	filtered := strings.Contains(status, "Seccomp:\t2")
	switch container := inContainer(read); {
	case !root && !container && value("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
		return byAppArmor, true
	case !root && (value("/proc/sys/kernel/unprivileged_userns_clone") == "0" || value("/proc/sys/user/max_user_namespaces") == "0"):
		return bySysctl, true
	case container && filtered:
		return byNesting, true
	case container && mounts && strings.Contains(value("/proc/self/attr/current"), "(enforce)"):
		return byProfile, true
	case container && mounts && strings.Contains(said, "proc"):
		return byMasks, true
	case container:
		return byNesting, true
	case filtered:
		return bySeccomp, true
	}
	return unknown, true
}

// inContainer recognises the containers of Docker, Podman, LXC, systemd and Kubernetes
// by what they leave.
func inContainer(read files) bool {
	for _, path := range []string{"/.dockerenv", "/run/.containerenv", "/run/systemd/container", "/var/run/secrets/kubernetes.io/serviceaccount/namespace"} {
		if _, there := read(path); there {
			return true
		}
	}
	groups, _ := read("/proc/1/cgroup")
	return strings.Contains(groups, "docker") || strings.Contains(groups, "kubepods") || strings.Contains(groups, "libpod") || strings.Contains(groups, "lxc")
}

// ways are the three ways out of a refusal.
func (r refusal) ways() string {
	return "1. " + r.allow + "; 2. use a machine, a virtual machine or the container of bench/doc/install.md, which allow them; " +
		"3. --sandbox none: agents' code runs with your rights, and every trial is marked"
}

// notStarted is what was wrong with a sandbox that did not start, and what to do.
func notStarted(read files, root bool, state, said string) (text, do string) {
	text = "the sandbox did not start (" + state + "): " + said
	if r, ok := refused(read, root, said); ok {
		return r.what + ": " + text, r.ways()
	}
	return text, hint
}
