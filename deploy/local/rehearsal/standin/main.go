// Standin stands in for four tools of Alpine's images in the rehearsal of docker-compose.yml, under whose
// names it is linked. It takes the options that the file, its scripts and the images' own scripts use, and
// refuses all others. `nc`, `wget` and `getent` are Alpine's BusyBox and musl; Debian's BusyBox has other
// options. `temporal` is Temporal's command line, which would bring a second server to compile: the
// stand-in makes the same calls.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"
)

type (
	netcat struct {
		Scan bool   `short:"z" required:""`
		Host string `arg:""`
		Port string `arg:""`
	}
	fetch struct {
		Quiet          bool   `required:""`
		OutputDocument string `required:""`
		URL            string `arg:""`
	}
	lookUp struct {
		Database string `arg:"" enum:"hosts"`
		Name     string `arg:""`
	}
)

func main() {
	tools := map[string]interface{ Run() error }{"nc": &netcat{}, "wget": &fetch{}, "getent": &lookUp{}, "temporal": nil}
	name := filepath.Base(os.Args[0])
	tool, known := tools[name]
	if !known {
		fmt.Fprintln(os.Stderr, "there is no stand-in for", name)
		os.Exit(2)
	}
	if name == "temporal" {
		context := kong.Parse(&temporal{}, kong.Name(name))
		context.FatalIfErrorf(context.Run())
		return
	}
	kong.Parse(tool, kong.Name(name)).FatalIfErrorf(tool.Run())
}

func (n *netcat) Run() error {
	connection, err := net.Dial("tcp", net.JoinHostPort(n.Host, n.Port))
	if err != nil {
		return err
	}
	return connection.Close()
}

func (f *fetch) Run() error {
	response, err := http.Get(f.URL)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("server returned error: %s", response.Status)
	}
	file, err := os.OpenFile(f.OutputDocument, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(file, response.Body)
	return err
}

func (l *lookUp) Run() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupHost(ctx, l.Name)
	if err != nil {
		return err
	}
	for _, address := range addresses {
		fmt.Println(address, l.Name)
	}
	return nil
}
