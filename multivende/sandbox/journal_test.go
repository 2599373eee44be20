package sandbox

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const journalPlan = `[{"channel":"paris","nth":2,"label_fails":1},{"channel":"linio","nth":1,"status_stuck":1},{"route":"info","answer":500,"after":1}]`

// asItStands is a copy of a folder.
func asItStands(t *testing.T, dir string) string {
	t.Helper()
	copied := t.TempDir()
	require.NoError(t, os.CopyFS(copied, os.DirFS(dir)))
	return copied
}

// lived is a hub that has been asked for all that a journal keeps.
func lived(t *testing.T, options Options) visitor {
	t.Helper()
	v := visit(t, options)
	paris, linio := ids(v.orders("paris", FateLabelable)), ids(v.orders("linio", FateLabelable))
	v.get("/api/d/info")
	first := v.ask("paris", paris[:3]...)
	v.send(linio[0], readyToShip)
	v.send(linio[1], readyToShip)
	v.time.pass(5 * time.Minute)
	status, _ := v.download(v.task(first)["url"].(string))
	require.Equal(t, http.StatusOK, status)
	v.put("/api/delivery-orders/"+v.orders("liverpool", FateLabelable)[0].ID, object{"trackingNumber": "T-1"})
	require.Equal(t, http.StatusOK, v.call(http.MethodPost, "/sandbox/cancel/"+paris[5], nil, "").Code)
	v.ask("paris", paris[1], paris[3]) // goes on when the hub stops
	v.get("/api/checkouts/" + v.order(paris[0]).Checkouts[0])
	v.call(http.MethodGet, "/api/d/info", nil, v.hub.Token()) // the fault
	return v
}

func TestJournal(t *testing.T) {
	t.Parallel()
	options := Options{Seed: 2, Dir: t.TempDir(), Speed: 10, Faults: parsed(t, journalPlan)}
	v := lived(t, options)
	before := v.hub.Report()

	options.Dir = asItStands(t, options.Dir) // as a process leaves it that is killed
	options.Now = v.time.now
	v.time.pass(24 * time.Hour)
	again, err := New(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, again.Close()) })
	after := again.Report()
	assert.WithinDuration(t, before.Now, after.Now, 2*time.Second, "its clock goes on from where it was")
	assert.False(t, after.Now.Before(before.Now))
	before.Now, after.Now = time.Time{}, time.Time{}
	assert.Equal(t, before, after)

	w := visitor{t, again, v.time}
	w.get("/api/d/info") // the fault has struck before
	running := again.connectionByID(w.connection("paris").ID).tasks[1].id
	assert.Equal(t, v.task(running)["_id"], running)
	assert.Equal(t, taskPending, w.task(running)["processStatus"])
	v.time.pass(12 * time.Second)
	assert.Equal(t, taskCompleted, w.task(running)["processStatus"], "what ran goes on")
	assert.Len(t, w.output(running).Successful, 2)
}

func TestClockIsKeptWhileNobodyCalls(t *testing.T) {
	t.Parallel()
	options := Options{Dir: t.TempDir(), Speed: 600}
	v := visit(t, options)
	v.time.pass(time.Minute)
	want := v.hub.Now()
	require.Eventually(t, func() bool { return lastClock(options.Dir).Equal(want) }, time.Minute, time.Millisecond)
	again := visit(t, Options{Dir: asItStands(t, options.Dir), Speed: 600})
	assert.Equal(t, want, again.hub.Now())
}

func TestJournalWithHalfALine(t *testing.T) {
	t.Parallel()
	options := Options{Dir: t.TempDir()}
	first := visit(t, options)
	id := first.orders("paris", FateLabelable)[0].ID
	first.ask("paris", id)
	path := filepath.Join(options.Dir, journalName)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(content, `{"at":"2026-03`...), 0o600))

	second := visit(t, options)
	assert.Len(t, second.order(id).Labels, 1)
	second.ask("paris", id)
	assert.Len(t, visit(t, options).order(id).Labels, 2, "what comes after the half line can be read again")
}

func TestJournalOfAnotherWorld(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	visit(t, Options{Seed: 1, Dir: dir})
	_, err := New(Options{Seed: 2, Dir: dir})
	require.ErrorIs(t, err, ErrOtherWorld)
	require.ErrorContains(t, err, "seed 1, 110 orders")

	broken := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(broken, journalName), []byte("no JSON\n"), 0o600))
	_, err = New(Options{Dir: broken})
	require.ErrorContains(t, err, "journal: line 1")
}
