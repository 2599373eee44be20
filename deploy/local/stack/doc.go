// Package stack runs what despacho stands on in one process: a Temporal server with its web UI,
// and an S3 server. Everything listens on 127.0.0.1 and lives in one folder, so that a process that
// was killed goes on where it stood when it is started again on that folder.
//
// It serves a first look, end-to-end tests and benchmarks. A merchant's own orders belong on
// servers that are kept: see docker-compose.yml and deploy.
package stack
