package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/despacho/despacho/multivende/sandbox"
)

// hubCalls counts the calls to the sandbox by the ids that stand in their addresses, from which the
// sandbox's report tells the connection.
type hubCalls struct {
	sandbox *sandbox.Hub

	mutex sync.Mutex
	byIDs map[string]int
}

var idPattern = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

func (c *hubCalls) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/sandbox/") {
		ids := strings.Join(idPattern.FindAllString(r.URL.RequestURI(), -1), " ")
		c.mutex.Lock()
		c.byIDs[ids]++
		c.mutex.Unlock()
	}
	c.sandbox.ServeHTTP(w, r)
}

// byConnection tells how many calls were made for each connection, and how many for the merchant
// as a whole.
func (c *hubCalls) byConnection() (calls map[string]int, shared int) {
	connectionOf := connectionsByID(c.sandbox.Report())
	c.mutex.Lock()
	defer c.mutex.Unlock()
	calls = map[string]int{}
	for ids, count := range c.byIDs {
		connection := ""
		for id := range strings.SplitSeq(ids, " ") {
			if found := connectionOf[id]; found != "" {
				connection = found
			}
		}
		if connection == "" {
			shared += count
		} else {
			calls[connection] += count
		}
	}
	return calls, shared
}

// connectionsByID maps the ids of connections and of their orders, sales and tasks to the connection.
func connectionsByID(report sandbox.Report) map[string]string {
	connection := map[string]string{}
	for _, c := range report.Connections {
		connection[c.ID] = c.ID
	}
	for _, order := range report.Orders {
		connection[order.ID] = order.Connection
		for _, checkout := range order.Checkouts {
			connection[checkout] = order.Connection
		}
		for _, request := range order.Labels {
			connection[request.Task] = order.Connection
		}
	}
	return connection
}

var hubRequests = regexp.MustCompile(`(?m)^despacho_hub_requests_total\{.*\} (\S+)$`)

// countedByWorker is how many calls to the hub the worker's metrics tell of.
func (w *workbench) countedByWorker(ctx context.Context) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.metrics+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	page, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil || response.StatusCode != http.StatusOK {
		return 0, errors.Join(fmt.Errorf("the worker's metrics: %s", response.Status), err)
	}
	calls := 0.0
	for _, counted := range hubRequests.FindAllSubmatch(page, -1) {
		count, err := strconv.ParseFloat(string(counted[1]), 64)
		if err != nil {
			return 0, err
		}
		calls += count
	}
	return int(calls), nil
}
