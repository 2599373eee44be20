//go:build linux

package images

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/despacho/despacho/deploy/local/rehearsal/container"
)

// Layered is the image that a Dockerfile of a folder makes for a target: one of the known images with
// files of the folder, which are copied to copies.
func (s *Set) Layered(folder, target, copies string) (Image, error) {
	content, err := os.ReadFile(filepath.Join(folder, "Dockerfile"))
	if err != nil {
		return Image{}, err
	}
	var image Image
	found, within := false, false
	for _, step := range instructions(string(content)) {
		fields := strings.Fields(step)
		switch {
		case fields[0] == "FROM":
			within = len(fields) == 4 && fields[3] == target
			if !within {
				continue
			}
			found = true
			if image, err = s.Image(fields[1]); err != nil {
				return Image{}, err
			}
			image.Mounts = slices.Clone(image.Mounts)
		case within && fields[0] == "COPY":
			mounts, err := copyLayer(folder, copies, step)
			if err != nil {
				return Image{}, fmt.Errorf("%s: %w", step, err)
			}
			image.Mounts = append(image.Mounts, mounts...)
		case within:
			return Image{}, fmt.Errorf("the rehearsal does not know this instruction: %s", step)
		}
	}
	if !found {
		return Image{}, fmt.Errorf("%s/Dockerfile has no target %q", folder, target)
	}
	return image, nil
}

// copyLayer copies what COPY names, with the rights that it gives, and says where it is seen.
func copyLayer(folder, copies, step string) ([]container.Mount, error) {
	mode := regexp.MustCompile(`--chmod=([0-7]+)`).FindStringSubmatch(step)
	if mode == nil {
		return nil, errors.New("without --chmod a file keeps the rights that it has here, which may be the owner's alone")
	}
	rights, err := strconv.ParseUint(mode[1], 8, 32)
	if err != nil {
		return nil, err
	}
	paths := slices.DeleteFunc(strings.Fields(step)[1:], func(field string) bool { return strings.HasPrefix(field, "--") })
	target := paths[len(paths)-1]
	var mounts []container.Mount
	for _, name := range paths[:len(paths)-1] {
		copied := filepath.Join(copies, name)
		if err := copyFile(filepath.Join(folder, name), copied, os.FileMode(rights)); err != nil {
			return nil, err
		}
		mounts = append(mounts, container.Mount{Source: copied, Target: filepath.Join(target, name), ReadOnly: true})
	}
	return mounts, nil
}
