package contract

// Task queues of the worker: one for calls to the hub and for workflows, one
// for work on files, which needs memory and processor, and one for calls to partners' webhooks, which may be slow.
const (
	TaskQueue         = "despacho"
	FilesTaskQueue    = "despacho-files"
	WebhooksTaskQueue = "despacho-webhooks"
)

// Types of the workflows that others start or look for.
const (
	// LabelRunType takes a LabelRunInput and answers a RunResult.
	LabelRunType = "LabelRun"
	// StatusChangeType takes a partner's shipment statuses to the channels: from a StatusChangeInput to a StatusResult.
	StatusChangeType = "StatusChange"
	// IntakeType is the workflow that hears of a merchant's orders; it takes an IntakeInput.
	IntakeType = "Intake"
	// CredentialsType is the workflow that keeps a merchant's token alive; it takes a CredentialsInput.
	CredentialsType = "Credentials"
	// AnnounceType is the workflow that tells a webhook of an event.
	AnnounceType = "Announce"
)

// Names of queries and updates.
const (
	// ProgressQuery on a LabelRun answers a RunResult, on a StatusChange a StatusResult, on an Intake an IntakeProgress.
	ProgressQuery = "progress"
	// RetryUpdate on a LabelRun takes a RetryRequest and answers a RetryAnswer.
	RetryUpdate = "retry"
	// ConfirmUpdate on an Intake takes a ConfirmRequest and answers ConfirmedOrders.
	ConfirmUpdate = "confirm"
)

// Names of signals.
const (
	// NotificationsSignal on an Intake takes Notifications.
	NotificationsSignal = "notifications"
	// TokenRefusedSignal on Credentials takes a TokenRefused.
	TokenRefusedSignal = "token-refused"
	// ConnectedSignal on Credentials says that the merchant was connected (again), or else that its account is to be looked at.
	ConnectedSignal = "connected"
	// AccountSignal on a LabelRun or StatusChange takes an AccountNews.
	AccountSignal = "account"
)
