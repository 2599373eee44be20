// Package devserver stands for the package of the command temporal that starts a server, when tests build the command:
// they have a server. It has the names that the command's source uses.
package devserver

import (
	"errors"
	"log/slog"

	enums "go.temporal.io/api/enums/v1"
	"google.golang.org/grpc"
)

// StartOptions are the settings of a server.
type StartOptions struct {
	FrontendIP             string
	FrontendPort           int
	Namespaces             []string
	ClusterID              string
	MasterClusterName      string
	CurrentClusterName     string
	InitialFailoverVersion int
	Logger                 *slog.Logger
	LogLevel               slog.Level
	UIIP                   string
	UIPort                 int
	UIAssetPath            string
	UICodecEndpoint        string
	PublicPath             string
	DatabaseFile           string
	MetricsPort            int
	PProfPort              int
	SqlitePragmas          map[string]string
	FrontendHTTPPort       int
	EnableGlobalNamespace  bool
	DynamicConfigValues    map[string]any
	SearchAttributes       map[string]enums.IndexedValueType
	LogConfig              func([]byte)
	GRPCInterceptors       []grpc.UnaryServerInterceptor
}

// Server is one that never runs.
type Server struct{}

// Start refuses.
func Start(StartOptions) (*Server, error) {
	return nil, errors.New("this command was built without a server")
}

// Stop does nothing.
func (*Server) Stop() {}
