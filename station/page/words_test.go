package page

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/wording"
)

var (
	placeholder = regexp.MustCompile(`\{\w+\}`)
	// literalKey is a key as a call names it, madeKey the beginning of one that is made of a code.
	literalKey  = regexp.MustCompile(`\bt\(\s*"([^"]+)"|\b(?:words|title): "([^"]+)"|index \.Words "([^"]+)"|, "((?:nav|help)\.\w+)"`)
	conditional = regexp.MustCompile(`\bt\([^()"]*\? "([^"]+)" : "([^"]+)"`)
	madeKey     = regexp.MustCompile("\\bt\\(`([a-z_.]+)\\$\\{|wordsFor\\(\"([a-z]+)\"")
)

// valuesOf are the names in braces of each form of a text.
func valuesOf(text any) []string {
	forms := []any{text}
	if byForm, several := text.(map[string]any); several {
		forms = lo.Values(byForm)
	}
	var found []string
	for _, form := range forms {
		found = append(found, placeholder.FindAllString(form.(string), -1)...)
	}
	found = lo.Uniq(found)
	slices.Sort(found)
	return found
}

func TestEveryLanguageHasEveryText(t *testing.T) {
	t.Parallel()
	spanish := wordsOf[wording.Spanish]
	require.NotEmpty(t, spanish)
	for _, language := range []wording.Language{wording.Portuguese, wording.English} {
		assert.ElementsMatch(t, lo.Keys(spanish), lo.Keys(wordsOf[language]), language)
		for key, text := range wordsOf[language] {
			assert.NotEmpty(t, text, "%s %s", language, key)
			assert.Equal(t, valuesOf(spanish[key]), valuesOf(text), "the values of %s in %s", key, language)
			assert.IsType(t, spanish[key], text, "the forms of %s in %s", key, language)
		}
	}
}

// TestEveryTextIsShownAndNoneIsMissing compares the keys that modules and templates name with those that there are.
func TestEveryTextIsShownAndNoneIsMissing(t *testing.T) {
	t.Parallel()
	var sources strings.Builder
	read := func(from fs.ReadFileFS, name string) {
		text, err := from.ReadFile(name)
		require.NoError(t, err)
		sources.Write(text)
	}
	require.NoError(t, fs.WalkDir(files, "js", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && path.Ext(name) == ".js" {
			read(files, name)
		}
		return err
	}))
	read(templates, "shell.html")
	read(templates, "pair.html")

	spanish := wordsOf[wording.Spanish]
	shown := map[string]bool{}
	for _, pattern := range []*regexp.Regexp{literalKey, conditional} {
		for _, found := range pattern.FindAllStringSubmatch(sources.String(), -1) {
			for _, key := range lo.Compact(found[1:]) {
				assert.True(t, spanish[key] != nil, "%s has no words", key)
				shown[key] = true
			}
		}
	}
	require.Greater(t, len(shown), 50)
	for _, found := range madeKey.FindAllStringSubmatch(sources.String(), -1) {
		prefix := found[1]
		if found[2] != "" {
			prefix = found[2] + "."
		}
		made := lo.Filter(lo.Keys(spanish), func(key string, _ int) bool { return strings.HasPrefix(key, prefix) })
		assert.NotEmpty(t, made, "no words begin with %s", prefix)
		for _, key := range made {
			shown[key] = true
		}
	}
	for key := range spanish {
		assert.True(t, shown[key], "nothing shows %s", key)
	}
}
