//go:build linux

package images

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Set makes the images of a project when they are first asked for. Those that its folder holds from an
// earlier time are taken as they are.
type Set struct {
	maker
	repository string
	made       map[string]Image
}

// NewSet makes images in dir, from the repository.
func NewSet(repository, dir string) *Set {
	return &Set{
		maker:      maker{ctx: context.Background(), module: filepath.Join(repository, "deploy/local"), dir: dir},
		repository: repository, made: map[string]Image{},
	}
}

// makers make the images that are known, by name.
func (s *Set) makers() map[string]func() (Image, error) {
	return map[string]func() (Image, error){
		"despacho":               func() (Image, error) { return Despacho(s.ctx, s.repository, s.dir) },
		"postgres":               s.postgres,
		"temporalio/server":      s.server,
		"temporalio/admin-tools": s.adminTools,
		"temporalio/ui":          s.ui,
		"versity/versitygw":      s.objects,
	}
}

// MakeAll makes every image that is known. It may download modules; what is asked for later does not.
func (s *Set) MakeAll() error {
	for _, name := range slices.Sorted(maps.Keys(s.makers())) {
		if _, err := s.Image(name); err != nil {
			return err
		}
	}
	return nil
}

// Image is the one with this name, whatever its tag.
func (s *Set) Image(name string) (Image, error) {
	name, _, _ = strings.Cut(name, ":")
	if image, made := s.made[name]; made {
		return image, nil
	}
	make, known := s.makers()[name]
	if !known {
		return Image{}, fmt.Errorf("the rehearsal has no image %s", name)
	}
	kept := filepath.Join(s.dir, strings.ReplaceAll(name, "/", "-")+".json")
	if content, err := os.ReadFile(kept); err == nil {
		var image Image
		err := json.Unmarshal(content, &image)
		s.made[name] = image
		return image, err
	}
	image, err := make()
	if err != nil {
		return Image{}, fmt.Errorf("make the image %s: %w", name, err)
	}
	s.made[name] = image
	content, err := json.Marshal(image)
	if err != nil {
		return Image{}, err
	}
	return image, os.WriteFile(kept, content, 0o644)
}
