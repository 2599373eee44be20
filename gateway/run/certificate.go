package run

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate is the gateway's certificate in files that somebody else renews.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu     sync.Mutex
	pair   *tls.Certificate
	stamps [2]stamp
}

// stamp tells one state of a file from another.
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

// config serves TLS 1.2 and newer with the certificate as it stands at each handshake.
func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return c.current()
	}}
}

// current is the certificate, read again when a file has changed. While the files are being
// replaced and do not fit, the last one serves on.
func (c *certificate) current() (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	stamps := [2]stamp{stampOf(c.certFile), stampOf(c.keyFile)}
	if c.pair != nil && stamps == c.stamps {
		return c.pair, nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	switch {
	case err == nil:
		if c.pair != nil {
			c.log.Info("the certificate has changed", "expires", pair.Leaf.NotAfter)
		}
		c.pair = &pair
	case c.pair == nil:
		return nil, err
	case stamps != c.stamps:
		c.log.Warn("the new certificate cannot be used; the last one serves on", "error", err)
	}
	c.stamps = stamps
	return c.pair, nil
}

// expires is when the certificate ends; zero without one.
func (c *certificate) expires() time.Time {
	pair, err := c.current()
	if err != nil {
		return time.Time{}
	}
	return pair.Leaf.NotAfter
}
