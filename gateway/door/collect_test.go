package door

import "github.com/despacho/despacho/storage"

// collect gathers the keys of a list.
func collect(keys *[]string) func(storage.Object) error {
	return func(o storage.Object) error {
		*keys = append(*keys, o.Key)
		return nil
	}
}
