package service

import (
	"io"
	"log/slog"
)

// NewLogger returns a logger that writes JSON or text lines to out; an unknown level means info.
func NewLogger(out io.Writer, level, format string) *slog.Logger {
	least, err := LogLevel(level)
	if err != nil {
		least = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: least}
	if format == "text" {
		return slog.New(slog.NewTextHandler(out, options))
	}
	return slog.New(slog.NewJSONHandler(out, options))
}

// LogLevel reads debug, info, warn or error.
func LogLevel(text string) (level slog.Level, err error) {
	err = level.UnmarshalText([]byte(text))
	return level, err
}
