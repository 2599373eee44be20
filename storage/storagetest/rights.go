package storagetest

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/storage"
)

// Right is a permission of S3 for a key; without a key it is about the bucket.
type Right struct{ Operation, Key string }

// Grant permits an operation on the keys of a pattern such as runs/*, but not on those of others.
type Grant struct {
	Operation, Keys string
	But             []string
}

func (g Grant) covers(r Right) bool {
	excepted := func() bool {
		for _, keys := range g.But {
			if matches(keys, r.Key) {
				return true
			}
		}
		return false
	}
	return g.Operation == r.Operation && (g.Keys == "*" && r.Key != "" || matches(g.Keys, r.Key)) && !excepted()
}

// matches says whether a key begins as the pattern does; * is one segment.
func matches(pattern, key string) bool {
	parts := strings.Count(pattern, "/") + 1
	cut := strings.Join(strings.SplitN(key, "/", parts+1)[:min(parts, strings.Count(key, "/")+1)], "/")
	fits, _ := path.Match(pattern, cut)
	return fits
}

var grantWord = regexp.MustCompile("`(s3:\\w+)`|`([^` ]+/[^` ]*)`|\\bon (all but|all)\\b")

// DocumentedGrants are those of the row of "Least rights" in docs/operating.md that begins so, and the list of the
// bucket, which is everybody's.
func DocumentedGrants(t testing.TB, row string) []Grant {
	t.Helper()
	_, source, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(source), "..", "..", "docs", "operating.md"))
	require.NoError(t, err)
	_, section, _ := strings.Cut(string(text), "\n### Least rights\n")
	_, rest, found := strings.Cut(section, "\n| "+row)
	require.True(t, found, "docs/operating.md has no row %s", row)
	rest, _, _ = strings.Cut(rest, "\n")
	cells := strings.Split(rest, "|")
	require.Len(t, cells, 4, row)
	grants := []Grant{{Operation: "s3:ListBucket"}}
	for _, word := range grantWord.FindAllStringSubmatch(cells[1], -1) {
		grants = append(grants, Grant{Operation: word[1]})
	}
	return append(grants, objectGrants(cells[2])...)
}

func objectGrants(cell string) (grants []Grant) {
	var operations []string
	named, but := false, false // whether keys followed the operations, and whether those that come are exceptions
	for _, word := range grantWord.FindAllStringSubmatch(cell, -1) {
		operation, keys, all := word[1], word[2], word[3]
		switch {
		case operation != "":
			if named {
				operations, named, but = nil, false, false
			}
			operations = append(operations, operation)
			continue
		case but:
			for i := range operations {
				last := &grants[len(grants)-1-i]
				last.But = append(last.But, keys)
			}
			continue
		case all != "":
			keys, but = "*", all == "all but"
		}
		named = true
		for _, one := range operations {
			grants = append(grants, Grant{Operation: one, Keys: keys})
		}
	}
	return grants
}

var neededRight = map[Call]string{
	GetObject: "s3:GetObject", HeadObject: "s3:GetObject",
	PutObject: "s3:PutObject", CreateUpload: "s3:PutObject", UploadPart: "s3:PutObject", CompleteUpload: "s3:PutObject",
	AbortUpload: "s3:AbortMultipartUpload",
	HeadBucket:  "s3:ListBucket", ListObjects: "s3:ListBucket", ListUploads: "s3:ListBucketMultipartUploads",
	CreateBucket: "s3:CreateBucket", GetExpiry: "s3:GetLifecycleConfiguration", PutExpiry: "s3:PutLifecycleConfiguration",
}

var deletedKey = regexp.MustCompile(`<Key>([^<]+)</Key>`)

// UsedRights are the rights that requests to a store needed, with who made them first. Its zero value is ready.
type UsedRights struct {
	mutex sync.Mutex
	by    string
	used  map[Right]string
}

// By says who makes the requests from now on.
func (u *UsedRights) By(name string) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	u.by = name
}

// Note notes what a request needs, before it is passed on.
func (u *UsedRights) Note(r *http.Request) {
	call := callOf(r)
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if call != DeleteObjects {
		operation, known := neededRight[call]
		if !known {
			operation = r.Method + " " + string(call)
		}
		u.note(Right{operation, key})
		if r.Header.Get("If-Match") != "" { // to compare is to read
			u.note(Right{"s3:GetObject", key})
		}
		return
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	for _, deleted := range deletedKey.FindAllStringSubmatch(string(body), -1) {
		u.note(Right{"s3:DeleteObject", deleted[1]})
	}
}

func (u *UsedRights) note(right Right) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.used == nil {
		u.used = map[Right]string{}
	}
	if _, known := u.used[right]; !known {
		u.used[right] = u.by
	}
}

// AssertGranted holds that the grants cover everything that was done, and returns those that nothing needed.
func (u *UsedRights) AssertGranted(t testing.TB, grants []Grant) (unneeded []Grant) {
	t.Helper()
	u.mutex.Lock()
	used := maps.Clone(u.used)
	u.mutex.Unlock()
	needed := make([]bool, len(grants))
	for right, by := range used {
		granted := false
		for i, grant := range grants {
			if grant.covers(right) {
				granted, needed[i] = true, true
			}
		}
		assert.True(t, granted, "%s needs %s on %q, and docs/operating.md does not grant it", by, right.Operation, right.Key)
	}
	for i, grant := range grants {
		if !needed[i] {
			unneeded = append(unneeded, grant)
		}
	}
	return unneeded
}

// OpenGranted opens a store as Open does, for the program of a row of [DocumentedGrants]: a test in which it does more
// than that fails.
func (s *Server) OpenGranted(t testing.TB, settings storage.Config, row string) *storage.Store {
	t.Helper()
	grants := DocumentedGrants(t, row)
	used := &UsedRights{by: row}
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		used.Note(r)
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		listener.Close()
		used.AssertGranted(t, grants)
	})
	settings.AWS = s.AWS()
	settings.AWS.BaseEndpoint = aws.String(listener.URL)
	return s.Open(t, settings)
}
