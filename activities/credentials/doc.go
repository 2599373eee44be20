// Package credentials holds the steps that renew merchants' tokens and tell their runs whether the
// account can be used. Begin with [Accounts.KeepToken].
package credentials
