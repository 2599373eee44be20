//go:build linux

package project

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/despacho/despacho/deploy/local/rehearsal/container"
)

// waitForDependencies waits until a service may start.
func (s *Stack) waitForDependencies(ctx context.Context, name string) error {
	for other, dependency := range s.Project.Services[name].DependsOn {
		c := s.Container(other)
		if c == nil {
			if dependency.Required {
				return fmt.Errorf("%s waits for %s, which does not run", name, other)
			}
			continue
		}
		var err error
		switch dependency.Condition {
		case types.ServiceConditionHealthy:
			err = s.waitHealthy(ctx, other, c)
		case types.ServiceConditionCompletedSuccessfully:
			err = s.waitOver(ctx, c)
		case types.ServiceConditionStarted:
		default:
			err = fmt.Errorf("%s waits for an unknown condition of %s: %s", name, other, dependency.Condition)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// waitUntilUp waits until a service is as it should stay: over, or healthy, or started.
func (s *Stack) waitUntilUp(ctx context.Context, name string) error {
	c := s.Container(name)
	if s.Project.Services[name].Restart == "" {
		return s.waitOver(ctx, c)
	}
	return s.waitHealthy(ctx, name, c)
}

func (s *Stack) waitOver(ctx context.Context, c *container.Container) error {
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	select {
	case <-c.Ended():
		if code := c.ExitCode(); code != 0 {
			return fmt.Errorf("%s ended with code %d:\n%s", c.Name(), code, tail(c.Log()))
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s does not end: %w\n%s", c.Name(), ctx.Err(), tail(c.Log()))
	}
}

// waitHealthy waits until the file's own check says that the container is healthy, and it listens at every
// port that is published. One that ends is not started again: nothing in a rehearsal may need that.
func (s *Stack) waitHealthy(ctx context.Context, name string, c *container.Container) error {
	ctx, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	service := s.Project.Services[name]
	var last error
	for {
		select {
		case <-c.Ended():
			return fmt.Errorf("%s ended with code %d:\n%s", c.Name(), c.ExitCode(), tail(c.Log()))
		case <-ctx.Done():
			return fmt.Errorf("%s is not healthy: %w\n%s", c.Name(), errors.Join(ctx.Err(), last), tail(c.Log()))
		case <-time.After(lookAgain):
		}
		if last = ready(ctx, c, service); last == nil {
			return nil
		}
		if s.Hopeless != nil && s.Hopeless(last) {
			return fmt.Errorf("%s is not healthy: %w\n%s", c.Name(), last, tail(c.Log()))
		}
	}
}

// ready looks once whether a container is healthy and listens.
func ready(ctx context.Context, c *container.Container, service types.ServiceConfig) error {
	if service.HealthCheck != nil {
		if err := probe(ctx, c, service.HealthCheck); err != nil {
			return err
		}
	}
	for _, port := range service.Ports {
		dialer := net.Dialer{Timeout: slowMachine}
		connection, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(c.Address(), strconv.Itoa(int(port.Target))))
		if err != nil {
			return fmt.Errorf("port %d is published: %w", port.Target, err)
		}
		if err := connection.Close(); err != nil {
			return err
		}
	}
	return nil
}

// probe runs a health check once.
func probe(ctx context.Context, c *container.Container, check *types.HealthCheckConfig) error {
	args := []string(check.Test)
	if len(args) < 2 {
		return fmt.Errorf("%s has an empty health check", c.Name())
	}
	switch args[0] {
	case "CMD":
		args = args[1:]
	case "CMD-SHELL":
		args = []string{"/bin/sh", "-c", args[1]}
	default:
		return fmt.Errorf("%s has a health check of an unknown kind: %s", c.Name(), args[0])
	}
	if check.Timeout != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, max(time.Duration(*check.Timeout), slowMachine))
		defer cancel()
	}
	_, err := c.Run(ctx, nil, args...)
	return err
}

// slowMachine is what a check may take here at least: the file's own bounds are for a machine that does nothing else.
const slowMachine = 30 * time.Second

// tail is the end of a log.
func tail(log string) string {
	const lines = 25
	all := strings.Split(strings.TrimSpace(log), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
