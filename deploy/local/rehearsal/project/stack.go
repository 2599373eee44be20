//go:build linux

package project

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/despacho/despacho/deploy/local/rehearsal/container"
	"github.com/despacho/despacho/deploy/local/rehearsal/images"
)

const (
	// dockersGrace is how long Docker waits for the end of a container that says nothing else.
	dockersGrace = 10 * time.Second
	lookAgain    = 500 * time.Millisecond
)

// Stack is a project and the containers that run of it.
type Stack struct {
	Project *types.Project
	Images  *images.Set
	Network *container.Network
	Volumes string // folder of the named volumes
	// Patience bounds each wait for a service.
	Patience time.Duration
	// Hopeless, where it is set, judges each failed health check: a service that it gives up is not waited for.
	Hopeless func(failed error) bool

	mutex     sync.Mutex
	running   map[string][]*container.Container
	published map[string]string // ports of this machine, and which service has them
}

// Up starts the services that are named, or all of the project, after those that they depend on, and
// waits until each is healthy or, where it is awaited to end, has ended well. What runs already is left alone.
func (s *Stack) Up(ctx context.Context, services ...string) error {
	if len(services) == 0 {
		services = s.Project.ServiceNames()
	}
	order, err := s.order(services)
	if err != nil {
		return err
	}
	for _, name := range order {
		if err := s.waitForDependencies(ctx, name); err != nil {
			return err
		}
		if s.alive(name) == nil {
			if err := s.start(name, 1); err != nil {
				return err
			}
		}
	}
	for _, name := range order {
		if err := s.waitUntilUp(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// Scale starts further containers of a service until n run, and waits until all are healthy.
func (s *Stack) Scale(ctx context.Context, name string, n int) error {
	for replica := len(s.running[name]) + 1; replica <= n; replica++ {
		if err := s.start(name, replica); err != nil {
			return err
		}
	}
	for _, c := range s.running[name] {
		if err := s.waitHealthy(ctx, name, c); err != nil {
			return err
		}
	}
	return nil
}

// order is the named services after all that they depend on.
func (s *Stack) order(services []string) ([]string, error) {
	var order []string
	var visit func(name string, path []string) error
	visit = func(name string, path []string) error {
		if slices.Contains(path, name) {
			return fmt.Errorf("%s depends on itself: %v", name, path)
		}
		if slices.Contains(order, name) {
			return nil
		}
		service, found := s.Project.Services[name]
		if !found {
			return fmt.Errorf("no such service: %s", name)
		}
		for _, other := range slices.Sorted(maps.Keys(service.DependsOn)) {
			if _, enabled := s.Project.Services[other]; !enabled && !service.DependsOn[other].Required {
				continue
			}
			if err := visit(other, append(path, name)); err != nil {
				return err
			}
		}
		order = append(order, name)
		return nil
	}
	slices.Sort(services)
	for _, name := range services {
		if err := visit(name, nil); err != nil {
			return nil, err
		}
	}
	return order, nil
}

// Stop stops all services, those first that others do not depend on, and complains of each that does
// not end well within its grace period.
func (s *Stack) Stop(services ...string) error {
	if len(services) == 0 {
		services = slices.Collect(maps.Keys(s.running))
	}
	order, err := s.order(services)
	if err != nil {
		return err
	}
	slices.Reverse(order)
	var errs []error
	for _, name := range order {
		if slices.Contains(services, name) {
			errs = append(errs, s.stopService(name))
		}
	}
	return errors.Join(errs...)
}

// endsWith are the exit codes of services that end otherwise than with 0 when they are asked to. Temporal's UI keeps
// nothing and does not listen to signals: what Go does then, as process 1, is to end with 2.
var endsWith = map[string]int{"ui": 2}

func (s *Stack) stopService(name string) error {
	var errs []error
	for _, c := range s.running[name] {
		select {
		case <-c.Ended():
			continue
		default:
		}
		grace := dockersGrace
		if set := s.Project.Services[name].StopGracePeriod; set != nil {
			grace = time.Duration(*set)
		}
		began := time.Now()
		code := c.Stop(s.stopSignal(name), grace)
		if code != endsWith[name] {
			errs = append(errs, fmt.Errorf("%s ended with code %d %s after it was asked to end, of %s:\n%s", c.Name(), code, time.Since(began).Round(time.Millisecond), grace, tail(c.Log())))
		}
	}
	s.forget(name)
	return errors.Join(errs...)
}

func (s *Stack) stopSignal(name string) syscall.Signal {
	image, err := s.image(s.Project.Services[name])
	if err != nil {
		return syscall.SIGTERM
	}
	return image.StopSignal
}

// Kill ends everything at once, as a power cut does.
func (s *Stack) Kill() {
	for name, containers := range s.running {
		for _, c := range containers {
			c.Kill()
		}
		s.forget(name)
	}
}

func (s *Stack) forget(name string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.running, name)
	maps.DeleteFunc(s.published, func(_, holder string) bool { return holder == name })
}

// Address is where a service is reached from this machine.
func (s *Stack) Address(name, port string) string {
	return net.JoinHostPort(s.address(name, 1), port)
}

// Container is the first of a service.
func (s *Stack) Container(name string) *container.Container {
	if len(s.running[name]) == 0 {
		return nil
	}
	return s.running[name][0]
}

// alive is the service's first container if it has not ended.
func (s *Stack) alive(name string) *container.Container {
	c := s.Container(name)
	if c == nil {
		return nil
	}
	select {
	case <-c.Ended():
		s.forget(name)
		return nil
	default:
		return c
	}
}

// Exec is `docker compose exec -T`: it runs a program in a service's container and returns what that
// wrote to standard output.
func (s *Stack) Exec(ctx context.Context, name string, stdin io.Reader, args ...string) (string, error) {
	c := s.alive(name)
	if c == nil {
		return "", fmt.Errorf("%s does not run", name)
	}
	return c.Run(ctx, stdin, args...)
}
