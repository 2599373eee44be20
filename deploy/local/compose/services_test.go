package compose

import (
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const temporalImages = root + "/deploy/temporal/Dockerfile"

// ours are the services that run a program of despacho, as the image's user.
var ours = []string{"setup", "worker", "gateway", "station", "fakezebra", "fakeoffice", "sandbox", "starter"}

func TestNothingListensBeyondThisMachine(t *testing.T) {
	t.Parallel()
	published := 0
	for name, service := range example(t).Services {
		assert.NotEqual(t, "host", service.NetworkMode, name)
		for _, port := range service.Ports {
			address, err := netip.ParseAddr(port.HostIP)
			require.NoError(t, err, "%s publishes %s on every interface", name, port.Published)
			assert.True(t, address.IsLoopback(), "%s publishes %s on %s", name, port.Published, port.HostIP)
			published++
		}
	}
	assert.Equal(t, 12, published, "Temporal and its metrics, its UI, S3, the worker's health, webhooks and the gateway's health, the station's page and health, its printers, the sandbox")
}

func TestEveryServiceIsConfined(t *testing.T) {
	t.Parallel()
	for name, service := range example(t).Services {
		assert.True(t, service.ReadOnly, name)
		assert.Equal(t, []string{"ALL"}, service.CapDrop, name)
		assert.Empty(t, service.CapAdd, name)
		assert.False(t, service.Privileged, name)
		assert.Contains(t, service.SecurityOpt, "no-new-privileges:true", name)
		assert.Contains(t, service.Tmpfs, "/tmp:size=64m", name)
		assert.Positive(t, service.MemLimit, "%s may take all memory", name)
		if slices.Contains(ours, name) {
			assert.Equal(t, "65532:65532", service.User, name)
			assert.Equal(t, "deploy/Dockerfile", service.Build.Dockerfile, name)
		}
	}
}

func TestImagesArePinned(t *testing.T) {
	t.Parallel()
	for name, service := range example(t).Services {
		if slices.Contains(ours, name) {
			continue
		}
		image, tag, tagged := strings.Cut(service.Image, ":")
		assert.True(t, tagged && regexp.MustCompile(`\d+\.\d+`).MatchString(tag), "%s: %s", name, service.Image)
		assert.NotContains(t, strings.Split(image, "/")[0], ".", "%s names a registry's host", name)
	}
}

// TestServersAreThoseOfTheTests holds the images against the modules that the
// end-to-end tests run.
func TestServersAreThoseOfTheTests(t *testing.T) {
	t.Parallel()
	module := text(t, "../go.mod")
	services := example(t).Services
	for name, required := range map[string]string{
		"temporal":  "go.temporal.io/server",
		"schema":    "go.temporal.io/server",
		"namespace": "go.temporal.io/server",
		"ui":        "github.com/temporalio/ui-server/v2",
		"s3":        "github.com/versity/versitygw",
	} {
		version := regexp.MustCompile(regexp.QuoteMeta(required) + ` v(\S+)`).FindStringSubmatch(module)
		require.NotNil(t, version, required)
		_, tag, _ := strings.Cut(services[name].Image, ":")
		assert.Equal(t, version[1], strings.TrimPrefix(tag, "v"), name)
	}
	bases := regexp.MustCompile(`(?m)^FROM temporalio/(?:server|admin-tools):(\S+) AS`).FindAllStringSubmatch(text(t, temporalImages), -1)
	require.Len(t, bases, 2)
	for _, base := range bases {
		assert.True(t, strings.HasSuffix(services["temporal"].Image, ":"+base[1]), base[0])
	}
}

// after returns all services that must be ready or over before a service starts.
func after(project *types.Project, name string) map[string]string {
	conditions := map[string]string{}
	for other, dependency := range project.Services[name].DependsOn {
		for earlier, condition := range after(project, other) {
			conditions[earlier] = condition
		}
		conditions[other] = dependency.Condition
	}
	return conditions
}

func TestServicesStartInOrder(t *testing.T) {
	t.Parallel()
	project := example(t)
	const over, healthy = types.ServiceConditionCompletedSuccessfully, types.ServiceConditionHealthy
	want := map[string]string{
		"postgres": healthy, "schema": over, "temporal": healthy, "namespace": over, "setup": over, "s3": healthy,
		"sandbox": types.ServiceConditionStarted,
	}
	assert.Equal(t, want, after(project, "worker"))
	delete(want, "sandbox")
	assert.Equal(t, want, after(project, "gateway"))
	assert.NotContains(t, after(project, "setup"), "worker")
	for name, service := range project.Services {
		for other, dependency := range service.DependsOn {
			assert.Equal(t, other != "sandbox", dependency.Required, "%s and %s", name, other)
			if dependency.Condition == healthy {
				assert.NotNil(t, project.Services[other].HealthCheck, other)
			}
			once := project.Services[other].Restart == ""
			assert.Equal(t, dependency.Condition == over, once, "%s: what is waited for until it is over must not start again", other)
		}
	}
	for _, name := range []string{"postgres", "temporal", "ui", "s3", "worker", "gateway", "station"} {
		assert.NotNil(t, project.Services[name].HealthCheck, name)
		assert.Equal(t, types.RestartPolicyUnlessStopped, project.Services[name].Restart, name)
	}
	for _, name := range []string{"worker", "gateway", "station"} {
		assert.Equal(t, []string{"CMD", name, "health"}, []string(project.Services[name].HealthCheck.Test))
	}
}

// listening says at which port a service answers.
func listening(t *testing.T, project *types.Project, name string) string {
	t.Helper()
	if name == "postgres" {
		return "5432"
	}
	service, found := project.Services[name]
	require.True(t, found, "there is no service %q", name)
	require.NotEmpty(t, service.Ports, name)
	return strconv.Itoa(int(service.Ports[0].Target))
}

func TestAddressesLeadToServices(t *testing.T) {
	t.Parallel()
	project := example(t)
	checked := 0
	leads := func(where, address string) {
		host, port, err := net.SplitHostPort(address)
		require.NoError(t, err, where)
		assert.Equal(t, listening(t, project, host), port, where)
		checked++
	}
	for name, service := range project.Services {
		set := variables(service)
		for _, variable := range []string{"TEMPORAL_ADDRESS", "DESPACHO_DOWNLOAD_HOSTS"} {
			if value := set[variable]; value != "" {
				leads(name+" "+variable, value)
			}
		}
		for _, variable := range []string{"AWS_ENDPOINT_URL_S3", "DESPACHO_HUB"} {
			if value := set[variable]; value != "" {
				address, err := url.Parse(value)
				require.NoError(t, err)
				leads(name+" "+variable, address.Host)
			}
		}
	}
	schema, temporal := variables(project.Services["schema"]), variables(project.Services["temporal"])
	leads("schema", net.JoinHostPort(schema["SQL_HOST"], schema["SQL_PORT"]))
	leads("temporal", net.JoinHostPort(temporal["POSTGRES_SEEDS"], temporal["DB_PORT"]))
	assert.Equal(t, 18, checked)
}

func TestServicesListenWhereTheyArePublished(t *testing.T) {
	t.Parallel()
	project := example(t)
	_, worker, _ := net.SplitHostPort(variables(project.Services["worker"])["DESPACHO_LISTEN"])
	assert.Equal(t, listening(t, project, "worker"), worker)
	gateway := variables(project.Services["gateway"])
	for i, variable := range []string{"DESPACHO_GATEWAY_LISTEN", "DESPACHO_GATEWAY_HEALTH"} {
		_, port, _ := net.SplitHostPort(gateway[variable])
		assert.Equal(t, strconv.Itoa(int(project.Services["gateway"].Ports[i].Target)), port)
	}
	station := variables(project.Services["station"])
	for i, variable := range []string{"DESPACHO_STATION_LISTEN", "DESPACHO_STATION_HEALTH"} {
		_, port, _ := net.SplitHostPort(station[variable])
		assert.Equal(t, strconv.Itoa(int(project.Services["station"].Ports[i].Target)), port)
	}
	assert.Equal(t, "http://127.0.0.1:"+project.Services["station"].Ports[0].Published, station["DESPACHO_STATION_URL"])
	assert.Contains(t, project.Services["fakezebra"].Entrypoint, "--http=0.0.0.0:"+listening(t, project, "fakezebra"))
	assert.Contains(t, project.Services["fakeoffice"].Entrypoint, "--addr=0.0.0.0:"+listening(t, project, "fakeoffice"))
	assert.Equal(t, listening(t, project, "ui"), variables(project.Services["ui"])["TEMPORAL_UI_PORT"])
	assert.Equal(t, ":"+listening(t, project, "s3"), variables(project.Services["s3"])["VGW_PORT"])
	assert.Contains(t, project.Services["sandbox"].Entrypoint, "--addr=0.0.0.0:"+listening(t, project, "sandbox"))
}

// TestVolumesExist: nothing of this machine but secrets is mounted, because after a clone with umask 077 it
// could not be read.
func TestVolumesExist(t *testing.T) {
	t.Parallel()
	project := example(t)
	for name, service := range project.Services {
		for _, volume := range service.Volumes {
			assert.Equal(t, types.VolumeTypeVolume, volume.Type, name)
			assert.Contains(t, project.Volumes, volume.Source, name)
		}
	}
}

func TestTemporalsImagesHoldScriptsAndSettings(t *testing.T) {
	t.Parallel()
	project := example(t)
	copied := map[string]string{} // places in the images, by target
	for _, stage := range strings.Split(text(t, temporalImages), "\nFROM ")[1:] {
		target := regexp.MustCompile(` AS (\w+)`).FindStringSubmatch(stage)[1]
		copied[target] = regexp.MustCompile(`COPY --chmod=0[45]\d\d (.*) /despacho/`).FindStringSubmatch(stage)[1]
	}
	used := 0
	for _, name := range []string{"schema", "namespace", "temporal"} {
		service := project.Services[name]
		assert.Equal(t, filepath.Dir(temporalImages), filepath.Join(root, "deploy", filepath.Base(service.Build.Context)))
		for _, path := range append(slices.Clone(service.Entrypoint), variables(service)["DYNAMIC_CONFIG_FILE_PATH"]) {
			if inside, is := strings.CutPrefix(path, "/despacho/"); is {
				assert.Contains(t, strings.Fields(copied[service.Build.Target]), inside, name)
				assert.FileExists(t, filepath.Join(service.Build.Context, inside))
				used++
			}
		}
	}
	assert.Equal(t, 3, used)
}

// TestSeveralWorkersFindAPortEach: compose gives each container of `--scale` the next free port of a range.
func TestSeveralWorkersFindAPortEach(t *testing.T) {
	t.Parallel()
	project := example(t)
	first, last, ranged := strings.Cut(project.Services["worker"].Ports[0].Published, "-")
	require.True(t, ranged)
	from, err := strconv.Atoi(first)
	require.NoError(t, err)
	to, err := strconv.Atoi(last)
	require.NoError(t, err)
	for name, service := range project.Services {
		for _, port := range service.Ports {
			if published, err := strconv.Atoi(port.Published); err == nil {
				assert.False(t, from <= published && published <= to, "%s has port %d of the workers' range", name, published)
			}
		}
	}
}
