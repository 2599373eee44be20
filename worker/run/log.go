package run

import (
	"io"
	"log/slog"
)

// NewLogger returns the worker's logger: JSON or text lines on out.
func NewLogger(out io.Writer, settings Settings) *slog.Logger {
	level, err := logLevel(settings.LogLevel)
	if err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if settings.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(out, options))
	}
	return slog.New(slog.NewJSONHandler(out, options))
}
