package storage_test

import (
	"testing"

	"github.com/despacho/despacho/storage/storagetest"
)

func TestAStoreKeepsItsContractInMemory(t *testing.T) {
	t.Parallel()
	storagetest.Suite(t, storagetest.New(t))
}
