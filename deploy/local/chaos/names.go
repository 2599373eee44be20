package main

import (
	"slices"
	"strings"
)

// The parts of a deployment, each a process of its own. A link's name is from>to; the hub's webhooks go to both gateways in turn.
func workers() []string  { return []string{"worker-1", "worker-2"} }
func gateways() []string { return []string{"gateway-1", "gateway-2"} }
func servers() []string  { return []string{"temporal", "s3", "hub"} }

// parts are all of them, in the order of their start.
func parts() []string { return slices.Concat(servers(), workers(), gateways(), []string{"station"}) }

// isOurs says whether a part is a program of ours, which ends in good order when it is told to.
func isOurs(part string) bool { return !slices.Contains(servers(), part) }

// links are all pairs that talk.
func links() []string {
	all := []string{"hub>gateways", "station>temporal", "station>s3", "station>printer"}
	for _, part := range slices.Concat(workers(), gateways()) {
		all = append(all, part+">temporal", part+">s3")
	}
	for _, part := range workers() {
		all = append(all, part+">hub")
	}
	return all
}

// isHTTP says whether a link's calls are looked at one by one.
func isHTTP(link string) bool {
	return strings.HasSuffix(link, ">s3") || strings.HasSuffix(link, ">hub")
}
