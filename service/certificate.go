package service

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Certificate is a program's certificate in files that somebody else renews.
type Certificate struct {
	CertFile, KeyFile string
	Log               *slog.Logger

	mu     sync.Mutex
	pair   *tls.Certificate
	stamps [2]stamp
}

// stamp changes when a file changes.
type stamp struct {
	modified time.Time
	size     int64
}

func stampOf(path string) stamp {
	about, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{about.ModTime(), about.Size()}
}

// Config serves TLS 1.2 and newer with the certificate that is current at each handshake.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return c.current()
	}}
}

// current is the certificate, read again when a file has changed. While the files are being
// replaced and do not match, the last one stays in use.
func (c *Certificate) current() (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	stamps := [2]stamp{stampOf(c.CertFile), stampOf(c.KeyFile)}
	if c.pair != nil && stamps == c.stamps {
		return c.pair, nil
	}
	pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	switch {
	case err == nil:
		if c.pair != nil {
			c.Log.Info("the certificate has changed", "expires", pair.Leaf.NotAfter)
		}
		c.pair = &pair
	case c.pair == nil:
		return nil, err
	case stamps != c.stamps:
		c.Log.Warn("the new certificate cannot be used; the last one stays in use", "error", err)
	}
	c.stamps = stamps
	return c.pair, nil
}

// Expires is when the certificate ends; zero without one.
func (c *Certificate) Expires() time.Time {
	pair, err := c.current()
	if err != nil {
		return time.Time{}
	}
	return pair.Leaf.NotAfter
}

// CheckCertificate complains about a certificate without its key, or files that do not belong together;
// the variables name the two settings.
func (c *Complaints) CheckCertificate(certVariable, cert, keyVariable, key string) {
	if cert == "" && key == "" {
		return
	}
	if cert == "" || key == "" {
		c.Add(certVariable, "certificate and key are needed together; set both %s and %s", certVariable, keyVariable)
		return
	}
	_, err := tls.LoadX509KeyPair(cert, key)
	c.AddUnless(err == nil, certVariable, "certificate and key cannot be used: %v; name readable PEM files that belong together", err)
}
