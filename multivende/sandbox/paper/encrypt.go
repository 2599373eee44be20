package paper

import (
	"bytes"
	"fmt"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// pdfcpu writes no configuration; said before anything runs, as it is a global of the library.
func init() { api.DisableConfigDir() }

// Encrypt protects a PDF with a user password, without which it cannot be opened.
// Its bytes differ each time.
func Encrypt(pdf []byte, password string) ([]byte, error) {
	var out bytes.Buffer
	if err := api.Encrypt(bytes.NewReader(pdf), &out, model.NewAESConfiguration(password, "owner-"+password, 256)); err != nil {
		return nil, fmt.Errorf("encrypt a PDF: %w", err)
	}
	return out.Bytes(), nil
}
