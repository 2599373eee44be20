package book_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing/book"
	"github.com/despacho/despacho/storage/storagetest"
)

var (
	noon  = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	label = contract.JobLabel{Run: "r1", Order: "o1", OrderNumber: "2000001", Label: 1, Position: 7, SHA256: "aa"}
	ref   = contract.LabelRef{Order: "o1", Label: 1}
)

func jobOf(id string, change func(*contract.PrintJob)) contract.PrintJob {
	job := contract.PrintJob{ID: id, Merchant: "m-1", Site: "bodega", Printer: "zebra-1", Person: "Ana", At: noon}
	if change != nil {
		change(&job)
	}
	return job
}

// claim claims the label for a job, at a time after noon.
func claim(t *testing.T, store book.Store, job contract.PrintJob, label contract.JobLabel, after time.Duration) book.Answer {
	t.Helper()
	answer, err := book.Claim(t.Context(), store, job, label, book.NewPrint(job, label, noon.Add(after)))
	require.NoError(t, err)
	return answer
}

// printed claims the label for a job of somebody else and writes its end.
func printed(t *testing.T, store book.Store, state contract.PrintState) {
	t.Helper()
	answer := claim(t, store, jobOf("first", nil), label, 0)
	require.Equal(t, book.Claimed, answer.Verdict)
	if state != contract.PrintSending {
		_, err := book.WriteEnd(t.Context(), store, answer.Entry, state, contract.Reason{}, noon)
		require.NoError(t, err)
	}
}

// TestWhoMayPrintALabelThatWasPrinted is the rule of the whole house.
func TestWhoMayPrintALabelThatWasPrinted(t *testing.T) {
	t.Parallel()
	again := func(reason contract.AgainReason, asked time.Duration) func(*contract.PrintJob) {
		return func(j *contract.PrintJob) { j.Again, j.At = reason, noon.Add(asked) }
	}
	other := label
	other.SHA256 = "bb"
	cases := map[string]struct {
		state   contract.PrintState
		job     func(*contract.PrintJob)
		label   contract.JobLabel
		verdict book.Verdict
		code    contract.ReasonCode
	}{
		"out, for the first time":                             {contract.PrintOut, nil, label, book.Held, contract.WhyPrintOnPaper},
		"out, again with a reason":                            {contract.PrintOut, again(contract.AgainJam, time.Hour), label, book.Claimed, ""},
		"out, again, asked for before it came out":            {contract.PrintOut, again(contract.AgainJam, -time.Hour), label, book.Held, contract.WhyPrintOnPaper},
		"out, another label":                                  {contract.PrintOut, nil, other, book.Held, contract.WhyPrintedOtherLabel},
		"out, another label, again for a jam":                 {contract.PrintOut, again(contract.AgainJam, time.Hour), other, book.Held, contract.WhyPrintedOtherLabel},
		"out, another label, as a new label":                  {contract.PrintOut, again(contract.AgainNewLabel, time.Hour), other, book.Claimed, ""},
		"in hand, for the first time":                         {contract.PrintConfirmed, nil, label, book.Held, contract.WhyPrintOnPaper},
		"in doubt, for the first time":                        {contract.PrintUnknown, nil, label, book.Held, contract.WhyPrintMayBeOut},
		"in doubt, again with a reason":                       {contract.PrintUnknown, again(contract.AgainLost, time.Hour), label, book.Claimed, ""},
		"being sent, for the first time":                      {contract.PrintSending, nil, label, book.Held, contract.WhyPrintUnderWay},
		"being sent, again at once":                           {contract.PrintSending, again(contract.AgainJam, time.Second), label, book.Held, contract.WhyPrintUnderWay},
		"being sent since an hour, again":                     {contract.PrintSending, again(contract.AgainJam, time.Hour), label, book.Claimed, ""},
		"did not come out, for the first time":                {contract.PrintLost, nil, label, book.Claimed, ""},
		"stopped before it was sent, for the first time":      {contract.PrintStopped, nil, label, book.Claimed, ""},
		"refused by a printer, for the first time at another": {contract.PrintHeld, nil, label, book.Claimed, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := storagetest.New(t)
			printed(t, store, c.state)
			job := jobOf("second", c.job)
			answer := claim(t, store, job, c.label, max(job.At.Sub(noon), time.Second))
			assert.Equal(t, c.verdict, answer.Verdict)
			assert.Equal(t, c.code, answer.Reason.Code)
			history, err := book.ReadHistory(t.Context(), store, "m-1", "o1")
			require.NoError(t, err)
			require.Len(t, history, 1)
			assert.Len(t, history[0].Prints, lo.Ternary(c.verdict == book.Claimed, 2, 1), "old prints stand in the history")
			if c.code == contract.WhyPrintOnPaper {
				assert.Equal(t, map[string]string{"printer": "zebra-1", "person": "Ana"}, answer.Reason.Values, "it says who has it")
			}
		})
	}
}

func TestAJobFindsItsOwnClaim(t *testing.T) {
	t.Parallel()
	for state, verdict := range map[contract.PrintState]book.Verdict{
		contract.PrintSending: book.InDoubt, contract.PrintSent: book.InDoubt, contract.PrintUnknown: book.InDoubt, contract.PrintOut: book.Done,
		contract.PrintConfirmed: book.Done, contract.PrintLost: book.Claimed, contract.PrintStopped: book.Claimed,
	} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			store := storagetest.New(t)
			printed(t, store, state)
			assert.Equal(t, verdict, claim(t, store, jobOf("first", nil), label, time.Hour).Verdict)
		})
	}
}

func TestOfManyWhoClaimAtOnceOneGetsTheLabel(t *testing.T) {
	t.Parallel()
	store := storagetest.New(t)
	var all sync.WaitGroup
	verdicts := make([]book.Answer, 16)
	for i := range verdicts {
		all.Go(func() {
			job := jobOf("job-"+string(rune('a'+i)), nil)
			var err error
			verdicts[i], err = book.Claim(context.Background(), store, job, label, book.NewPrint(job, label, noon))
			assert.NoError(t, err)
		})
	}
	all.Wait()
	assert.Equal(t, 1, lo.CountBy(verdicts, func(a book.Answer) bool { return a.Verdict == book.Claimed }))
	assert.Equal(t, 15, lo.CountBy(verdicts, func(a book.Answer) bool { return a.Reason.Code == contract.WhyPrintUnderWay }))
}

func TestOneClaimOfWhichTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	store := storagetest.New(t)
	job := jobOf("first", nil)
	print := book.NewPrint(job, label, noon)
	for range 2 {
		answer, err := book.Claim(t.Context(), store, job, label, print)
		require.NoError(t, err)
		assert.Equal(t, book.Claimed, answer.Verdict)
		assert.Len(t, answer.Entry.Prints, 1)
	}
	twin := book.NewPrint(job, label, noon)
	answer, err := book.Claim(t.Context(), store, job, label, twin)
	require.NoError(t, err)
	assert.Equal(t, book.InDoubt, answer.Verdict, "the same job at another station is another claim")
}

func TestTheEndOfAPrint(t *testing.T) {
	t.Parallel()
	settle := func(t *testing.T, store book.Store, state contract.PrintState) book.Entry {
		t.Helper()
		entry, err := book.Settle(t.Context(), store, contract.SettleRequest{Merchant: "m-1", Job: "first", Person: "Bea"}, ref, state, noon)
		require.NoError(t, err)
		return entry
	}
	t.Run("who was taken for dead and was not corrects what was written", func(t *testing.T) {
		t.Parallel()
		store := storagetest.New(t)
		mine := claim(t, store, jobOf("first", nil), label, 0)
		seen, err := book.ReadEntry(t.Context(), store, "m-1", ref)
		require.NoError(t, err)
		_, err = book.WriteEnd(t.Context(), store, seen, contract.PrintUnknown, contract.Reason{}, noon)
		require.NoError(t, err)
		ended, err := book.WriteEnd(t.Context(), store, mine.Entry, contract.PrintOut, contract.Reason{}, noon)
		require.NoError(t, err)
		assert.Equal(t, contract.PrintOut, ended.Last().State)
	})
	t.Run("what a person said stands", func(t *testing.T) {
		t.Parallel()
		store := storagetest.New(t)
		mine := claim(t, store, jobOf("first", nil), label, 0)
		assert.Equal(t, contract.PrintLost, settle(t, store, contract.PrintLost).Last().State)
		ended, err := book.WriteEnd(t.Context(), store, mine.Entry, contract.PrintOut, contract.Reason{}, noon)
		require.NoError(t, err)
		assert.Equal(t, contract.PrintLost, ended.Last().State)
		assert.Equal(t, "Bea", ended.Last().SettledBy)
		assert.Equal(t, contract.PrintLost, settle(t, store, contract.PrintConfirmed).Last().State, "also against a second word")
	})
	t.Run("nobody says anything of another job's print", func(t *testing.T) {
		t.Parallel()
		store := storagetest.New(t)
		printed(t, store, contract.PrintUnknown)
		entry, err := book.Settle(t.Context(), store, contract.SettleRequest{Merchant: "m-1", Job: "second", Person: "Bea"}, ref, contract.PrintConfirmed, noon)
		require.NoError(t, err)
		assert.Equal(t, contract.PrintUnknown, entry.Last().State)
	})
}

func TestTheLogOfADay(t *testing.T) {
	t.Parallel()
	store := storagetest.New(t)
	job := jobOf("first", nil)
	event := func(order string, state contract.PrintState, after time.Duration) contract.PrintEvent {
		claim := lo.Ternary(state == contract.PrintHeld, "", "c")
		return contract.PrintEvent{Order: order, Label: 1, Print: contract.Print{State: state, Claim: claim, ChangedAt: noon.Add(after)}}
	}
	for number, events := range [][]contract.PrintEvent{
		{event("a", contract.PrintOut, 1), event("b", contract.PrintUnknown, 2)},
		{event("b", contract.PrintConfirmed, 3), event("a", contract.PrintHeld, 4), event("c", contract.PrintHeld, 4)},
	} {
		_, err := book.PutPage(t.Context(), store, job, contract.PrintPage{Merchant: "m-1", Job: "first", Page: number + 1, Labels: events})
		require.NoError(t, err)
	}
	twice, err := book.PutPage(t.Context(), store, job, contract.PrintPage{Merchant: "m-1", Job: "first", Page: 1})
	require.NoError(t, err)
	assert.Len(t, twice.Labels, 2, "the first page stands")

	pages, err := book.ReadDay(t.Context(), store, "m-1", noon)
	require.NoError(t, err)
	require.Len(t, pages, 2)
	states := lo.MapEntries(book.Latest(pages), func(ref contract.LabelRef, e contract.PrintEvent) (string, contract.PrintState) {
		return ref.Order, e.State
	})
	assert.Equal(t, map[string]contract.PrintState{"a": contract.PrintOut, "b": contract.PrintConfirmed, "c": contract.PrintHeld}, states,
		"a label that was held the second time is still on paper")
	tomorrow, err := book.ReadDay(t.Context(), store, "m-1", noon.AddDate(0, 0, 1))
	require.NoError(t, err)
	assert.Empty(t, tomorrow)
}

func TestAJobStandsAsItWasFirstAskedFor(t *testing.T) {
	t.Parallel()
	store := storagetest.New(t)
	first, err := book.PutJob(t.Context(), store, jobOf("j", nil))
	require.NoError(t, err)
	second, err := book.PutJob(t.Context(), store, jobOf("j", func(j *contract.PrintJob) { j.Printer = "zebra-2" }))
	require.NoError(t, err)
	assert.Equal(t, first, second)
}
