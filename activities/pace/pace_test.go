package pace

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// look plays looks at orders of one channel until the status is there, and returns the age at which
// that was known, how many looks it took, and what was learnt.
func look(d Delays, delay time.Duration, exact bool) (known time.Duration, looks int, after Delays) {
	var before time.Duration
	for age := d.FirstLookAge("c"); ; age = Next(age) {
		looks++
		if age < delay {
			before = age
			continue
		}
		seen := Span{After: before, Until: age}
		if exact {
			seen = Span{After: delay, Until: delay}
		}
		return age, looks, d.Observe("c", seen)
	}
}

func TestAStatusIsKnownInTime(t *testing.T) {
	t.Parallel()
	for _, exact := range []bool{false, true} {
		for delay := time.Second; delay <= 10*time.Minute; delay += 3 * time.Second {
			var d Delays
			for n := range 50 {
				var known time.Duration
				var looks int
				known, looks, d = look(d, delay, exact)
				assert.LessOrEqual(t, known-delay, delay/2+time.Minute, "delay %s, order %d", delay, n)
				if n > 0 {
					assert.Equal(t, 1, looks, "delay %s: where it is steady one look is enough", delay)
				}
			}
		}
	}
}

func TestDelaysThatDifferAreKnownInTime(t *testing.T) {
	t.Parallel()
	var d Delays
	late := 0
	for n := range 1000 {
		delay := 20*time.Second + time.Duration(n*97%160)*time.Second
		var known time.Duration
		known, _, d = look(d, delay, true)
		if known-delay > delay/2+time.Minute {
			late++
		}
	}
	assert.Less(t, late, 50, "fewer than one in twenty")
}

func TestWhatIsLearnt(t *testing.T) {
	t.Parallel()
	t.Run("nothing is known at first", func(t *testing.T) {
		t.Parallel()
		var d Delays
		assert.False(t, d.Known("c"))
		assert.Equal(t, FirstLook, d.FirstLookAge("c"))
		assert.Empty(t, d.Firsts())
	})
	t.Run("one order that took long does not hold up the others", func(t *testing.T) {
		t.Parallel()
		d := Delays{}
		for range remembered {
			d = d.Observe("c", Span{After: 20 * time.Second, Until: 20 * time.Second})
		}
		slow := d.Observe("c", Span{After: 5 * time.Minute, Until: 9 * time.Minute})
		assert.Equal(t, d.FirstLookAge("c"), slow.FirstLookAge("c"))
		assert.Len(t, slow["c"], remembered)
	})
	t.Run("channels do not learn from one another", func(t *testing.T) {
		t.Parallel()
		d := Delays{}.Observe("a", Span{Until: 20 * time.Second})
		assert.Equal(t, map[string]time.Duration{"a": 29 * time.Second}, d.Firsts())
		assert.False(t, d.Known("b"))
	})
}
