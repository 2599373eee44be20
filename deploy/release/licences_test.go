package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	isc = `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies. THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO
THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR
CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS
ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`
	agpl = `This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General Public License as published by the
Free Software Foundation, either version 3 of the License, or (at your option) any later version. This program is distributed in the hope that it will be useful,
but WITHOUT ANY WARRANTY; without even the implied warranty of MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the GNU Affero General Public License for
more details. You should have received a copy of the GNU Affero General Public License along with this program. If not, see <https://www.gnu.org/licenses/>.`
)

// moduleWith makes a module of these files.
func moduleWith(t *testing.T, path string, files map[string]string) goModule {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	return goModule{Path: path, Version: "v1.2.3", Dir: folder}
}

func TestLicencesThatDoNotGoWithOursAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		names []string
		wrong string
	}{
		"a permissive one":             {map[string]string{"LICENSE": isc}, []string{"ISC"}, ""},
		"in British spelling":          {map[string]string{"licence.md": isc}, []string{"ISC"}, ""},
		"one that binds the whole":     {map[string]string{"COPYING": agpl}, nil, "AGPL-3.0"},
		"a second one that does":       {map[string]string{"LICENSE": isc, "COPYING": agpl}, nil, "AGPL-3.0"},
		"none":                         {map[string]string{"README.md": isc}, nil, "has no file with its licence"},
		"words that nobody knows":      {map[string]string{"LICENSE": "You may look at this on Sundays."}, nil, "0 % of it are words of a known licence"},
		"a notice alone is none":       {map[string]string{"NOTICE": "Made by us."}, nil, "has no file with its licence"},
		"half of it something besides": {map[string]string{"LICENSE": isc + strings.Repeat(" Only on Sundays, and never at sea.", 30)}, nil, "of a known licence"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := licenceOf(moduleWith(t, "example.com/m", c.files))
			if c.wrong != "" {
				require.ErrorContains(t, err, c.wrong)
				assert.ErrorContains(t, err, "example.com/m")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.names, l.names)
		})
	}
}

func TestNoticesHoldEachTextOnce(t *testing.T) {
	t.Parallel()
	text, err := notices([]goModule{
		moduleWith(t, "example.com/a", map[string]string{"LICENSE": isc, "NOTICE": "Made by a."}),
		moduleWith(t, "example.com/b", map[string]string{"LICENSE": isc + "\n"}),
	})
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(text, isc))
	assert.Contains(t, text, "\nexample.com/a v1.2.3: ISC\nexample.com/b v1.2.3: ISC\n")
	assert.Contains(t, text, "\nexample.com/a\nexample.com/b\n\n"+isc)
	assert.Contains(t, text, "\nexample.com/a\n\nMade by a.\n")
}

func TestEveryWrongLicenceIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := notices([]goModule{moduleWith(t, "example.com/a", nil), moduleWith(t, "example.com/b", map[string]string{"LICENSE": agpl})})
	require.ErrorContains(t, err, "example.com/a")
	assert.ErrorContains(t, err, "example.com/b")
}

// TestWhatTheProgramsAreLinkedWith looks at the modules of this tree.
func TestWhatTheProgramsAreLinkedWith(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "made", "THIRD-PARTY.txt")
	require.NoError(t, (&noticesCommand{Out: out}).Run())
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	for _, part := range []string{"Go's standard library: BSD-3-Clause", "go.temporal.io/sdk v", "The PDFium Authors", "zpl-renderer-js and zebrash"} {
		assert.Contains(t, string(text), part)
	}
}
