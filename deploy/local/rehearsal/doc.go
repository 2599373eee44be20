// Package rehearsal rehearses docker-compose.yml without Docker: its tests (make rehearsal; build tag
// rehearsal, Linux, root) start the services with the real programs, as the file says, and go through what an
// operator does: first start, a run, stop, start, scale, backup and restore. What is not Docker's:
//
//   - programs of other images are built from their modules, at the file's versions; PostgreSQL is Debian's, of
//     its own version; the command temporal and three tools of Alpine are stand-ins (folder standin);
//   - images are folders (package images), and a container is a process in name spaces (package container):
//     limits of memory and logging are not applied;
//   - health checks run several times a second, and one that fails is tried again for minutes, because the
//     machines of continuous integration are slow; each port that is published must answer too; a service that
//     ends is not started again.
package rehearsal
