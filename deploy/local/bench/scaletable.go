package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/samber/lo"
)

// scale shows many merchants at once: first one alone, then all without a storm, then all with it.
func (f flags) scale(ctx context.Context, dir string, out io.Writer) error {
	if f.Merchants == 0 {
		return nil
	}
	measured := map[string]scaleFigures{}
	for _, part := range []struct {
		name             string
		merchants, storm int
	}{{"alone", 1, 0}, {"without a storm", f.Merchants, 0}, {"with a storm", f.Merchants, f.Each}} {
		c := scale{Merchants: part.merchants, Orders: f.Each, Storm: part.storm, Speed: f.ScaleSpeed}
		figures, err := c.measure(ctx, filepath.Join(dir, "scale "+part.name))
		if err != nil {
			return err
		}
		measured[part.name] = figures
		title := fmt.Sprintf("%d merchants with %d orders each, %s, the hub %g times as fast", c.Merchants, c.Orders, part.name, c.Speed)
		if err := table(out, title, figures.rows()); err != nil {
			return err
		}
	}
	alone, calm, stormy := measured["alone"], measured["without a storm"], measured["with a storm"]
	return table(out, "The quiet merchants' runs: half of them, all of them", [][2]string{
		{"beside the storm / without it", fmt.Sprintf("%.2f, %.2f", ratio(stormy.half(), calm.half()), ratio(stormy.most(), calm.most()))},
		{"beside the storm / one alone", fmt.Sprintf("%.2f, %.2f", ratio(stormy.half(), alone.most()), ratio(stormy.most(), alone.most()))},
	})
}

// large shows one run of very many orders.
func (f flags) large(ctx context.Context, dir string, out io.Writer) error {
	if f.Large == 0 {
		return nil
	}
	figures, err := scale{Merchants: 1, Orders: f.Large, Speed: f.ScaleSpeed}.measure(ctx, filepath.Join(dir, "large"))
	if err != nil {
		return err
	}
	return table(out, fmt.Sprintf("One run of %d orders, the hub %g times as fast", f.Large, f.ScaleSpeed), figures.rows())
}

// rows are what a scale run came to, whatever it was.
func (f scaleFigures) rows() [][2]string {
	return [][2]string{
		{"connected, intakes quiet after", seconds(f.Settled)},
		{"the runs of the quiet: half, all; the last run of all", fmt.Sprintf("%s, %s; %s", seconds(f.half()), seconds(f.most()), seconds(f.Wall))},
		{"labels, a second", fmt.Sprintf("%d, %.0f", f.Labels, float64(f.Labels)/f.Wall.Seconds())},
		{"orders left without their label, labels asked for twice", fmt.Sprintf("%d, %d", f.Incomplete, f.AskedTwice)},
		{"notifications of the storm", fmt.Sprint(f.StormTold)},
		{"longest histories (of 51,200 events and 50 MB)", strings.Join(lo.Map(f.Histories, func(l longest, _ int) string {
			return fmt.Sprintf("%s %d events %.2f MB (of %d)", l.Type, l.Events, float64(l.Bytes)/1e6, l.Count)
		}), ", ")},
		{"the most memory of the worker's process", fmt.Sprintf("%.0f MB", f.Megabytes)},
	}
}

func (f scaleFigures) half() time.Duration { return f.Quiet[len(f.Quiet)/2] }
func (f scaleFigures) most() time.Duration { return f.Quiet[len(f.Quiet)-1] }

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func ratio(a, b time.Duration) float64 { return a.Seconds() / b.Seconds() }
