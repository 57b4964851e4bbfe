package tnef

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/msox/rtf"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

func nameOf(a prop.Attachment) string {
	for _, tag := range []prop.Tag{prop.PidTagAttachLongFilename, prop.PidTagAttachTransportName, prop.PidTagAttachFilename} {
		if s := prop.Text(a, tag); s != "" {
			return s
		}
	}
	return ""
}

func content(t *testing.T, a prop.Attachment) []byte {
	t.Helper()
	if a.Open == nil {
		return nil
	}
	r, n, err := a.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil || int64(len(b)) != n {
		t.Fatalf("%d bytes of %d, %v", len(b), n, err)
	}
	return b
}

// TestCorpus holds every sample to the files beside it, which another reader took out of it.
func TestCorpus(t *testing.T) {
	dir := corpora.Dir(t, "tnef-mimekit")
	streams, _ := filepath.Glob(filepath.Join(dir, "*.tnef"))
	if len(streams) < 15 {
		t.Fatalf("%d streams in %s", len(streams), dir)
	}
	checked := 0
	for _, file := range streams {
		name := strings.TrimSuffix(filepath.Base(file), ".tnef")
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Parse(b)
		if m == nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		found, count := map[string][]byte{}, map[string]int{}
		for _, a := range m.Attachments {
			n := nameOf(a)
			if count[n]++; nameTwice(m, n) {
				n += "." + strconv.Itoa(count[n])
			}
			found[n] = content(t, a)
		}
		if z := prop.Bytes(m, prop.PidTagRtfCompressed); z != nil {
			if found["message.rtf"], err = rtf.Decompress(z, 0); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		found["message.html"] = prop.Bytes(m, prop.PidTagHtml)
		found["message.txt"] = []byte(prop.Text(m, prop.PidTagBody))
		files, _ := filepath.Glob(filepath.Join(dir, name, "*"))
		for _, f := range files {
			want, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := found[filepath.Base(f)]
			if bytes.HasPrefix(want, iidStorage[:]) {
				want = want[16:] // that reader left the name of the interface before the object
			}
			if text := !bytes.Contains(want, []byte("\r\n")); text {
				got = bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")) // what is text was put there with other line ends
			}
			if !ok || !bytes.Equal(got, want) {
				t.Errorf("%s: %s: %d bytes, want %d", name, filepath.Base(f), len(got), len(want))
			}
			checked++
		}
		t.Logf("%s: %v; %d properties, %d recipients, attachments %q", name, err, len(m.Tags()), len(m.Recipients), names(m))
	}
	if checked < 40 {
		t.Errorf("only %d files were compared", checked)
	}
}

func nameTwice(m *prop.Message, n string) bool {
	c := 0
	for _, a := range m.Attachments {
		if nameOf(a) == n {
			c++
		}
	}
	return c > 1
}

func names(m *prop.Message) (out []string) {
	for _, a := range m.Attachments {
		out = append(out, nameOf(a))
	}
	slices.Sort(out)
	return out
}
