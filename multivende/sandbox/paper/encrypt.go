package paper

import (
	"bytes"
	"fmt"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// Encrypt closes a PDF with a user password, so that nobody without it can open it.
// Its bytes differ each time.
func Encrypt(pdf []byte, password string) ([]byte, error) {
	api.DisableConfigDir()
	var out bytes.Buffer
	if err := api.Encrypt(bytes.NewReader(pdf), &out, model.NewAESConfiguration(password, "owner-"+password, 256)); err != nil {
		return nil, fmt.Errorf("encrypt a PDF: %w", err)
	}
	return out.Bytes(), nil
}
