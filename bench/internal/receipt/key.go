package receipt

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	common "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/sigstore/sigstore-go/pkg/sign"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/autodatabench/autodatabench/results"
	"github.com/autodatabench/autodatabench/results/disk"
)

const (
	privateBlock = "PRIVATE KEY"
	publicBlock  = "PUBLIC KEY"
)

// Keygen makes a key pair: the private key, for its owner alone, and the public one, for
// trust files. Files that are there are not replaced.
func Keygen(private, public string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	shown, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	if disk.Exists(public) {
		return results.Bad(fmt.Errorf("%s: is there already", public), "choose another name")
	}
	f, err := os.OpenFile(private, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return results.Bad(err, "choose another name")
	}
	err = pem.Encode(f, &pem.Block{Type: privateBlock, Bytes: secret})
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return disk.WriteFile(public, pem.EncodeToMemory(&pem.Block{Type: publicBlock, Bytes: shown}))
}

// pair is a key pair as sigstore-go signs with it.
type pair struct {
	key    *ecdsa.PrivateKey
	public []byte // PKIX
}

var _ sign.Keypair = pair{}

func (p pair) GetHashAlgorithm() common.HashAlgorithm { return common.HashAlgorithm_SHA2_256 }

func (p pair) GetSigningAlgorithm() common.PublicKeyDetails {
	return common.PublicKeyDetails_PKIX_ECDSA_P256_SHA_256
}

func (p pair) GetHint() []byte                { return []byte(hint(p.public)) }
func (p pair) GetKeyAlgorithm() string        { return "ECDSA" }
func (p pair) GetPublicKey() crypto.PublicKey { return &p.key.PublicKey }

func (p pair) GetPublicKeyPem() (string, error) {
	return string(pem.EncodeToMemory(&pem.Block{Type: publicBlock, Bytes: p.public})), nil
}

func (p pair) SignData(_ context.Context, data []byte) (signature, digest []byte, err error) {
	sum := sha256.Sum256(data)
	signature, err = ecdsa.SignASN1(rand.Reader, p.key, sum[:])
	return signature, sum[:], err
}

// hint names a public key in receipts.
func hint(public []byte) string {
	sum := sha256.Sum256(public)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Sign signs the statement with the private key in the file.
func Sign(ctx context.Context, keyFile string, statement []byte) ([]byte, error) {
	p, err := readPair(keyFile)
	if err != nil {
		return nil, err
	}
	signed, err := sign.Bundle(&sign.DSSEData{Data: statement, PayloadType: "application/vnd.in-toto+json"}, p, sign.BundleOptions{Context: ctx})
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	raw, err := protojson.Marshal(signed)
	if err != nil {
		return nil, err
	}
	return disk.Canonical(json.RawMessage(raw))
}

func readPair(path string) (p pair, err error) {
	text, err := disk.ReadInput(path, 1<<20)
	if err != nil {
		return p, results.Bad(err, "make one with: autodatabench receipt keygen")
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != privateBlock {
		return p, results.Bad(fmt.Errorf("%s: holds no private key", path), "make one with: autodatabench receipt keygen")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return p, results.Bad(fmt.Errorf("%s: %w", path, err))
	}
	var ok bool
	if p.key, ok = key.(*ecdsa.PrivateKey); !ok || p.key.Curve != elliptic.P256() {
		return p, results.Bad(fmt.Errorf("%s: is no key on the curve P-256", path))
	}
	p.public, err = x509.MarshalPKIXPublicKey(&p.key.PublicKey)
	return p, err
}
