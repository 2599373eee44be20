package credentials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/accounts"
	credentialsteps "github.com/despacho/despacho/activities/credentials"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// life is weeks of an account: a sandbox hub, a store, four workers that use the token and renew
// it, and what goes wrong. Its clock is the one of the scene that runs.
type life struct {
	*testing.T
	hub     *sandbox.Hub
	address string
	s3      *storagetest.Server
	keys    *accounts.Keys
	vault   *accounts.Vault
	oauth   *multivende.OAuth
	sources []*accounts.Source

	mu       sync.Mutex
	now      func() time.Time
	sends    map[string][]string // what became of each send of a refresh token
	orphaned map[string]bool     // refresh tokens whose answer died with its worker
	underWay int
	answered int
	begun    int
	killed   map[string]int
	consents int
}

const workersAlive = 4

func newLife(t *testing.T) *life {
	t.Helper()
	l := &life{T: t, s3: storagetest.NewServer(t), now: func() time.Time { return workflowstest.SceneStart }, sends: map[string][]string{}, orphaned: map[string]bool{}, killed: map[string]int{}}
	var err error
	l.hub, err = sandbox.New(sandbox.Options{Orders: 10, OAuthOnly: true, Now: l.clock})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.hub.Close()) })
	server := httptest.NewServer(http.HandlerFunc(l.serve))
	t.Cleanup(server.Close)
	l.address = server.URL
	l.keys, err = accounts.NewKeys()
	require.NoError(t, err)
	_, err = l.s3.Open(t, storage.Config{}).EnsureBucket(t.Context())
	require.NoError(t, err)
	l.vault = &accounts.Vault{Store: l.s3.OpenGranted(t, storage.Config{}, "worker"), Keys: l.keys}
	l.oauth, err = multivende.NewOAuth(multivende.OAuthConfig{BaseURL: l.address, ClientID: l.hub.ClientID(), ClientSecret: multivende.Secret(l.hub.ClientSecret())})
	require.NoError(t, err)
	for range workersAlive {
		l.sources = append(l.sources, &accounts.Source{Vault: l.vault, Merchant: l.hub.Merchant(), Speed: 1, Now: l.clock})
	}
	return l
}

func (l *life) clock() time.Time {
	l.mu.Lock()
	now := l.now
	l.mu.Unlock()
	return now()
}

// serve is the hub behind a network that loses and delays answers to renewals.
func (l *life) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var asked struct {
		RefreshToken string `json:"refresh_token"`
	}
	if json.Unmarshal(body, &asked) != nil || asked.RefreshToken == "" {
		l.hub.ServeHTTP(w, r)
		return
	}
	l.mu.Lock()
	l.underWay++
	assert.Equal(l, 1, l.underWay, "two renewals at once")
	l.answered++
	number := l.answered
	l.mu.Unlock()
	fate := "answered"
	answer := httptest.NewRecorder()
	switch {
	case number%13 == 5:
		fate = "lost before it was done"
		answer.WriteHeader(http.StatusBadGateway)
	case number%9 == 4:
		fate = "busy"
		answer.Header().Set("Retry-After", "120")
		answer.WriteHeader(http.StatusServiceUnavailable)
	case number%7 == 3:
		fate = "busy"
		answer.WriteHeader(http.StatusTooManyRequests)
	default:
		l.hub.ServeHTTP(answer, r)
	}
	l.mu.Lock()
	l.underWay--
	l.sends[asked.RefreshToken] = append(l.sends[asked.RefreshToken], fate)
	l.mu.Unlock()
	// The answer goes out last: whoever has it may renew again at once.
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// mortal is the way of one process to hub and store; it dies at a place, and never comes back.
type mortal struct {
	life  *life
	place string
	died  chan struct{}
	once  sync.Once
	puts  int
	token string
}

// Places where a worker dies while it renews.
var dying = []string{"before noting", "after noting", "before sending", "after sending", "before storing", "after storing"}

func (m *mortal) at(place string) {
	if m.place == place {
		m.once.Do(func() {
			m.life.mu.Lock()
			defer m.life.mu.Unlock()
			m.life.orphaned[m.token] = m.token != ""
			close(m.died)
		})
		select {} // a dead process does nothing more
	}
}

func (m *mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPut {
		return http.DefaultTransport.RoundTrip(r)
	}
	m.puts++
	step := map[bool]string{true: "noting", false: "storing"}[m.puts == 1]
	m.at("before " + step)
	answer, err := http.DefaultTransport.RoundTrip(r)
	m.at("after " + step)
	return answer, err
}

func (m *mortal) Refresh(ctx context.Context, token multivende.Secret) (multivende.Grant, error) {
	m.at("before sending")
	m.token = token.Reveal()
	grant, err := m.life.oauth.Refresh(ctx, token)
	m.at("after sending")
	return grant, err
}

// keep is a step on one of the workers. Every other one that may renew dies on the way.
func (l *life) keep(ctx context.Context, in credentialsteps.KeepTokenInput) (credentialsteps.TokenStanding, error) {
	m := &mortal{life: l, died: make(chan struct{})}
	l.mu.Lock()
	l.begun++
	if l.begun%4 == 0 {
		m.place = dying[l.begun/4%len(dying)]
	}
	l.mu.Unlock()
	config := l.s3.AWS()
	config.HTTPClient = &http.Client{Transport: m}
	vault := &accounts.Vault{Store: l.s3.Open(l.T, storage.Config{AWS: config}), Keys: l.keys}
	steps := &credentialsteps.Accounts{Renewer: &accounts.Renewer{Vault: vault, OAuth: m, Speed: 1, Now: l.clock}}
	type outcome struct {
		standing credentialsteps.TokenStanding
		err      error
	}
	ended := make(chan outcome, 1)
	go func() {
		standing, err := steps.KeepToken(context.WithoutCancel(ctx), in)
		ended <- outcome{standing, err}
	}()
	select {
	case o := <-ended:
		return o.standing, o.err
	case <-m.died:
		l.mu.Lock()
		defer l.mu.Unlock()
		l.killed[m.place]++
		return credentialsteps.TokenStanding{}, errors.New("the worker died")
	}
}

// connect gives the account a new code, as the merchant and the operator do.
func (l *life) connect() {
	code, err := l.hub.NewCode()
	require.NoError(l, err)
	grant, err := l.oauth.Exchange(l.Context(), multivende.Secret(code))
	require.NoError(l, err)
	_, _, err = l.vault.Connect(l.Context(), grant, l.clock())
	require.NoError(l, err)
}

// accepted says whether the hub takes a worker's token, which has to be there.
func (l *life) accepted(token string) bool {
	request, err := http.NewRequestWithContext(l.Context(), http.MethodGet, l.address+"/api/d/info", nil)
	require.NoError(l, err)
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(l, err)
	require.NoError(l, answer.Body.Close())
	return answer.StatusCode == http.StatusOK
}

// work is what four workers see at some moment; the operator mends an account that needs consent.
func (l *life) work(s *workflowstest.Scene) {
	account, _, err := l.vault.ReadWithTokens(l.Context(), l.hub.Merchant())
	require.NoError(l, err)
	if account.State == accounts.NeedsConsent {
		l.consents++
		l.connect()
		s.SignalWorkflow(contract.ConnectedSignal, nil)
		return
	}
	for _, source := range l.sources {
		source.Demand = func(_ context.Context, _ string, generation int64) error {
			s.SignalWorkflow(contract.TokenRefusedSignal, contract.TokenRefused{Generation: generation})
			return errors.New("asked for")
		}
		token, err := source.Token(l.Context())
		if err == nil && !l.accepted(token) {
			err = source.Refused(l.Context(), token)
		}
		assert.True(l, err == nil || err.Error() == "asked for", "%v", err)
	}
}

// every does something again and again.
func every(s *workflowstest.Scene, pause time.Duration, do func()) {
	s.CallAt(pause, func() {
		do()
		every(s, pause, do)
	})
}

// TestWeeksOfUnattendedLife: four weeks, in which workers die at every step of a renewal, answers
// are lost, the hub is busy and kills tokens before their time.
func TestWeeksOfUnattendedLife(t *testing.T) {
	t.Parallel()
	l := newLife(t)
	l.connect()
	in := contract.CredentialsInput{Merchant: l.hub.Merchant()}
	end, anew := workflowstest.SceneStart.Add(4*7*24*time.Hour), 0
	for now := workflowstest.SceneStart; now.Before(end); anew++ {
		s := workflowstest.NewScene(t, contract.CredentialsID(in.Merchant), nil)
		s.SetStartTime(now)
		s.SetTestTimeout(10 * time.Minute)
		s.RegisterWorkflowWithOptions(Credentials, workflow.RegisterOptions{Name: contract.CredentialsType})
		workflowstest.MockActivity(s, tokenSteps.KeepToken, func(in credentialsteps.KeepTokenInput) (credentialsteps.TokenStanding, error) {
			return l.keep(t.Context(), in)
		})
		workflowstest.MockAnswer(s, tokenSteps.TellRuns, credentialsteps.ToldRuns{})
		l.mu.Lock()
		l.now = s.Now
		l.mu.Unlock()
		every(s, time.Hour, func() { l.work(s) })
		every(s, 53*time.Hour, func() {
			killed := httptest.NewRecorder()
			l.hub.ServeHTTP(killed, httptest.NewRequest(http.MethodPost, "/sandbox/expire", nil))
			assert.Equal(t, http.StatusOK, killed.Code, killed.Body.String())
		})
		s.CallAt(end.Sub(now), s.CancelWorkflow)
		s.ExecuteWorkflow(Credentials, in)
		require.True(t, s.IsWorkflowCompleted())
		now = s.Now()
		var next *workflow.ContinueAsNewError
		if errors.As(s.GetWorkflowError(), &next) {
			require.NoError(t, defaultConverter.FromPayloads(next.Input, &in))
		}
	}
	l.report(anew)
}

func (l *life) report(anew int) {
	l.Helper()
	report := l.hub.Report().OAuth
	again, lost := 0, 0
	for token, fates := range l.sends {
		lost += lo.Count(fates, "lost before it was done")
		for i, fate := range fates[1:] {
			before := fates[i]
			died := l.orphaned[token] && before == "answered"
			assert.True(l, died || before == "busy" || before == "lost before it was done", "%s was sent after %q and then %q", token[:4], before, fate)
			again++
		}
		assert.LessOrEqual(l, len(fates), 6)
	}
	assert.Greater(l, report.Refreshes, 100, "renewed dozens of times")
	for _, place := range dying {
		assert.Positive(l, l.killed[place], place)
	}
	assert.LessOrEqual(l, l.consents, l.killed["after sending"]+l.killed["before storing"]+lost, "only answers that were lost need a person")
	assert.Positive(l, anew)
	account, _, err := l.vault.ReadWithTokens(l.Context(), l.hub.Merchant())
	require.NoError(l, err)
	l.Logf("renewed %d times; %d sends again; killed %v; %d new codes; begun anew %d times; generation %d", report.Refreshes, again, l.killed, l.consents, anew, account.Generation)
}
