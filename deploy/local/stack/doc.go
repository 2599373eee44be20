// Package stack runs the servers that despacho needs in one process: Temporal with its web UI, and S3.
// It is for the demo, end-to-end tests and benchmarks; for real orders see docker-compose.yml.
//
// All servers listen on 127.0.0.1 and keep their data in one folder. A process that was killed
// continues where it was when it is started again on that folder.
package stack
