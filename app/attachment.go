package app

import (
	"context"
	"io"
)

// OpenAttachment opens an attached file again.
func (a *App) OpenAttachment(ctx context.Context, digest string) (io.ReadCloser, error) {
	r, _, err := a.store.Blob(ctx, digest)
	return r, err
}

// RemotePicture loads a picture that a mail refers to.
func (a *App) RemotePicture(ctx context.Context, url string) ([]byte, error) {
	return a.remote.Picture(ctx, url)
}
