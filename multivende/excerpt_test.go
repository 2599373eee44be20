package multivende

import (
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCleanBlanksWhatIsNotForLogs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ given, want string }{
		"plain words stay":                {"Order do not exists", "Order do not exists"},
		"accents stay":                    {"Dirección inválida, não", "Dirección inválida, não"},
		"short numbers stay":              {"status 404 in 10 minutes", "status 404 in 10 minutes"},
		"ids of the hub stay":             {"order 9fddd14d-8eda-46d8-867f-26ae43b3491f gone", "order 9fddd14d-8eda-46d8-867f-26ae43b3491f gone"},
		"ids of digits alone stay":        {"x 12345678-1234-1234-1234-123456789012", "x 12345678-1234-1234-1234-123456789012"},
		"control characters become space": {"a\x00b\r\n\tc\x1b[31md\u202ee", "a b c [31md e"},
		"e-mail addresses go":             {"to ana.perez+x@example.com now", "to [e-mail] now"},
		"telephones go":                   {"call +56 9 1234 5678 now", "call [number] now"},
		"documents go":                    {"rut 12.345.678-K and 12345678-9", "rut [number] and [number]"},
		"long numbers go":                 {"order 2000003508897546 is late", "order [number] is late"},
		"bearers go":                      {"sent Bearer abc.def", "sent [token]"},
		"signed tokens go":                {"with eyJhbGciOiJI.eyJzdWIi.c2ln", "with [token]"},
		"refresh tokens go":               {"rt-9fddd14d-8eda-46d8-867f-26ae43b3491f used", "[token] used"},
		"long random words go":            {"key " + strings.Repeat("aB3", 14), "key [token]"},
		"links go":                        {"see https://s3.example/x?X-Amz-Signature=abc now", "see [link] now"},
		"broken letters go":               {"a\xffb", "ab"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, cleanWords(test.given))
		})
	}
	t.Run("long words are cut at 200 characters", func(t *testing.T) {
		t.Parallel()
		short := cleanWords(strings.Repeat("ñ ", 5000))
		assert.Equal(t, 200, utf8.RuneCountInString(short))
		assert.True(t, strings.HasSuffix(short, "…"))
	})
}

func TestExcerptHidesWhatWasSent(t *testing.T) {
	t.Parallel()
	const token, secret = "tok-9fddd14d-8eda-46d8-867f-26ae43b3491f", "s3cr3t"
	for name, c := range map[string]struct{ body, want string }{
		"in a message":                  {`{"message":"token ` + token + ` of ` + secret + ` is over"}`, "token *** of *** is over"},
		"cut off":                       {`{"message":"token ` + token[:20] + `… is over"}`, "token ***… is over"},
		"in a page":                     {`<h1>` + token + `</h1>`, "a page instead of JSON: ***"},
		"in words":                      {"no " + token + " and no " + token[:9], "no *** and no ***"},
		"at the end of a long sentence": {`{"message":"` + strings.Repeat("no ", 65) + token + `"}`, strings.Repeat("no ", 65) + "***"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, excerptOf([]byte(c.body), token, "", secret))
		})
	}
}

func TestATokenThatTheHubQuotesIsInNoError(t *testing.T) {
	t.Parallel()
	const token = "tok-9fddd14d-8eda-46d8-867f-26ae43b3491f"
	hub := newHub(t, map[string]http.HandlerFunc{"/api/d/info": func(w http.ResponseWriter, r *http.Request) {
		answers(http.StatusForbidden, `{"message":"`+strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")+` may not"}`)(w, r)
	}})
	_, err := hub.client(t, func(c *Config) { c.Token = StaticToken(token) }).AppInfo(t.Context())
	require.ErrorContains(t, err, "may not")
	assert.NotContains(t, err.Error(), token[:8])
}

func TestMessageOf(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		`{"message":"a","error":"b","name":"c"}`: "a",
		`{"error":"b","name":"c"}`:               "b",
		`{"error":{"message":"b"},"name":"c"}`:   "b",
		`{"error":{"code":7},"name":"c"}`:        "c",
		`{"message":null,"name":"c"}`:            "c",
		`{"message":""}`:                         "",
		`{"x":"y"}`:                              "",
		`[]`:                                     "",
		`[{"message":"a"},{"message":"b"}]`:      "a",
		`{"message":["a","b"]}`:                  "a",
		`"words"`:                                "words",
		`{`:                                      "",
		`7`:                                      "",
		``:                                       "",
		`{"error":{"error":{"error":{"error":{"message":"too deep"}}}}}`: "",
	} {
		assert.Equal(t, want, messageOf([]byte(given)), given)
	}
}
