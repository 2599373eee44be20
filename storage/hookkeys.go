package storage

const (
	kindWebhooks = "webhooks"
	kindEvents   = "events"
	kindSealing  = "sealing"
)

// Webhooks are the webhooks of partners for a merchant; changed by conditional writes alone. They never expire.
func Webhooks(merchant string) string {
	return joinSegments(kindWebhooks, merchant) + "webhooks.json"
}

// SealingKey is the key with which webhooks' secrets are sealed, by those who cannot open them.
func SealingKey() string { return kindSealing + "/webhooks.json" }

// WaitingEvent is a message that waits for its delivery to a webhook; names sort by time.
func WaitingEvent(merchant, webhook, name string) string {
	return WaitingEventsPrefix(merchant, webhook) + keySegment(name) + ".json"
}

// WaitingEventsPrefix is where the messages for a webhook wait.
func WaitingEventsPrefix(merchant, webhook string) string {
	return joinSegments(kindEvents, merchant, "waiting", webhook)
}

// EventDelivery says how the delivery of a message to a webhook went; names sort by time, the newest first.
func EventDelivery(merchant, webhook, name string) string {
	return EventDeliveriesPrefix(merchant, webhook) + keySegment(name) + ".json"
}

// EventDeliveriesPrefix is where the deliveries to a webhook are kept.
func EventDeliveriesPrefix(merchant, webhook string) string {
	return joinSegments(kindEvents, merchant, "deliveries", webhook)
}
