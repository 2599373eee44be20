// Package accounts keeps what despacho may do for each merchant: the tokens of the hub,
// encrypted, and what the merchant and the operator settled. Its objects stand under
// accounts/<merchant>/ and never expire.
package accounts
