package rfc822

import (
	"bytes"
	"encoding/base64"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestBase64Lines: however base64 is broken into lines and whatever stands between them, it decodes to the same.
func TestBase64Lines(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for size := range 400 {
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		enc := base64.StdEncoding.EncodeToString(data)
		for _, c := range []struct {
			width int
			end   string
		}{{76, "\r\n"}, {76, "\n"}, {60, " \r\n"}, {75, "\r\n"}, {1000, "\r\n"}, {19, "!\n"}, {64, "\r\n\r\n"}} {
			var b strings.Builder
			for s := enc; s != ""; {
				n := min(c.width, len(s))
				b.WriteString(s[:n] + c.end)
				s = s[n:]
			}
			for _, step := range []int{1, 7, 100, 4096} {
				var got bytes.Buffer
				if _, err := io.CopyBuffer(struct{ io.Writer }{&got}, &base64Reader{src: []byte(b.String())}, make([]byte, step)); err != nil || !bytes.Equal(got.Bytes(), data) {
					t.Fatalf("%d bytes, lines of %d and %q, read by %d: %d bytes, %v", size, c.width, c.end, step, got.Len(), err)
				}
			}
		}
	}
}

func BenchmarkBase64(b *testing.B) {
	enc := base64.StdEncoding.EncodeToString(make([]byte, 1<<20))
	var s strings.Builder
	for ; len(enc) > 76; enc = enc[76:] {
		s.WriteString(enc[:76] + "\r\n")
	}
	src := []byte(s.String())
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		io.Copy(io.Discard, &base64Reader{src: src})
	}
}
