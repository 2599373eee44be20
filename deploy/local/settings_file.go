package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/service/wholefile"
)

// setting is one environment variable.
type setting struct{ name, value string }

// settings are what a worker, starter or station beside this process needs to talk to the same servers.
func (w *workbench) settings() []setting {
	running, from := w.running, w.from
	all := []setting{
		{"TEMPORAL_ADDRESS", running.TemporalAddress},
		{"TEMPORAL_NAMESPACE", running.Namespace},
		{"AWS_ENDPOINT_URL_S3", running.S3Endpoint},
		{"AWS_ACCESS_KEY_ID", running.AccessKey},
		{"AWS_SECRET_ACCESS_KEY", running.SecretKey},
		{"AWS_REGION", stack.Region},
		{"DESPACHO_BUCKET", running.Bucket},
		{"DESPACHO_HUB", from.url},
		{"DESPACHO_MERCHANT", from.merchant},
		{"DESPACHO_HUB_SPEED", strconv.FormatFloat(from.speed, 'g', -1, 64)},
		{"DESPACHO_DOWNLOAD_HOSTS", strings.Join(from.downloadHosts, ",")},
		{"DESPACHO_PARTNERS_WEBHOOK_HOSTS", strings.Join(partnersHosts, ",")},
	}
	if w.table != nil {
		all = append(all, setting{"DESPACHO_STATION_URL", w.table.at.URL})
	}
	if !from.app.known() {
		return append(all, setting{"DESPACHO_TOKEN", from.token})
	}
	return append(all,
		setting{"DESPACHO_CLIENT_ID", from.app.id},
		setting{"DESPACHO_CLIENT_SECRET", from.app.secret},
		setting{"DESPACHO_ACCOUNTS_KEY_FILE", w.keyFile()},
	)
}

// writeSettings writes a file for a shell to source, which only its owner reads: it holds a token.
func writeSettings(path string, all []setting) error {
	var text strings.Builder
	for _, one := range all {
		fmt.Fprintf(&text, "export %s=%s\n", one.name, shellWord(one.value))
	}
	if err := wholefile.Replace(path, []byte(text.String()), wholefile.PrivateMode); err != nil {
		return fmt.Errorf("write the settings: %w", err)
	}
	return nil
}

// shellWord makes one word of a POSIX shell, whatever is in it.
func shellWord(value string) string {
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}
