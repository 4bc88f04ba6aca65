package receipt

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	sigbundle "github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/signature"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/config"
	"github.com/autodatabench/autodatabench/results/disk"
)

// Trust names whose receipts count. A line `revoked` ends that for all receipts of the
// signer, since an offline signature does not prove when it was made.
type Trust struct {
	Signers      []Signer `yaml:"signers"`
	SigstoreRoot string   `yaml:"sigstore_root,omitempty"` // file with Sigstore's trusted root, for identities

	material root.TrustedMaterial // for identities; nil for none
}

// Signer is somebody whose receipts count.
type Signer struct {
	Name    string `yaml:"name"`
	Key     string `yaml:"key,omitempty"`     // public key, PEM
	Issuer  string `yaml:"issuer,omitempty"`  // of an identity without a key: who vouches for it
	Subject string `yaml:"subject,omitempty"` // the identity
	Since   string `yaml:"since"`             // day from which receipts count
	Revoked string `yaml:"revoked,omitempty"` // why no receipt counts any more
}

// ReadTrust reads a trust file.
func ReadTrust(path string) (t Trust, err error) {
	if err := config.Read(path, &t); err != nil {
		return t, err
	}
	var names []string
	for i, s := range t.Signers {
		if err := s.validate(); err != nil {
			return t, results.Bad(fmt.Errorf("%s: signers[%d]: %w", path, i, err))
		}
		if slices.Contains(names, s.Name) {
			return t, results.Bad(fmt.Errorf("%s: signers[%d]: the name %s stands twice", path, i, s.Name))
		}
		names = append(names, s.Name)
	}
	if t.SigstoreRoot != "" {
		t.material, err = root.NewTrustedRootFromPath(filepath.Join(filepath.Dir(path), t.SigstoreRoot))
		if err != nil {
			return t, results.Bad(fmt.Errorf("%s: sigstore_root: %w", path, err))
		}
	}
	return t, nil
}

func (s Signer) validate() error {
	switch {
	case !results.ValidName(s.Name):
		return errors.New("name: " + results.NameProblem(s.Name))
	case (s.Key == "") == (s.Issuer == "" || s.Subject == ""):
		return errors.New("want either key, or issuer and subject")
	}
	if _, err := time.Parse(time.DateOnly, s.Since); err != nil {
		return fmt.Errorf("since: want a day such as 2026-11-29, got %q", s.Since)
	}
	if s.Key != "" {
		_, _, err := s.public()
		return err
	}
	return nil
}

func (s Signer) public() (crypto.PublicKey, string, error) {
	block, _ := pem.Decode([]byte(s.Key))
	if block == nil || block.Type != publicBlock {
		return nil, "", errors.New("key: is no public key in PEM form")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	return key, hint(block.Bytes), err
}

// maxReceipt bounds a receipt, in bytes.
const maxReceipt = 16 << 20

// Checked is a receipt that counts.
type Checked struct {
	Predicate
	Signer string `json:"signer"` // by the trust file
}

// Check checks that a receipt in the file is about the bundle, or about one with the same
// log of scores, and that a trusted signer made it. Errors: results.Verification, with why
// it does not count.
func (t Trust) Check(file string, about Subject) (c Checked, err error) {
	info, err := os.Stat(file)
	if err != nil {
		return c, results.Bad(err)
	}
	if info.Size() > maxReceipt {
		return c, doesNotCount(file, fmt.Errorf("it has %d bytes; a receipt has at most %d", info.Size(), maxReceipt))
	}
	signed, err := sigbundle.LoadJSONFromPath(file)
	if err != nil {
		return c, doesNotCount(file, fmt.Errorf("it is no Sigstore bundle: %w", err))
	}
	sum, err := disk.DigestFile(about.Path)
	if err != nil {
		return c, err
	}
	c, err = t.check(signed, sum, about)
	return c, doesNotCount(file, err)
}

func doesNotCount(file string, err error) error {
	if err == nil {
		return nil
	}
	return &results.Error{Kind: results.Verification, Hint: "the trust file names whose receipts count", Err: fmt.Errorf("%s: the receipt does not count: %w", file, err)}
}

// check finds the signer of the receipt on the bundle, whose file has the digest.
func (t Trust) check(signed verify.SignedEntity, sum string, about Subject) (c Checked, err error) {
	why := errors.New("no signer of the trust file made it")
	for _, s := range t.Signers {
		result, err := t.by(s, signed, sum)
		if err != nil && about.Log != "" {
			result, err = t.by(s, signed, about.Log)
		}
		if err != nil {
			continue
		}
		if c.Predicate, err = predicateOf(result.Statement, sum, about); err != nil {
			return c, err
		}
		c.Signer = s.Name
		since, _ := time.Parse(time.DateOnly, s.Since) // as validated
		switch {
		case s.Revoked != "":
			why = fmt.Errorf("the signer %s was revoked: %s", s.Name, s.Revoked)
		case c.Time.Before(since):
			why = fmt.Errorf("it is of %s, and receipts of %s count since %s", c.Time.Format(time.DateOnly), s.Name, s.Since)
		default:
			return c, nil
		}
		return c, why
	}
	return c, why
}

// by verifies the signature as the signer's.
func (t Trust) by(s Signer, signed verify.SignedEntity, sum string) (*verify.VerificationResult, error) {
	raw := make([]byte, 32)
	if _, err := fmt.Sscanf(sum, "%x", &raw); err != nil {
		return nil, err
	}
	artifact := verify.WithArtifactDigest("sha256", raw)
	if s.Key == "" {
		if t.material == nil {
			return nil, errors.New("the trust file has no sigstore_root")
		}
		identity, err := verify.NewShortCertificateIdentity(s.Issuer, "", s.Subject, "")
		if err != nil {
			return nil, err
		}
		v, err := verify.NewVerifier(t.material, verify.WithTransparencyLog(1), verify.WithObserverTimestamps(1))
		if err != nil {
			return nil, err
		}
		return v.Verify(signed, verify.NewPolicy(artifact, verify.WithCertificateIdentity(identity)))
	}
	key, name, err := s.public()
	if err != nil {
		return nil, err
	}
	checker, err := signature.LoadVerifier(key, crypto.SHA256)
	if err != nil {
		return nil, err
	}
	keys := root.NewTrustedPublicKeyMaterialFromMapping(map[string]*root.ExpiringKey{name: root.NewExpiringKey(checker, time.Time{}, time.Time{})})
	v, err := verify.NewVerifier(keys, verify.WithNoObserverTimestamps())
	if err != nil {
		return nil, err
	}
	return v.Verify(signed, verify.NewPolicy(artifact, verify.WithKey()))
}
