// Imageprobe runs within the image of deploy/Dockerfile and ends with 0 when it finds what despacho's programs need
// there.
package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/user"
	"time"
)

func main() {
	if err := errors.Join(certificates(), timeZone(), temporaryFiles(), nothingElse(), name()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// certificates reads those of the system as a TLS connection does, and verifies one of them.
func certificates() error {
	content, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil {
		return err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return err
	}
	listed := x509.NewCertPool()
	if !listed.AppendCertsFromPEM(content) || !listed.Equal(pool) {
		return errors.New("the system's certificates are not those of the image")
	}
	return nil
}

func timeZone() error {
	_, err := time.LoadLocation("America/Santiago")
	return err
}

func temporaryFiles() error {
	file, err := os.CreateTemp("", "*")
	if err != nil {
		return err
	}
	_, err = file.Write(make([]byte, 1<<20))
	return errors.Join(err, file.Close(), os.Remove(file.Name()))
}

// nothingElse tries to write where nothing may.
func nothingElse() error {
	for _, path := range []string{"/written", "/etc/written", "/data/written", "/usr/local/bin/written"} {
		if os.WriteFile(path, nil, 0o600) == nil {
			return fmt.Errorf("%s can be written", path)
		}
	}
	return nil
}

func name() error {
	current, err := user.Current()
	if err == nil && current.Uid != "65532" {
		err = fmt.Errorf("the user is %s", current.Uid)
	}
	return err
}
