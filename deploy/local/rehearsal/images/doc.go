// Package images makes folders that hold what the images of docker-compose.yml hold, as far as their
// programs look at it. Ours is what deploy/Dockerfile builds and copies. Those of others hold the real
// programs, built from the modules of deploy/local or Debian's, beside what their Dockerfiles set:
// user, entrypoint, paths, and BusyBox as Alpine has it. Four small tools are stand-ins (standin).
package images
