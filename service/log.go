package service

import (
	"io"
	"log/slog"

	"github.com/despacho/despacho/service/tracing"
)

// NewLogger returns a logger that writes JSON or text lines to out, with the ids of the trace that a line
// belongs to; an unknown level means info.
func NewLogger(out io.Writer, level, format string) *slog.Logger {
	least, err := LogLevel(level)
	if err != nil {
		least = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: least}
	var lines slog.Handler = slog.NewJSONHandler(out, options)
	if format == "text" {
		lines = slog.NewTextHandler(out, options)
	}
	return slog.New(tracing.LogHandler(lines))
}

// LogLevel reads debug, info, warn or error.
func LogLevel(text string) (level slog.Level, err error) {
	err = level.UnmarshalText([]byte(text))
	return level, err
}
