package printingtest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/despacho/despacho/storage"
)

// Store is a label store in memory, for tests whose time is not real: no connection is open.
type Store struct {
	// Latency is how long each request takes.
	Latency time.Duration

	mu      sync.Mutex
	objects map[string]object
	version int
	// Fault, if set, is asked before each request: an error is the answer, and nothing is done.
	Fault func(request, key string) error
	// LoseAnswer, if set, says that a request is done and its answer does not arrive.
	LoseAnswer func(request, key string) bool
	// Requests counts by kind: get, put, list.
	Requests map[string]int
}

type object struct {
	data []byte
	etag string
}

// ErrBusy is a store's error that may pass.
var ErrBusy error = &net.OpError{Op: "dial", Err: errors.New("connection refused")}

// NewStore is an empty store.
func NewStore() *Store {
	return &Store{objects: map[string]object{}, Requests: map[string]int{}}
}

func (s *Store) request(ctx context.Context, kind, key string) error {
	if err := pass(ctx, s.Latency); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Requests[kind]++
	if s.Fault != nil {
		return s.Fault(kind, key)
	}
	return nil
}

// Counted returns how many requests there were so far, by kind.
func (s *Store) Counted() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.Requests)
}

// Put puts an object that tests need.
func (s *Store) Put(key string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(key, data)
}

func (s *Store) put(key string, data []byte) string {
	s.version++
	etag := fmt.Sprintf("v%d", s.version)
	s.objects[key] = object{data, etag}
	return etag
}

// ReadPlace reads an object, or a part of one.
func (s *Store) ReadPlace(ctx context.Context, place storage.Place, limit int64) ([]byte, error) {
	if err := s.request(ctx, "get", place.Key); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	one, there := s.objects[place.Key]
	size := cmp.Or(place.Bytes, int64(len(one.data)))
	switch {
	case !there || place.From+size > int64(len(one.data)):
		return nil, storage.ErrNotFound
	case size > limit:
		return nil, storage.ErrTooLarge
	}
	return one.data[place.From : place.From+size], nil
}

// Get reads JSON.
func (s *Store) Get(ctx context.Context, key string, value any) error {
	_, err := s.GetTagged(ctx, key, value)
	return err
}

// GetTagged reads JSON and its etag.
func (s *Store) GetTagged(ctx context.Context, key string, value any) (string, error) {
	if err := s.request(ctx, "get", key); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	one, there := s.objects[key]
	if !there {
		return "", storage.ErrNotFound
	}
	return one.etag, json.Unmarshal(one.data, value)
}

// PutIf writes JSON on a condition.
func (s *Store) PutIf(ctx context.Context, key string, value any, etag string) (string, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	if err := s.request(ctx, "put", key); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch one := s.objects[key]; {
	case one.etag == etag:
		written := s.put(key, data)
		if s.LoseAnswer != nil && s.LoseAnswer("put", key) {
			return "", ErrBusy
		}
		return written, nil
	case bytes.Equal(one.data, data):
		return one.etag, nil
	}
	return "", storage.ErrChanged
}

// PutOnce writes JSON where there is nothing.
func (s *Store) PutOnce(ctx context.Context, key string, value any) (bool, error) {
	_, err := s.PutIf(ctx, key, value, "")
	if err == nil {
		return false, nil
	}
	if err := s.Get(ctx, key, value); err != nil {
		return false, err
	}
	return true, nil
}

// List lists objects in the order of their keys.
func (s *Store) List(ctx context.Context, prefix string, each func(storage.Object) error) error {
	if err := s.request(ctx, "list", prefix); err != nil {
		return err
	}
	s.mu.Lock()
	keys := slices.Sorted(maps.Keys(s.objects))
	s.mu.Unlock()
	for _, key := range keys {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		if err := each(storage.Object{Key: key}); err != nil {
			return err
		}
	}
	return nil
}
