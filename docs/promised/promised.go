// Package promised holds the figures that the documents promise against the code. A package says
// with [Says] where its limits stand in words: whoever changes one of the two is led to the other.
// Only tests use it.
package promised

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Says fails the test when a document, named from the root of the repository, does not say a
// sentence, a fmt.Sprintf of the code's own figures. Line breaks do not count. Numbers are written
// as people do, "50,000"; a span "14 days", "48 hours", "15 minutes", "60 s", "15 ms".
func Says(t *testing.T, document, sentence string, figures ...any) {
	t.Helper()
	for i, figure := range figures {
		figures[i] = written(figure)
	}
	want := strings.Join(strings.Fields(fmt.Sprintf(sentence, figures...)), " ")
	text, err := os.ReadFile(filepath.Join(root(t), document))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(strings.Fields(string(text)), " "), want) {
		t.Errorf("%s does not say %q: either the code has changed, or the words", document, want)
	}
}

func written(figure any) string {
	if span, ok := figure.(time.Duration); ok {
		return spanWords(span)
	}
	if value := reflect.ValueOf(figure); value.CanInt() || value.CanUint() {
		return grouped(fmt.Sprint(figure))
	}
	return fmt.Sprint(figure)
}

// grouped writes digits in groups of three.
func grouped(digits string) string {
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

func spanWords(span time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case span%day == 0 && span > 2*day:
		return fmt.Sprintf("%d days", span/day)
	case span%time.Hour == 0 && span > time.Hour:
		return fmt.Sprintf("%d hours", span/time.Hour)
	case span%time.Minute == 0 && span > time.Minute:
		return fmt.Sprintf("%d minutes", span/time.Minute)
	}
	if span < time.Second {
		return strconv.FormatFloat(float64(span)/float64(time.Millisecond), 'f', -1, 64) + " ms"
	}
	return strconv.FormatFloat(span.Seconds(), 'f', -1, 64) + " s"
}

// root is the folder of the module's go.mod above the test's own.
func root(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "docs", "decisions.md")); err == nil {
			return folder
		}
		above := filepath.Dir(folder)
		if above == folder {
			t.Fatal("the documents are not above the package")
		}
		folder = above
	}
}
