package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/storage"
)

// afterFaults are metrics that rules and dashboard name and that only exist after a fault, or where there are partners, with the test
// that sees each of them exported.
var afterFaults = map[string]string{
	"despacho_gateway_certificate_expires_timestamp_seconds": "gateway/run: needs https of its own",
	"despacho_partner_request_seconds_bucket":                "gateway/run: TestPartnersComeToTheWebhooksAddress",
	"despacho_partner_requests_total":                        "gateway/run: TestPartnersComeToTheWebhooksAddress",
	"despacho_partner_webhook_seconds_bucket":                "activities/hooks: TestHowTriesEndIsTold, and worker/run: TestMetrics",
	"despacho_partner_webhook_tries_total":                   "activities/hooks: TestHowTriesEndIsTold, and worker/run: TestMetrics",
	"despacho_partner_webhooks_off_total":                    "activities/hooks: TestHowTriesEndIsTold, and worker/run: TestMetrics",
	"despacho_station_certificate_expires_timestamp_seconds": "station/run: needs https of its own",
	"despacho_statuses_never_total":                          "TestStatusesOfEveryChannelWithFaults",
	"despacho_statuses_sent_again_total":                     "TestStatusesOfEveryChannelWithFaults",
	"temporal_request_failure":                               "deploy/local/stack: TestFaultsThatTemporalsMetricsShow",
	"temporal_workflow_failed":                               "deploy/local/stack: TestFaultsThatTemporalsMetricsShow",
	"temporal_workflow_canceled":                             "deploy/local/stack: TestFaultsThatTemporalsMetricsShow",
	"temporal_workflow_task_execution_failed":                "deploy/local/stack: TestFaultsThatTemporalsMetricsShow",
	"temporal_activity_execution_failed":                     "deploy/local/stack: TestFaultsThatTemporalsMetricsShow",
}

// valuesInCode are the values of labels that code lists; others must have been seen.
var valuesInCode = map[string][]string{
	"outcome":   append(stringsOf(contract.Outcomes()), stringsOf(contract.StatusOutcomes())...),
	"condition": stringsOf(printing.Conditions()),
	"state":     append(stringsOf(contract.PrintStates()), string(accounts.Alive), string(accounts.NeedsConsent)),
	"class": append(stringsOf(storage.RequestClasses()), string(multivende.NotAuthorised), string(multivende.Busy),
		string(multivende.Broken), string(multivende.Unreachable)),
	"status":         {"5.."},
	"status_code":    {"RESOURCE_EXHAUSTED"},
	"failure_reason": {"GrpcMessageTooLarge", "NonDeterminismError", "PayloadsTooLarge", "RequestTooLarge", "WorkflowError"},
	"operation": {
		"ExecuteMultiOperation", "SignalWithStartWorkflowExecution", "SignalWorkflowExecution", "StartWorkflowExecution", "UpdateWorkflowExecution",
	},
}

func stringsOf[S ~string](all []S) []string {
	return lo.Map(all, func(s S, _ int) string { return string(s) })
}

// TestRulesAndDashboardNameWhatARunExports compares deploy/watch/selectors.json with the metrics of a worker,
// a gateway and a station after everything that the demo shows, and with a printer out of paper.
func TestRulesAndDashboardNameWhatARunExports(t *testing.T) {
	t.Parallel()
	demo := startWholeDemo(t, t.TempDir(), "--orders", "40", "--new-orders", "20", "--shipped", "20")
	demo.await(t, howToEnd)
	pages := demo.metricsPages(t)
	require.Len(t, pages, 3)
	zebra := strings.TrimSuffix(demo.await(t, `Its Zebra +(\S+)`), "/")
	setZebra(t, zebra, `{"paper_out":true}`)
	demo.printAndScan(t)
	eventually(t, "the printer's condition is exported, as DespachoPrinterStopped wants it", func() bool {
		return exported(t, pages...)["despacho_station_printer_condition"].max(map[string]string{"printer": zebraName, "condition": string(printing.PaperOut)}) == 1
	})
	setZebra(t, zebra, `{"paper_out":false,"power_cut_at":1}`)
	eventually(t, "a print is in doubt, as DespachoPrintsInDoubt wants it", func() bool {
		return exported(t, pages...)["despacho_station_prints_total"].max(map[string]string{"state": string(contract.PrintUnknown)}) > 0
	})

	var named map[string]map[string][]string
	content, err := os.ReadFile(filepath.Join("..", "watch", "selectors.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &named))
	require.NotEmpty(t, named)
	var absent []string
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("no program exports ", absent)
		}
	})
	eventually(t, "every metric is exported", func() bool {
		absent = missing(named, exported(t, pages...))
		return len(absent) == 0
	})
	there := exported(t, pages...)
	for metric, labels := range named {
		for label, values := range labels {
			if len(there[metric]) == 0 {
				continue // after a fault
			}
			assert.True(t, there[metric].hasLabel(label), "%s has no label %s", metric, label)
			for _, value := range values {
				assert.True(t, slices.Contains(valuesInCode[label], value) || there[metric].has(label, value), "%s{%s=%q}", metric, label, value)
			}
		}
	}
	for metric, drill := range afterFaults {
		assert.Contains(t, named, metric, "neither rules nor dashboard name it, %s", drill)
	}
}

// missing are the metrics that no program exports, without those that only a fault makes.
func missing(named map[string]map[string][]string, there map[string]series) []string {
	return lo.Filter(lo.Keys(named), func(metric string, _ int) bool { return afterFaults[metric] == "" && len(there[metric]) == 0 })
}

// setZebra does something to the fake Zebra, as a person on its page.
func setZebra(t *testing.T, zebra, modes string) {
	t.Helper()
	answer, err := http.Post(zebra+"/modes", "application/json", strings.NewReader(modes))
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
}

// printAndScan opens the packing table as a browser does, prints another pile and scans something.
func (d *demo) printAndScan(t *testing.T) {
	t.Helper()
	at, code, found := strings.Cut(d.await(t, `Packing table +(\S+)`), "#")
	require.True(t, found)
	p, err := sitDown(t.Context(), strings.TrimSuffix(at, "/pair"), code)
	require.NoError(t, err)
	var today api.Today
	require.NoError(t, p.ask(t.Context(), http.MethodGet, "/api/today", nil, &today))
	for _, run := range today.Runs {
		for _, pile := range run.Piles {
			if pile.Printed < pile.Labels {
				asked := api.PrintIn{ID: "drill-" + pile.ID, Printer: zebraName, Select: api.Select{Merchant: run.Merchant, Run: run.Run, Pile: pile.ID}}
				require.NoError(t, p.ask(t.Context(), http.MethodPost, "/api/print", asked, &api.PrintOut{}))
				require.NoError(t, p.ask(t.Context(), http.MethodPost, "/api/scan", api.ScanIn{ID: "drill-scan", Text: "nothing has this code", Mode: api.ScanLook, At: time.Now()}, &api.ScanOut{}))
				return
			}
		}
	}
	require.Fail(t, "no pile is left to print")
}

// metricsPages are where the demo's programs show their metrics.
func (d *demo) metricsPages(t *testing.T) []string {
	t.Helper()
	return strings.Fields(d.await(t, `Metrics +(http.+)`))
}

// sample is one line of a page of metrics.
type sample struct {
	labels map[string]string
	value  float64
}

// series are those of one metric.
type series []sample

func (s series) hasLabel(label string) bool {
	return lo.SomeBy(s, func(one sample) bool { return lo.HasKey(one.labels, label) })
}

func (s series) has(label, value string) bool {
	return lo.SomeBy(s, func(one sample) bool { return one.labels[label] == value })
}

// with are the series that have these labels among others.
func (s series) with(labels map[string]string) series {
	return lo.Filter(s, func(one sample, _ int) bool {
		return len(lo.OmitBy(labels, func(name, value string) bool { return one.labels[name] == value })) == 0
	})
}

func (s series) max(labels map[string]string) float64 {
	return lo.Max(lo.Map(s.with(labels), func(one sample, _ int) float64 { return one.value }))
}

func (s series) sum() float64 { return lo.SumBy(s, func(one sample) float64 { return one.value }) }

// exported are the series of the pages by the names that a query gives them.
func exported(t *testing.T, pages ...string) map[string]series {
	t.Helper()
	all := map[string]series{}
	for _, page := range pages {
		answer, err := http.Get(page)
		require.NoError(t, err)
		defer answer.Body.Close()
		parser := expfmt.NewTextParser(model.LegacyValidation)
		families, err := parser.TextToMetricFamilies(answer.Body)
		require.NoError(t, err, page)
		for name, family := range families {
			for _, one := range family.GetMetric() {
				labels := lo.SliceToMap(one.GetLabel(), func(l *dto.LabelPair) (string, string) { return l.GetName(), l.GetValue() })
				count := float64(one.GetHistogram().GetSampleCount())
				if family.GetType() != dto.MetricType_HISTOGRAM {
					all[name] = append(all[name], sample{labels, one.GetCounter().GetValue() + one.GetGauge().GetValue() + one.GetUntyped().GetValue()})
					continue
				}
				all[name+"_count"] = append(all[name+"_count"], sample{labels, count})
				all[name+"_bucket"] = append(all[name+"_bucket"], sample{lo.Assign(labels, map[string]string{"le": "+Inf"}), count})
			}
		}
	}
	return all
}
