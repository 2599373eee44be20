// Package project starts the services of docker-compose.yml as `docker compose` would, in containers of
// package container: in the order of depends_on, each with the environment, entrypoint, mounts and
// health check that the file says. Begin with Load, then Up.
package project
