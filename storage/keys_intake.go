package storage

// IntakeInState marks an order of the intake as standing in a state, so that orders can be
// listed and counted by state without being read.
func IntakeInState(merchant, state, order string) string {
	return IntakeStatePrefix(merchant, state) + name(order) + ".json"
}

// IntakeStatePrefix is where the marks of the orders in one state stand.
func IntakeStatePrefix(merchant, state string) string {
	return IntakeStatesPrefix(merchant) + name(state) + "/"
}

// IntakeStatesPrefix is where the marks of all states stand.
func IntakeStatesPrefix(merchant string) string {
	return directory(kindIntake, merchant, "states")
}

// IntakeSale is what the intake knows of a sale: when it changed last, and its delivery orders.
func IntakeSale(merchant, checkout string) string {
	return directory(kindIntake, merchant, "sales") + name(checkout) + ".json"
}

// IntakeLeft marks a sale whose change was left unread in an hour of the hub's time, such as 20310102T12.
func IntakeLeft(merchant, hour, checkout string) string {
	return IntakeLeftPrefix(merchant) + name(hour) + "/" + name(checkout) + ".json"
}

// IntakeLeftPrefix is where the marks of changes that were left unread stand, the oldest first.
func IntakeLeftPrefix(merchant string) string {
	return directory(kindIntake, merchant, "left")
}

// IntakePickUp is what the intake knows of a pick-up order: one that waits, or one that is over.
func IntakePickUp(merchant string, waits bool, pickUp string) string {
	return IntakePickUpPrefix(merchant, waits) + name(pickUp) + ".json"
}

// IntakePickUpPrefix is where the pick-up orders stand that wait, or that are over.
func IntakePickUpPrefix(merchant string, waits bool) string {
	if waits {
		return directory(kindIntake, merchant, "pick-ups", "waiting")
	}
	return directory(kindIntake, merchant, "pick-ups", "over")
}

// IntakeNumber says which sales bear a marketplace's number; digest is hexadecimal, of the number.
func IntakeNumber(merchant, digest string) string {
	return directory(kindIntake, merchant, "numbers") + name(digest) + ".json"
}

// IntakeParcel says which delivery orders bear a code or a tracking number; digest is hexadecimal, of it.
func IntakeParcel(merchant, digest string) string {
	return directory(kindIntake, merchant, "parcels") + name(digest) + ".json"
}

// IntakeList is a list of sales or notices that the intake still has to take up.
func IntakeList(merchant, list string) string {
	return directory(kindIntake, merchant, "lists") + name(list) + ".json"
}

// IntakeCursor is up to when all changed sales have been taken up.
func IntakeCursor(merchant string) string { return IntakePrefix(merchant) + "cursor.json" }

// IntakeConnections are the merchant's connections as the intake read them last.
func IntakeConnections(merchant string) string { return IntakePrefix(merchant) + "connections.json" }
