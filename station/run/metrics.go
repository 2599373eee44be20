package run

import (
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/service"
)

// metrics are those of one station, on a registry of its own.
type metrics struct {
	service.Metrics

	requests   *prometheus.CounterVec
	seconds    *prometheus.HistogramVec
	prints     *prometheus.CounterVec
	conditions *prometheus.GaugeVec
	scans      *prometheus.CounterVec
}

func newMetrics(base service.Metrics) *metrics {
	m := &metrics{
		Metrics: base,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "despacho_station_requests_total", Help: "Requests of browsers, by route and status.",
		}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "despacho_station_request_seconds", Help: "Seconds until a request was answered, by route; event streams are as long as they were open.",
			Buckets: service.Latencies,
		}, []string{"route"}),
	}
	m.prints = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "despacho_station_prints_total", Help: "Prints of labels that came into a state.",
	}, []string{"state"})
	m.conditions = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "despacho_station_printer_condition", Help: "1 for each condition that a printer is in, 0 for the others, as it was seen last while printing.",
	}, []string{"printer", "condition"})
	m.scans = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "despacho_station_scans_total", Help: "Scans, by the status of their answer.",
	}, []string{"status"})
	m.Registry.MustRegister(m.requests, m.seconds, m.prints, m.conditions, m.scans)
	for _, state := range contract.PrintStates() {
		m.prints.WithLabelValues(string(state))
	}
	return m
}

func (m *metrics) observePrint(state contract.PrintState) {
	m.prints.WithLabelValues(string(state)).Inc()
}

// observeStatus says of each condition whether a printer is in it.
func (m *metrics) observeStatus(printer string, status printing.Status) {
	for _, condition := range printing.Conditions() {
		m.conditions.WithLabelValues(printer, string(condition)).Set(lo.Ternary(slices.Contains(status.Conditions, condition), 1.0, 0.0))
	}
}

func (m *metrics) observeRequest(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
	if route == scanRoute {
		m.scans.WithLabelValues(strconv.Itoa(status)).Inc()
	}
}

// watchPeople registers how many devices are paired and at how many somebody works, read at each scrape.
func (m *metrics) watchPeople(counts func() (devices, signed int)) {
	gauge := func(name, help string, value func() int) {
		m.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) }))
	}
	gauge("despacho_station_devices", "Devices that are paired.", func() int { devices, _ := counts(); return devices })
	gauge("despacho_station_sessions", "Devices at which somebody works.", func() int { _, signed := counts(); return signed })
}

// watchCertificate registers when the certificate expires, read at each scrape.
func (m *metrics) watchCertificate(expires func() time.Time) {
	m.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "despacho_station_certificate_expires_timestamp_seconds", Help: "When the station's certificate expires, in Unix seconds.",
	}, func() float64 { return float64(expires().Unix()) }))
}
