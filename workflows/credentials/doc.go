// Package credentials keeps a merchant's token alive for as long as the merchant is connected. Begin
// with [Credentials].
package credentials
