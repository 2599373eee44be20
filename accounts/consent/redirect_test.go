package consent

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pageFirst is a browser's connection that records whether the code was passed on before the page
// was sent.
type pageFirst struct {
	*httptest.ResponseRecorder
	catcher *callbackServer
	early   bool
}

func (p *pageFirst) look() { p.early = p.early || len(p.catcher.found) > 0 }

func (p *pageFirst) Write(page []byte) (int, error) {
	p.look()
	return p.ResponseRecorder.Write(page)
}

func (p *pageFirst) Flush() {
	p.look()
	p.ResponseRecorder.Flush()
}

func TestTheBrowserHasItsPageBeforeAnybodyHearsOfTheCode(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"code=ac-1", "error=access_denied"} {
		catcher, err := catchCode(t.Context(), "127.0.0.1:0", "https://hub.example/x")
		require.NoError(t, err)
		t.Cleanup(catcher.close)
		request := httptest.NewRequest(http.MethodGet, "/callback?"+query, nil)
		request.Host = catcher.host
		browser := &pageFirst{ResponseRecorder: httptest.NewRecorder(), catcher: catcher}
		catcher.ServeHTTP(browser, request)
		assert.False(t, browser.early, query)
		assert.True(t, browser.Flushed, query)
		assert.Len(t, catcher.found, 1, query)
	}
}

func TestEveryBrowserGetsItsPageHoweverSoonTheProgramEnds(t *testing.T) {
	t.Parallel()
	browse := func(address string) (string, error) {
		answer, err := http.Get(address) //nolint:noctx // the catcher ends it
		if err != nil {
			return "", err
		}
		defer answer.Body.Close()
		page, err := io.ReadAll(answer.Body)
		return string(page), err
	}
	type seen struct {
		page string
		err  error
	}
	for range 400 {
		catcher, err := catchCode(t.Context(), "127.0.0.1:0", "https://hub.example/x")
		require.NoError(t, err)
		shown := make(chan seen, 1)
		go func() {
			page, err := browse(RedirectURL(catcher.host) + "?code=ac-1")
			shown <- seen{page, err}
		}()
		_, err = catcher.wait(t.Context(), nil, nil)
		require.NoError(t, err)
		catcher.close()
		got := <-shown
		require.NoError(t, got.err)
		require.Contains(t, got.page, "Autorización recibida")
	}
}

func TestWhatAPageLoadsWithinItselfIsNoConsent(t *testing.T) {
	t.Parallel()
	type headers map[string]string
	for name, test := range map[string]struct {
		sent headers
		want int
	}{
		"the hub sends the browser":             {headers{"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"}, http.StatusOK},
		"a browser without such headers":        {headers{}, http.StatusOK},
		"the hub names itself":                  {headers{"Origin": "https://hub.example"}, http.StatusOK},
		"a picture on a page":                   {headers{"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, http.StatusForbidden},
		"a script that asks":                    {headers{"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Origin": "https://evil.example"}, http.StatusForbidden},
		"a frame in a page":                     {headers{"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, http.StatusForbidden},
		"a page that is loaded ahead":           {headers{"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Purpose": "prefetch;prerender"}, http.StatusForbidden},
		"one that an older browser loads ahead": {headers{"Purpose": "prefetch"}, http.StatusForbidden},
		"a script in an older browser":          {headers{"Origin": "https://evil.example"}, http.StatusForbidden},
		"a script in a frame that hides itself": {headers{"Origin": "null"}, http.StatusForbidden},
	} {
		for _, query := range []string{"code=ac-1", "error=access_denied"} {
			t.Run(name+" with "+query, func(t *testing.T) {
				t.Parallel()
				catcher, err := catchCode(t.Context(), "127.0.0.1:0", "https://hub.example/x")
				require.NoError(t, err)
				t.Cleanup(catcher.close)
				request := httptest.NewRequest(http.MethodGet, "/callback?"+query, nil)
				request.Host = catcher.host
				for header, value := range test.sent {
					request.Header.Set(header, value)
				}
				answer := httptest.NewRecorder()
				catcher.ServeHTTP(answer, request)
				assert.Equal(t, test.want, answer.Code)
				assert.Equal(t, test.want == http.StatusOK, len(catcher.found) == 1)
			})
		}
	}
}

func TestTheCallbackTakesACodeAndNothingElse(t *testing.T) {
	t.Parallel()
	catcher, err := catchCode(t.Context(), "127.0.0.1:0", "https://hub.example/x")
	require.NoError(t, err)
	t.Cleanup(catcher.close)
	ask := func(method, target, host string) int {
		request := httptest.NewRequest(method, target, nil)
		request.Host = host
		answer := httptest.NewRecorder()
		catcher.ServeHTTP(answer, request)
		return answer.Code
	}
	assert.Equal(t, http.StatusNotFound, ask("GET", "/", catcher.host))
	assert.Equal(t, http.StatusNotFound, ask("POST", "/callback?code=ac-1", catcher.host))
	assert.Equal(t, http.StatusNotFound, ask("GET", "/callback?code=ac-1", "evil.example"))
	assert.Equal(t, http.StatusForbidden, ask("GET", "/callback?code=ac-3&state=of-another", catcher.host))
	assert.Equal(t, http.StatusForbidden, ask("GET", "/callback?error=access_denied&state=of-another", catcher.host))
	assert.Equal(t, http.StatusBadRequest, ask("GET", "/callback", catcher.host))
	assert.Equal(t, http.StatusBadRequest, ask("GET", "/callback?code=a%0Ab", catcher.host))
	assert.Equal(t, http.StatusBadRequest, ask("GET", "/callback?code=ac-4&code=ac-5", catcher.host))
	assert.Equal(t, http.StatusBadRequest, ask("GET", "/callback?code=ac-4;code=ac-5", catcher.host))
	assert.Equal(t, http.StatusForbidden, ask("GET", "/callback?code=ac-4&state=of-another&state="+catcher.state, catcher.host))
	assert.Equal(t, http.StatusBadRequest, ask("GET", "/callback?code=ac-4&state="+catcher.state+"&state=of-another", catcher.host))
	assert.Equal(t, http.StatusNotFound, ask("HEAD", "/callback?code=ac-4", catcher.host))
	assert.Equal(t, http.StatusOK, ask("GET", "/callback?code=ac-1", catcher.host))
	assert.Equal(t, http.StatusOK, ask("GET", "/callback?code=ac-2", catcher.host))
	brought, err := catcher.wait(t.Context(), nil, nil)
	require.NoError(t, err)
	assert.Equal(t, "ac-1", brought.code.Reveal())
}
