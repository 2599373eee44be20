package book

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// Verdict says what became of a claim.
type Verdict int

// The verdicts.
const (
	// Claimed: the label is the caller's, who sends it and writes how it ended.
	Claimed Verdict = iota
	// Held: it is not to be printed, for the reason beside it.
	Held
	// Done: the same job has printed it already.
	Done
	// InDoubt: the same job claimed it before, and whether it came out is not written.
	InDoubt
)

// Answer is a verdict; Held has a reason, every other the record and its newest print.
type Answer struct {
	Verdict Verdict
	Reason  contract.Reason
	Entry   Entry
}

// Entry is a record as it stands in the store.
type Entry struct {
	contract.PrintRecord
	etag string
}

// Event is the entry's newest print, for the log.
func (e Entry) Event(label contract.JobLabel) contract.PrintEvent {
	return contract.PrintEvent{Order: label.Order, OrderNumber: label.OrderNumber, Label: label.Label, Print: e.Last()}
}

const (
	// claimTries bounds how often a record is read again because somebody changed it meanwhile.
	claimTries = 5
	// freshClaim is how long nobody doubts that a claim is being worked on.
	freshClaim = 2 * time.Minute
)

// NewPrint is the print of a job's label that somebody is about to claim. Claimed again after a lost
// answer, the same value is the same claim.
func NewPrint(job contract.PrintJob, label contract.JobLabel, now time.Time) contract.Print {
	return contract.Print{
		Job: job.ID, Claim: rand.Text(), Run: label.Run, Position: label.Position, SHA256: label.SHA256,
		Site: job.Site, Printer: job.Printer, Station: job.Station, Person: job.Person, Again: job.Again, Text: job.Text,
		State: contract.PrintSending, ClaimedAt: now.UTC(), ChangedAt: now.UTC(),
	}
}

// Claim writes a print into its label's record, if the label may be printed for the job: a first print by
// one conditional write. Of two who claim at once, the other is told who was first.
func Claim(ctx context.Context, store Store, job contract.PrintJob, label contract.JobLabel, print contract.Print) (Answer, error) {
	key := storage.PrintRecord(job.Merchant, label.Order, label.Label)
	entry := Entry{PrintRecord: contract.PrintRecord{Merchant: job.Merchant, Order: label.Order, Label: label.Label}}
	for range claimTries {
		entry.Prints = append(entry.Prints, print)
		tag, err := store.PutIf(ctx, key, entry.PrintRecord, entry.etag)
		if err == nil {
			entry.etag = tag
			return Answer{Verdict: Claimed, Entry: entry}, nil
		}
		if !errors.Is(err, storage.ErrChanged) {
			return Answer{}, err
		}
		if entry, err = ReadEntry(ctx, store, job.Merchant, contract.LabelRef{Order: label.Order, Label: label.Label}); err != nil {
			return Answer{}, err
		}
		if answer := judge(job, print, entry); answer.Verdict != Claimed || entry.Last().Claim == print.Claim {
			return answer, nil
		}
	}
	return Answer{}, fmt.Errorf("the record of label %d of order %s changes all the time", label.Label, label.Order)
}

// ReadEntry reads a label's record; one that is not there is empty.
func ReadEntry(ctx context.Context, store Store, merchant string, ref contract.LabelRef) (Entry, error) {
	var entry Entry
	tag, err := store.GetTagged(ctx, storage.PrintRecord(merchant, ref.Order, ref.Label), &entry.PrintRecord)
	if errors.Is(err, storage.ErrNotFound) {
		return Entry{PrintRecord: contract.PrintRecord{Merchant: merchant, Order: ref.Order, Label: ref.Label}}, nil
	}
	entry.etag = tag
	return entry, err
}

// judge says whether a label with such prints may be printed for a job.
func judge(job contract.PrintJob, print contract.Print, entry Entry) Answer {
	last := entry.Last()
	answer := Answer{Entry: entry}
	switch {
	case last.Claim == print.Claim && last.State == contract.PrintSending:
		return answer
	case last.Job == job.ID:
		answer.Verdict = ownVerdict(last)
	default:
		if answer.Reason = whyNotAgain(job, print, last); answer.Reason.Code != "" {
			answer.Verdict = Held
		}
	}
	return answer
}

func ownVerdict(last contract.Print) Verdict {
	switch {
	case last.State.IsOnPaper():
		return Done
	case last.State.MayBeOnPaper():
		return InDoubt
	}
	return Claimed
}

// whyNotAgain says why a label that another job printed last is not printed for this one; no reason when
// it may be. "Again" means the prints that the person knew of, so none that was claimed later.
func whyNotAgain(job contract.PrintJob, print, last contract.Print) contract.Reason {
	known := job.Again != "" && !last.ClaimedAt.After(job.At)
	underWay := last.State == contract.PrintSending || last.State == contract.PrintSent
	switch {
	case !last.State.MayBeOnPaper():
		return contract.Reason{}
	case underWay && (!known || print.ClaimedAt.Sub(last.ClaimedAt) < freshClaim):
		return wording.Reason(contract.WhyPrintUnderWay, "printer", last.Printer, "person", last.Person)
	case last.State == contract.PrintUnknown && !known:
		return wording.Reason(contract.WhyPrintMayBeOut, "printer", last.Printer, "person", last.Person)
	case last.SHA256 != print.SHA256 && (!known || job.Again != contract.AgainNewLabel):
		return wording.Reason(contract.WhyPrintedOtherLabel, "printer", last.Printer)
	case !known:
		return wording.Reason(contract.WhyPrintOnPaper, "printer", last.Printer, "person", last.Person)
	}
	return contract.Reason{}
}
