package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/partners"
)

// needsPython skips a test where there is no Python, and puts the document's program into a folder.
func needsPython(t *testing.T, folder string) {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3 in the PATH, so the documented program is not run")
	}
	program, err := os.ReadFile("../../docs/partner_example.py")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "partner_example.py"), program, 0o600))
}

// TestTheDocumentedPythonWorks gives each of its commands, in a shell, against the real programs.
func TestTheDocumentedPythonWorks(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	needsPython(t, folder)
	r := openReader(t)
	r.folder = folder
	address := r.demo.gateway(t)
	_, key, err := partners.Book{Store: r.store, Now: time.Now}.Add(t.Context(), partners.Request{
		Name: "WMS", Merchants: []string{r.merchant}, Scopes: partners.Scopes(), Expires: time.Now().AddDate(0, 1, 0),
	})
	require.NoError(t, err)
	r.settings["DESPACHO"], r.settings["DESPACHO_KEY"] = "http://"+address, key.Reveal()
	require.NoError(t, client.TemporalIntakes{Client: r.temporal}.Begin(t.Context(), r.merchant))
	eventually(t, "the door is open", func() bool {
		answer, err := http.Get("http://" + address + "/v1/docs")
		return err == nil && answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	})
	first, second := r.names.Replace("2000012345678901"), r.names.Replace("D-88")
	said := map[string]string{}
	for _, command := range documented(t, "python3") {
		job := strings.Fields(command)[2]
		if job == "feed" {
			eventually(t, "the intake has heard of the labels", func() bool {
				said[job] += r.give(t, command)
				return strings.Contains(said[job], first) && strings.Contains(said[job], second)
			})
			continue
		}
		said[job] = r.give(t, command)
	}
	require.Len(t, said, 3)
	assert.Contains(t, said["labels"], "completed {'labelled': 2}")
	files, err := filepath.Glob(filepath.Join(folder, "pick-18", "*.*"))
	require.NoError(t, err)
	assert.Len(t, files, strings.Count(said["labels"], "pick-18/"), said["labels"])
	assert.FileExists(t, filepath.Join(folder, "pick-18", "manifest.json"))
	cursor, err := os.ReadFile(filepath.Join(folder, "labelled.cursor"))
	require.NoError(t, err)
	assert.NotEmpty(t, cursor)
	for _, order := range []string{first, second} {
		assert.Contains(t, said["shipped"], order+" synced")
	}
	again := r.give(t, documented(t, "python3")[0])
	assert.Equal(t, said["labels"], again, "under the same keys it is done once")

	r.settings["DESPACHO_KEY"] += "x"
	_, err = r.try(t, documented(t, "python3")[0])
	require.Error(t, err)
}

// TestTheDocumentedCheckOfAWebhookInPython holds it against the standard's own library.
func TestTheDocumentedCheckOfAWebhookInPython(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	needsPython(t, folder)
	const secret, other, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", `{"type": "label.ready"}`
	sign := func(secret string, at time.Time) string {
		signer, err := standardwebhooks.NewWebhook(secret)
		require.NoError(t, err)
		signature, err := signer.Sign("msg_1", at, []byte(body))
		require.NoError(t, err)
		return signature
	}
	now := time.Now()
	for name, test := range map[string]struct {
		body, signature string
		at              time.Time
		want            string
	}{
		"as it came":             {body, sign(secret, now), now, "True"},
		"signed by two secrets":  {body, sign(other, now) + " " + sign(secret, now), now, "True"},
		"another body":           {body + " ", sign(secret, now), now, "False"},
		"another secret":         {body, sign(other, now), now, "False"},
		"another time":           {body, sign(secret, now), now.Add(time.Minute), "False"},
		"six minutes old":        {body, sign(secret, now.Add(-6*time.Minute)), now.Add(-6 * time.Minute), "False"},
		"of six minutes to come": {body, sign(secret, now.Add(6*time.Minute)), now.Add(6 * time.Minute), "False"},
		"no signature":           {body, "", now, "False"},
	} {
		given, err := json.Marshal(map[string]any{"secret": secret, "body": test.body, "headers": map[string]string{
			"webhook-id": "msg_1", "webhook-timestamp": strconv.FormatInt(test.at.Unix(), 10), "webhook-signature": test.signature,
		}})
		require.NoError(t, err)
		python := exec.CommandContext(t.Context(), "python3", "-c", "import json, partner_example, sys; i = json.load(sys.stdin); print(partner_example.is_genuine(i['secret'], i['headers'], i['body'].encode()))")
		python.Dir, python.Stdin = folder, bytes.NewReader(given)
		said, err := python.CombinedOutput()
		require.NoError(t, err, string(said))
		assert.Equal(t, test.want, strings.TrimSpace(string(said)), name)
	}
}
