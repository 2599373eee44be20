//go:build linux

package workers

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// mostMemory is what docs/architecture.md allows to a worker with two steps on files at worst, in kB.
const mostMemory = 2 * 600 << 10

// tooLarge says that a file was larger than it may be, in some way.
var tooLarge = regexp.MustCompile(`larger than|too large|more than|unpacks to|limit|too many`)

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// largeFiles are made to be large: one that is long, one that becomes long, one of many files.
func largeFiles(t *testing.T) []func(http.ResponseWriter) {
	t.Helper()
	pack := func(entries int, size int64) []byte {
		var packed bytes.Buffer
		archive := zip.NewWriter(&packed)
		for i := range entries {
			file, err := archive.Create(fmt.Sprintf("label-%d.zpl", i))
			require.NoError(t, err)
			_, err = io.CopyN(file, zeros{}, size)
			require.NoError(t, err)
		}
		require.NoError(t, archive.Close())
		return packed.Bytes()
	}
	bomb, many := pack(8, 60<<20), pack(30_000, 1)
	return []func(http.ResponseWriter){
		func(w http.ResponseWriter) { _, _ = io.CopyN(w, zeros{}, 300<<20) },
		func(w http.ResponseWriter) { _, _ = w.Write(bomb) },
		func(w http.ResponseWriter) { _, _ = w.Write(many) },
	}
}

// giveLarge has every file of a merchant be one made to be large, the same one each time that it is asked for.
func (s *scene) giveLarge(t *testing.T, hub *sandbox.Hub) {
	t.Helper()
	files, given := largeFiles(t), map[string]int{}
	var mutex sync.Mutex
	s.door.give(func(w http.ResponseWriter, r *http.Request) bool {
		real := httptest.NewRecorder()
		hub.ServeHTTP(real, r)
		if real.Code != http.StatusOK {
			return false
		}
		mutex.Lock()
		kind, known := given[r.URL.Path]
		if !known {
			kind = len(given) % len(files)
			given[r.URL.Path] = kind
		}
		mutex.Unlock()
		files[kind](w)
		return true
	})
}

// TestLargeFilesCostTheirOrdersAlone has a hub hand out files that are made to be large.
func TestLargeFilesCostTheirOrdersAlone(t *testing.T) {
	t.Parallel()
	s := openScene(t, nil, sandbox.Options{Orders: 60}, sandbox.Options{Orders: 12, Seed: 2})
	hostile, other := s.hubs[0], s.hubs[1]
	s.giveLarge(t, hostile)
	worker := s.work(t, good, map[string]string{"DESPACHO_TEMP": t.TempDir(), "DESPACHO_FILES_PARALLEL": "2"}, nil)
	orders := []string{labelOf(t, hostile, "mercadolibre"), labelOf(t, hostile, "coppel"), labelOf(t, hostile, "ripley")}
	run := s.start(t, hostile, "morning", orders...)
	_, manifest := s.end(t, s.start(t, other, "morning"))
	requireWhole(t, other, manifest)

	result, manifest := s.end(t, run)
	assert.Equal(t, len(orders), result.Requested)
	for _, row := range manifest.Rows {
		assert.Contains(t, []contract.Outcome{contract.CorruptLabel, contract.GaveUp}, row.Outcome)
		assert.Regexp(t, tooLarge, row.Reason.Words, "%s (%s)", row.ID, row.Channel)
	}
	assert.Less(t, memoryOf(t, worker), mostMemory, "kB")
}

// memoryOf is the most memory that a worker has had, in kB.
func memoryOf(t *testing.T, worker *workerProcess) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", worker.process.Process.Pid))
	require.NoError(t, err)
	found := regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`).FindSubmatch(status)
	require.NotNil(t, found, "%s", status)
	most, err := strconv.Atoi(string(found[1]))
	require.NoError(t, err)
	return most
}
