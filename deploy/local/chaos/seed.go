package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/contract"
)

// sellsARound is how many orders come with each run.
const sellsARound = 12

// verdict is what came of a seed.
type verdict struct {
	seed                    uint64
	faults                  map[kind]int
	struck                  map[moment]int
	kills                   int
	published, runs, prints int
	consents                int
	took                    time.Duration
	complaints              []string
	broken                  error // nothing was tried at all
}

// oneSeed lets everything go wrong that a seed says, and judges.
func (f flags) oneSeed(ctx context.Context, seed uint64, length time.Duration, dir string, out io.Writer) (v verdict) {
	p := newPlan(seed, length, f.kills(length))
	v = verdict{seed: seed, faults: p.counts(), struck: map[moment]int{}}
	fmt.Fprintf(out, "\nSeed %d: faults for %v, %d failpoints\n", seed, length, f.kills(length))
	p.write(out)
	if f.PlanOnly {
		return v
	}
	begun := time.Now()
	s, err := openScene(ctx, dir, f.Programs, seed, f.Merchants, max(1, f.Orders/f.Merchants))
	if err != nil {
		v.broken = err
		return v
	}
	defer s.close()
	over := make(chan struct{})
	var all []*work
	for i := range s.merchants {
		all = append(all, s.newWork(i, seed, sellsARound, over))
	}
	v.complaints = f.live(ctx, s, p, length, all, over, out)
	v.took = time.Since(begun)
	v.count(s)
	if ctx.Err() != nil {
		v.complaints = append(v.complaints, "it was ended from outside")
	}
	for _, complaint := range v.complaints {
		fmt.Fprintln(out, "  WRONG: "+complaint)
	}
	if len(v.complaints) > 0 {
		s.dump()
		fmt.Fprintf(out, "Again: go run ./chaos --seed %d --minutes %g --kills %d --orders %d --merchants %d --within %v\nIts data and logs: %s\n",
			seed, length.Minutes()*3/2, f.kills(length), f.Orders, f.Merchants, f.Within, dir)
	}
	for _, w := range all {
		v.ofMerchant(w)
	}
	return v
}

// live lets the merchants work while the plan is carried out, ends all faults, and waits until nothing is left to do.
func (f flags) live(ctx context.Context, s *scene, p plan, length time.Duration, all []*work, over chan struct{}, out io.Writer) (wrong []string) {
	begun := time.Now()
	patient, cancel := context.WithTimeout(ctx, length+f.Within)
	defer cancel()
	var working errgroup.Group
	var merchants sync.WaitGroup
	consenting, stop := context.WithCancel(patient)
	defer func() { stop(); merchants.Wait() }()
	for _, w := range all {
		merchants.Go(func() { w.consent(consenting) })
		working.Go(func() error { return w.do(patient) })
	}
	s.carryOut(patient, p, length)
	close(over)
	calm := time.Now()
	if err := s.beCalm(patient); err != nil {
		wrong = append(wrong, "not all is up again: "+err.Error())
	}
	if err := working.Wait(); err != nil {
		wrong = append(wrong, err.Error())
	}
	rounds := time.Since(calm)
	wrong = append(wrong, f.seeOut(patient, all)...)
	fmt.Fprintf(out, "  faults for %.0fs, then %.0fs until the last runs were over, and %.0fs until all had come to an end\n",
		calm.Sub(begun).Seconds(), rounds.Seconds(), (time.Since(calm) - rounds).Seconds())
	for _, name := range parts() {
		_, problems := s.parts[name].account()
		wrong = append(wrong, problems...)
	}
	return wrong
}

// seeOut waits until each merchant's books agree with the hub's, and says what they disagree in when the time is over.
func (f flags) seeOut(ctx context.Context, all []*work) (wrong []string) {
	var ending errgroup.Group
	for _, w := range all {
		ending.Go(func() error { return w.finish(ctx) })
	}
	if err := ending.Wait(); err != nil {
		wrong = append(wrong, err.Error())
	}
	for _, w := range all {
		wrong = append(wrong, w.judged(ctx)...)
	}
	return wrong
}

// judged judges a merchant, and again until nothing is wrong or the time is over: the intake may be about to look.
func (w *work) judged(ctx context.Context) (wrong []string) {
	for {
		looking, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		e, err := w.collect(looking)
		cancel()
		if err != nil {
			return append(wrong, fmt.Sprintf("the evidence of merchant %s cannot be read: %v", w.merchant, err))
		}
		if wrong = judge(e); len(wrong) == 0 || !sleep(ctx, 2*time.Second) {
			return lo.Map(wrong, func(text string, _ int) string { return "merchant " + w.merchant + ": " + text })
		}
	}
}

// dump lets every part of ours say where it stands: with faults that another run may not show, that is what is left to look at.
func (s *scene) dump() {
	var writing sync.WaitGroup
	for _, p := range s.parts {
		writing.Go(p.dump)
	}
	writing.Wait()
}

// count adds up what has happened to the parts.
func (v *verdict) count(s *scene) {
	for _, p := range s.parts {
		kills, _ := p.account()
		v.kills += kills
		for _, one := range p.points.disarm() {
			v.struck[one.Moment]++
		}
	}
}

func (v *verdict) ofMerchant(w *work) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	v.runs, v.consents = v.runs+len(w.runs), v.consents+w.consents
	for _, ran := range w.runs {
		v.published += ran.Result.Outcomes[contract.Labelled]
	}
	for _, job := range w.jobs {
		v.prints += len(job.Codes)
	}
}

// writeTable shows what came of each seed.
func writeTable(out io.Writer, all []verdict) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nseed\tfaults\tkills\tat failpoints\truns\tlabels\tprints\tconsents\ttook\tresult")
	for _, v := range all {
		struck := lo.Map([]moment{before, after, lost}, func(m moment, _ int) string { return fmt.Sprintf("%d %s", v.struck[m], m) })
		result := "clean"
		if len(v.complaints) > 0 {
			result = fmt.Sprintf("%d WRONG", len(v.complaints))
		}
		fmt.Fprintf(table, "%d\t%s\t%d\t%s\t%d\t%d\t%d\t%d\t%.0fs\t%s\n", v.seed, kindsInWords(v.faults), v.kills, strings.Join(struck, ", "),
			v.runs, v.published, v.prints, v.consents, v.took.Seconds(), result)
	}
	_ = table.Flush()
}

func kindsInWords(counts map[kind]int) string {
	words := lo.Map(slices.Sorted(maps.Keys(counts)), func(k kind, _ int) string { return fmt.Sprintf("%d %s", counts[k], k) })
	return strings.Join(words, ", ")
}
