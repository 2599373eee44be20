// Package activitiestest lets tests run activities without a server: a sandbox hub whose clock the
// test sets, a label store in memory, and tries as a worker makes them. Begin with [New] and [TryStep]; for
// tests only.
package activitiestest
