package stack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"

	"github.com/despacho/despacho/service/wholefile"
)

const (
	healthPath = "/-health"
	pollEvery  = 20 * time.Millisecond
	// endWithin bounds how long the S3 server's end is waited for: it waits itself, for up to ten
	// seconds, until others hang up connections that they no longer use.
	endWithin = time.Second
)

// objectServer is the S3 server on a folder.
type objectServer struct {
	endpoint string
	cancel   context.CancelFunc
	ended    chan struct{} // closed once the server has ended, after err is set
	err      error
}

func startObjects(dir string, port int, names identity) (*objectServer, error) {
	root := filepath.Join(dir, "s3")
	if err := wholefile.OwnFolder(root); err != nil {
		return nil, err
	}
	attributes, err := openAttributes(dir, root)
	if err != nil {
		return nil, err
	}
	var options posix.PosixOpts
	options.SetNewDirPerm(0o700)
	options.SetNewFilePerm(0o600)
	backend, err := posix.New(root, attributes, options)
	if err != nil {
		return nil, fmt.Errorf("open the S3 folder %s: %w", root, err)
	}

	owner := auth.Account{Access: names.AccessKey, Secret: names.SecretKey, Role: auth.RoleAdmin}
	ctx, cancel := context.WithCancel(context.Background())
	server := &objectServer{endpoint: "http://" + address(port), cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(server.ended)
		server.err = embedgw.RunVersityGW(ctx, backend, &embedgw.Config{
			RootUserAccess:    names.AccessKey,
			RootUserSecret:    names.SecretKey,
			IAMService:        auth.NewIAMServiceSingle(owner),
			Region:            Region,
			Ports:             []string{address(port)},
			MaxConnections:    1024,
			MaxRequests:       512,
			MultipartMaxParts: 10_000,
			KeepAlive:         true,
			Quiet:             true,
			HealthPath:        healthPath,
		})
	}()
	return server, nil
}

// openAttributes keeps what S3 knows of an object in extended attributes, or in a folder beside
// where the file system has none.
func openAttributes(dir, root string) (meta.MetadataStorer, error) {
	if extended := (meta.XattrMeta{}); extended.Test(root) == nil {
		return extended, nil
	}
	beside := filepath.Join(dir, "s3-attributes")
	if err := wholefile.OwnFolder(beside); err != nil {
		return nil, err
	}
	return meta.NewSideCar(beside)
}

func (o *objectServer) stop() {
	o.cancel()
	select {
	case <-o.ended:
	case <-time.After(endWithin):
	}
}

func (o *objectServer) waitUntilReady(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-o.ended:
			cancel(errors.Join(errors.New("the S3 server ended"), o.err))
		case <-ctx.Done():
		}
	}()
	return waitForPage(ctx, o.endpoint+healthPath)
}

// waitForPage returns when the page answers 200.
func waitForPage(ctx context.Context, url string) error {
	return waitUntil(ctx, url, func() error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		request.Close = true
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return errors.New(response.Status)
		}
		return nil
	})
}

// waitUntil tries again until it succeeds or ctx ends; what names the thing waited for.
func waitUntil(ctx context.Context, what string, try func() error) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", what, errors.Join(context.Cause(ctx), err))
		case <-ticker.C:
		}
	}
}
