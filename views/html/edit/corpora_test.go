package edit

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/postrider/postrider/accounts/testserver/corpora"
)

// pages returns the HTML files of the corpora by name.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, set := range []string{"html-foundation", "html-mimekit", "html-postmark", "html-sendwithus"} {
		_ = filepath.WalkDir(corpora.Dir(t, set), func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".html") && !strings.HasSuffix(path, ".htm") {
				return nil
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			s := string(b)
			if strings.ToValidUTF8(s, "") != s {
				s, _ = charmap.Windows1252.NewDecoder().String(s)
			}
			out[set+"/"+filepath.Base(path)] = s
			return nil
		})
	}
	return out
}

// TestCorpora quotes each HTML mail of the corpora in an answer: what is written reads back as the same document, a key in the middle of it changes that line only, and
// undo brings it back.
func TestCorpora(t *testing.T) {
	n := 0
	for name, page := range pages(t) {
		s, err := Quoted(context.Background(), page)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		d, err := Load("<div>My answer.</div><blockquote type=\"cite\">" + s + "</blockquote>")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		n++
		written := d.HTML()
		back, err := Load(written)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if again := back.HTML(); again != written {
			i := 0
			for i < len(again) && i < len(written) && again[i] == written[i] {
				i++
			}
			t.Errorf("%s reads back differently at byte %d:\n%q\n%q", name, i, written[max(0, i-80):min(len(written), i+80)], again[max(0, i-80):min(len(again), i+80)])
		}
		leaf := d.Leaves() / 2
		text := d.Text(leaf)
		if d.Node(leaf).Data == "hr" {
			continue
		}
		d.Insert(Selection{Pos{leaf, 0}, Pos{leaf, 0}}, "X", nil, true)
		if d.Text(leaf) != "X"+text {
			t.Errorf("%s: a key in %q makes %q", name, text, d.Text(leaf))
		}
		d.Undo()
		if d.HTML() != written {
			t.Errorf("%s: undo does not bring it back", name)
		}
	}
	t.Logf("%d mails", n)
}
