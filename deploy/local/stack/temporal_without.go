//go:build without_temporal

package stack

import (
	"errors"

	"google.golang.org/grpc"
)

// startTemporal fails: Temporal's server is most of what the demo compiles, and this build left it out.
func startTemporal(string, string, chosenPorts, []grpc.UnaryServerInterceptor) (temporalAnywhere, error) {
	return nil, errors.New("this program was built without Temporal's server: name one that runs (--temporal HOST:PORT), or the command that starts one (--temporal cli)")
}
