//go:build !without_temporal

package stack

import (
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/membership/static"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
)

const (
	clusterName = "active"
	storeName   = "sqlite"
	// shards cannot be changed once a folder is made.
	shards = 4
)

func sqliteFile(path string) *config.SQL {
	return &config.SQL{
		PluginName:   sqliteplugin.PluginName,
		DatabaseName: path,
		ConnectAttributes: map[string]string{
			"mode":         "rwc",
			"journal_mode": "wal",
			"synchronous":  "normal",
		},
	}
}

func serverConfig(database *config.SQL, ports chosenPorts) *config.Config {
	frontend := address(ports.Temporal)
	settings := &config.Config{
		Persistence: config.Persistence{
			DefaultStore:     storeName,
			VisibilityStore:  storeName,
			NumHistoryShards: shards,
			DataStores:       map[string]config.DataStore{storeName: {SQL: database}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend, HTTPAddress: address(ports.frontendHTTP)},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		PublicClient:        config.PublicClient{HostPort: frontend},
		Services:            map[string]config.Service{},
	}
	// Twice as long is what the server gives its services to start; nobody is joined here.
	settings.Global.Membership = config.Membership{MaxJoinDuration: startWithin / 2, BroadcastAddress: host}
	settings.Archival.History.State = "disabled"
	settings.Archival.Visibility.State = "disabled"
	settings.NamespaceDefaults.Archival.History.State = "disabled"
	settings.NamespaceDefaults.Archival.Visibility.State = "disabled"
	for service, port := range servicePorts(ports) {
		rpc := config.RPC{GRPCPort: port, BindOnIP: host}
		if service == primitives.FrontendService {
			rpc.HTTPPort = ports.frontendHTTP // Nexus: the end of an operation is told over HTTP
		}
		settings.Services[string(service)] = config.Service{RPC: rpc}
	}
	return settings
}

// staticHosts names the services' places beforehand. Found through the database instead, those of a
// killed process would be asked first, for up to 50 seconds.
func staticHosts(ports chosenPorts) map[primitives.ServiceName]static.Hosts {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for service, port := range servicePorts(ports) {
		hosts[service] = static.SingleLocalHost(address(port))
	}
	return hosts
}

func servicePorts(ports chosenPorts) map[primitives.ServiceName]int {
	return map[primitives.ServiceName]int{
		primitives.FrontendService: ports.Temporal,
		primitives.HistoryService:  ports.history,
		primitives.MatchingService: ports.matching,
		primitives.WorkerService:   ports.worker,
	}
}

// dynamicConfig makes a server for one machine quick, and lets task queues be shared fairly.
func dynamicConfig() dynamicconfig.Client {
	return dynamicconfig.StaticClient{
		// Timers fire up to this much late.
		dynamicconfig.TimerProcessorMaxTimeShift.Key(): 10 * time.Millisecond,
		dynamicconfig.MatchingEnableFairness.Key():     true,
		// With a single worker, more partitions only pass its polls and tasks around.
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,
		// How soon new search attributes can be used.
		dynamicconfig.NamespaceCacheRefreshInterval.Key():           250 * time.Millisecond,
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
		// The default of ten lists a second is for many tenants.
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 100,
		// How long after a workflow's end its version may count as drained, and how often that is looked at.
		dynamicconfig.VersionDrainageStatusVisibilityGracePeriod.Key(): 2 * time.Second,
		dynamicconfig.VersionDrainageStatusRefreshInterval.Key():       time.Second,
		// Cleaners of what old servers left behind.
		dynamicconfig.TaskQueueScannerEnabled.Key(): false,
		dynamicconfig.HistoryScannerEnabled.Key():   false,
	}
}
