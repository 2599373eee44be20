package run

import (
	"io"
	"log/slog"

	"github.com/despacho/despacho/service"
)

// NewLogger returns the worker's logger: JSON or text lines on out.
func NewLogger(out io.Writer, settings Settings) *slog.Logger {
	return service.NewLogger(out, settings.LogLevel, settings.LogFormat)
}
