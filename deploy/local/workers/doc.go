// Package workers has tests of real worker processes against real servers: two builds side by side (versions_test.go,
// incompatible_test.go), and disks, stores and files that are full or too large (disk_test.go, store_test.go, large_test.go).
package workers
