package imap

import (
	"bytes"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

// recorded is a connection that says data and takes everything.
type recorded struct{ r io.Reader }

func (c recorded) Read(p []byte) (int, error)       { return c.r.Read(p) }
func (c recorded) Write(p []byte) (int, error)      { return len(p), nil }
func (c recorded) Close() error                     { return nil }
func (c recorded) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c recorded) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (c recorded) SetDeadline(time.Time) error      { return nil }
func (c recorded) SetReadDeadline(time.Time) error  { return nil }
func (c recorded) SetWriteDeadline(time.Time) error { return nil }

func tidied(data []byte) ([]byte, error) {
	f := newFilter(recorded{bytes.NewReader(data)}, time.Minute, slog.New(slog.DiscardHandler))
	return io.ReadAll(f)
}

// Replies that real servers gave, all in one session: go-imap must be able to read each of them through the filter to its end.
func TestRecordedReplies(t *testing.T) {
	dir := corpora.Dir(t, "imap-mailkit/Imap")
	n, bad := 0, 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".txt") || strings.Contains(path, "greeting") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n++
		// What answers a command has nobody waiting here; tagged lines and continuations are left out, the rest is read.
		var in bytes.Buffer
		in.WriteString("* OK [CAPABILITY IMAP4rev1] ready\r\n")
		if !bytes.Contains(data, []byte("\r\n")) { // the recording lost its CRs, which the sizes of literals count
			data = bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
		}
		in.Write(data)
		out, err := tidied(in.Bytes())
		if err != nil && err.Error() != "imap: unexpected EOF" {
			t.Errorf("%s: %v", path, err)
		}
		var untagged bytes.Buffer
		for l := range bytes.Lines(out) {
			if bytes.HasPrefix(l, []byte("A######## ")) || l[0] == '+' && !strings.Contains(path, "fetch") {
				continue
			}
			untagged.Write(l)
		}
		untagged.WriteString("* BYE end of the recording\r\n")
		bye := false
		c := imapclient.New(recorded{io.MultiReader(bytes.NewReader(untagged.Bytes()), note{&bye})}, nil)
		<-c.Closed()
		if !bye {
			bad++
			t.Errorf("%s: go-imap stopped before the end", filepath.Base(path))
		}
		return nil
	})
	if err != nil || n < 100 {
		t.Fatalf("%d files, %v", n, err)
	}
	t.Logf("%d recorded replies, %d not read to the end", n, bad)
}

// note notices that it is read and ends.
type note struct{ read *bool }

func (n note) Read([]byte) (int, error) { *n.read = true; return 0, io.EOF }

func TestFilterTidies(t *testing.T) {
	for in, want := range map[string]string{
		"* 1 FETCH (UID 5 FLAGS (\\Seen))\r\n":                               "* 1 FETCH (UID 5 FLAGS (\\Seen))\r\n",
		"* 1 fetch (flags (\\Seen) uid 5)\r\n":                               "* 1 FETCH (UID 5 flags (\\Seen))\r\n",
		"* 1 FETCH (BODY[] {3}\r\nabc UID 5)\r\n":                            "* 1 FETCH (UID 5 BODY[] {3}\r\nabc)\r\n",
		"* 1 FETCH (UID 5 BODY[] {3}\r\na\nc)\r\n":                           "* 1 FETCH (UID 5 BODY[] {3}\r\na\nc)\r\n",
		"* 1 FETCH (UID 5 X-A {2}\r\n)) FLAGS (a))\r\n":                      "* 1 FETCH (UID 5 FLAGS (a))\r\n",
		"* 1 FETCH (UID 5 X (a \"(\" (b {1}\r\nz)) MODSEQ (7))\r\n":          "* 1 FETCH (UID 5 MODSEQ (7))\r\n",
		"* 1 FETCH (UID 5000000000 FLAGS ())\r\n":                            "* 1 FETCH (FLAGS ())\r\n",
		"* OK [UIDNEXT -1] x\r\n* OK [UIDNEXT 7] x\r\n":                      "* OK x\r\n* OK [UIDNEXT 7] x\r\n",
		"* OK [PERMANENTFLAGS (\\* \\Seen a]b {x)] y\r\n":                    "* OK [PERMANENTFLAGS (\\* \\Seen)] -\r\n",
		"* VANISHED 4:5\r\n* VANISHED (EARLIER) 1:3\r\n* FOO {3}\r\nabc\r\n": "",
		"T1 OK [COPYUID 1 5,3 8:9] done\r\n":                                 "T1 OK done\r\n",
		"T1 no [x\r\n":                                                       "T1 NO -x\r\n",
		"* SEARCH 1 2 x 3 (MODSEQ 5)\r\n":                                    "* SEARCH 1 2 3\r\n",
		"* SEARCH\r\n* SEARCH 5\r\n":                                         "* SEARCH\r\n* SEARCH 5\r\n",
		"* STATUS x (MESSAGES -1 UNSEEN 2 FOO 3)\r\n":                        "* STATUS \"x\" (UNSEEN 2 FOO 3)\r\n",
		"* FLAGS (\\Seen \"odd\" ok)\r\n":                                    "* FLAGS (\\Seen ok)\r\n",
		"* QUOTA \"ROOT\"\r\n* QUOTA \"\" (STORAGE 1 2)\r\n":                 "* QUOTA \"ROOT\" ()\r\n* QUOTA \"\" (STORAGE 1 2)\r\n",
		"* QUOTA a.b (STORAGE 1 x)\r\n* QUOTA x (A 1 2 X-B 3 4)\r\n":         "* QUOTA \"a.b\" ()\r\n* QUOTA \"x\" (A 1 2 X-B 3 4)\r\n",
		"* 99999999999 EXISTS\r\n* 3 EXISTS\r\n":                             "* 3 EXISTS\r\n",
	} {
		out, err := tidied([]byte(in))
		if err != nil || string(out) != want {
			t.Errorf("%q:\n got %q (%v)\nwant %q", in, out, err, want)
		}
	}
}

func TestUTF7(t *testing.T) {
	for _, c := range []struct{ in, want string }{{"Entw&APw-rfe", "Entwürfe"}, {"&-", "&"}, {"a&-b", "a&b"}, {"&2D3cqA-", "💨"}, {"plain", "plain"}} {
		if got, ok := decodeUTF7(c.in); !ok || got != c.want || encodeUTF7(got) != c.in {
			t.Errorf("%q: %q %v, back %q", c.in, got, ok, encodeUTF7(got))
		}
	}
	for _, bad := range []string{"a&b", "&AGE-", "caf\xc3\xa9", "&!!-", "x\ty"} {
		if validUTF7(bad) {
			t.Errorf("%q is taken for modified UTF-7", bad)
		}
	}
}

func FuzzFilter(f *testing.F) {
	f.Add([]byte("* 1 FETCH (UID 5 BODY[] {3}\r\nabc FLAGS (a))\r\n"))
	f.Add([]byte("* LIST (\\X) \"/\" {3}\r\na\"b\r\n* STATUS {1}\r\nx (MESSAGES 1)\r\n"))
	f.Add([]byte("* OK [PERMANENTFLAGS (a)] x\r\nT1 NO [ALERT] y\r\n* SEARCH 1 2\r\n* VANISHED (EARLIER) 1:5\r\n"))
	f.Add([]byte("* 1 FETCH (X (a {2}\r\n(( b) UID 7 BODY[HEADER.FIELDS (A B)] {0}\r\n)\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := tidied(data); err == errLine {
			return
		}
		c := imapclient.New(newFilter(recorded{io.MultiReader(strings.NewReader("* OK hi\r\n"), bytes.NewReader(data))}, time.Minute, slog.New(slog.DiscardHandler)), nil)
		select {
		case <-c.Closed():
		case <-time.After(30 * time.Second):
			t.Fatal("go-imap hangs")
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add("1 7 9 40 3 0 0 0 0 5")
	f.Fuzz(func(t *testing.T, s string) {
		if tok, ok := decodeToken(remote.Token(s)); ok {
			if again, ok := decodeToken(tok.encode()); !ok || again != tok {
				t.Errorf("%q: %+v, then %+v", s, tok, again)
			}
		}
	})
}
