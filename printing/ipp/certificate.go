package ipp

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// certificateError says that a printer showed a certificate that nobody vouches for.
type certificateError struct {
	fingerprint string
	err         error
}

func (e *certificateError) Error() string {
	return fmt.Sprintf("its certificate is not trusted (SHA-256 %s): %s", e.fingerprint, e.err)
}

func (e *certificateError) Unwrap() error { return e.err }

// parseFingerprint reads a SHA-256 as hexadecimal digits, with or without colons; "" is none.
func parseFingerprint(text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	sum, err := hex.DecodeString(strings.NewReplacer(":", "", " ", "").Replace(text))
	if err != nil || len(sum) != sha256.Size {
		return nil, errors.New("the certificate's fingerprint is not a SHA-256 in hexadecimal digits")
	}
	return sum, nil
}

// tlsSettings trust the certificate with the pinned fingerprint alone; without one, those that the system's
// authorities vouch for. Printers make their own certificates, so that most need the fingerprint.
func tlsSettings(host string, pinned []byte) *tls.Config {
	return &tls.Config{
		ServerName: host, MinVersion: tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection verifies
		VerifyConnection: func(state tls.ConnectionState) error {
			return verifyCertificate(state.PeerCertificates, host, pinned)
		},
	}
}

func verifyCertificate(chain []*x509.Certificate, host string, pinned []byte) error {
	if len(chain) == 0 {
		return errors.New("it shows no certificate")
	}
	sum := sha256.Sum256(chain[0].Raw)
	refuse := func(err error) error { return &certificateError{hex.EncodeToString(sum[:]), err} }
	if pinned != nil {
		if subtle.ConstantTimeCompare(sum[:], pinned) == 1 {
			return nil
		}
		return refuse(errors.New("the printer's record names another one"))
	}
	others := x509.NewCertPool()
	for _, c := range chain[1:] {
		others.AddCert(c)
	}
	if _, err := chain[0].Verify(x509.VerifyOptions{DNSName: host, Intermediates: others}); err != nil {
		return refuse(err)
	}
	return nil
}
