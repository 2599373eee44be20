package pace

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/samber/lo"
)

const (
	// firstTaskLook is the age at which a label task is looked at first where nothing is known.
	firstTaskLook = 20 * time.Second
	// taskGrowth is how many times as old a task is at its next look, until it should be done.
	taskGrowth = 4
	// taskMargin and taskShare keep a look behind the moment at which a task should be done: some
	// seconds, and a twentieth of its time.
	taskMargin = 2 * time.Second
	taskShare  = 20
	// lastTaskPause is the shortest pause before the next look at a task that should be done.
	lastTaskPause = 5 * time.Second
	// tasksRemembered is how many tasks of a connection count.
	tasksRemembered = 24
	// longestBlind is the longest that a task is left alone, whatever is known of others, where the settings do not make
	// more of it: its labels may be there.
	longestBlind = 10 * time.Minute
	// longestTask is the longest that a task is waited for. Where clocks disagree, an age may come out longer, or negative; it
	// then tells nothing.
	longestTask = 48 * time.Hour
	// runningRemembered bounds the tasks at work that a connection knows of, by number and by age.
	runningRemembered = 8
	runningAge        = 2 * time.Hour
)

// TaskSpan is how long a task of so many labels took.
type TaskSpan struct {
	Labels int `json:"labels"`
	Span
}

// RunningTask is a task that was at work when it was looked at last: it was older than Age, at a moment.
type RunningTask struct {
	Labels int           `json:"labels"`
	Age    time.Duration `json:"age"`
	At     time.Time     `json:"at"`
}

// Tasks is what is known of how long the label tasks of one connection take. The zero value knows nothing.
type Tasks struct {
	// Ended are spans of tasks that are over, the newest last.
	Ended []TaskSpan `json:"ended,omitempty"`
	// Running are tasks at work, by id.
	Running map[string]RunningTask `json:"running,omitempty"`
}

// NextTaskLook is the age at which a task of so many labels is worth its next look: when it should be
// done; perLabel is how long a label takes when nothing is known. While it is open when the task is
// done, looks begin early and the pauses grow, and what other tasks of the connection have shown to be
// too early is left out. A task that should be done is known at the latest a quarter of its time late. One bad day must
// not keep labels waiting on the next: nobody is left alone for longer than [longestBlind] or twice what perLabel makes of
// it, nor for many times its age.
func (t Tasks) NextTaskLook(task string, labels int, perLabel time.Duration) time.Duration {
	t = t.plausible()
	w := t.window(labels, perLabel)
	at := w.soon
	if looked := t.Running[task].Age; looked > 0 {
		at = w.after(looked)
	}
	for known := t.atLeast(labels, perLabel); at < w.late && at-at/8 <= known; {
		at = w.after(max(at, known))
	}
	blind := max(longestBlind, 2*time.Duration(labels)*perLabel, 2*w.growth*t.Running[task].Age)
	return min(at, blind)
}

// window is between which ages a task ends as a rule.
type window struct {
	soon, late time.Duration
	growth     time.Duration
}

// after is when to look again after a look in vain.
func (w window) after(age time.Duration) time.Duration {
	if age >= w.late {
		pause := age - w.late + max(lastTaskPause, w.late/16)
		return age + min(pause, max(lastTaskPause, age/4))
	}
	if next := max(age, lastTaskPause) * w.growth; next*2 <= w.late {
		return next
	}
	return w.late
}

// window is what is known of tasks of so many labels; without any it is from a first look to the time
// that perLabel makes of them.
func (t Tasks) window(labels int, perLabel time.Duration) window {
	labels = max(labels, 1)
	if len(t.Ended) == 0 {
		late := behind(time.Duration(labels) * perLabel)
		return window{soon: min(firstTaskLook, late), late: late, growth: taskGrowth}
	}
	least, most := t.expected(labels)
	return window{soon: behind(least), late: behind(most), growth: 2}
}

// behind is a moment a little after a task should be done.
func behind(age time.Duration) time.Duration { return age + age/taskShare + taskMargin }

// expected is between which ages tasks of so many labels end, by those that are over.
func (t Tasks) expected(labels int) (least, most time.Duration) {
	line, known := t.line()
	least, most = line.at(labels), line.at(labels)
	if !known { // whether the time is for the task or for its labels is open
		share := float64(labels) / line.labels
		least, most = scaled(line.fixed, min(share, 1)), scaled(line.fixed, max(share, 1))
	}
	off := slices.Sorted(slices.Values(lo.Map(t.Ended, func(s TaskSpan, _ int) float64 {
		return float64(s.guess()) / float64(max(line.at(s.Labels), time.Second))
	})))
	quick, slow := off[len(off)/10], off[(len(off)-1)*9/10]
	return scaled(least, min(quick, 1)), scaled(most, max(slow, 1))
}

// line is how tasks' times grow with their labels.
type line struct {
	fixed, perLabel time.Duration
	labels          float64 // of the median task
}

func (l line) at(labels int) time.Duration { return l.fixed + time.Duration(labels)*l.perLabel }

// line lays a line through the tasks that are over, so that single ones that took long do not move
// it: its slope is the median of those between any two of which one is twice as large. Where there are
// none the line is flat, and known is false.
func (t Tasks) line() (l line, known bool) {
	var slopes []time.Duration
	for _, a := range t.Ended {
		for _, b := range t.Ended {
			if a.Labels >= 2*b.Labels {
				slopes = append(slopes, (a.guess()-b.guess())/time.Duration(a.Labels-b.Labels))
			}
		}
	}
	l.labels = float64(median(lo.Map(t.Ended, func(s TaskSpan, _ int) int { return s.Labels })))
	if known = len(slopes) > 0; known {
		l.perLabel = max(median(slopes), 0)
	}
	l.fixed = max(median(lo.Map(t.Ended, func(s TaskSpan, _ int) time.Duration {
		return s.guess() - time.Duration(s.Labels)*l.perLabel
	})), 0)
	return l, known
}

// guess is about when the task ended. One that was done at its first look may have been so for long:
// the next is looked at earlier.
func (s TaskSpan) guess() time.Duration {
	if s.After == 0 {
		return s.Until * 3 / 4
	}
	return (s.After + s.Until) / 2
}

// atLeast is how long tasks of so many labels take by those at work: one with more labels takes its
// share of their time, one with fewer no longer. A task that should be done for long tells nothing.
func (t Tasks) atLeast(labels int, perLabel time.Duration) (least time.Duration) {
	for _, r := range t.Running {
		if r.Age <= t.window(r.Labels, perLabel).late {
			least = max(least, scaled(r.Age, min(float64(labels)/float64(max(r.Labels, 1)), 1)))
		}
	}
	return least
}

// plausible is a copy without the ages that no task has: earlier builds may have noted some.
func (t Tasks) plausible() Tasks {
	running := maps.Clone(t.Running)
	maps.DeleteFunc(running, func(_ string, r RunningTask) bool { return r.Age < 0 || r.Age > longestTask })
	return Tasks{Ended: lo.Filter(t.Ended, func(s TaskSpan, _ int) bool { return isAge(s.Until) && s.After >= 0 }), Running: running}
}

func isAge(age time.Duration) bool { return age > 0 && age <= longestTask }

// ObserveRunning notes that a task of so many labels was at work at an age, and when that was.
func (t Tasks) ObserveRunning(task string, labels int, age time.Duration, at time.Time) Tasks {
	t = t.plausible()
	if !isAge(age) {
		return t
	}
	running := t.Running
	if running == nil {
		running = map[string]RunningTask{}
	}
	running[task] = RunningTask{Labels: labels, Age: age, At: at}
	ids := slices.SortedFunc(maps.Keys(running), func(a, b string) int { return running[b].At.Compare(running[a].At) })
	for i, id := range ids {
		if i >= runningRemembered || at.Sub(running[id].At) > runningAge {
			delete(running, id)
		}
	}
	return Tasks{Ended: t.Ended, Running: running}
}

// ObserveEnded notes that a task was over at an age, with so many labels. told is how long it took by the
// hub's own words; it counts where it does not contradict the looks.
func (t Tasks) ObserveEnded(task string, labels int, age, told time.Duration) Tasks {
	t = t.plausible()
	span := TaskSpan{Labels: labels, Span: Span{After: min(t.Running[task].Age, age), Until: age}}
	if told > span.After && told <= span.Until {
		span.After, span.Until = told, told
	}
	delete(t.Running, task)
	if labels > 0 && isAge(age) {
		t.Ended = append(t.Ended, span)
	}
	return Tasks{Ended: t.Ended[max(len(t.Ended)-tasksRemembered, 0):], Running: t.Running}
}

func scaled(d time.Duration, by float64) time.Duration { return time.Duration(float64(d) * by) }

func median[T cmp.Ordered](values []T) T {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}
