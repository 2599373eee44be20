package run

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pair is a certificate for this machine in two files.
type pair struct{ cert, key string }

func newPair(t *testing.T) pair {
	t.Helper()
	folder := t.TempDir()
	return pair{filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")}
}

// issue writes a new certificate under a name and returns it as one that is trusted.
func (p pair) issue(t *testing.T, name string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	made, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	p.write(t, p.cert, "CERTIFICATE", made)
	p.write(t, p.key, "PRIVATE KEY", private)
	pool := x509.NewCertPool()
	certificate, err := x509.ParseCertificate(made)
	require.NoError(t, err)
	pool.AddCert(certificate)
	return pool
}

func (p pair) write(t *testing.T, path, kind string, content []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600))
}

func postOverTLS(t *testing.T, address string, trusted *x509.CertPool, version uint16) (*http.Response, error) {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: version, MaxVersion: version}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+address+Path, strings.NewReader(notificationOf(tokenMerchant, oneCheckout)))
	require.NoError(t, err)
	came, err := (&http.Client{Transport: transport}).Do(request)
	if err == nil {
		require.NoError(t, came.Body.Close())
	}
	return came, err
}

func TestHTTPS(t *testing.T) {
	t.Parallel()
	files := newPair(t)
	first := files.issue(t, "first")
	s := play(t, func(settings *Settings, _ *Options) { settings.Cert, settings.Key = files.cert, files.key })

	came, err := postOverTLS(t, s.addresses.Webhooks, first, tls.VersionTLS13)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, came.StatusCode)
	_, err = postOverTLS(t, s.addresses.Webhooks, first, tls.VersionTLS11)
	require.Error(t, err, "the hub speaks TLS 1.2 and newer")
	assert.Equal(t, http.StatusBadRequest, s.post(t, notificationOf(tokenMerchant, oneCheckout)).status, "nothing is taken without https")

	second := files.issue(t, "second")
	came, err = postOverTLS(t, s.addresses.Webhooks, second, tls.VersionTLS12)
	require.NoError(t, err, "a renewed certificate is used at the next connection")
	assert.Equal(t, "second", came.TLS.PeerCertificates[0].Subject.CommonName)

	require.NoError(t, os.WriteFile(files.cert, []byte("half of"), 0o600))
	_, err = postOverTLS(t, s.addresses.Webhooks, second, tls.VersionTLS12)
	require.NoError(t, err, "while the files are replaced the last one serves on")
	page := s.health(t, "/metrics").words
	assert.Contains(t, page, "despacho_gateway_certificate_expires_timestamp_seconds 1.")
	s.stop(t)
}
