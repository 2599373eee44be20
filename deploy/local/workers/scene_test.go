//go:build linux

package workers

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/merchants"
	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

const (
	// patience bounds every wait; on a busy machine a run takes a while.
	patience  = 8 * time.Minute
	lookAgain = 20 * time.Millisecond
	speed     = 600
)

// scene is Temporal and S3 in a process of their own, and a hub with one merchant or more in this one. Workers come and go.
type scene struct {
	temporal    sdk.Client
	store       *storage.Store
	hubs        sandbox.Merchants
	door        *door
	environment map[string]string // of workers
}

// openScene starts everything but workers, and connects the merchants.
func openScene(t *testing.T, small *smallDisk, worlds ...sandbox.Options) *scene {
	t.Helper()
	running := startServers(t, small)
	s := &scene{}
	s.openServers(t, running)
	for _, world := range worlds {
		world.Speed = speed
		if len(s.hubs) > 0 { // one application for all merchants
			world.ClientID, world.ClientSecret = s.hubs[0].ClientID(), s.hubs[0].ClientSecret()
		}
		hub, err := sandbox.New(world)
		require.NoError(t, err)
		t.Cleanup(func() { _ = hub.Close() })
		s.hubs = append(s.hubs, hub)
	}
	s.door = &door{hub: s.hubs}
	server := httptest.NewServer(s.door)
	t.Cleanup(server.Close)
	t.Cleanup(s.door.open)
	application := merchants.Application{
		Hub: server.URL, ID: s.hubs[0].ClientID(), Secret: s.hubs[0].ClientSecret(), Speed: speed,
		DownloadHosts: []string{"127.0.0.1"}, KeyFile: filepath.Join(t.TempDir(), "accounts-key.json"), Store: s.store,
	}
	require.NoError(t, application.MakeKeys())
	for _, hub := range s.hubs {
		code, err := hub.NewCode()
		require.NoError(t, err)
		_, err = application.ConnectWithCode(t.Context(), hub.Merchant(), code)
		require.NoError(t, err)
	}
	s.environment = lo.Assign(strangers(), map[string]string{
		"TEMPORAL_ADDRESS": running.TemporalAddress, "TEMPORAL_NAMESPACE": running.Namespace,
		"AWS_ENDPOINT_URL_S3": s3WithRights(t, running.S3Endpoint), "AWS_REGION": stack.Region, "AWS_ACCESS_KEY_ID": running.AccessKey, "AWS_SECRET_ACCESS_KEY": running.SecretKey,
		"DESPACHO_BUCKET": running.Bucket, "DESPACHO_HUB": server.URL, "DESPACHO_HUB_SPEED": fmt.Sprint(speed), "DESPACHO_DOWNLOAD_HOSTS": "127.0.0.1",
		"DESPACHO_CLIENT_ID": application.ID, "DESPACHO_CLIENT_SECRET": application.Secret, "DESPACHO_ACCOUNTS_KEY_FILE": application.KeyFile,
		"DESPACHO_LISTEN": "127.0.0.1:0", "DESPACHO_DRAIN": "5s", "DESPACHO_FILES_PARALLEL": "40", // files that are kept back hold no other up
	})
	return s
}

func (s *scene) openServers(t *testing.T, running *stack.Stack) {
	t.Helper()
	var err error
	s.temporal, err = sdk.DialContext(t.Context(), sdk.Options{HostPort: running.TemporalAddress, Namespace: running.Namespace, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(s.temporal.Close)
	_, err = client.Prepare(t.Context(), s.temporal, running.Namespace)
	require.NoError(t, err)
	s.store, err = storage.Open(t.Context(), storage.Config{Bucket: running.Bucket, AWS: &aws.Config{
		Region: stack.Region, BaseEndpoint: aws.String(running.S3Endpoint),
		Credentials: credentials.NewStaticCredentialsProvider(running.AccessKey, running.SecretKey, ""),
	}})
	require.NoError(t, err)
	_, err = s.store.EnsureBucket(t.Context())
	require.NoError(t, err)
}

// s3WithRights is the S3 server for workers: one that does more there than the operators' document grants it fails the test.
func s3WithRights(t *testing.T, endpoint string) string {
	t.Helper()
	target, err := url.Parse(endpoint)
	require.NoError(t, err)
	used, grants := &storagetest.UsedRights{}, storagetest.DocumentedGrants(t, "worker")
	used.By("a worker")
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // signatures hold it
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		used.Note(r)
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		server.Close()
		used.AssertGranted(t, grants)
	})
	return server.URL
}

// strangers are this process's variables but for those that would be settings of a worker.
func strangers() map[string]string {
	return lo.SliceToMap(lo.Filter(os.Environ(), func(one string, _ int) bool {
		return !lo.SomeBy([]string{"DESPACHO_", "TEMPORAL_", "AWS_", "OTEL_"}, func(of string) bool { return strings.HasPrefix(one, of) })
	}), func(one string) (string, string) {
		name, value, _ := strings.Cut(one, "=")
		return name, value
	})
}

// door stands before the hub: it can keep back the answers of files, or give others in their place.
type door struct {
	hub   http.Handler
	mutex sync.Mutex
	shut  chan struct{} // files wait until it is closed
	file  func(http.ResponseWriter, *http.Request) bool
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/files/") {
		d.mutex.Lock()
		shut, file := d.shut, d.file
		d.mutex.Unlock()
		if shut != nil {
			select {
			case <-shut:
			case <-r.Context().Done():
				return
			}
		}
		if file != nil && file(w, r) {
			return
		}
	}
	d.hub.ServeHTTP(w, r)
}

// close keeps every file back, so that no batch can end.
func (d *door) close() {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.shut = make(chan struct{})
}

// give has files be answered by a function, where it returns true; nil has the hub answer again.
func (d *door) give(file func(http.ResponseWriter, *http.Request) bool) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.file = file
}

func (d *door) open() {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.shut != nil {
		close(d.shut)
		d.shut = nil
	}
}

// start starts a run of a merchant, of all that waits or of some orders.
func (s *scene) start(t *testing.T, hub *sandbox.Hub, key string, orders ...string) client.Started {
	t.Helper()
	request := contract.LabelRunInput{Merchant: hub.Merchant()}
	for _, order := range orders {
		request.Orders = append(request.Orders, contract.OrderReference{Order: order})
	}
	started, err := client.Start(t.Context(), client.TemporalRuns{Client: s.temporal}, s.store, key, request)
	require.NoError(t, err)
	return started
}

// end waits for a run's end, and holds that its books balance.
func (s *scene) end(t *testing.T, run client.Started) (contract.RunResult, contract.Manifest) {
	t.Helper()
	within, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	result, err := client.TemporalRuns{Client: s.temporal}.Wait(within, run.WorkflowID)
	require.NoError(t, err, run.Run)
	require.Equal(t, contract.RunCompleted, result.State, result.Reason.Words)
	assert.True(t, result.Balanced(), "every order has exactly one outcome")
	var manifest contract.Manifest
	require.NoError(t, s.store.Get(t.Context(), result.Manifest.JSON, &manifest))
	assert.Len(t, lo.UniqBy(manifest.Rows, func(r contract.ManifestRow) string { return r.ID }), result.Requested, "each order has one row")
	assert.Len(t, manifest.Rows, result.Requested)
	return result, manifest
}

// requireWhole holds that every order that can have a label has it in this run, and that each was asked for once.
func requireWhole(t *testing.T, hub *sandbox.Hub, manifest contract.Manifest) {
	t.Helper()
	rows := lo.KeyBy(manifest.Rows, func(r contract.ManifestRow) string { return r.ID })
	labelled := 0
	for _, order := range hub.Report().Orders {
		if order.Expected != string(contract.Labelled) {
			assert.Empty(t, order.Labels, "order %s (%s) is not asked for", order.ID, order.Channel)
			continue
		}
		row, taken := rows[order.ID]
		if !taken && (order.Fate == sandbox.FateShipped || order.FirstNeeds == "" && order.Fate != sandbox.FateLabelable) {
			continue // a run finds it only where it is named
		}
		labelled++
		assert.Equal(t, contract.Labelled, row.Outcome, "order %s (%s): %s", order.ID, order.Channel, row.Reason.Words)
		assert.Len(t, order.Labels, 1, "order %s (%s) is asked for once", order.ID, order.Channel)
	}
	require.NotZero(t, labelled)
}

// askedFor is how many labels the hub has been asked for.
func askedFor(hub *sandbox.Hub) int {
	return lo.SumBy(hub.Report().Orders, func(o sandbox.ReportOrder) int { return len(o.Labels) })
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, patience, lookAgain, what)
}
