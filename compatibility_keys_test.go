package despacho_test

import (
	"time"

	"github.com/despacho/despacho/storage"
)

// keysOfRuns are examples of keys of runs, labels, accounts and status changes.
func keysOfRuns() map[string]string {
	return map[string]string{
		"RunRequest":         storage.RunRequest("m", "k:1"),
		"RunOrdersPrefix":    storage.RunOrdersPrefix("m", "k"),
		"RunBinsPrefix":      storage.RunBinsPrefix("m", "k"),
		"RunOutcome":         storage.RunOutcome("m", "k", "c", "batch-7"),
		"RunOutcomePrefix":   storage.RunOutcomePrefix("m", "k"),
		"RunClaim":           storage.RunClaim("m", "k", "c", 2, "o:1"),
		"RunPrintPrefix":     storage.RunPrintPrefix("m", "k"),
		"ManifestJSON":       storage.ManifestJSON("m", "k"),
		"ManifestCSV":        storage.ManifestCSV("m", "k"),
		"RunPrefix":          storage.RunPrefix("m", "k"),
		"RunsPrefix":         storage.RunsPrefix("m"),
		"LabelPrefix":        storage.LabelPrefix("m", "c"),
		"LabelsPrefix":       storage.LabelsPrefix("m"),
		"LabelPicture":       storage.LabelPicture("m", "0a1b", 1, 203),
		"WaitingLabel":       storage.WaitingLabel("m", "c", "o 1/ñ"),
		"WaitingPrefix":      storage.WaitingPrefix("m", "c"),
		"OutstandingLabels":  storage.OutstandingLabels("m", "c", "k:1", 1, 7),
		"OutstandingPrefix":  storage.OutstandingPrefix("m", "c"),
		"TaskTimes":          storage.TaskTimes("m", "c"),
		"RateShares":         storage.RateShares(),
		"RawPrefix":          storage.RawPrefix("m", "c"),
		"FirstPublication":   storage.FirstPublication("m", "o"),
		"BroughtPrefix":      storage.BroughtPrefix("m"),
		"PublishedOrder":     storage.PublishedOrder("m", "o", "k"),
		"PublishedPrefix":    storage.PublishedPrefix("m", "o"),
		"AccountsPrefix":     storage.AccountsPrefix("m"),
		"AllAccountsPrefix":  storage.AllAccountsPrefix(),
		"AccountCredentials": storage.AccountCredentials("m"),
		"AccountSettings":    storage.AccountSettings("m"),
		"StatusesPrefix":     storage.StatusesPrefix("m", "k"),
		"StatusRequest":      storage.StatusRequest("m", "k"),
		"StatusRowsPrefix":   storage.StatusRowsPrefix("m", "k"),
		"StatusPage":         storage.StatusPage("m", "k", 1, 2),
		"StatusPagesPrefix":  storage.StatusPagesPrefix("m", "k"),
		"StatusSales":        storage.StatusSales("m", "k"),
		"StatusNames":        storage.StatusNames("m", "k"),
		"StatusResult":       storage.StatusResult("m", "k"),
		"StatusDelays":       storage.StatusDelays("m"),
	}
}

func keysOfIntakes() map[string]string {
	return map[string]string{
		"IntakePrefix":             storage.IntakePrefix("m"),
		"IntakeOrder":              storage.IntakeOrder("m", "o"),
		"IntakeOrdersPrefix":       storage.IntakeOrdersPrefix("m"),
		"IntakeInState":            storage.IntakeInState("m", "waiting", "o"),
		"IntakeStatePrefix":        storage.IntakeStatePrefix("m", "waiting"),
		"IntakeStatesPrefix":       storage.IntakeStatesPrefix("m"),
		"IntakeSale":               storage.IntakeSale("m", "s"),
		"IntakeLeft":               storage.IntakeLeft("m", "20310102T12", "s"),
		"IntakeLeftList":           storage.IntakeLeftList("m", "20310102T12", "0a1b"),
		"IntakeLeftPrefix":         storage.IntakeLeftPrefix("m"),
		"IntakePickUp waiting":     storage.IntakePickUp("m", true, "p"),
		"IntakePickUp over":        storage.IntakePickUp("m", false, "p"),
		"IntakePickUpPrefix":       storage.IntakePickUpPrefix("m", true),
		"IntakeNumber":             storage.IntakeNumber("m", "0a1b"),
		"IntakeParcel":             storage.IntakeParcel("m", "0a1b"),
		"IntakeNames":              storage.IntakeNames("m"),
		"IntakeList":               storage.IntakeList("m", "l"),
		"IntakeCursor":             storage.IntakeCursor("m"),
		"IntakeConnections":        storage.IntakeConnections("m"),
		"IntakeLook":               storage.IntakeLook("m"),
		"IntakeMoved":              storage.IntakeMoved("m", "o", "0000000001"),
		"IntakeMovedList":          storage.IntakeMovedList("m", "l"),
		"IntakeMovedPrefix":        storage.IntakeMovedPrefix("m"),
		"IntakePublished":          storage.IntakePublished("m", "r"),
		"IntakePublishedPrefix":    storage.IntakePublishedPrefix("m"),
		"NotificationsPrefix":      storage.NotificationsPrefix("m"),
		"NotificationsOfDayPrefix": storage.NotificationsOfDayPrefix("m", time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)),
	}
}

func keysOfPrints(day time.Time) map[string]string {
	return map[string]string{
		"PrintRecord":         storage.PrintRecord("m", "o", 1),
		"PrintsOfOrderPrefix": storage.PrintsOfOrderPrefix("m", "o"),
		"PrintJob":            storage.PrintJob("m", "j"),
		"PrintPage":           storage.PrintPage("m", day, "j", 3),
		"PrintsOfDayPrefix":   storage.PrintsOfDayPrefix("m", day),
		"TakeOutFound":        storage.TakeOutFound("m", "o"),
		"TakeOutFoundPrefix":  storage.TakeOutFoundPrefix("m"),
		"HandOverSheet":       storage.HandOverSheet("m", "site", 12),
		"HandOverPrefix":      storage.HandOverPrefix("m", "site"),
		"CheckedItems":        storage.CheckedItems("m", "o"),
		"Printer":             storage.Printer("site", "zebra 1"),
		"PrintersPrefix":      storage.PrintersPrefix("site"),
		"SitePrefix":          storage.SitePrefix("site"),
		"SitePeople":          storage.SitePeople("site"),
		"Scan":                storage.Scan("site", day, "scan"),
		"ScansPrefix":         storage.ScansPrefix("site"),
	}
}

func keysOfPartners() map[string]string {
	return map[string]string{
		"Partner":               storage.Partner("p"),
		"PartnersPrefix":        storage.PartnersPrefix(),
		"PartnerRequest":        storage.PartnerRequest("m", "p", "0a1b"),
		"Webhooks":              storage.Webhooks("m"),
		"SealingKey":            storage.SealingKey(),
		"WaitingEvent":          storage.WaitingEvent("m", "w", "1795000000000-0a1b"),
		"WaitingEventsPrefix":   storage.WaitingEventsPrefix("m", "w"),
		"EventDelivery":         storage.EventDelivery("m", "w", "8204999999999-0a1b"),
		"EventDeliveriesPrefix": storage.EventDeliveriesPrefix("m", "w"),
	}
}
