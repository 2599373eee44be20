package storage_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/storage"
)

// listed are objects in the order of their keys.
type listed []storage.Object

func (l listed) List(_ context.Context, _ string, each func(storage.Object) error) error {
	for _, object := range l {
		if err := each(object); err != nil {
			return err
		}
	}
	return nil
}

type unlistable struct{}

func (unlistable) List(context.Context, string, func(storage.Object) error) error {
	return errors.New("the store is away")
}

func TestTheNewestObjectIsTheOneWrittenLast(t *testing.T) {
	t.Parallel()
	at := func(key string, second int) storage.Object {
		return storage.Object{Key: key, Modified: time.Unix(int64(second), 0)}
	}
	for name, c := range map[string]struct {
		all    listed
		except string
		want   string
	}{
		"none":                     {nil, "", ""},
		"in the middle":            {listed{at("a", 1), at("b", 3), at("c", 2)}, "", "b"},
		"left out":                 {listed{at("a", 1), at("b", 3), at("c", 2)}, "b", "c"},
		"the only one is left out": {listed{at("a", 1)}, "a", ""},
		"within a second":          {listed{at("a", 1), at("b", 2), at("c", 2)}, "", "b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newest, err := storage.Newest(t.Context(), c.all, "p/", c.except)
			require.NoError(t, err)
			assert.Equal(t, c.want, newest.Key)
		})
	}
	_, err := storage.Newest(t.Context(), unlistable{}, "p/", "")
	assert.ErrorContains(t, err, "away")
}
