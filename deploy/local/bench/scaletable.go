package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/samber/lo"
)

// scale shows many merchants at once: one alone, all without the storm, all with it.
func (f flags) scale(ctx context.Context, dir string, out io.Writer) error {
	if f.Merchants == 0 {
		return nil
	}
	many := scale{Merchants: f.Merchants, Orders: f.Each, Speed: f.ScaleSpeed}
	alone, err := scale{Merchants: 1, Orders: f.Each, Speed: f.ScaleSpeed}.measure(ctx, inDir(dir, "alone"))
	if err != nil {
		return err
	}
	calm, err := many.measure(ctx, inDir(dir, "calm"))
	if err != nil {
		return err
	}
	many.Storm = f.Each
	stormy, err := many.measure(ctx, inDir(dir, "storm"))
	if err != nil {
		return err
	}
	rows := [][2]string{
		{"a run alone", seconds(alone.Wall)},
		{"all runs without a storm, with it", seconds(calm.Wall) + ", " + seconds(stormy.Wall)},
		{"a quiet run, half and all: alone 1 run; without a storm; with it", fmt.Sprintf("%s; %s, %s; %s, %s", seconds(alone.Wall),
			seconds(calm.half()), seconds(calm.most()), seconds(stormy.half()), seconds(stormy.most()))},
		{"quiet runs beside the storm / without it: half, all", fmt.Sprintf("%.2f, %.2f", ratio(stormy.half(), calm.half()), ratio(stormy.most(), calm.most()))},
		{"quiet runs beside the storm / one alone: half, all", fmt.Sprintf("%.2f, %.2f", ratio(stormy.half(), alone.Wall), ratio(stormy.most(), alone.Wall))},
	}
	return table(out, fmt.Sprintf("%d merchants with %d orders each, one of them told of %d more meanwhile, the hub %g times as fast", f.Merchants, f.Each, f.Each, f.ScaleSpeed), append(rows, stormy.rows()...))
}

// large shows one run of very many orders.
func (f flags) large(ctx context.Context, dir string, out io.Writer) error {
	if f.Large == 0 {
		return nil
	}
	figures, err := scale{Merchants: 1, Orders: f.Large, Speed: f.ScaleSpeed}.measure(ctx, inDir(dir, "large"))
	if err != nil {
		return err
	}
	return table(out, fmt.Sprintf("One run of %d orders, the hub %g times as fast", f.Large, f.ScaleSpeed), append([][2]string{{"the run", seconds(figures.Wall)}}, figures.rows()...))
}

// rows are what a scale run came to, whatever it was.
func (f scaleFigures) rows() [][2]string {
	return [][2]string{
		{"connected, intakes quiet after", seconds(f.Settled)},
		{"labels, a second", fmt.Sprintf("%d, %.0f", f.Labels, float64(f.Labels)/f.Wall.Seconds())},
		{"orders left without their label, labels asked for twice", fmt.Sprintf("%d, %d", f.Incomplete, f.NotTheirLabels)},
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
