package statusbook

import (
	"cmp"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
)

// FiguresOf sums up rows that have ended, by channel.
func FiguresOf(rows []EndedRow) []contract.ChannelFigures {
	byChannel := map[string]*contract.ChannelFigures{}
	for _, row := range rows {
		f := byChannel[row.Channel]
		if f == nil {
			f = &contract.ChannelFigures{Channel: row.Channel}
			byChannel[row.Channel] = f
		}
		f.Ended++
		f.Sent += lo.Ternary(row.Sends > 0, 1, 0)
		f.Again += lo.Ternary(row.Sends > 1, 1, 0)
		f.Never += lo.Ternary(row.Outcome == contract.StatusLate, 1, 0)
		if row.Outcome == contract.StatusSynced {
			f.Synced++
			f.Seconds += row.Seconds
			f.InTime += lo.Ternary(row.Seconds <= contract.StatusInTime.Seconds(), 1, 0)
		}
	}
	return sorted(lo.MapToSlice(byChannel, func(_ string, f *contract.ChannelFigures) contract.ChannelFigures { return *f }))
}

// AddFigures adds figures to others, channel by channel.
func AddFigures(all, more []contract.ChannelFigures) []contract.ChannelFigures {
	sums := slices.Clone(all)
	for _, f := range more {
		i := slices.IndexFunc(sums, func(s contract.ChannelFigures) bool { return s.Channel == f.Channel })
		if i < 0 {
			sums = append(sums, f)
			continue
		}
		s := &sums[i]
		s.Ended, s.Sent, s.Synced, s.InTime = s.Ended+f.Ended, s.Sent+f.Sent, s.Synced+f.Synced, s.InTime+f.InTime
		s.Again, s.Never, s.Seconds = s.Again+f.Again, s.Never+f.Never, s.Seconds+f.Seconds
	}
	return sorted(sums)
}

func sorted(figures []contract.ChannelFigures) []contract.ChannelFigures {
	slices.SortFunc(figures, func(a, b contract.ChannelFigures) int { return cmp.Compare(a.Channel, b.Channel) })
	return figures
}

// ListOf lists rows that have ended, in the order of the request.
func ListOf(rows []EndedRow) contract.StatusList {
	rows = slices.SortedFunc(slices.Values(rows), func(a, b EndedRow) int { return cmp.Compare(a.Place, b.Place) })
	return contract.StatusList{
		Requested: len(rows),
		Outcomes:  lo.CountValuesBy(rows, func(e EndedRow) contract.StatusOutcome { return e.Outcome }),
		Rows: lo.Map(rows, func(e EndedRow, _ int) contract.StatusListRow {
			return contract.StatusListRow{Order: e.Order, Name: e.Name, Outcome: e.Outcome, Reason: e.Reason, Seconds: e.Seconds}
		}),
	}
}
