package run

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service/secretfile"
	"github.com/despacho/despacho/storage"
)

func TestABundleTellsTheHubsSupport(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	order := someOrder(t, c)
	require.NoError(t, c.store.Put(t.Context(), storage.ManifestJSON(c.merchant, "k1"), contract.Manifest{Rows: []contract.ManifestRow{
		{ID: order.ID, Outcome: contract.Rejected, Reason: contract.Reason{Words: "E063"}, Status: contract.StatusRefused, Channel: "fcom"}, {ID: "another", Outcome: contract.Labelled},
	}}))
	require.NoError(t, c.store.Put(t.Context(), storage.IntakeOrder(c.merchant, order.ID), map[string]string{"heard": "webhook"}))
	c.temporal.runs = []*workflowpb.WorkflowExecutionInfo{{Execution: executionOf(contract.RunID(c.merchant, "k1"))}}
	out := filepath.Join(t.TempDir(), "order.json")
	code, found := c.visit(t, "--bundle", order.ID, "--out", out)
	require.Equal(t, ExitComplete, code, found)
	content, err := os.ReadFile(out)
	require.NoError(t, err)
	var b bundle
	require.NoError(t, json.Unmarshal(content, &b))
	assert.Equal(t, order.ID, b.Order)
	require.NotEmpty(t, b.DeliveryOrders)
	assert.Equal(t, order.ID, b.DeliveryOrders[0].ID)
	assert.Equal(t, order.StatusCode, b.DeliveryOrders[0].DeliveryOrderStatus)
	require.Len(t, b.Checkouts, 1)
	assert.Contains(t, b.Checkouts[0].DeliveryOrderIDs, order.ID)
	assert.JSONEq(t, `{"heard":"webhook"}`, string(b.Intake))
	require.Len(t, b.Runs, 1)
	assert.Equal(t, contract.Rejected, b.Runs[contract.RunID(c.merchant, "k1")+" "+order.ID].Outcome)
	assert.NotEmpty(t, b.Calls)
	assert.NotEmpty(t, b.Checks)
	assert.False(t, b.HubTime.IsZero())
	for _, hidden := range []string{"sandbox-token", "http://127.0.0.1:1/", "address", "phone", "receiver", "taxId", "@"} {
		assert.NotContains(t, string(content), hidden)
	}

	_, found = c.visit(t, "--bundle", "nobody-knows-it", "--out", out)
	assert.Equal(t, stateWarn, found["bundle"].State)
	code, _ = c.visit(t, "--bundle", b.Checkouts[0].ID, "--out", out)
	assert.Equal(t, ExitComplete, code, "a sale's id does as well")
	content, err = os.ReadFile(out)
	require.NoError(t, err)
	assert.Contains(t, string(content), order.ID)
}

// TestABundleHoldsNoSecret plants every secret that a program can have, in the environment or in
// files, and looks for them in the bundle and in what the doctor prints.
func TestABundleHoldsNoSecret(t *testing.T) {
	const planted = "planted-secret-"
	for name, plant := range map[string]func(t *testing.T, variable, value string){
		"in the environment": func(t *testing.T, variable, value string) {
			t.Setenv(variable, value)
			t.Setenv(secretfile.FileVariable(variable), "")
		},
		"in files": func(t *testing.T, variable, value string) {
			t.Setenv(variable, "")
			t.Setenv(secretfile.FileVariable(variable), secretIn(t, value))
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClinic(t)
			order := someOrder(t, c)
			for i, variable := range secretfile.Variables() {
				plant(t, variable, planted+strconv.Itoa(i))
			}
			for _, token := range []string{"sandbox-token", planted + "refused"} {
				plant(t, "DESPACHO_TOKEN", token)
				out := filepath.Join(t.TempDir(), "order.json")
				var printed, said bytes.Buffer
				program := Program{
					Out: &printed, Err: &said, Objects: c.granted(t),
					Temporal: func(context.Context) (sdk.Client, string, error) { return c.temporal, "packers", nil },
				}
				program.Main(t.Context(), []string{"--merchant", c.merchant, "doctor", "--json", "--probe", "--hub", c.address, "--bundle", order.ID, "--out", out})
				content, err := os.ReadFile(out)
				require.NoError(t, err, said.String())
				about, err := os.Stat(out)
				require.NoError(t, err)
				assert.Zero(t, about.Mode().Perm()&0o077, "only its owner reads it")
				for _, text := range []string{string(content), printed.String(), said.String()} {
					assert.NotContains(t, text, planted)
					assert.NotContains(t, text, "sandbox-token")
				}
				assert.Contains(t, string(content), order.ID)
			}
		})
	}
}

func x509Pool(server *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return pool
}

func executionOf(id string) *common.WorkflowExecution {
	return &common.WorkflowExecution{WorkflowId: id}
}

// someOrder is a delivery order of the sandbox.
func someOrder(t *testing.T, c *clinic) multivende.DeliveryOrder {
	t.Helper()
	hub, err := multivende.New(multivende.Config{BaseURL: c.address, Merchant: c.merchant, Token: multivende.StaticToken(c.token), RequestsPerSecond: 1000})
	require.NoError(t, err)
	var sales []multivende.CheckoutLight
	require.NoError(t, hub.CheckoutsLight(t.Context(), multivende.CheckoutsLightQuery{}, func(page []multivende.CheckoutLight) error {
		sales = append(sales, page...)
		return nil
	}))
	for _, light := range sales {
		sale, err := hub.Checkout(t.Context(), light.ID)
		require.NoError(t, err)
		if len(sale.DeliveryOrders) > 0 {
			order, err := hub.DeliveryOrder(t.Context(), sale.DeliveryOrders[0].ID)
			require.NoError(t, err)
			return order
		}
	}
	t.Fatal("the sandbox has no order")
	return multivende.DeliveryOrder{}
}
