// Package container runs programs as Docker would, without Docker: each in network, mount, process
// and host name spaces of its own, on a copy of an image's folder, without rights. Begin with Within,
// then NewNetwork and Start. It needs Linux, root, and the programs ip, nsenter and unshare.
package container
