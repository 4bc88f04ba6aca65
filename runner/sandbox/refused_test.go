package sandbox

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/autodatabench/autodatabench/results"
)

// A program that is installed into a folder that is covered anyway is not covered again:
// there would be nothing to cover, and the sandbox would not start.
func TestCoveredOnce(t *testing.T) {
	s := &Sandbox{cfg: Config{Hide: []string{"/usr/local/bin", "/usr/share"}}, python: python{path: "/usr/bin/python3", prefixes: []string{"/usr"}}}
	got := s.hidden()
	if !slices.Contains(got, "/usr/local") || slices.Contains(got, "/usr/local/bin") || !slices.Contains(got, "/usr/share") {
		t.Errorf("covers %q", got)
	}
	home := t.TempDir() // which nothing shows, but for the part that Python needs
	inside := home + "/python/secret"
	if err := os.MkdirAll(inside, 0o755); err != nil {
		t.Fatal(err)
	}
	s = &Sandbox{cfg: Config{Hide: []string{home, inside}}, python: python{path: "/usr/bin/python3", prefixes: []string{"/usr", home + "/python"}}}
	if got := s.hidden(); !slices.Contains(got, inside) {
		t.Errorf("covers %q and not %q, which is shown", got, inside)
	}
}

// Other systems are refused before anything else is looked for.
func TestOnlyLinux(t *testing.T) {
	var fault *results.Error
	if err := OnlyLinux("darwin"); !errors.As(err, &fault) || fault.Kind != results.Infrastructure || !strings.Contains(err.Error(), "this is darwin") || fault.Hint == "" {
		t.Errorf("%v", err)
	}
	if err := OnlyLinux("linux"); err != nil {
		t.Error(err)
	}
}

// Each way in which systems refuse namespaces is told from the others by the files of a
// machine and by what bubblewrap says there, and the way out fits.
func TestRefusals(t *testing.T) {
	const (
		noNamespace = "bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces."
		uidMap      = "bwrap: setting up uid map: Permission denied"
		loopback    = "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted"
		noProc      = "bwrap: Can't mount proc on /newroot/proc: Operation not permitted"
		noRoot      = "bwrap: Failed to make / slave: Permission denied while remounting" // says mount
	)
	restricted := map[string]string{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1"}
	for _, tt := range []struct {
		name  string
		files map[string]string
		root  bool
		said  string
		want  refusal
		allow string
	}{
		{"Ubuntu 24.04", restricted, false, uidMap, byAppArmor, "apparmor_restrict_unprivileged_userns=0"},
		{"Ubuntu 24.04, network", restricted, false, loopback, byAppArmor, "profile"},
		{"hardened Debian", map[string]string{"/proc/sys/kernel/unprivileged_userns_clone": "0"}, false, noNamespace, bySysctl, "sysctl"},
		{"no namespaces at all", map[string]string{"/proc/sys/user/max_user_namespaces": "0"}, false, noNamespace, bySysctl, "max_user_namespaces"},
		{"Docker", map[string]string{"/.dockerenv": "", "/proc/self/status": "Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t1"}, true, noNamespace, byNesting, "seccomp=unconfined"},
		{"Docker on Ubuntu 24.04", map[string]string{"/.dockerenv": "", "/proc/self/status": "Seccomp:\t2", "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1"}, false, noNamespace, byNesting, "SYS_ADMIN"},
		{"Docker, AppArmor alone", map[string]string{"/.dockerenv": "", "/proc/self/attr/current": "docker-default (enforce)"}, true, noRoot, byProfile, "apparmor=unconfined"},
		{"Docker, covered /proc", map[string]string{"/.dockerenv": "", "/proc/self/attr/current": "unconfined"}, true, noProc, byMasks, "systempaths=unconfined"},
		{"Podman, covered /proc", map[string]string{"/run/.containerenv": ""}, false, noProc, byMasks, "unmask=ALL"},
		{"Kubernetes", map[string]string{"/proc/1/cgroup": "0::/kubepods/burstable/pod1", "/proc/self/status": "Seccomp:\t0"}, true, noNamespace, byNesting, "seccomp"},
		{"a service with a filter", map[string]string{"/proc/self/status": "Seccomp:\t2"}, false, noNamespace, bySeccomp, "filter"},
		{"anything else", nil, false, noNamespace, unknown, "administrator"},
	} {
		read := func(path string) (string, bool) { text, ok := tt.files[path]; return text, ok }
		got, ok := refused(read, tt.root, tt.said)
		if !ok || got != tt.want || !strings.Contains(got.ways(), tt.allow) {
			t.Errorf("%s: %+v (%v), want %+v with %q", tt.name, got, ok, tt.want, tt.allow)
		}
		text, do := notStarted(read, tt.root, "exit status 1", tt.said)
		if !strings.HasPrefix(text, tt.want.what) || !strings.Contains(text, tt.said) || !strings.Contains(do, "--sandbox none") {
			t.Errorf("%s: %q, %q", tt.name, text, do)
		}
	}
	none := func(string) (string, bool) { return "", false }
	if text, do := notStarted(none, false, "exit status 1", "bwrap: Can't find source path /nowhere: No such file or directory"); do != hint || !strings.HasPrefix(text, "the sandbox did not start") {
		t.Errorf("another failure is taken for a refusal: %q, %q", text, do)
	}
}
