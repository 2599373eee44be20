// Package storagetest gives tests an S3 server in memory, and a suite of tests that every S3 server
// must pass to hold a label store.
//
// Begin with [New]; a test that needs faults or counts begins with [NewServer].
package storagetest

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/storage"
)

// Bucket is the bucket of the stores that this package opens.
const Bucket = "despacho-test"

// New returns a store on a server of its own, with its bucket made.
func New(t testing.TB) *storage.Store {
	t.Helper()
	store := NewServer(t).Open(t, storage.Config{})
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	return store
}

// Server is an S3 server in memory. It answers 501 to expiry rules until OfferExpiry is called, and
// 403 to unsigned requests.
type Server struct {
	URL string

	objects *s3mem.Backend
	handler http.Handler

	mutex       sync.Mutex
	calls       map[Call]int
	fault       func(Call, *http.Request) Fault
	ignored     []string
	offerExpiry bool
	listAtMost  int
	expiry      []byte

	// completing keeps two uploads to one key apart: the first to be completed wins.
	completing sync.Mutex
}

// Fault is what happens to a request instead of its normal answer; zero means nothing.
type Fault struct {
	// Status and Code (S3's error code) are answered without doing what was requested.
	Status int
	Code   string
	// CutAfter does what was requested, then cuts the connection before any answer.
	CutAfter bool
	// CutWithin sends the answer's header and half of its body, then cuts the connection.
	CutWithin bool
}

// NewServer starts a server that ends with the test.
func NewServer(t testing.TB) *Server {
	objects := s3mem.New()
	server := &Server{
		objects: objects,
		handler: gofakes3.New(objects, gofakes3.WithTimeSkewLimit(0)).Server(),
		calls:   map[Call]int{},
	}
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	server.URL = listener.URL
	return server
}

// AWS is the SDK's configuration for this server, with retries that hardly wait.
func (s *Server) AWS() *aws.Config {
	return &aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: aws.String(s.URL),
		Credentials:  credentials.NewStaticCredentialsProvider("test-key", "test-secret", ""),
		Retryer: func() aws.Retryer {
			return retry.AddWithMaxBackoffDelay(retry.NewStandard(), time.Millisecond)
		},
	}
}

// Open opens a store on this server, filling in Bucket and AWS if they are empty. It does not make
// the bucket.
func (s *Server) Open(t testing.TB, settings storage.Config) *storage.Store {
	t.Helper()
	if settings.Bucket == "" {
		settings.Bucket = Bucket
	}
	if settings.AWS == nil {
		settings.AWS = s.AWS()
	}
	if settings.TempDir == "" {
		settings.TempDir = t.TempDir()
	}
	store, err := storage.Open(t.Context(), settings)
	require.NoError(t, err)
	return store
}

// InjectFaults calls fault before every request from now on; nil ends that.
func (s *Server) InjectFaults(fault func(Call, *http.Request) Fault) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.fault = fault
}

// OfferExpiry makes the server accept expiry rules (it stores them but deletes nothing).
func (s *Server) OfferExpiry() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.offerExpiry = true
}

// Ignore makes the server ignore these conditions of writes: If-None-Match, If-Match.
func (s *Server) Ignore(conditions ...string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.ignored = conditions
}

// ListAtMost makes the server answer lists in pages of so many keys, however many are asked for; 0 ends that.
func (s *Server) ListAtMost(keys int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.listAtMost = keys
}

// shorten lowers how many keys a list asks for to what the server gives at most.
func (s *Server) shorten(r *http.Request) {
	s.mutex.Lock()
	most := s.listAtMost
	s.mutex.Unlock()
	query := r.URL.Query()
	if asked, err := strconv.Atoi(query.Get("max-keys")); most > 0 && (err != nil || asked > most) {
		query.Set("max-keys", strconv.Itoa(most))
		r.URL.RawQuery = query.Encode()
	}
}

// Calls counts the requests so far, retries included.
func (s *Server) Calls() map[Call]int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return maps.Clone(s.calls)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := callOf(r)
	fault := s.note(call, r)
	switch {
	case fault.Status != 0:
		_, _ = io.Copy(io.Discard, r.Body)
		answerError(w, fault.Status, fault.Code)
	case r.Header.Get("Authorization") == "" && !r.URL.Query().Has("X-Amz-Signature"):
		answerError(w, http.StatusForbidden, "AccessDenied")
	case fault.CutAfter:
		s.serve(httptest.NewRecorder(), r, call)
		panic(http.ErrAbortHandler)
	case fault.CutWithin:
		s.serveHalf(w, r, call)
	default:
		s.serve(w, r, call)
	}
}

func (s *Server) note(call Call, r *http.Request) Fault {
	s.mutex.Lock()
	s.calls[call]++
	fault := s.fault
	for _, condition := range s.ignored {
		r.Header.Del(condition)
	}
	s.mutex.Unlock()
	if fault == nil {
		return Fault{}
	}
	return fault(call, r)
}

func (s *Server) serveHalf(w http.ResponseWriter, r *http.Request, call Call) {
	answer := httptest.NewRecorder()
	s.serve(answer, r, call)
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()[:answer.Body.Len()/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, call Call) {
	switch call {
	case GetExpiry, PutExpiry:
		s.serveExpiry(w, r, call)
	case CompleteUpload:
		s.serveComplete(w, r)
	case ListUploads:
		s.serveUploads(w, r)
	case ListObjects:
		s.shorten(r)
		s.handler.ServeHTTP(w, r)
	default:
		s.handler.ServeHTTP(w, r)
	}
}

// serveComplete checks the condition, which the library does for single puts only.
func (s *Server) serveComplete(w http.ResponseWriter, r *http.Request) {
	s.completing.Lock()
	defer s.completing.Unlock()
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if r.Header.Get("If-None-Match") == "*" {
		if _, err := s.objects.HeadObject(bucket, key); err == nil {
			answerError(w, http.StatusPreconditionFailed, "PreconditionFailed")
			return
		}
	}
	s.handler.ServeHTTP(w, r)
}

// serveUploads answers with an empty list where the library answers that it knows no upload.
func (s *Server) serveUploads(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	s.handler.ServeHTTP(answer, r)
	if answer.Code == http.StatusNotFound {
		_, _ = io.WriteString(w, "<ListMultipartUploadsResult/>")
		return
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func (s *Server) serveExpiry(w http.ResponseWriter, r *http.Request, call Call) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch {
	case !s.offerExpiry:
		answerError(w, http.StatusNotImplemented, "NotImplemented")
	case call == PutExpiry:
		s.expiry, _ = io.ReadAll(r.Body)
	case s.expiry == nil:
		answerError(w, http.StatusNotFound, "NoSuchLifecycleConfiguration")
	default:
		_, _ = w.Write(s.expiry)
	}
}

func answerError(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<Error><Code>%s</Code><Message>answered by the test server</Message></Error>`, code)
}
