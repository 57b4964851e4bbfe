package pop3

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/pop3/pop3server"
	"github.com/postrider/postrider/accounts/wire"
)

// over returns a session that reads in.
func over(in io.Reader) *session {
	return &session{o: wire.Options{}, r: bufio.NewReaderSize(in, readBuffer), w: bufio.NewWriter(io.Discard), window: 1}
}

// unstuffSlow is the obvious way, line by line: what the fast one is compared with.
func unstuffSlow(in string) (out string, rest string, ok bool) {
	var b strings.Builder
	for {
		i := strings.Index(in, "\r\n")
		if i < 0 {
			return "", "", false
		}
		line := in[:i]
		in = in[i+2:]
		if line == "." {
			return b.String(), in, true
		}
		b.WriteString(strings.TrimPrefix(line, ".") + "\r\n")
	}
}

var bodies = []string{
	"", "a\r\n", ".\r\n", "..\r\n", ".x\r\n", "\r\n", "\r\n.\r\n", "a\r\n.\r\n.\r\n", "lone\nLF\n.\n.\r\nx\r\n", "\n.\r\n", "\r\r\n", "a\r.\r\n", "\r\n\r\n.", "bare\rCR\r\n",
	"\x00\xff\r\n", strings.Repeat("x", 300<<10) + "\r\n", strings.Repeat(".\r\n", 5000), strings.Repeat("y", readBuffer-1) + "\r\n.z\r\n", strings.Repeat("y", readBuffer-2) + "\r\n.z\r\n",
	strings.Repeat("y", readBuffer) + "\r\n.z\r\n", strings.Repeat("y", readBuffer-3) + "\r\n.z\r\n",
}

func TestBodyGivesTheExactBytesBack(t *testing.T) {
	for _, want := range bodies {
		if want != "" && !strings.HasSuffix(want, "\r\n") {
			want += "\r\n"
		}
		in := string(pop3server.Stuff(nil, []byte(want))) + "+OK next\r\n"
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(in), "byte by byte": iotest.OneByteReader(strings.NewReader(in)), "half": iotest.HalfReader(strings.NewReader(in))} {
			for _, how := range []string{"read", "tiny", "writeto", "discard"} {
				if len(want) > 10000 && (name == "byte by byte" || how == "tiny") && how != "writeto" {
					continue
				}
				if seeker, ok := r.(*strings.Reader); ok {
					seeker.Seek(0, io.SeekStart)
				} else {
					r = iotest.OneByteReader(strings.NewReader(in))
				}
				s := over(r)
				var b body
				b.reset(s)
				var got []byte
				var err error
				switch how {
				case "read":
					got, err = io.ReadAll(struct{ io.Reader }{&b})
				case "tiny":
					got, err = io.ReadAll(iotest.OneByteReader(&b))
				case "writeto":
					var w bytes.Buffer
					_, err = b.WriteTo(&w)
					got = w.Bytes()
				case "discard":
					err = b.discard()
					got = []byte(want)
				}
				if err != nil || string(got) != want {
					t.Fatalf("%s, %s: %.40q gives %.40q (%d, want %d bytes), %v", name, how, want, got, len(got), len(want), err)
				}
				if text, ok, err := s.status(); err != nil || !ok || text != "next" {
					t.Fatalf("%s, %s: %.40q: the reply behind it is lost: %q %v %v", name, how, want, text, ok, err)
				}
			}
		}
	}
}

func TestBodyWithoutEndIsAnError(t *testing.T) {
	for _, in := range []string{"", "a", "a\r\n", "a\r\n.", "a\r\n.\r", "a\r\n..\r\n", ".", "\n.\n", "a\n.\r\n"} {
		s := over(strings.NewReader(in))
		var b body
		b.reset(s)
		_, err := io.ReadAll(&b)
		if !fault.Is(err, fault.Network) || s.broken == nil {
			t.Errorf("%q: %v, broken %v", in, err, s.broken)
		}
	}
}

func TestBodyOfServerWithLoneLF(t *testing.T) {
	s := over(strings.NewReader("a\n..b\n.\n+OK\n"))
	s.lf = true
	var b body
	b.reset(s)
	got, err := io.ReadAll(&b)
	if err != nil || string(got) != "a\n.b\n" {
		t.Fatalf("%q %v", got, err)
	}
}

func TestBodyIsBounded(t *testing.T) {
	s := over(strings.NewReader("0123456789\r\n.\r\n"))
	var b body
	b.reset(s)
	b.left = 5
	if _, err := io.ReadAll(&b); !errors.Is(err, errTooLarge) {
		t.Fatalf("%v", err)
	}
}

func FuzzBody(f *testing.F) {
	for _, s := range bodies {
		if len(s) < 1000 {
			f.Add(pop3server.Stuff(nil, []byte(s)), uint8(3))
		}
	}
	f.Fuzz(func(t *testing.T, in []byte, step uint8) {
		want, rest, ok := unstuffSlow(string(in))
		s := over(bytes.NewReader(in))
		var b body
		b.reset(s)
		var got []byte
		p := make([]byte, int(step)+1)
		var err error
		for err == nil {
			var n int
			n, err = b.Read(p)
			got = append(got, p[:n]...)
		}
		if ok != (err == io.EOF) {
			t.Fatalf("complete %v, but %v", ok, err)
		}
		if ok && string(got) != want {
			t.Fatalf("%q, want %q", got, want)
		}
		if left, _ := io.ReadAll(s.r); ok && string(left) != rest {
			t.Fatalf("behind it %q, want %q", left, rest)
		}
	})
}

func FuzzReplies(f *testing.F) {
	for _, s := range []string{"+OK\r\n1 10\r\n2 20\r\n.\r\n+OK\r\n1 abc\r\n2 abc\r\n.\r\n+OK\r\nSubject: x\r\n\r\n.\r\n", "-ERR [IN-USE] x\r\n-ERR\r\n", "+OK\n1 1\n.\n-ERR\n+OK\n\n.\n",
		"+OK\r\n1\r\n.\r\n+OK\r\n99999999999999999999 x\r\n.\r\n", "+ \r\n", "* OK\r\n", "+OK 3 120\r\n"} {
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, in []byte, windowed bool) {
		s := over(bytes.NewReader(in))
		if windowed {
			s.window = pipeline
		}
		l, err := s.list()
		if (l == nil) == (err == nil) {
			t.Fatalf("%v %v", l, err)
		}
		if err != nil {
			var e *fault.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T is no fault", err)
			}
			return
		}
		if len(l.byRef) != len(l.entries) {
			t.Fatalf("%d names of %d messages", len(l.byRef), len(l.entries))
		}
		for _, e := range l.entries {
			if e.ref == "" || e.num < 1 || e.size < 0 {
				t.Fatalf("%+v", e)
			}
		}
		line, _, _ := bytes.Cut(in, []byte("\n"))
		text, _, _ := parseStatus(line)
		responseCode(text)
		parseStat(text)
		headerDigest(in)
		if c := clean(string(in)); strings.ContainsAny(c, "\r\n\x00") || len(c) > 410 {
			t.Fatalf("%q", c)
		}
	})
}
