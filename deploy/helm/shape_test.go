package helm

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// TestPodsAreConfined holds what docker-compose.yml says of the same programs.
func TestPodsAreConfined(t *testing.T) {
	t.Parallel()
	eachPod(t, func(where string, p pod, container core.Container) {
		spec := p.template.Spec
		require.NotNil(t, spec.SecurityContext, where)
		assert.True(t, *spec.SecurityContext.RunAsNonRoot, where)
		assert.EqualValues(t, 65532, *spec.SecurityContext.RunAsUser, where)
		assert.EqualValues(t, 65532, *spec.SecurityContext.RunAsGroup, where)
		assert.EqualValues(t, 65532, *spec.SecurityContext.FSGroup, "%s: mounted secrets are read by the group", where)
		assert.Equal(t, core.SeccompProfileTypeRuntimeDefault, spec.SecurityContext.SeccompProfile.Type, where)
		require.NotNil(t, container.SecurityContext, where)
		assert.True(t, *container.SecurityContext.ReadOnlyRootFilesystem, where)
		assert.False(t, *container.SecurityContext.AllowPrivilegeEscalation, where)
		assert.Equal(t, []core.Capability{"ALL"}, container.SecurityContext.Capabilities.Drop, where)
		assert.Empty(t, container.SecurityContext.Capabilities.Add, where)
		assert.False(t, *spec.AutomountServiceAccountToken, where)
		assert.False(t, *spec.EnableServiceLinks, "%s: a Service called despacho-gateway would set DESPACHO_GATEWAY_PORT", where)
		assert.False(t, spec.HostNetwork || spec.HostPID || spec.HostIPC, where)
	})
}

func TestPodsSayWhatTheyNeed(t *testing.T) {
	t.Parallel()
	eachPod(t, func(where string, _ pod, container core.Container) {
		assert.False(t, container.Resources.Requests.Memory().IsZero(), where)
		assert.False(t, container.Resources.Requests.Cpu().IsZero(), where)
		assert.False(t, container.Resources.Limits.Memory().IsZero(), where)
		assert.True(t, container.Resources.Limits.Cpu().IsZero(), "%s: a limit of the processor slows what is urgent", where)
		assert.LessOrEqual(t, container.Resources.Requests.Memory().Cmp(*container.Resources.Limits.Memory()), 0, where)
	})
}

func TestTemporaryFilesHaveRoom(t *testing.T) {
	t.Parallel()
	for _, scenario := range []string{"defaults", "minimal"} {
		worker := pods(t, scenario)["worker"]
		folder := environment(worker)["DESPACHO_TEMP"]
		volume := mounted(t, worker, folder)
		require.NotNil(t, volume.EmptyDir, scenario)
		// docs/operating.md: 512 MiB for each step on files, of which there are two.
		assert.GreaterOrEqual(t, volume.EmptyDir.SizeLimit.Cmp(resource.MustParse("1Gi")), 0, scenario)
		assert.Equal(t, core.StorageMediumDefault, volume.EmptyDir.Medium, "%s: not in memory", scenario)
	}
	station := pods(t, "station-only")["station"]
	assert.NotNil(t, mounted(t, station, environment(station)["DESPACHO_STATION_CACHE"]).EmptyDir.SizeLimit)
}

// mounted is the volume behind a folder of a pod.
func mounted(t *testing.T, p pod, folder string) core.Volume {
	t.Helper()
	for _, mount := range p.template.Spec.Containers[0].VolumeMounts {
		for _, volume := range p.template.Spec.Volumes {
			if mount.MountPath == folder && mount.Name == volume.Name {
				return volume
			}
		}
	}
	require.Fail(t, "nothing is mounted", "%s: %s", p, folder)
	return core.Volume{}
}

func TestEveryMountHasItsVolumeAndTheOtherWayRound(t *testing.T) {
	t.Parallel()
	eachPod(t, func(where string, p pod, container core.Container) {
		var mounts, volumes []string
		for _, mount := range container.VolumeMounts {
			mounts = append(mounts, mount.Name)
			assert.Empty(t, mount.SubPath, "%s: a file that is mounted by itself never changes", where)
		}
		for _, volume := range p.template.Spec.Volumes {
			volumes = append(volumes, volume.Name)
		}
		assert.ElementsMatch(t, volumes, mounts, where)
		assert.NotContains(t, volumes, "temporal-tls", "the Worker Controller adds a volume of this name")
	})
}

func TestPodsHaveTimeToEnd(t *testing.T) {
	t.Parallel()
	eachPod(t, func(where string, p pod, container core.Container) {
		if p.component == "setup" {
			assert.Equal(t, core.RestartPolicyNever, p.template.Spec.RestartPolicy, where)
			return
		}
		drain, err := time.ParseDuration(environment(p)["DESPACHO_DRAIN"])
		require.NoError(t, err, where)
		if container.Lifecycle != nil {
			drain += time.Duration(container.Lifecycle.PreStop.Sleep.Seconds) * time.Second
		}
		grace := time.Duration(*p.template.Spec.TerminationGracePeriodSeconds) * time.Second
		assert.GreaterOrEqual(t, grace, drain+15*time.Second, where)
	})
}

func TestProbesAskHealthAndReadiness(t *testing.T) {
	t.Parallel()
	listens := map[string]string{"worker": "DESPACHO_LISTEN", "gateway": "DESPACHO_GATEWAY_HEALTH", "station": "DESPACHO_STATION_HEALTH"}
	eachPod(t, func(where string, p pod, container core.Container) {
		if p.component == "setup" {
			assert.Nil(t, container.LivenessProbe, where)
			return
		}
		assert.Equal(t, "/healthz", container.LivenessProbe.HTTPGet.Path, where)
		assert.Equal(t, "/readyz", container.ReadinessProbe.HTTPGet.Path, where)
		for _, probe := range []*core.Probe{container.LivenessProbe, container.ReadinessProbe} {
			port := portNamed(container, probe.HTTPGet.Port.StrVal)
			assert.Equal(t, "0.0.0.0:"+strconv.Itoa(int(port)), environment(p)[listens[p.component]], where)
		}
	})
}

// portNamed is the number of a container's port; 0 if it has none of that name.
func portNamed(container core.Container, name string) int32 {
	for _, port := range container.Ports {
		if port.Name == name {
			return port.ContainerPort
		}
	}
	return 0
}

func TestServicesLeadToWhereTheProgramsListen(t *testing.T) {
	t.Parallel()
	listens := map[string]string{"webhooks": "DESPACHO_GATEWAY_LISTEN", "partners": "DESPACHO_GATEWAY_PARTNERS_LISTEN", "page": "DESPACHO_STATION_LISTEN"}
	services, ports := 0, 0
	for _, scenario := range scenarios(t) {
		all := pods(t, scenario)
		for _, d := range documents(t, scenario) {
			switch made := decode(t, d).(type) {
			case *core.Service:
				services++
				p, found := selected(all, made.Spec.Selector)
				require.Len(t, found, 1, "%s: %s", scenario, d)
				require.NotEmpty(t, made.Spec.Ports)
				for _, leads := range made.Spec.Ports {
					ports++
					port := portNamed(p.template.Spec.Containers[0], leads.TargetPort.StrVal)
					assert.Equal(t, "0.0.0.0:"+strconv.Itoa(int(port)), environment(p)[listens[leads.Name]], scenario)
				}
			case *networking.Ingress:
				backend := made.Spec.Rules[0].HTTP.Paths[0].Backend.Service
				service := serviceNamed(t, scenario, backend.Name)
				assert.True(t, slices.ContainsFunc(service.Spec.Ports, func(p core.ServicePort) bool { return p.Name == backend.Port.Name }), "%s: %s", scenario, d)
				assert.Equal(t, made.Spec.TLS[0].Hosts[0], made.Spec.Rules[0].Host)
			}
		}
	}
	assert.Equal(t, 4, services)
	assert.Equal(t, 5, ports)
}

// TestPartnersAreLedToTheirOwnRoutes, on the port where /v1 is served, and webhooks to theirs.
func TestPartnersAreLedToTheirOwnRoutes(t *testing.T) {
	t.Parallel()
	for scenario, want := range map[string]map[string]string{
		"everything": {"hooks.example.com /webhooks/multivende Exact": "webhooks", "partners.example.com /v1 Prefix": "partners"},
		"controller": {"partners.example.com /v1 Prefix": "webhooks"},
	} {
		led := map[string]string{}
		for _, d := range documents(t, scenario) {
			if made, is := decode(t, d).(*networking.Ingress); is && strings.Contains(d.Metadata.Name, "gateway") {
				rule := made.Spec.Rules[0]
				path := rule.HTTP.Paths[0]
				led[rule.Host+" "+path.Path+" "+string(*path.PathType)] = path.Backend.Service.Port.Name
			}
		}
		assert.Equal(t, want, led, scenario)
	}
}

func serviceNamed(t *testing.T, scenario, name string) *core.Service {
	t.Helper()
	for _, d := range documents(t, scenario) {
		if d.Kind == "Service" && d.Metadata.Name == name {
			return decode(t, d).(*core.Service)
		}
	}
	require.Fail(t, "no such Service", name)
	return nil
}

// selected are the pods that labels select, and one of them.
func selected(all map[string]pod, want map[string]string) (one pod, found []string) {
	for component, p := range all {
		if labels.SelectorFromSet(want).Matches(labels.Set(p.template.Labels)) {
			one, found = p, append(found, component)
		}
	}
	return one, found
}

// TestSelectorsMeetTheirPods: whatever selects pods selects those of its component and no others;
// PodMonitor selects all but the setup, which has ended.
func TestSelectorsMeetTheirPods(t *testing.T) {
	t.Parallel()
	for _, scenario := range scenarios(t) {
		all := pods(t, scenario)
		for _, d := range documents(t, scenario) {
			var selector *meta.LabelSelector
			switch made := decode(t, d).(type) {
			case *apps.Deployment:
				selector = made.Spec.Selector
				for _, constraint := range made.Spec.Template.Spec.TopologySpreadConstraints {
					assert.Equal(t, selector, constraint.LabelSelector, "%s: %s", scenario, d)
				}
			case *policy.PodDisruptionBudget:
				selector = made.Spec.Selector
				assert.Equal(t, 1, made.Spec.MaxUnavailable.IntValue())
			case *networking.NetworkPolicy:
				selector = &made.Spec.PodSelector
			case *monitoring.PodMonitor:
				_, found := selected(all, made.Spec.Selector.MatchLabels)
				assert.Len(t, found, len(all), "%s: %s", scenario, d)
				endpoint := made.Spec.PodMetricsEndpoints[0]
				assert.Equal(t, "health", *endpoint.Port)
				assert.Equal(t, "job", endpoint.RelabelConfigs[0].TargetLabel, "the alerts look for the jobs despacho-worker, …")
				assert.Equal(t, "despacho-$1", *endpoint.RelabelConfigs[0].Replacement)
				continue
			default:
				continue
			}
			_, found := selected(all, selector.MatchLabels)
			assert.Equal(t, []string{d.Metadata.Labels["app.kubernetes.io/component"]}, found, "%s: %s", scenario, d)
		}
	}
}

func TestNetworkPoliciesOpenPortsThatAreThere(t *testing.T) {
	t.Parallel()
	opened := 0
	for _, scenario := range []string{"everything", "controller"} {
		all := pods(t, scenario)
		for _, d := range documents(t, scenario) {
			made, is := decode(t, d).(*networking.NetworkPolicy)
			if !is {
				continue
			}
			container := all[d.Metadata.Labels["app.kubernetes.io/component"]].template.Spec.Containers[0]
			assert.Len(t, made.Spec.Ingress, len(container.Ports), "%s: %s", scenario, d)
			for _, rule := range made.Spec.Ingress {
				assert.NotZero(t, portNamed(container, rule.Ports[0].Port.StrVal), "%s: %s", scenario, d)
				opened++
			}
		}
	}
	assert.Equal(t, 9, opened)
}

// TestANewChartAloneChangesNoPod: pods bear no version of the chart, so that they are exchanged only when
// something changes for them.
func TestANewChartAloneChangesNoPod(t *testing.T) {
	t.Parallel()
	eachPod(t, func(where string, p pod, _ core.Container) {
		for name := range p.template.Labels {
			assert.NotContains(t, []string{"helm.sh/chart", "app.kubernetes.io/version"}, name, where)
		}
	})
}
