package rtf

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

// The two examples of [MS-OXRTFCP] 3.
var examples = []struct{ packed, plain string }{
	{"2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0",
		"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"},
	{"1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0", "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"},
}

func unhexed(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDecompress(t *testing.T) {
	for _, e := range examples {
		b := unhexed(t, e.packed)
		got, err := Decompress(b, 0)
		if err != nil || string(got) != e.plain {
			t.Errorf("got %q, %v", got, err)
		}
		if got, err := Decompress(Store([]byte(e.plain)), 0); err != nil || string(got) != e.plain {
			t.Errorf("stored: %q, %v", got, err)
		}
		if got, err := Decompress(b, 10); !errors.Is(err, ErrCut) || len(got) > 10 {
			t.Errorf("bounded: %q, %v", got, err)
		}
		cut, err := Decompress(b[:len(b)-5], 0)
		if !errors.Is(err, ErrCut) || !strings.HasPrefix(e.plain, string(cut)) || len(cut) == 0 {
			t.Errorf("cut: %q, %v", cut, err)
		}
		b[12] ^= 1
		if got, err := Decompress(b, 0); !errors.Is(err, ErrChecksum) || string(got) != e.plain {
			t.Errorf("checksum: %q, %v", got, err)
		}
	}
	if _, err := Decompress([]byte("not RTF at all, just some text"), 0); !errors.Is(err, ErrFormat) {
		t.Errorf("no RTF: %v", err)
	}
}

func TestEncapsulatedHTML(t *testing.T) {
	in := `{\rtf1\ansi\ansicpg1252\fromhtml1 \fbidis \deff0{\fonttbl
{\f0\fswiss\fcharset0 Arial;}{\f1\fmodern Courier New;}{\f2\fnil\fcharset204 Arial Cyr;}}
{\colortbl\red0\green0\blue0;\red0\green0\blue255;}
\uc1\pard\plain\deftab360 \f0\fs24
{\*\htmltag19 <html>}
{\*\htmltag34 <head>}
{\*\htmltag177 <meta name="x" content="\{a\}">}
{\*\htmltag41 </head>}{\*\htmltag50 <body>}\htmlrtf \lang1033 \htmlrtf0 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0
Gr\'fc\'dfe \f2\'cf\'f0\'e8\htmlrtf\f0\htmlrtf0{\*\htmltag84 &nbsp;}\u8364?\u-10179?\u-8704? a\tab b\ldblquote q\rdblquote\~z
{\*\mhtmltag84 <a href="x">}{\*\htmltag84 <a href="https://fjordlight.example/?a=1&amp;b=2">}\htmlrtf {\field{\*\fldinst{HYPERLINK "https://fjordlight.example"}}{\fldrslt\cf1\ul \htmlrtf0 here\htmlrtf }\htmlrtf0 \htmlrtf }\htmlrtf0 {\*\htmltag92 </a>}
\htmlrtf\par}\htmlrtf0
{\*\htmltag72 </p>}{\*\htmltag58 </body>}{\*\htmltag27 </html>}}`
	if k := KindOf([]byte(in)); k != FromHTML {
		t.Fatalf("kind %v", k)
	}
	got := Convert([]byte(in), Options{})
	want := `<html><head><meta name="x" content="{a}"></head><body><p>Grüße При&nbsp;€😀 a` + "\t" + `b&ldquo;q&rdquo;&nbsp;z<a href="https://fjordlight.example/?a=1&amp;b=2">here</a></p></body></html>`
	if got.HTML != want {
		t.Errorf("got  %q\nwant %q", got.HTML, want)
	}
	if got.Text != "" || got.Cut {
		t.Errorf("text %q, cut %v", got.Text, got.Cut)
	}
	if got := Convert([]byte(in), Options{MaxText: 20}); !got.Cut || len(got.HTML) > 64 {
		t.Errorf("bounded: cut %v, %q", got.Cut, got.HTML)
	}
}

func TestEncapsulatedText(t *testing.T) {
	in := `{\rtf1\ansi\ansicpg1252\fromtext \fbidis \deff0{\fonttbl{\f0\fswiss Arial;}}{\colortbl;\red0\green0\blue0;}\uc1\pard\plain First \{line\}\par
\htmlrtf hidden\htmlrtf0 second\tab x\par
}`
	got := Convert([]byte(in), Options{})
	if got.Kind != FromText || got.Text != "First {line}\r\nsecond\tx\r\n" || got.HTML != "" {
		t.Errorf("got %+v", got)
	}
}

func TestGenuine(t *testing.T) {
	for name, c := range map[string]struct{ in, html, text string }{
		"runs": {`{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\colortbl ;\red255\green0\blue0;}{\stylesheet{\s0 Normal;}}{\*\generator X;}\pard plain \b bold {\i both} \b0\cf1 red & <b>\cf0\par next\par}`,
			`<p>plain <b>bold </b><b><i>both</i></b><b> </b><span style="color:#ff0000">red &amp; &lt;b&gt;</span></p>` + "\n<p>next</p>\n",
			"plain bold both red & <b>\nnext\n"},
		"link": {`{\rtf1 see {\field{\*\fldinst HYPERLINK "https://a.example/x?y=1&z=2"}{\fldrslt\ul the page}} or {\field{\*\fldinst HYPERLINK "javascript:x()"}{\fldrslt not}}}`,
			`<p>see <a href="https://a.example/x?y=1&amp;z=2"><u>the page</u></a> or not</p>` + "\n", "see the page or not\n"},
		"table": {`{\rtf1 before\par\trowd\cellx100\cellx200\pard\intbl a\cell b\par c\cell\row\trowd\pard\intbl d\cell e\cell\row\pard after\par}`,
			"<p>before</p>\n<table>\n<tr><td>a</td><td>b<br>c</td></tr>\n<tr><td>d</td><td>e</td></tr>\n</table>\n<p>after</p>\n", "before\na\tb c\nd\te\nafter\n"},
		"charsets": {`{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset128 MS;}{\f2\fcharset238 B;}}\f1\'93\'fa\'96{\f1\'7b}\f2\'9e\'e8\f0\'e8 \u26085\'93\'fa\uc2\u8364ab!}`,
			"", ""},
		"hidden": {`{\rtf1 a{\v secret}{\*\unknown thing}b\~c\line d}`, "<p>ab&nbsp;c<br>\nd</p>\n", "ab\u00a0c\nd\n"},
	} {
		got := Convert([]byte(c.in), Options{})
		if name == "charsets" {
			if !strings.Contains(got.Text, "日") || !strings.Contains(got.Text, "žč") || !strings.HasSuffix(got.Text, "è 日ú€!\n") {
				t.Errorf("%s: %q", name, got.Text)
			}
			continue
		}
		if want := "<html><body>\n" + c.html + "</body></html>\n"; got.HTML != want {
			t.Errorf("%s: got  %q\nwant %q", name, got.HTML, want)
		}
		if got.Text != c.text {
			t.Errorf("%s: text %q, want %q", name, got.Text, c.text)
		}
	}
}

func TestPictures(t *testing.T) {
	in := append([]byte(`{\rtf1 a{\*\shppict{\pict{\*\picprop x}\pngblip\picw10 89504e\par 47}}{\nonshppict{\pict\wmetafile8 00}}{\pict\jpegblip\bin4 `), 0xff, 0xd8, '}', '{')
	in = append(in, "}b}"...)
	got := Convert(in, Options{IDPrefix: "p"})
	if len(got.Pictures) != 2 || !bytes.Equal(got.Pictures[0].Data, []byte("\x89PNG")) || !bytes.Equal(got.Pictures[1].Data, []byte("\xff\xd8}{")) || got.Pictures[1].Type != "image/jpeg" {
		t.Fatalf("pictures %+v", got.Pictures)
	}
	if want := `<p>a<img src="cid:p1"><img src="cid:p2">b</p>`; !strings.Contains(got.HTML, want) {
		t.Errorf("HTML %q lacks %q", got.HTML, want)
	}
	if got := Convert(in, Options{MaxPictures: 5}); !got.Cut {
		t.Error("pictures were not bounded")
	}
}

func TestPlacesOfAttachments(t *testing.T) {
	got := Convert([]byte(`{\rtf1 see {\b \objattph  }and \objattph\'20 there}`), Options{Object: func(n int) (string, string) {
		return []string{"<i>one</i>", "<img>"}[n], []string{"[one]", ""}[n]
	}})
	if !strings.Contains(got.HTML, "<p>see <i>one</i>and <img> there</p>") || got.Text != "see [one]and  there\n" {
		t.Errorf("%q\n%q", got.HTML, got.Text)
	}
}

func TestDeepGroups(t *testing.T) {
	in := `{\rtf1 ` + strings.Repeat("{", 100000) + "deep" + strings.Repeat("}", 100000) + "end}"
	if got := Convert([]byte(in), Options{}).Text; got != "deepend\n" {
		t.Errorf("got %q", got)
	}
}

func FuzzDecompress(f *testing.F) {
	for _, e := range examples {
		f.Add(unhexed(f, e.packed))
		f.Add(Store([]byte(e.plain)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := Decompress(b, 1<<20)
		if len(out) > 1<<20 {
			t.Fatalf("%d bytes", len(out))
		}
		if err == nil && len(out) > 0 {
			if again, err := Decompress(Store(out), 1<<20); err != nil || !bytes.Equal(again, out) {
				t.Fatalf("stored form: %v", err)
			}
		}
	})
}

func FuzzConvert(f *testing.F) {
	for _, s := range []string{
		`{\rtf1\ansi\fromhtml1{\fonttbl{\f0\fcharset128 x;}}{\*\htmltag64 <p>}\htmlrtf x\htmlrtf0 \'93\'fa\u-10179?\u-8704?{\*\htmltag72 </p>}}`,
		`{\rtf1\fromtext a\par b\tab}`,
		`{\rtf1{\colortbl;\red1\green2\blue3;}\trowd\intbl a\cell\row\pard\qc\b x\cf1\fs30 y{\field{\*\fldinst HYPERLINK "http://a"}{\fldrslt z}}{\pict\pngblip 8950}}`,
		`{\rtf1\bin5 ab}`, `{\uc9\u`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got := Convert(b, Options{MaxText: 1 << 16, MaxPictures: 1 << 16})
		if len(got.HTML) > 1<<20+8*len(b) || len(got.Text) > 1<<20+8*len(b) {
			t.Fatalf("%d bytes in, %d and %d out", len(b), len(got.HTML), len(got.Text))
		}
	})
}
