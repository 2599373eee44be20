// Command chaos runs a whole deployment as processes of its own, lets parts of it die, pause, lose each other and
// fill up while it works for several merchants, and judges by what the hub saw and what the books say: nothing is
// lost, nothing is done twice, every order ends once.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitFine  = 0
	exitWrong = 1 // the judge has complaints, or something did not come to an end
	exitUsage = 2 // a flag is wrong, or the deployment could not be started
)

// flags are the program's.
type flags struct {
	Seed      uint64        `placeholder:"N" help:"What goes wrong, when, and what the merchants sell: the same seed, minutes, kills, orders and merchants give the same plan."`
	Seeds     string        `placeholder:"A-B" help:"Several seeds, one after the other, and a table of what came of each. Default: 1-2."`
	Minutes   float64       `default:"2" help:"How long all seeds may take together, about (default ${default}): a seed's faults last for two thirds of its share, the rest is for the end."`
	Within    time.Duration `default:"4m" help:"Within this time after the last fault everything must have come to an end (default ${default})."`
	Kills     int           `default:"-1" help:"Kills at failpoints, which are just before and after writes to the store and to the hub (default: one every three seconds)."`
	Orders    int           `default:"120" help:"Orders that can be labelled at the beginning, of all merchants together (default ${default})."`
	Merchants int           `default:"2" help:"Merchants (default ${default}); every second one has labels made as orders come."`
	Programs  string        `type:"existingdir" placeholder:"DIR" help:"Folder with worker, gateway and station; default: they are built."`
	Dir       string        `type:"path" placeholder:"DIR" help:"Folder for data and logs; default: a temporary one, which is kept when something is wrong."`
	PlanOnly  bool          `help:"Print the plans and do nothing."`
}

func main() {
	if options := os.Getenv(serverVariable); options != "" {
		if err := runServer(options); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(exitWrong)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, arguments []string, out, errs io.Writer) int {
	var given flags
	parser, err := kong.New(&given, kong.Name("chaos"), kong.Description("A deployment of processes in which things go wrong, and a judge."))
	if err == nil {
		_, err = parser.Parse(arguments)
	}
	var seeds []uint64
	if err == nil {
		seeds, err = given.seeds()
	}
	if err != nil {
		fmt.Fprintln(errs, "error:", err)
		return exitUsage
	}
	return given.run(ctx, seeds, out, errs)
}

// seeds are those that were asked for.
func (f flags) seeds() ([]uint64, error) {
	switch {
	case f.Minutes <= 0 || f.Minutes > 24*60:
		return nil, fmt.Errorf("--minutes %g: give a number above 0, up to a day", f.Minutes)
	case f.Orders < 1 || f.Orders > 100_000 || f.Merchants < 1 || f.Merchants > 20:
		return nil, errors.New("give 1 to 100000 --orders and 1 to 20 --merchants")
	case f.Seed != 0 && f.Seeds != "":
		return nil, errors.New("give --seed or --seeds")
	case f.Seed != 0:
		return []uint64{f.Seed}, nil
	case f.Seeds == "":
		f.Seeds = "1-2"
	}
	from, to, several := strings.Cut(f.Seeds, "-")
	first, err := strconv.ParseUint(from, 10, 32)
	last := first
	if err == nil && several {
		last, err = strconv.ParseUint(to, 10, 32)
	}
	if err != nil || first < 1 || last < first || last-first > 10_000 {
		return nil, fmt.Errorf("--seeds %s: write it as 1-20", f.Seeds)
	}
	var all []uint64
	for seed := first; seed <= last; seed++ {
		all = append(all, seed)
	}
	return all, nil
}

// length is how long the faults of each seed last.
func (f flags) length(seeds int) time.Duration {
	return time.Duration(f.Minutes / float64(seeds) * 2 / 3 * float64(time.Minute)).Truncate(time.Second)
}

func (f flags) kills(length time.Duration) int {
	if f.Kills >= 0 {
		return f.Kills
	}
	return int(length / (3 * time.Second))
}

func (f flags) run(ctx context.Context, seeds []uint64, out, errs io.Writer) int {
	dir, err := f.folder()
	if err == nil && !f.PlanOnly && f.Programs == "" {
		f.Programs = filepath.Join(dir, "programs")
		err = buildPrograms(ctx, f.Programs)
	}
	if err != nil {
		fmt.Fprintln(errs, "error:", err)
		return exitUsage
	}
	length, wrong := f.length(len(seeds)), false
	var table []verdict
	for _, seed := range seeds {
		v := f.oneSeed(ctx, seed, length, filepath.Join(dir, fmt.Sprintf("seed-%d", seed)), out)
		table = append(table, v)
		if v.broken != nil {
			fmt.Fprintf(errs, "error: seed %d: %v\n", seed, v.broken)
			return exitUsage
		}
		if wrong = wrong || len(v.complaints) > 0; ctx.Err() != nil {
			break
		}
		if len(v.complaints) == 0 && !f.PlanOnly {
			_ = os.RemoveAll(filepath.Join(dir, fmt.Sprintf("seed-%d", seed)))
		}
	}
	writeTable(out, table)
	switch {
	case ctx.Err() != nil:
		return exitUsage
	case wrong:
		fmt.Fprintf(out, "Data and logs of what went wrong: %s\n", dir)
		return exitWrong
	}
	if f.Dir == "" {
		_ = os.RemoveAll(dir)
	}
	return exitFine
}

func (f flags) folder() (string, error) {
	if f.Dir == "" {
		return os.MkdirTemp("", "despacho-chaos-")
	}
	return f.Dir, os.MkdirAll(f.Dir, 0o700)
}
