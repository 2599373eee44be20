package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/registry"
)

const (
	site    = "bodega"
	printer = "zebra-1"
)

// buildPrograms builds the programs into a folder and says where they are.
func buildPrograms(ctx context.Context, into string) error {
	const module = "github.com/despacho/despacho/"
	build := exec.CommandContext(ctx, "go", "build", "-o", into+string(filepath.Separator), module+"worker", module+"gateway", module+"station")
	if said, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the programs: %w: %s", err, said)
	}
	return nil
}

// startPrograms starts workers, gateways and the station, and waits until each is ready.
func (s *scene) startPrograms(ctx, keeping context.Context) error {
	err := registry.Add(ctx, s.store, site, printing.Printer{Name: printer, Kind: printing.Raw, Address: s.links["station>printer"].address, DPI: 203, Stock: "as-is"})
	if err != nil {
		return err
	}
	for _, name := range parts() {
		if !isOurs(name) {
			continue
		}
		program, _, _ := strings.Cut(name, "-")
		environment := slices.Concat(ownEnvironment(), s.settings(name))
		s.keep(keeping, name, func() *exec.Cmd {
			command := exec.Command(filepath.Join(s.programs, program), "serve")
			command.Env = environment
			return command
		})
	}
	return s.awaitReady(ctx)
}

// awaitReady waits until every program answers that it is ready.
func (s *scene) awaitReady(ctx context.Context) error {
	for _, name := range parts() {
		if !isOurs(name) {
			continue
		}
		if err := awaitPage(ctx, "http://"+s.addresses[name]+"/readyz"); err != nil {
			return fmt.Errorf("%s is not ready, see its log: %w", name, err)
		}
	}
	return nil
}

// ownEnvironment is this process's without the settings of anything of ours.
func ownEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return slices.ContainsFunc([]string{"DESPACHO_", "TEMPORAL_", "AWS_"}, func(ours string) bool { return strings.HasPrefix(variable, ours) })
	})
}

// settings are a program's variables: it reaches the servers by its own links alone.
func (s *scene) settings(name string) []string {
	all := []string{
		"TEMPORAL_ADDRESS=" + s.links[name+">temporal"].address, "TEMPORAL_NAMESPACE=" + namespace,
		"AWS_ENDPOINT_URL_S3=http://" + s.links[name+">s3"].address, "AWS_REGION=" + stack.Region,
		"AWS_ACCESS_KEY_ID=" + s.keys.AccessKey, "AWS_SECRET_ACCESS_KEY=" + s.keys.SecretKey,
		"DESPACHO_BUCKET=" + bucket, "DESPACHO_DRAIN=5s", "DESPACHO_START_WAIT=10m", "DESPACHO_LOG_FORMAT=text",
	}
	program, _, _ := strings.Cut(name, "-")
	switch program {
	case "worker":
		return append(all, "DESPACHO_LISTEN="+s.addresses[name], "DESPACHO_HUB=http://"+s.links[name+">hub"].address, fmt.Sprintf("DESPACHO_HUB_SPEED=%d", hubSpeed),
			"DESPACHO_CLIENT_ID="+s.merchants[0].ID, "DESPACHO_CLIENT_SECRET="+s.merchants[0].Secret, "DESPACHO_ACCOUNTS_KEY_FILE="+s.application().KeyFile,
			"DESPACHO_DOWNLOAD_HOSTS=127.0.0.1", "DESPACHO_FILES_PARALLEL=3", "DESPACHO_POLL_EVERY=20m")
	case "gateway":
		return append(all, "DESPACHO_GATEWAY_HEALTH="+s.addresses[name], "DESPACHO_GATEWAY_LISTEN="+s.addresses[webhooksOf(name)], "DESPACHO_WEBHOOK_SOURCES=127.0.0.0/8")
	}
	return append(all, "DESPACHO_STATION_SITE="+site, "DESPACHO_STATION_HEALTH="+s.addresses[name], "DESPACHO_STATION_LISTEN=127.0.0.1:0",
		"DESPACHO_STATION_CACHE="+filepath.Join(s.dir, "station-cache"))
}

const askAgain = 200 * time.Millisecond

// persist tries again until it works or ctx ends.
func persist(ctx context.Context, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-time.After(askAgain):
		}
	}
}

// awaitPage waits until a page answers 200.
func awaitPage(ctx context.Context, address string) error {
	return persist(ctx, func() error {
		once, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		request, err := http.NewRequestWithContext(once, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answers %s", address, answer.Status)
		}
		return nil
	})
}
