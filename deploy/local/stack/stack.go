package stack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
)

// startWithin bounds how long Start waits for its servers; they usually need about a second, and a minute where a machine has
// far more to do than it can.
const startWithin = 4 * time.Minute

// Region is the AWS region that the S3 server names as its own.
const Region = "us-east-1"

// ErrInUse says that another process runs on the same folder.
var ErrInUse = errors.New("another process is using it")

// Servers chooses what a stack starts; the rest is for another process.
type Servers string

// The choices. Temporal comes with its web UI.
const (
	AllServers   Servers = ""
	TemporalOnly Servers = "temporal"
	ObjectsOnly  Servers = "s3"
)

// Options say where a stack lives and what it is called.
type Options struct {
	// Dir holds Temporal's SQLite file, the S3 folder, the ports, the names and the S3 keys.
	// It is made when missing.
	Dir string
	// Namespace is Temporal's. Empty: the one of the last start, at first "default".
	Namespace string
	// Bucket is the name that users of the S3 server agree on; it is theirs to make.
	// Empty: the one of the last start, at first "despacho".
	Bucket string
	// Ports are tried first. A taken one moves aside; zero means the one of the last start.
	Ports Ports
	// Usual says where a folder without remembered ports begins to look.
	Usual Ports
	// Only leaves out the other servers; their addresses say nothing then.
	Only Servers
	// Temporal is the host:port of a server that is there already, or [CLI]; empty: the one in this program.
	// A server of others gets a namespace for this folder, unless Namespace names one.
	Temporal string
	// TemporalUI is where the web UI of the server is that is there already, if it has one.
	TemporalUI string
	// Frontend sees what is asked of the frontend of the Temporal in this program, behind its own interceptors.
	Frontend []grpc.UnaryServerInterceptor
}

// Stack is a Temporal server, its web UI and an S3 server that are up and ready.
type Stack struct {
	TemporalAddress string // host:port of Temporal's frontend
	UIURL           string // Temporal's web UI; empty where a server of others has none that we know
	S3Endpoint      string // URL of the S3 server, path style
	AccessKey       string // S3 key of this folder
	SecretKey       string // its secret
	Namespace       string // Temporal namespace, registered
	Bucket          string // bucket name
	Dir             string // the folder, absolute

	lock  *flock.Flock
	ports *portBook
	stops []func()
}

// Start brings everything up and returns when it answers, or stops what it began and says what
// failed; ErrInUse is in the chain when another process holds the folder.
//
// The S3 server works on paths relative to its folder, so Start changes the working directory of
// the process: make every other path absolute before. One process can run one stack at a time.
func Start(ctx context.Context, options Options) (*Stack, error) {
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("find the data folder %s: %w", options.Dir, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}

	s := &Stack{Dir: dir, lock: lock}
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	if err := s.start(ctx, options); err != nil {
		s.Stop()
		return nil, fmt.Errorf("start the stack in %s: %w", dir, err)
	}
	return s, nil
}

// Stop ends the servers, in the reverse order of their start, and gives the folder free. Close idle
// connections to the S3 server before: it waits for them a while.
func (s *Stack) Stop() {
	for i := len(s.stops) - 1; i >= 0; i-- {
		s.stops[i]()
	}
	s.stops = nil
	_ = s.lock.Unlock()
}

// Listen opens a port for another server of the same process (the sandbox, say) by the same rule as
// the stack's own: asked, then the one remembered under that name, then usual and those after it.
func (s *Stack) Listen(name string, asked, usual int) (net.Listener, error) {
	listener, err := s.ports.listen(name, asked, usual)
	if err != nil {
		return nil, err
	}
	return listener, s.ports.save()
}

func (s *Stack) start(ctx context.Context, options Options) error {
	command, err := options.findCommand()
	if err != nil {
		return err
	}
	names, err := recallIdentity(s.Dir, options)
	if err != nil {
		return err
	}
	s.Namespace, s.Bucket = names.Namespace, names.Bucket
	s.AccessKey, s.SecretKey = names.AccessKey, names.SecretKey

	if s.ports, err = openPortBook(filepath.Join(s.Dir, "ports.json")); err != nil {
		return err
	}
	defer waitForOthers(ctx)()
	ports, err := s.ports.reserve(options.Ports, options.Usual)
	if err != nil {
		return err
	}
	s.S3Endpoint = "http://" + address(ports.S3)

	ready, ctx := errgroup.WithContext(ctx)
	// Serially, because opening the S3 folder moves the working directory.
	if options.Only != TemporalOnly {
		objects, err := startObjects(s.Dir, ports.S3, names)
		if err != nil {
			return err
		}
		s.stops = append(s.stops, objects.stop)
		ready.Go(func() error { return objects.waitUntilReady(ctx) })
	}
	if options.Only != ObjectsOnly {
		server, err := s.openTemporal(options, command, ports)
		if err != nil {
			return err
		}
		s.stops = append(s.stops, server.stop)
		ready.Go(func() error { return server.waitUntilReady(ctx) })
	}
	return ready.Wait()
}

func lockFolder(dir string) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the data folder %s: %w", dir, err)
	}
	if !held {
		return nil, fmt.Errorf("the data folder %s: %w; stop that process, or name another folder", dir, ErrInUse)
	}
	return lock, nil
}

// waitForOthers lets the stacks of this machine start one after the other, so that none takes a port
// that another has just found free. Where the lock cannot be had, that is left to chance.
func waitForOthers(ctx context.Context) (done func()) {
	lock := flock.New(filepath.Join(os.TempDir(), "despacho-start.lock"), flock.SetPermissions(0o666))
	_, _ = lock.TryLockContext(ctx, pollEvery)
	return func() { _ = lock.Unlock() }
}
