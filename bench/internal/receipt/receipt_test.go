package receipt

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sigstore/sigstore-go/pkg/testing/ca"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/bundle"
	"github.com/autodatabench/autodatabench/runner/verify"
)

var now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// outcomes are n trials of one agent.
func outcomes(n int) (list []results.Outcome) {
	for i := range n {
		id := results.TrialID{Domain: results.Science, Workflow: results.OneShot, Setting: results.Scratch, Agent: "a", Run: i + 1}
		list = append(list, results.Outcome{TrialID: id, Valid: true, End: results.EndValid, BasePrivate: results.Score{Correct: 10, Total: 50}, Finals: []results.Score{{Correct: 20, Total: 50}}})
	}
	return list
}

func reportOf(n, judged, retrained, reproduced int) verify.Report {
	return verify.Report{
		Digest: "digest", Experiment: "x", Outcomes: outcomes(n), Judged: judged, Retrained: retrained, Reproduced: reproduced, Trainings: n, Nonce: "chance",
	}
}

func TestLevel(t *testing.T) {
	for _, c := range []struct {
		r    verify.Report
		self bool
		want Level
	}{
		{reportOf(0, 0, 0, 0), false, SelfAttested},
		{reportOf(9, 0, 0, 0), false, SelfAttested},
		{reportOf(9, 8, 0, 0), false, SelfAttested},
		{reportOf(9, 9, 0, 0), false, ThirdParty},
		{reportOf(9, 9, 0, 0), true, SelfAttested},
		{reportOf(9, 0, 2, 2), false, Reproduced},
		{reportOf(9, 0, 2, 2), true, SelfAttested},
		{reportOf(9, 9, 1, 1), false, ThirdParty},
		{reportOf(1, 0, 1, 1), false, Reproduced},
		{reportOf(30, 0, 2, 2), false, SelfAttested},
		{reportOf(30, 0, 3, 3), false, Reproduced},
		{reportOf(9, 9, 3, 2), false, ThirdParty},
	} {
		if got := LevelOf(c.r, c.self); got != c.want {
			t.Errorf("%d trials, %d judged, %d of %d reproduced, self %v: %s, want %s", len(c.r.Outcomes), c.r.Judged, c.r.Reproduced, c.r.Retrained, c.self, got, c.want)
		}
	}
}

// Nobody vouches for what is taken on trust, nor for a sample that the author could choose.
func TestLevelOfWhatIsOpen(t *testing.T) {
	for _, name := range []verify.Name{verify.Budgets, verify.Attempts, verify.Audit, verify.Whole} {
		r := reportOf(9, 9, 3, 3)
		r.Checks = []verify.Check{{Name: name, Status: verify.Verified}, {Name: name, Status: verify.Trusted}}
		if got := LevelOf(r, false); got != SelfAttested {
			t.Errorf("%s on trust: %s", name, got)
		}
	}
	r := reportOf(9, 0, 3, 3)
	if r.Nonce = ""; LevelOf(r, false) != SelfAttested {
		t.Error("a sample drawn by the bundle's digest alone counts as reproduced")
	}
	if r.Retrained, r.Reproduced = 9, 9; LevelOf(r, false) != Reproduced {
		t.Error("all trials trained again do not count as reproduced")
	}
}

// A receipt on a bundle also counts for one that lacks some of its files, by the log of
// scores that both have; not for one with another log.
func TestReceiptByTheLog(t *testing.T) {
	b, file, public := made(t)
	trust := trustOf(t, signer(public, "  since: 2026-11-01\n"))
	lighter := filepath.Join(t.TempDir(), "lighter.adb")
	if err := os.WriteFile(lighter, []byte("less content"), 0o644); err != nil {
		t.Fatal(err)
	}
	log := About(b.Path, b).Log
	if c, err := trust.Check(file, Subject{lighter, "another", log}); err != nil || c.Level != Reproduced {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := trust.Check(file, Subject{lighter, "another", strings.Repeat("0", 64)}); err == nil {
		t.Error("a receipt counts for a bundle with another log")
	}
}

func TestNoReceiptOfAFailure(t *testing.T) {
	r := reportOf(2, 2, 2, 2)
	r.Checks = []verify.Check{{Name: verify.Seals, Status: verify.Failed}}
	if _, err := Of(r, "me", "v", "", false, now); err == nil {
		t.Error("a bundle with a false claim gets a receipt")
	}
}

// made is a bundle's file, a receipt on it, and the key's public half.
func made(t *testing.T) (b *bundle.Bundle, signed, public string) {
	t.Helper()
	dir := t.TempDir()
	b = &bundle.Bundle{Path: filepath.Join(dir, "x.adb"), Digest: "digest"}
	b.Files = []bundle.File{{Path: "scores.jsonl", Sum: bundle.Sum{Digest: strings.Repeat("ab", 32)}}}
	key, pub, file := filepath.Join(dir, "me.key"), filepath.Join(dir, "me.pub"), filepath.Join(dir, "receipt.json")
	if err := os.WriteFile(b.Path, []byte("content"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Keygen(key, pub); err != nil {
		t.Fatal(err)
	}
	data, err := Sign(context.Background(), key, statement(t, b))
	if err == nil {
		err = os.WriteFile(file, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(pub)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the private key has the mode %v, %v", info.Mode(), err)
	}
	if err := Keygen(key, filepath.Join(dir, "other.pub")); err == nil {
		t.Error("a key that is there was replaced")
	}
	return b, file, string(text)
}

func statement(t *testing.T, b *bundle.Bundle) []byte {
	t.Helper()
	p, err := Of(reportOf(2, 2, 2, 2), "me", "v", "BLAS", false, now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Statement(b, p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func trustOf(t *testing.T, signers string) Trust {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trust.yaml")
	if err := os.WriteFile(path, []byte(signers), 0o644); err != nil {
		t.Fatal(err)
	}
	trust, err := ReadTrust(path)
	if err != nil {
		t.Fatal(err)
	}
	return trust
}

func signer(key, more string) string {
	return fmt.Sprintf("signers:\n- name: lab\n  key: |\n    %s\n%s", strings.ReplaceAll(strings.TrimSpace(key), "\n", "\n    "), more)
}

func TestKeyPair(t *testing.T) {
	b, file, public := made(t)
	_, _, other := made(t)
	c, err := trustOf(t, signer(public, "  since: 2026-11-01\n")).Check(file, About(b.Path, b))
	if err != nil || c.Signer != "lab" || c.Level != Reproduced || len(c.Results) != 2 || c.Results[0].Gain.Value != 100 || !c.Time.Equal(now) {
		t.Errorf("%+v, %v", c, err)
	}
	changed := filepath.Join(t.TempDir(), "changed.json")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	change := func(old, new string) string {
		bad := bytes.Replace(data, []byte(old), []byte(new), 1)
		if bytes.Equal(bad, data) {
			t.Fatalf("no %q in %s", old, data)
		}
		if err := os.WriteFile(changed, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		return changed
	}
	another := filepath.Join(t.TempDir(), "another.adb")
	if err := os.WriteFile(another, []byte("other content"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ trust, file, bundle, digest, says string }{
		"another key":     {signer(other, "  since: 2026-11-01\n"), file, b.Path, b.Digest, "no signer of the trust file"},
		"a later key":     {signer(public, "  since: 2026-11-30\n"), file, b.Path, b.Digest, "count since 2026-11-30"},
		"a revoked key":   {signer(public, "  since: 2026-11-01\n  revoked: lost on 2026-12-01\n"), file, b.Path, b.Digest, "was revoked: lost on 2026-12-01"},
		"another bundle":  {signer(public, "  since: 2026-11-01\n"), file, another, b.Digest, "no signer of the trust file"},
		"another digest":  {signer(public, "  since: 2026-11-01\n"), file, b.Path, "other", "another digest of the bundle"},
		"no receipt":      {signer(public, "  since: 2026-11-01\n"), b.Path, b.Path, b.Digest, "no Sigstore bundle"},
		"changed payload": {signer(public, "  since: 2026-11-01\n"), change(`"payload":"ey`, `"payload":"fy`), b.Path, b.Digest, "does not count"},
	} {
		if _, err := trustOf(t, c.trust).Check(c.file, Subject{Path: c.bundle, Digest: c.digest}); err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// TestKeyless checks receipts that an identity signed without a key of its own, by the
// virtual authority of sigstore-go: certificate, timestamp and transparency log are real,
// the servers are not asked.
func TestKeyless(t *testing.T) {
	authority, err := ca.NewVirtualSigstore()
	if err != nil {
		t.Fatal(err)
	}
	b, _, _ := made(t)
	const issuer, subject = "https://issuer.example", "lab@example.org"
	signed, err := authority.Attest(subject, issuer, statement(t, b))
	if err != nil {
		t.Fatal(err)
	}
	const sum = "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73" // of "content"
	of := func(issuer, subject string) Trust {
		trust := trustOf(t, fmt.Sprintf("signers:\n- name: lab\n  issuer: %s\n  subject: %s\n  since: 2026-11-01\n", issuer, subject))
		trust.material = authority
		return trust
	}
	c, err := of(issuer, subject).check(signed, sum, About(b.Path, b))
	if err != nil || c.Signer != "lab" || c.Level != Reproduced {
		t.Errorf("%+v, %v", c, err)
	}
	for _, trust := range []Trust{of("https://other.example", subject), of(issuer, "other@example.org")} {
		if _, err := trust.check(signed, sum, About(b.Path, b)); err == nil {
			t.Error("another identity counts")
		}
	}
	if _, err := of(issuer, subject).check(signed, strings.Repeat("0", 64), Subject{Digest: b.Digest}); err == nil {
		t.Error("a receipt counts for another bundle")
	}
	stranger, err := ca.NewVirtualSigstore()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := of(issuer, subject)
	elsewhere.material = stranger
	if _, err := elsewhere.check(signed, sum, About(b.Path, b)); err == nil {
		t.Error("another authority's certificate counts")
	}
}

func TestTrustFile(t *testing.T) {
	for text, says := range map[string]string{
		"signers:\n- name: A B\n  key: x\n  since: 2026-11-01\n":                                                                   "name",
		"signers:\n- name: a\n  since: 2026-11-01\n":                                                                               "either key, or issuer and subject",
		"signers:\n- name: a\n  key: x\n  since: 2026-11-01\n":                                                                     "no public key",
		"signers:\n- name: a\n  issuer: i\n  subject: s\n  since: soon\n":                                                          "want a day",
		"signers:\n- {name: a, issuer: i, subject: s, since: 2026-11-01}\n- {name: a, issuer: i, subject: s, since: 2026-11-01}\n": "stands twice",
		"sigstore_root: none.json\nsigners: []\n":                                                                                  "sigstore_root",
		"signer: []\n": "unknown key",
	} {
		path := filepath.Join(t.TempDir(), "trust.yaml")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadTrust(path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
}
