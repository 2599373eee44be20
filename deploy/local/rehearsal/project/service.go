//go:build linux

package project

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/despacho/despacho/deploy/local/rehearsal/container"
	"github.com/despacho/despacho/deploy/local/rehearsal/images"
)

// HostAddress is this machine's in the network of the services.
const HostAddress = "10.97.0.1/16"

// runReplica numbers the containers of Run, apart from those of services.
const runReplica = 200

func (s *Stack) start(name string, replica int) error {
	service := s.Project.Services[name]
	if err := s.publish(service); err != nil {
		return err
	}
	spec, err := s.spec(service, replica)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	c, err := container.Start(s.Network, spec)
	if err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.running == nil {
		s.running = map[string][]*container.Container{}
	}
	s.running[name] = append(s.running[name], c)
	return nil
}

// Once is what `docker compose run --rm` is told besides the service and its arguments.
type Once struct {
	Stdin  io.Reader
	User   string // --user
	Source string // --volume SOURCE:TARGET
	Target string
}

// Run is `docker compose run --rm`: one more container of a service, with further arguments, until it
// ends. It returns what the program wrote to standard output, and its exit code.
func (s *Stack) Run(ctx context.Context, name string, once Once, args ...string) (string, int, error) {
	service, found := s.Project.AllServices()[name] // whatever its profile
	if !found {
		return "", 0, fmt.Errorf("no such service: %s", name)
	}
	spec, err := s.spec(service, runReplica)
	if err != nil {
		return "", 0, err
	}
	image, err := s.image(service)
	if err != nil {
		return "", 0, err
	}
	spec.Args = slices.Concat(entrypoint(service, image), args)
	if once.User != "" {
		if spec.UID, spec.GID, err = image.IDs(once.User); err != nil {
			return "", 0, err
		}
	}
	if once.Source != "" {
		spec.Mounts = append(spec.Mounts, container.Mount{Source: once.Source, Target: once.Target})
	}
	c, err := container.StartWith(s.Network, spec, once.Stdin)
	if err != nil {
		return "", 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	select {
	case <-c.Ended():
	case <-ctx.Done():
		c.Kill()
		return "", 0, fmt.Errorf("%s %v does not end: %w\n%s", name, args, ctx.Err(), tail(c.Log()))
	}
	if code := c.ExitCode(); code != 0 {
		return c.Output(), code, fmt.Errorf("%s %v ended with code %d:\n%s", name, args, code, tail(c.Log()))
	}
	return c.Output(), 0, nil
}

func entrypoint(service types.ServiceConfig, image images.Image) []string {
	if len(service.Entrypoint) > 0 {
		return service.Entrypoint
	}
	return image.Entrypoint
}

// image is what a service runs: one that is built from a folder of its own, or a known one.
func (s *Stack) image(service types.ServiceConfig) (images.Image, error) {
	if service.Build == nil || service.Build.Context == s.Project.WorkingDir {
		return s.Images.Image(service.Image)
	}
	copies := filepath.Join(filepath.Dir(s.Volumes), "layers", service.Name)
	return s.Images.Layered(service.Build.Context, service.Build.Target, copies)
}

// spec is a container as the file describes the service.
func (s *Stack) spec(service types.ServiceConfig, replica int) (container.Spec, error) {
	image, err := s.image(service)
	if err != nil {
		return container.Spec{}, err
	}
	user := service.User
	if user == "" {
		user = image.User
	}
	uid, gid, err := image.IDs(user)
	if err != nil {
		return container.Spec{}, err
	}
	args := slices.Clone(entrypoint(service, image))
	switch {
	case len(service.Command) > 0:
		args = append(args, service.Command...)
	case len(service.Entrypoint) == 0: // an entrypoint of the file's own takes the image's command away
		args = append(args, image.Command...)
	}
	hostName := service.Name + "-" + strconv.Itoa(replica)
	env, err := environment(service, image, uid, hostName)
	if err != nil {
		return container.Spec{}, err
	}
	spec := container.Spec{
		Name: hostName, Root: image.Root, ReadOnly: service.ReadOnly,
		Args: args, Env: env, Dir: image.Dir, UID: uid, GID: gid,
		DropCapabilities: slices.Contains(service.CapDrop, "ALL"),
		NoNewPrivileges:  slices.Contains(service.SecurityOpt, "no-new-privileges:true"),
		Hosts:            s.hosts(), Address: s.address(service.Name, replica) + "/16",
		Mounts: slices.Clone(image.Mounts),
	}
	for _, folder := range service.Tmpfs {
		target, options, _ := strings.Cut(folder, ":")
		spec.Tmpfs = append(spec.Tmpfs, container.Tmpfs{Target: target, Options: options})
	}
	mounts, err := s.mounts(service, image)
	spec.Mounts = append(spec.Mounts, mounts...)
	return spec, err
}

// environment is what Docker sets, then the image, then the service: what comes later wins.
func environment(service types.ServiceConfig, image images.Image, uid int, hostName string) ([]string, error) {
	home, err := image.Home(uid)
	if err != nil {
		return nil, err
	}
	set := map[string]string{"HOSTNAME": hostName, "HOME": home}
	for _, variable := range image.Env {
		name, value, _ := strings.Cut(variable, "=")
		set[name] = value
	}
	for name, value := range service.Environment {
		if value != nil {
			set[name] = *value
		}
	}
	var env []string
	for _, name := range slices.Sorted(maps.Keys(set)) {
		env = append(env, name+"="+set[name])
	}
	return env, nil
}

// mounts are a service's volumes, folders and secrets.
func (s *Stack) mounts(service types.ServiceConfig, image images.Image) ([]container.Mount, error) {
	var mounts []container.Mount
	for _, volume := range service.Volumes {
		source := volume.Source
		switch volume.Type {
		case types.VolumeTypeVolume:
			source = filepath.Join(s.Volumes, volume.Source)
			if err := newVolume(source, filepath.Join(image.Root, volume.Target)); err != nil {
				return nil, err
			}
		case types.VolumeTypeBind:
			if _, err := os.Stat(source); err != nil {
				return nil, fmt.Errorf("mount %s: %w", volume.Target, err)
			}
		default:
			return nil, fmt.Errorf("the rehearsal does not know volumes of type %s", volume.Type)
		}
		mounts = append(mounts, container.Mount{Source: source, Target: volume.Target, ReadOnly: volume.ReadOnly})
	}
	for _, secret := range service.Secrets {
		defined, found := s.Project.Secrets[secret.Source]
		if !found {
			return nil, fmt.Errorf("there is no secret %s", secret.Source)
		}
		if _, err := os.Stat(defined.File); err != nil {
			return nil, fmt.Errorf("secret %s: %w", secret.Source, err)
		}
		target := secret.Target
		if !filepath.IsAbs(target) {
			target = filepath.Join("/run/secrets", filepath.Base(secret.Source))
		}
		mounts = append(mounts, container.Mount{Source: defined.File, Target: target, ReadOnly: true})
	}
	return mounts, nil
}

// newVolume makes an empty volume as Docker does: with the owner and rights of the image's folder there.
func newVolume(path, inImage string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	info, err := os.Stat(inImage)
	if err != nil {
		return nil // Docker makes a folder that the image does not have, of root
	}
	owner, known := info.Sys().(*syscall.Stat_t)
	if !known {
		return errors.New("owners of files are not known here")
	}
	return errors.Join(os.Chown(path, int(owner.Uid), int(owner.Gid)), os.Chmod(path, info.Mode()))
}

// hosts are the names under which services reach each other.
func (s *Stack) hosts() map[string]string {
	names := map[string]string{}
	for _, name := range s.Project.ServiceNames() {
		names[name] = s.address(name, 1)
	}
	return names
}

// address is fixed for each service, so that a name leads to the same place after a restart.
func (s *Stack) address(name string, replica int) string {
	all := slices.Concat(s.Project.ServiceNames(), s.Project.DisabledServiceNames())
	slices.Sort(all)
	return fmt.Sprintf("10.97.%d.%d", slices.Index(all, name)+1, replica)
}

// publish takes the ports of this machine that a container of a service wants; a range gives the next free one.
func (s *Stack) publish(service types.ServiceConfig) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.published == nil {
		s.published = map[string]string{}
	}
	for _, port := range service.Ports {
		first, last, ranged := strings.Cut(port.Published, "-")
		if !ranged {
			last = first
		}
		from, err := strconv.Atoi(first)
		if err != nil {
			return fmt.Errorf("%s publishes %q: %w", service.Name, port.Published, err)
		}
		to, err := strconv.Atoi(last)
		if err != nil {
			return fmt.Errorf("%s publishes %q: %w", service.Name, port.Published, err)
		}
		for from <= to && s.published[strconv.Itoa(from)] != "" {
			from++
		}
		if from > to {
			return fmt.Errorf("%s: port %s of this machine is allocated to %s already", service.Name, port.Published, s.published[last])
		}
		s.published[strconv.Itoa(from)] = service.Name
	}
	return nil
}
