package compose

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// Known are the variables that the program of each service reads, and those that each must be offered.
type Known struct {
	Reads map[string][]string
	Needs map[string][]string
}

// Problems says, a line each, where the file does not fit its programs or itself.
func Problems(project *types.Project, known Known) []string {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(project.Services)) {
		service := project.Services[name]
		for _, check := range []func(*types.Project, types.ServiceConfig) []string{
			known.variables, addresses, probes, storage, mountedSecrets, startsAlone,
		} {
			for _, problem := range check(project, service) {
				found = append(found, name+": "+problem)
			}
		}
	}
	return found
}

// environment are a service's variables that have a value, which may be empty.
func environment(service types.ServiceConfig) map[string]string {
	set := map[string]string{}
	for name, value := range service.Environment {
		if value != nil {
			set[name] = *value
		}
	}
	return set
}

// variables compares what a service is told with what its program reads.
func (k Known) variables(_ *types.Project, service types.ServiceConfig) []string {
	reads, listed := k.Reads[service.Name]
	if !listed {
		return []string{"it is not known what its program reads"}
	}
	var problems []string
	told := slices.Sorted(maps.Keys(environment(service)))
	for _, name := range told {
		if !slices.Contains(reads, name) {
			problems = append(problems, name+" is read by nobody")
		}
	}
	for _, name := range k.Needs[service.Name] {
		if !slices.Contains(told, name) {
			problems = append(problems, name+" cannot be set")
		}
	}
	return problems
}

// waitsFor reports whether a service starts after another, directly or not. For one that is optional, the
// file says `required: false`.
func waitsFor(project *types.Project, name, other string) bool {
	for dependency := range project.Services[name].DependsOn {
		if dependency == other || waitsFor(project, dependency, other) {
			return true
		}
	}
	// The hub that the starter asks may be another one; a person starts it.
	return slices.Contains(project.Services[name].Profiles, "tools") && other == "sandbox"
}

// ports are those at which a service's program is told to listen, or listens unless it is told.
func ports(service types.ServiceConfig) []string {
	var found []string
	for name, value := range environment(service) {
		if strings.HasSuffix(name, "_LISTEN") || strings.HasSuffix(name, "_HEALTH") || name == "VGW_PORT" || name == "PROMETHEUS_ENDPOINT" {
			if _, port, err := net.SplitHostPort(value); err == nil {
				found = append(found, port)
			}
		}
		if name == "TEMPORAL_UI_PORT" {
			found = append(found, value)
		}
	}
	for _, argument := range service.Entrypoint {
		for _, flag := range []string{"--addr=", "--http="} {
			if value, is := strings.CutPrefix(argument, flag); is {
				_, port, _ := net.SplitHostPort(value)
				found = append(found, port)
			}
		}
	}
	switch service.Name {
	case "postgres":
		found = append(found, "5432")
	case "temporal":
		found = append(found, "7233")
	}
	return found
}

// probes looks at health checks and published ports.
func probes(project *types.Project, service types.ServiceConfig) []string {
	var problems []string
	listening := ports(service)
	for _, port := range service.Ports {
		if !slices.Contains(listening, strconv.Itoa(int(port.Target))) {
			problems = append(problems, fmt.Sprintf("port %d is published, where it does not listen", port.Target))
		}
	}
	if service.HealthCheck == nil {
		for _, other := range project.Services {
			if dependency, waits := other.DependsOn[service.Name]; waits && dependency.Condition == types.ServiceConditionHealthy {
				problems = append(problems, other.Name+" waits for its health, and it has no check")
			}
		}
		return problems
	}
	test := service.HealthCheck.Test
	last := test[len(test)-1]
	switch test[1] {
	case "nc":
		if !slices.Contains(listening, last) {
			problems = append(problems, "its health check asks at port "+last+", where it does not listen")
		}
	case "wget":
		asked, err := url.Parse(last)
		if err != nil || !slices.Contains(listening, asked.Port()) {
			problems = append(problems, "its health check asks "+last+", where it does not listen")
		}
		if health := environment(service)["VGW_HEALTH"]; err == nil && health != "" && asked.Path != health {
			problems = append(problems, "its health check asks "+asked.Path+" instead of "+health)
		}
	case "pg_isready":
	default:
		if program := program(service); test[1] != program || last != "health" {
			problems = append(problems, fmt.Sprintf("its health check is %v instead of %s health", test[1:], program))
		}
	}
	return problems
}

// program is what a service of the image starts; the image's own is the worker.
func program(service types.ServiceConfig) string {
	if len(service.Entrypoint) > 0 {
		return service.Entrypoint[0]
	}
	return "worker"
}

// storage looks for what a program keeps: it must lie on a volume.
func storage(_ *types.Project, service types.ServiceConfig) []string {
	set := environment(service)
	kept := []string{set["VGW_BACKEND_ARG"], set["DESPACHO_STATION_CACHE"], set["DESPACHO_TEMP"]}
	for _, argument := range service.Entrypoint {
		if folder, is := strings.CutPrefix(argument, "--data="); is {
			kept = append(kept, folder)
		}
	}
	if service.Name == "postgres" {
		kept = append(kept, "/var/lib/postgresql/data")
	}
	var problems []string
	for _, folder := range kept {
		mounted := slices.ContainsFunc(service.Volumes, func(volume types.ServiceVolumeConfig) bool {
			return volume.Target == folder && volume.Type == types.VolumeTypeVolume && !volume.ReadOnly
		})
		if folder != "" && !mounted {
			problems = append(problems, folder+" is on no volume")
		}
	}
	return problems
}

// mountedSecrets looks for the files of secrets that a service is told of.
func mountedSecrets(_ *types.Project, service types.ServiceConfig) []string {
	var problems []string
	set := environment(service)
	for _, name := range slices.Sorted(maps.Keys(set)) {
		folder, secret := path.Split(set[name])
		if folder != "/run/secrets/" {
			continue
		}
		mounted := slices.ContainsFunc(service.Secrets, func(given types.ServiceSecretConfig) bool { return given.Source == secret })
		if !mounted {
			problems = append(problems, fmt.Sprintf("%s names the secret %s, which is not mounted", name, secret))
		}
	}
	return problems
}

// startsAlone: what others wait for until it is over must end, and everything else come back.
func startsAlone(project *types.Project, service types.ServiceConfig) []string {
	var problems []string
	for name, dependency := range service.DependsOn {
		other, enabled := project.Services[name]
		if !enabled {
			continue
		}
		over := dependency.Condition == types.ServiceConditionCompletedSuccessfully
		if over != (other.Restart == "") {
			problems = append(problems, fmt.Sprintf("it waits until %s is %s, which has restart %q", name, dependency.Condition, other.Restart))
		}
	}
	return problems
}
