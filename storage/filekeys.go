package storage

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/despacho/despacho/service/secretfile"
)

// keysAge is for how long keys from files are used before the files are looked at again.
const keysAge = time.Minute

// fileKeys are S3 keys of which at least one is in a file that somebody else renews.
type fileKeys struct {
	id, secret, session *secretfile.Watched
}

// keysFromFiles returns nil where no file is named; the AWS SDK then looks for keys itself.
func keysFromFiles() (aws.CredentialsProvider, error) {
	if !secretfile.InFile(secretfile.AWSKeyID) && !secretfile.InFile(secretfile.AWSSecret) && !secretfile.InFile(secretfile.AWSSession) {
		return nil, nil
	}
	keys := fileKeys{secretfile.Watch(secretfile.AWSKeyID), secretfile.Watch(secretfile.AWSSecret), secretfile.Watch(secretfile.AWSSession)}
	if _, err := keys.read(); err != nil {
		return nil, err
	}
	return aws.NewCredentialsCache(keys), nil
}

// Retrieve reads the keys; they count for a minute.
func (k fileKeys) Retrieve(context.Context) (aws.Credentials, error) { return k.read() }

func (k fileKeys) read() (aws.Credentials, error) {
	id, wrongID := k.id.Value()
	secret, wrongSecret := k.secret.Value()
	session, wrongSession := k.session.Value()
	if err := errors.Join(wrongID, wrongSecret, wrongSession); err != nil {
		return aws.Credentials{}, err
	}
	if id == "" || secret == "" {
		return aws.Credentials{}, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together, each as it is or as the name of a file (…_FILE): one of them is missing")
	}
	return aws.Credentials{
		AccessKeyID: id, SecretAccessKey: secret, SessionToken: session, Source: "files", CanExpire: true, Expires: time.Now().Add(keysAge),
	}, nil
}
