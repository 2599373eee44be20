package run

import (
	"context"
	"fmt"
	"time"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/starter/terminal"
)

const (
	// probeWithin bounds a probe, whose calls keep the hub's pace.
	probeWithin = 2 * time.Minute
	// probedConnections are looked into by the doctor for something to read: some 50 calls at most.
	probedConnections = 12
	// probedAtOnce are those that connect looks into: some 25 calls, seconds in which a person waits.
	probedAtOnce = 4
)

// examineRoutes calls each read-only route of the hub and says whether it answers as it is read.
// Nothing is sent, and no label is asked for.
func (e *examination) examineRoutes(ctx context.Context) {
	if e.hub == nil {
		e.warn("routes", "fix the token or the hub first", "not probed")
		return
	}
	limited, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	probing, err := e.hub.Probe(limited, e.command.Order, probedConnections)
	e.findings = append(e.findings, probeFindings(probing, e.command.Order)...)
	if err != nil {
		e.fail("routes", "fix the token or the hub first", "the probe ended early: %v", err)
	}
}

// probeFindings are what a probe found, in the doctor's words.
func probeFindings(probing multivende.Probing, order string) []finding {
	var findings []finding
	if probing.OrderUnknown {
		findings = append(findings, finding{"order", stateWarn, terminal.Plain(order) + ": the hub knows neither a delivery order nor a sale of this id, so others were looked at", "give the hub's own id of it, which its page shows in the address bar, not the marketplace's number"})
	}
	for _, one := range probing.Routes {
		findings = append(findings, routeFinding(one))
	}
	for _, one := range probing.Filters {
		findings = append(findings, filterFinding(one))
	}
	return findings
}

func routeFinding(one multivende.Probed) finding {
	found := finding{Check: "route " + one.Route, State: stateFail}
	if one.Spare {
		found.State = stateWarn // runs do without
	}
	switch one.Verdict {
	case multivende.ProbeExpected:
		found.State, found.Found = stateOK, "as expected"
	case multivende.ProbeEmpty:
		found.State, found.Found = stateWarn, "it answers with an empty list, so its shape could not be checked"
	case multivende.ProbeNotCalled:
		found.State, found.Found = stateWarn, "not called: "+one.Words
		found.Do = "once there is one: starter doctor --probe, or with --order ID for one that you name"
	case multivende.ProbeAbsent:
		found.State, found.Found = stateWarn, "the route is there, but what the hub itself shows is not: "+one.Words
	case multivende.ProbeShape:
		found.Found = "another shape: " + one.Words
		found.Do = fmt.Sprintf("if another path is meant, set %s in the file of DESPACHO_HUB_PATHS; else report it: %s was called", one.Route, one.Called)
	case multivende.ProbeNoRoute:
		found.Found = "no such route: " + one.Called + " was called"
		found.Do = fmt.Sprintf("set %s in the file of DESPACHO_HUB_PATHS to the path that the hub's Postman collection shows", one.Route)
	case multivende.ProbeForbidden:
		found.Found = "forbidden: " + one.Words
		found.Do = fmt.Sprintf("add the scope %s to the application and get a new code: %s", one.Scope, accounts.HowToConsent)
		if one.Scope == "" {
			found.Do = "no known scope is missing; ask the hub's support"
		}
	case multivende.ProbeFailed:
		found.Found = one.Words
		found.Do = "try again later; if it persists, report it to the hub's support"
	}
	if found.Found == "" {
		found.Found = string(one.Verdict)
	}
	return found
}

func filterFinding(one multivende.Filtered) finding {
	check := "filter of " + one.Route
	switch {
	case !one.Compared:
		return finding{check, stateWarn, "whether the list keeps to one connection is not known: no two connections have entries now", ""}
	case one.Kept:
		return finding{check, stateOK, "the list keeps to one connection", ""}
	}
	return finding{check, stateWarn, "the list does not keep to the connection that is asked for: orders of others stand in it",
		"nothing is sent to an order whose sale names another connection; report it, so that the filter's name can be fixed"}
}
