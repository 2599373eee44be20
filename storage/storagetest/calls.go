package storagetest

import (
	"net/http"
	"strings"
)

// Call is one of the S3 calls that a store makes.
type Call string

// The calls that a store makes.
const (
	HeadBucket     Call = "HeadBucket"
	CreateBucket   Call = "CreateBucket"
	GetExpiry      Call = "GetBucketLifecycleConfiguration"
	PutExpiry      Call = "PutBucketLifecycleConfiguration"
	ListObjects    Call = "ListObjectsV2"
	DeleteObjects  Call = "DeleteObjects"
	PutObject      Call = "PutObject"
	GetObject      Call = "GetObject"
	HeadObject     Call = "HeadObject"
	ListUploads    Call = "ListMultipartUploads"
	CreateUpload   Call = "CreateMultipartUpload"
	UploadPart     Call = "UploadPart"
	CompleteUpload Call = "CompleteMultipartUpload"
	AbortUpload    Call = "AbortMultipartUpload"
	OtherCall      Call = "other"
)

var (
	bucketCalls = map[string]Call{
		"HEAD": HeadBucket, "PUT": CreateBucket, "GET": ListObjects,
		"GET lifecycle": GetExpiry, "PUT lifecycle": PutExpiry,
		"GET uploads": ListUploads, "POST delete": DeleteObjects,
	}
	objectCalls = map[string]Call{
		"PUT": PutObject, "GET": GetObject, "HEAD": HeadObject, "POST uploads": CreateUpload,
		"PUT uploadId": UploadPart, "POST uploadId": CompleteUpload, "DELETE uploadId": AbortUpload,
	}
)

func callOf(r *http.Request) Call {
	name := r.Method
	for _, part := range []string{"lifecycle", "uploads", "delete", "uploadId"} {
		if r.URL.Query().Has(part) {
			name += " " + part
		}
	}
	calls := objectCalls
	if _, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); key == "" {
		calls = bucketCalls
	}
	if call, known := calls[name]; known {
		return call
	}
	return OtherCall
}
