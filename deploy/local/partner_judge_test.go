package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// judge holds what partners say and hear against the OpenAPI document, by code of others.
type judge struct{ validator.Validator }

func newJudge(t *testing.T) judge {
	t.Helper()
	committed, err := os.ReadFile("../../gateway/door/openapi.json")
	require.NoError(t, err)
	document, err := libopenapi.NewDocument(committed)
	require.NoError(t, err)
	v, wrong := validator.NewValidator(document)
	require.Empty(t, wrong)
	return judge{v}
}

// accepts fails the test unless request and answer are as the document says.
func (j judge) accepts(t *testing.T, request *http.Request, sent []byte, response *http.Response, answer []byte) {
	t.Helper()
	request = request.Clone(request.Context())
	request.Body = io.NopCloser(bytes.NewReader(sent))
	if request.Method == http.MethodGet {
		request.Body = http.NoBody
	}
	heard := *response
	heard.Body = io.NopCloser(bytes.NewReader(answer))
	_, wrong := j.ValidateHttpRequestResponse(request, &heard)
	for _, one := range wrong {
		assert.Fail(t, one.Message, "%s %s: %s", request.Method, request.URL.Path, one.Reason)
	}
}

func TestAnOutsideJudgeAcceptsTheDocument(t *testing.T) {
	t.Parallel()
	valid, wrong := newJudge(t).ValidateDocument()
	for _, one := range wrong {
		assert.Fail(t, one.Message, one.Reason)
	}
	assert.True(t, valid)
}
