package raster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// DefaultFolder is where compiled code is kept for the next start; "" if the system names no such place.
func DefaultFolder() string {
	folder, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(folder, "despacho", "pdfium")
}

// Engine is PDFium, ready to draw as many pages at a time as there are processors.
type Engine struct {
	// quick runs to its end whatever happens, guarded can be interrupted and takes three times as long.
	quick, guarded *machine
}

// New returns PDFium, which starts with the first page. Its code is compiled once and kept in the folder, with which
// a start takes 0.2 s instead of some 4 s. Without a folder, or where it cannot be written, it is compiled at each start.
func New(folder string) *Engine {
	return &Engine{quick: newMachine(folder, false), guarded: newMachine(folder, true)}
}

// Open is [New], and begins to start PDFium in the background.
func Open(folder string) *Engine {
	e := New(folder)
	go func() { _, _ = e.quick.pool() }()
	return e
}

// Ready waits until pages can be drawn, and says why they cannot.
func (e *Engine) Ready(ctx context.Context) error {
	done := make(chan error, 1)
	go func() {
		_, err := e.quick.pool()
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends PDFium; nothing may be drawn any more.
func (e *Engine) Close() error { return errors.Join(e.quick.close(), e.guarded.close()) }

// machine is PDFium's code, compiled in one of two ways, with its instances.
type machine struct {
	folder    string
	isGuarded bool
	lock      sync.Mutex
	opened    pdfium.Pool
	cache     wazero.CompilationCache
	closed    bool
	whyNot    error
}

func newMachine(folder string, isGuarded bool) *machine {
	return &machine{folder: folder, isGuarded: isGuarded}
}

var errClosed = errors.New("PDFium was closed")

// pool starts PDFium if it has not been.
func (m *machine) pool() (pdfium.Pool, error) {
	m.lock.Lock()
	defer m.lock.Unlock()
	switch {
	case m.closed:
		return nil, errClosed
	case m.opened != nil || m.whyNot != nil:
		return m.opened, m.whyNot
	}
	if m.folder != "" {
		cache, err := wazero.NewCompilationCacheWithDir(m.folder)
		if err == nil {
			if m.opened, err = m.start(cache); err == nil {
				m.cache = cache
				return m.opened, nil
			}
			_ = cache.Close(context.Background())
		}
	}
	if m.opened, m.whyNot = m.start(nil); m.whyNot != nil {
		m.whyNot = fmt.Errorf("PDFium cannot be started: %w", m.whyNot)
	}
	return m.opened, m.whyNot
}

// mostMemory is how much an instance may use, in WebAssembly's pages of 64 KiB.
const mostMemory = 320 << 20 >> 16

// start compiles PDFium, or reads its code from the cache. It sees no files, clock or network.
func (m *machine) start(cache wazero.CompilationCache) (pdfium.Pool, error) {
	config := wazero.NewRuntimeConfig().WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithCloseOnContextDone(m.isGuarded).WithMemoryLimitPages(mostMemory)
	if cache != nil {
		config = config.WithCompilationCache(cache)
	}
	many := runtime.GOMAXPROCS(0)
	return webassembly.Init(webassembly.Config{
		MaxIdle: many, MaxTotal: many, ReuseWorkers: true, FSConfig: wazero.NewFSConfig(), RuntimeConfig: config,
		Stdout: io.Discard, Stderr: io.Discard,
	})
}

func (m *machine) close() error {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.closed = true
	var err error
	if m.opened != nil {
		err = m.opened.Close()
		m.opened = nil
	}
	if m.cache != nil {
		err = errors.Join(err, m.cache.Close(context.Background()))
		m.cache = nil
	}
	return err
}

// with lends an instance for at most mostTime. After a failure, or when the time is over, the instance is thrown away, and with it
// whatever the file has done to it.
func (m *machine) with(ctx context.Context, use func(pdfium.Pdfium) error) (err error) {
	pool, err := m.pool()
	if err != nil {
		return err
	}
	instance, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return fmt.Errorf("wait for PDFium: %w", err)
	}
	limited, cancel := context.WithTimeoutCause(ctx, mostTime, errTooLong)
	defer cancel()
	isInTime := context.AfterFunc(limited, func() {
		if m.isGuarded {
			_ = instance.Kill()
		}
	})
	defer func() {
		if r := recover(); r != nil {
			err = &FileError{fmt.Errorf("PDFium failed: %v", r)}
		}
		switch {
		case !isInTime():
			err = context.Cause(limited)
			_ = instance.Kill()
		case err != nil:
			_ = instance.Kill()
		default:
			_ = instance.Close()
		}
	}()
	if err := use(instance); err != nil {
		return &FileError{firstLine(err)}
	}
	return nil
}

var errTooLong = &FileError{fmt.Errorf("drawing it takes longer than %s", mostTime)}
