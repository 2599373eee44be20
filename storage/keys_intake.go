package storage

// IntakeInState marks an order of the intake as being in a state, so that orders can be listed and
// counted by state without being read.
func IntakeInState(merchant, state, order string) string {
	return IntakeStatePrefix(merchant, state) + keySegment(order) + ".json"
}

// IntakeStatePrefix is where the marks of the orders in one state are stored.
func IntakeStatePrefix(merchant, state string) string {
	return IntakeStatesPrefix(merchant) + keySegment(state) + "/"
}

// IntakeStatesPrefix is where the marks of all states are stored.
func IntakeStatesPrefix(merchant string) string {
	return joinSegments(kindIntake, merchant, "states")
}

// IntakeSale is what the intake knows about a sale: when it last changed, and its delivery orders.
func IntakeSale(merchant, checkout string) string {
	return joinSegments(kindIntake, merchant, "sales") + keySegment(checkout) + ".json"
}

// IntakeLeft marks a sale whose change was not read yet, under an hour of the hub's time such as
// 20310102T12.
func IntakeLeft(merchant, hour, checkout string) string {
	return IntakeLeftPrefix(merchant) + keySegment(hour) + "/" + keySegment(checkout) + ".json"
}

// IntakeLeftList marks many such sales at once.
func IntakeLeftList(merchant, hour, list string) string {
	return IntakeLeftPrefix(merchant) + keySegment(hour) + "/lists/" + keySegment(list) + ".json"
}

// IntakeLeftPrefix is where the marks of unread changes are stored, the oldest first.
func IntakeLeftPrefix(merchant string) string {
	return joinSegments(kindIntake, merchant, "left")
}

// IntakePickUp is what the intake knows about a pick-up order, which still waits or is over.
func IntakePickUp(merchant string, waits bool, pickUp string) string {
	return IntakePickUpPrefix(merchant, waits) + keySegment(pickUp) + ".json"
}

// IntakePickUpPrefix is where the pick-up orders are stored that still wait, or that are over.
func IntakePickUpPrefix(merchant string, waits bool) string {
	if waits {
		return joinSegments(kindIntake, merchant, "pick-ups", "waiting")
	}
	return joinSegments(kindIntake, merchant, "pick-ups", "over")
}

// IntakeNumber lists the sales that have a marketplace's number; digest is the number's, in
// hexadecimal.
func IntakeNumber(merchant, digest string) string {
	return joinSegments(kindIntake, merchant, "numbers") + keySegment(digest) + ".json"
}

// IntakeParcel lists the delivery orders that have a code or a tracking number; digest is its
// digest, in hexadecimal.
func IntakeParcel(merchant, digest string) string {
	return joinSegments(kindIntake, merchant, "parcels") + keySegment(digest) + ".json"
}

// IntakeNames says that the merchant's orders are looked for by the hub's codes and by tracking numbers, so
// that their intake keeps these names.
func IntakeNames(merchant string) string { return IntakePrefix(merchant) + "names.json" }

// IntakeList is a list of sales or notifications that the intake still has to process.
func IntakeList(merchant, list string) string {
	return joinSegments(kindIntake, merchant, "lists") + keySegment(list) + ".json"
}

// IntakeCursor is the time up to which all changed sales have been processed.
func IntakeCursor(merchant string) string { return IntakePrefix(merchant) + "cursor.json" }

// IntakeConnections are the merchant's connections as the intake last read them.
func IntakeConnections(merchant string) string { return IntakePrefix(merchant) + "connections.json" }

// IntakeLook is what a look at the orders keeps for the next one.
func IntakeLook(merchant string) string { return IntakePrefix(merchant) + "look.json" }

// IntakeMoved notes that an order moves into or out of a state that needs no further look; number tells
// apart, and sorts, the moves of one order.
func IntakeMoved(merchant, order, number string) string {
	return IntakeMovedPrefix(merchant) + "orders/" + keySegment(order) + "/" + keySegment(number) + ".json"
}

// IntakeMovedList notes the same of many orders at once.
func IntakeMovedList(merchant, list string) string {
	return IntakeMovedPrefix(merchant) + "lists/" + keySegment(list) + ".json"
}

// IntakeMovedPrefix is where the notes of orders that moved are stored until a look has read them.
func IntakeMovedPrefix(merchant string) string {
	return joinSegments(kindIntake, merchant, "moved")
}

// IntakePublished names the orders that a run has published, until a look has read it.
func IntakePublished(merchant, run string) string {
	return IntakePublishedPrefix(merchant) + runName(run) + ".json"
}

// IntakePublishedPrefix is where those names are stored.
func IntakePublishedPrefix(merchant string) string {
	return joinSegments(kindIntake, merchant, "published")
}
