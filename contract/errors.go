package contract

// Types of the errors that activities return; workflows and partners tell them apart by these.
const (
	// ErrorNotAuthorised: the hub refuses our token or its scopes. Final.
	ErrorNotAuthorised = "NotAuthorised"
	// ErrorNeedsConsent: the account has no token until its merchant gives a new code; tried again by itself.
	ErrorNeedsConsent = "NeedsConsent"
	// ErrorRequest: the request itself is wrong. Final.
	ErrorRequest = "BadRequest"
	// ErrorRequestDiffers: another request was made under the same key. Final.
	ErrorRequestDiffers = "RequestDiffers"
	// ErrorTooMany: more orders wait than the run may take up. Final.
	ErrorTooMany = "TooManyOrders"
	// ErrorRefused: the hub refuses the call as such. Final.
	ErrorRefused = "Refused"
	// ErrorNotFound: the hub does not know what was asked for. Final.
	ErrorNotFound = "NotFound"
	// ErrorNoRoute: the hub has no such route; DESPACHO_HUB_PATHS sets another. Final.
	ErrorNoRoute = "NoSuchRoute"
	// ErrorStore: the label store cannot be used as it is set up. Final.
	ErrorStore = "LabelStore"
	// ErrorBooks: a run's books do not balance, which is an error of ours. Final.
	ErrorBooks = "BooksDoNotBalance"
	// ErrorWaiting: nothing is wrong, there is nothing yet; tried again by itself.
	ErrorWaiting = "Waiting"
	// ErrorHub: the hub is busy, broken or out of reach; tried again by itself.
	ErrorHub = "HubUnavailable"
	// ErrorTrouble: anything else that may pass; tried again by itself.
	ErrorTrouble = "Trouble"
)
