package sandbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"
)

// journal records each change of the world as a line of JSON, before it is made.
// The zero journal writes nothing.
type journal struct {
	mutex sync.Mutex
	file  *os.File
}

// entry is one line of the journal.
type entry struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"` // one of counts or deeds, or "world"

	World *worldEntry `json:"world,omitempty"`

	ID      string            `json:"id,omitempty"`     // of what the entry speaks of
	Orders  []string          `json:"orders,omitempty"` // of an ask
	Code    string            `json:"code,omitempty"`   // of a status
	Route   string            `json:"route,omitempty"`  // of a call or strike
	Status  int               `json:"status,omitempty"` // of a call
	Number  *string           `json:"number,omitempty"` // of a tracking
	URL     *string           `json:"url,omitempty"`
	Text    string            `json:"text,omitempty"`   // of a refused exchange
	Asked   []string          `json:"asked,omitempty"`  // scopes of a consent
	Scopes  Scopes            `json:"scopes,omitempty"` // what the account grants
	Rates   *WebhookRates     `json:"rates,omitempty"`  // of webhooks
	Millis  float64           `json:"millis,omitempty"` // of a webhook's answer
	Count   int               `json:"count,omitempty"`  // of sales
	Life    SaleLife          `json:"life,omitempty"`
	Mode    string            `json:"mode,omitempty"`
	PickUp  bool              `json:"pick_up,omitempty"`
	Spread  time.Duration     `json:"spread,omitempty"`
	Beside  bool              `json:"beside,omitempty"`  // a refresh came while another was being answered
	Courier *string           `json:"courier,omitempty"` // of a tracking
	Told    map[string]string `json:"told,omitempty"`    // of a pick-up's status
	Fault   int               `json:"fault,omitempty"`   // of a strike: its number in the plan, 0 for a call that none struck
}

// worldEntry is what a world was made with.
type worldEntry struct {
	Seed      int64                    `json:"seed"`
	Orders    int                      `json:"orders"`
	Start     time.Time                `json:"start"`
	Faults    []Fault                  `json:"faults,omitempty"`
	Falabella string                   `json:"falabella"`
	History   int                      `json:"history,omitempty"`
	Arrivals  float64                  `json:"arrivals,omitempty"`
	Delays    map[string]time.Duration `json:"delays,omitempty"`
	OddIDs    bool                     `json:"odd_ids,omitempty"`
	TaskTime  TaskTime                 `json:"task_time,omitzero"`
}

// past is the content of a journal: how the world was made, what happened, and the
// hub's time when it stopped.
type past struct {
	world   worldEntry
	entries []entry
	last    time.Time
}

const journalName = "sandbox.jsonl"

// openJournal reads the journal in options.Dir and opens it for more; without a
// Dir, or with an empty one, it begins a world.
func openJournal(options Options) (*journal, past, error) {
	start := options.Now().UTC().Truncate(time.Second)
	began := past{last: start, world: worldEntry{
		Seed: options.Seed, Orders: options.Orders, Start: start, Faults: options.Faults, Falabella: options.FalabellaFormat,
		History: options.History, Arrivals: options.Arrivals, Delays: options.StatusDelays, OddIDs: options.OddIDs, TaskTime: options.TaskTime,
	}}
	if options.Dir == "" {
		return &journal{}, began, nil
	}
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return nil, past{}, fmt.Errorf("sandbox: journal: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(options.Dir, journalName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, past{}, fmt.Errorf("sandbox: journal: %w", err)
	}
	entries, whole, err := readJournal(file)
	if err == nil {
		err = errors.Join(file.Truncate(whole), seekTo(file, whole))
	}
	j := &journal{file: file}
	if err == nil && len(entries) == 0 {
		err = j.write(entry{At: start, Kind: "world", World: &began.world})
		return j, began, err
	}
	if err == nil {
		began, err = took(entries, began.world, options.Dir)
	}
	if kept := lastClock(options.Dir); kept.After(began.last) {
		began.last = kept
	}
	if err != nil {
		return nil, past{}, errors.Join(fmt.Errorf("sandbox: journal: %w", err), file.Close())
	}
	return j, began, nil
}

func seekTo(file *os.File, offset int64) error {
	_, err := file.Seek(offset, io.SeekStart)
	return err
}

// took turns a journal's entries into the past, if the journal is this world's.
func took(entries []entry, asked worldEntry, dir string) (past, error) {
	if entries[0].World == nil {
		return past{}, fmt.Errorf("%s in %s does not begin with a world", journalName, dir)
	}
	world := *entries[0].World
	asked.Start = world.Start
	if !reflect.DeepEqual(world, asked) {
		return past{}, fmt.Errorf("%w: %s was made with seed %d, %d orders, %d sales of the last week, %d faults, %g arrivals an hour and Falabella as %s; give the same or another folder",
			ErrOtherWorld, dir, world.Seed, world.Orders, world.History, len(world.Faults), world.Arrivals, world.Falabella)
	}
	last := world.Start.Add(time.Second) // an answer may have told a little more than was written
	for _, entry := range entries {
		if at := entry.At.Add(time.Second); at.After(last) {
			last = at
		}
	}
	return past{world: world, entries: entries[1:], last: last}, nil
}

// readJournal reads whole lines and tells where the last of them ends: a process
// that was killed may have left half a line.
func readJournal(file io.Reader) (entries []entry, whole int64, err error) {
	lines := bufio.NewReaderSize(file, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return entries, whole, nil
		}
		if err != nil {
			return nil, 0, err
		}
		var next entry
		if err := json.Unmarshal(bytes.TrimSpace(line), &next); err != nil {
			return nil, 0, fmt.Errorf("line %d: %w", len(entries)+1, err)
		}
		entries = append(entries, next)
		whole += int64(len(line))
	}
}

func (j *journal) write(next entry) error {
	if j == nil {
		return nil
	}
	line, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("sandbox: journal: %w", err)
	}
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if j.file == nil {
		return nil
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("sandbox: journal: %w", err)
	}
	return nil
}

// close ends the journal; what is written afterwards is lost.
func (j *journal) close() error {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if j.file == nil {
		return nil
	}
	file := j.file
	j.file = nil
	return file.Close()
}
