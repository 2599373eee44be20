package service

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// writePair writes a new certificate and its key into two files.
func writePair(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	made, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	folder := t.TempDir()
	cert, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}), 0o600))
	return cert, key
}

func TestACertificateThatIsNotReplacedIsReadOnce(t *testing.T) {
	t.Parallel()
	cert, key := writePair(t)
	c := &Certificate{CertFile: cert, KeyFile: key, Log: slog.New(slog.DiscardHandler)}
	first, err := c.current()
	require.NoError(t, err)
	again, err := c.current()
	require.NoError(t, err)
	assert.Same(t, first, again)
	assert.False(t, c.Expires().IsZero())

	missing := &Certificate{CertFile: "none", KeyFile: "none", Log: slog.New(slog.DiscardHandler)}
	_, err = missing.current()
	require.Error(t, err)
	assert.True(t, missing.Expires().IsZero())
}
