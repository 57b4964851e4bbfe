package rfc822

import (
	"bytes"
	"encoding/base64"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode/utf32"
)

// charsetAliases are names seen in mail that neither the HTML nor the IANA index know, or know otherwise.
var charsetAliases = map[string]string{
	"ansi": "windows-1252", "cp1252": "windows-1252", "win-1252": "windows-1252", "default": "windows-1252",
	"unknown-8bit": "windows-1252", "x-unknown": "windows-1252", "8bit": "windows-1252", "ascii-8bit": "windows-1252",
	"cp932": "shift_jis", "cp943": "shift_jis", "ms932": "shift_jis", "windows-31j": "shift_jis",
	"cp949": "euc-kr", "ms949": "euc-kr", "ks_c_5601-1989": "euc-kr", "5601": "euc-kr",
	"cp936": "gb18030", "ms936": "gb18030", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "x-gbk": "gb18030",
	"gb_2312-80": "gb18030", "euc-cn": "gb18030", "cp950": "big5", "x-big5": "big5",
	"cp1250": "windows-1250", "cp1251": "windows-1251", "cp1253": "windows-1253", "cp1254": "windows-1254",
	"cp1255": "windows-1255", "cp1256": "windows-1256", "cp1257": "windows-1257", "cp1258": "windows-1258",
	"iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "iso-8859-6-i": "iso-8859-6", "iso-8859-6-e": "iso-8859-6",
	"utf8mb4": "utf-8", "utf_8": "utf-8", "unicode": "utf-8", "x-utf-8": "utf-8",
	"iso-2022-jp-1": "iso-2022-jp", "iso-2022-jp-2": "iso-2022-jp", "iso-2022-jp-3": "iso-2022-jp", "iso-2022-jp-ms": "iso-2022-jp",
	"cp50220": "iso-2022-jp", "cp50221": "iso-2022-jp", "koi8": "koi8-r", "tis-620": "windows-874",
}

var codecs sync.Map // lower-case charset name → encoding.Encoding; nil where unknown

// codec returns the encoding of a charset name, nil for UTF-8 and ASCII; ok is false where it is unknown.
func codec(name string) (enc encoding.Encoding, ok bool) {
	if v, hit := codecs.Load(name); hit {
		e, _ := v.(encoding.Encoding)
		return e, e != nil || isUTF8(name)
	}
	if len(name) > 64 {
		return nil, false
	}
	n := strings.ToLower(strings.Trim(name, " \t\"'"))
	if a, hit := charsetAliases[n]; hit {
		n = a
	}
	switch {
	case isUTF8(n):
		return nil, true
	case n == "hz-gb-2312":
		enc = simplifiedchinese.HZGB2312
	case n == "gb18030":
		enc = simplifiedchinese.GB18030
	case n == "cp437" || n == "ibm437":
		enc = charmap.CodePage437
	case n == "cp850" || n == "ibm850" || n == "cp-850":
		enc = charmap.CodePage850
	case n == "cp852" || n == "ibm852":
		enc = charmap.CodePage852
	case n == "utf-32" || n == "utf-32be":
		enc = utf32.UTF32(utf32.BigEndian, utf32.UseBOM)
	case n == "utf-32le":
		enc = utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)
	default:
		e, canon := charset.Lookup(n)
		if e != nil && e != encoding.Replacement && canon != "replacement" {
			enc = e
			break
		}
		if strings.HasPrefix(n, "iso8859") {
			if e, _ := charset.Lookup("iso-8859" + n[7:]); e != nil {
				enc = e
				break
			}
		}
		if e, err := ianaindex.MIME.Encoding(n); err == nil && e != nil {
			enc = e
		} else if e, err := ianaindex.IANA.Encoding(n); err == nil && e != nil {
			enc = e
		}
	}
	// The names come from strangers: the cache must not grow without end, so only known charsets enter it.
	if enc != nil {
		codecs.Store(name, enc)
	}
	return enc, enc != nil
}

func isUTF8(n string) bool {
	switch n {
	case "", "utf-8", "utf8", "us-ascii", "ascii", "ansi_x3.4-1968", "unicode-1-1-utf-8":
		return true
	}
	return false
}

func isUTF7(n string) bool {
	switch n {
	case "utf-7", "utf7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7":
		return true
	}
	return false
}

// decodeCharset turns b into UTF-8. name may be "" (unknown). known is false when the charset is not known and was
// guessed. The result is always valid UTF-8.
func decodeCharset(b []byte, name string) (s string, known bool) {
	out, known := decodeCharsetBytes(b, name)
	return string(out), known
}

// decodeCharsetBytes is decodeCharset on bytes; the result may be b itself.
func decodeCharsetBytes(b []byte, name string) (out []byte, known bool) {
	name = lowerTrim(name)
	if isUTF8(name) {
		if utf8.Valid(b) {
			return b, true
		}
		// Truncated at the end or a few bad bytes in good UTF-8 stay UTF-8; anything else is a wrong label.
		if mostlyUTF8(b) {
			return bytes.ToValidUTF8(b, []byte("\uFFFD")), true
		}
		return windows1252(b), !strings.HasPrefix(name, "utf")
	}
	if isUTF7(name) {
		return decodeUTF7(b), true
	}
	enc, ok := codec(name)
	if !ok {
		if utf8.Valid(b) {
			return b, isASCII(b)
		}
		return windows1252(b), false
	}
	if enc == nil {
		return bytes.ToValidUTF8(b, []byte("\uFFFD")), true
	}
	if enc == charmap.Windows1252 {
		if isASCII(b) {
			return b, true
		}
		// UTF-8 labelled as Latin-1 is far more common than Latin-1 that happens to be valid UTF-8.
		if utf8.Valid(b) && multibyteRunes(b) > 0 {
			return b, true
		}
		return windows1252(b), true
	}
	o, err := enc.NewDecoder().Bytes(b)
	if err != nil && len(o) == 0 && len(b) > 0 {
		return windows1252(b), false
	}
	return bytes.ToValidUTF8(o, []byte("\uFFFD")), true
}

func multibyteRunes(b []byte) int {
	n := 0
	for _, c := range b {
		if c >= 0xC2 && c <= 0xF4 {
			n++
		}
	}
	return n
}

// mostlyUTF8 reports whether b holds more good multi-byte characters than bad bytes.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			if !utf8.FullRune(b[i:]) {
				break // cut in the last character
			}
			bad++
		} else {
			good++
		}
		i += n
	}
	return good > bad
}

func windows1252(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/8+8)
	for _, c := range b {
		if c < utf8.RuneSelf {
			out = append(out, c)
		} else {
			out = utf8.AppendRune(out, charmap.Windows1252.DecodeByte(c))
		}
	}
	return out
}

func isASCII(b []byte) bool {
	for len(b) >= 8 {
		if (b[0]|b[1]|b[2]|b[3]|b[4]|b[5]|b[6]|b[7])&0x80 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func lowerTrim(s string) string {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' || c <= ' ' || c == '"' || c == '\'' || c >= 0x80 {
			return strings.ToLower(strings.Trim(s, " \t\r\n\"'"))
		}
	}
	return s
}

var utf7base64 = base64.RawStdEncoding

// decodeUTF7 decodes RFC 2152. What is not UTF-7 is kept as it stands.
func decodeUTF7(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		c := b[i]
		if c != '+' {
			if c < utf8.RuneSelf {
				out = append(out, c)
			} else {
				out = utf8.AppendRune(out, charmap.Windows1252.DecodeByte(c))
			}
			i++
			continue
		}
		j := i + 1
		for j < len(b) && isBase64(b[j]) {
			j++
		}
		if j == i+1 {
			out = append(out, '+')
			i++
			if i < len(b) && b[i] == '-' {
				i++
			}
			continue
		}
		run := b[i+1 : j]
		if len(run)%4 == 1 {
			run = run[:len(run)-1]
		}
		raw := make([]byte, utf7base64.DecodedLen(len(run)))
		n, _ := utf7base64.Decode(raw, run)
		raw = raw[:n&^1]
		units := make([]uint16, 0, len(raw)/2)
		for k := 0; k < len(raw); k += 2 {
			units = append(units, uint16(raw[k])<<8|uint16(raw[k+1]))
		}
		for _, r := range utf16.Decode(units) {
			out = utf8.AppendRune(out, r)
		}
		i = j
		if i < len(b) && b[i] == '-' {
			i++
		}
	}
	return out
}

func isBase64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}
