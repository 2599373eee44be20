// Package watch holds what watches despacho from outside: alert rules for Prometheus (rules), how they
// fire (tests, for promtool), and a dashboard for Grafana (dashboards). It is a module of its own, so
// that only its tests need Prometheus. selectors.json lists every metric, label and value that rules
// and dashboard name; deploy/local compares it with what a run exports.
package watch
