//go:build !without_temporal

package stack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/schema/sqlite"
	"go.temporal.io/server/temporal"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/despacho/despacho/service/wholefile"
)

// keptFor is how long a closed run can be looked at.
const keptFor = 30 * 24 * time.Hour

// temporalServer is Temporal's frontend, history, matching and worker service on one SQLite file.
type temporalServer struct {
	server    temporal.Server
	address   string
	namespace string
	ui        string
	stopUI    func()
}

func startTemporal(dir, namespace string, ports chosenPorts, frontend []grpc.UnaryServerInterceptor) (temporalAnywhere, error) {
	logger, err := openLog(filepath.Join(dir, "temporal.log"))
	if err != nil {
		return nil, err
	}
	database := sqliteFile(filepath.Join(dir, "temporal.db"))
	if err := prepareDatabase(database, namespace); err != nil {
		return nil, err
	}
	settings := serverConfig(database, ports)
	server, err := temporal.NewServer(
		temporal.WithConfig(settings),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(staticHosts(ports)),
		temporal.WithDynamicConfigClient(dynamicConfig()),
		temporal.WithLogger(logger),
		temporal.WithChainedFrontendGrpcInterceptors(frontend...),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper {
			return authorization.NewNoopClaimMapper()
		}),
	)
	if err != nil {
		return nil, fmt.Errorf("set up the Temporal server: %w", err)
	}
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("start the Temporal server (its log: temporal.log): %w", err)
	}
	return &temporalServer{
		server: server, address: address(ports.Temporal), namespace: namespace,
		ui: "http://" + address(ports.UI), stopUI: startWebUI(address(ports.Temporal), namespace, ports.UI),
	}, nil
}

// openLog writes warnings and worse to a file that only its owner reads.
func openLog(path string) (log.Logger, error) {
	if err := wholefile.OwnFile(path); err != nil {
		return nil, err
	}
	return log.NewZapLogger(log.BuildZapLogger(log.Config{Level: "warn", OutputFile: path})), nil
}

// prepareDatabase makes tables and namespace where they are missing. A process killed between the
// two leaves an empty file or one without the namespace, so that each is looked at by itself.
func prepareDatabase(database *config.SQL, namespace string) error {
	made := database.DatabaseName + ".made"
	if _, err := os.Stat(made); errors.Is(err, fs.ErrNotExist) {
		if err := makeTables(database, made); err != nil {
			return fmt.Errorf("make Temporal's tables: %w", err)
		}
	}
	if err := ownDatabase(database.DatabaseName); err != nil {
		return err
	}
	settings, err := sqlite.NewNamespaceConfig(clusterName, namespace, false, nil)
	if err != nil {
		return fmt.Errorf("set up the namespace %q: %w", namespace, err)
	}
	settings.Detail.Config.Retention = durationpb.New(keptFor)
	if err := sqlite.CreateNamespaces(database, settings); err != nil {
		return fmt.Errorf("register the namespace %q: %w", namespace, err)
	}
	return nil
}

// ownDatabase takes others' rights from the database and from what SQLite keeps beside it.
func ownDatabase(path string) error {
	for _, ending := range []string{"", "-wal", "-shm"} {
		if _, err := os.Lstat(path + ending); ending != "" && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := wholefile.OwnFile(path + ending); err != nil {
			return err
		}
	}
	return nil
}

// makeTables begins from nothing, because tables that a killed process half made cannot be told
// from whole ones, and then leaves a mark that they are there.
func makeTables(database *config.SQL, mark string) error {
	for _, ending := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(database.DatabaseName + ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := wholefile.OwnFile(database.DatabaseName); err != nil { // SQLite gives its rights to those beside it
		return err
	}
	if err := sqlite.SetupSchema(database); err != nil {
		return err
	}
	return os.WriteFile(mark, nil, 0o600)
}

func (t *temporalServer) stop() {
	t.stopUI()
	_ = t.server.Stop()
}

func (t *temporalServer) waitUntilReady(ctx context.Context) error {
	err := waitForTemporal(ctx, t.address, func(service workflowservice.WorkflowServiceClient) error {
		_, err := service.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: t.namespace})
		return err
	})
	if err != nil {
		return err
	}
	return waitForPage(ctx, t.ui+"/healthz")
}
