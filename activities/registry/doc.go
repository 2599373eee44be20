// Package registry lists the activities of a worker. Begin with [All].
package registry
