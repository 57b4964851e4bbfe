package prop

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// codepages are the Windows code pages; UTF-8 and ASCII have nil.
var codepages = map[int]encoding.Encoding{
	437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852, 855: charmap.CodePage855, 858: charmap.CodePage858,
	860: charmap.CodePage860, 862: charmap.CodePage862, 863: charmap.CodePage863, 865: charmap.CodePage865, 866: charmap.CodePage866,
	874: charmap.Windows874, 932: japanese.ShiftJIS, 936: simplifiedchinese.GBK, 949: korean.EUCKR, 950: traditionalchinese.Big5,
	1250: charmap.Windows1250, 1251: charmap.Windows1251, 1252: charmap.Windows1252, 1253: charmap.Windows1253,
	1254: charmap.Windows1254, 1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257, 1258: charmap.Windows1258,
	1200: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), 1201: unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
	10000: charmap.Macintosh, 10007: charmap.MacintoshCyrillic,
	20127: nil, 65001: nil,
	20866: charmap.KOI8R, 21866: charmap.KOI8U, 20932: japanese.EUCJP, 51932: japanese.EUCJP, 51949: korean.EUCKR,
	50220: japanese.ISO2022JP, 50221: japanese.ISO2022JP, 50222: japanese.ISO2022JP,
	52936: simplifiedchinese.HZGB2312, 54936: simplifiedchinese.GB18030, 51936: simplifiedchinese.GBK, 20936: simplifiedchinese.GBK,
	28591: charmap.ISO8859_1, 28592: charmap.ISO8859_2, 28593: charmap.ISO8859_3, 28594: charmap.ISO8859_4, 28595: charmap.ISO8859_5,
	28596: charmap.ISO8859_6, 28597: charmap.ISO8859_7, 28598: charmap.ISO8859_8, 28599: charmap.ISO8859_9, 28603: charmap.ISO8859_13,
	28605: charmap.ISO8859_15, 38596: charmap.ISO8859_6, 38598: charmap.ISO8859_8,
}

// charsetNames are the names a code page has in MIME, where they are not windows-NNNN.
var charsetNames = map[int]string{
	437: "ibm437", 850: "ibm850", 852: "ibm852", 866: "ibm866", 932: "shift_jis", 936: "gbk", 949: "euc-kr", 950: "big5", 1200: "utf-16le", 1201: "utf-16be",
	10000: "macintosh", 20127: "us-ascii", 65001: "utf-8", 20866: "koi8-r", 21866: "koi8-u", 20932: "euc-jp", 51932: "euc-jp", 51949: "euc-kr",
	50220: "iso-2022-jp", 50221: "iso-2022-jp", 50222: "iso-2022-jp", 52936: "hz-gb-2312", 54936: "gb18030", 51936: "gbk", 20936: "gbk",
	28591: "iso-8859-1", 28592: "iso-8859-2", 28593: "iso-8859-3", 28594: "iso-8859-4", 28595: "iso-8859-5", 28596: "iso-8859-6",
	28597: "iso-8859-7", 28598: "iso-8859-8", 28599: "iso-8859-9", 28603: "iso-8859-13", 28605: "iso-8859-15", 38596: "iso-8859-6", 38598: "iso-8859-8-i",
}

// Charset is the MIME name of a Windows code page; "" where it is not known.
func Charset(cp int) string {
	if s, ok := charsetNames[cp]; ok {
		return s
	}
	switch {
	case cp == 874, cp >= 1250 && cp <= 1258:
		return "windows-" + strconv.Itoa(cp)
	}
	return ""
}

// Codepage is the Windows code page of a MIME charset name; 0 where it is not known.
func Codepage(charset string) int {
	c := strings.ToLower(strings.TrimSpace(charset))
	switch c {
	case "utf8", "unicode-1-1-utf-8":
		return 65001
	case "ascii":
		return 20127
	case "gb2312":
		return 936
	}
	best := 0
	for cp, name := range charsetNames {
		if name == c && (best == 0 || cp < best) {
			best = cp
		}
	}
	if best != 0 {
		return best
	}
	for cp := 1250; cp <= 1258; cp++ {
		if c == "windows-"+strconv.Itoa(cp) {
			return cp
		}
	}
	if e, err := htmlindex.Get(c); err == nil {
		if n, err := htmlindex.Name(e); err == nil && n != c {
			return Codepage(n)
		}
	}
	return 0
}

// Encoding is the encoding of a code page: nil with ok for UTF-8 and ASCII, not ok where the code page is not known.
func Encoding(cp int) (enc encoding.Encoding, ok bool) { enc, ok = codepages[cp]; return enc, ok }

// Decode turns bytes in a code page into UTF-8, always valid. An unknown code page is read as UTF-8 where that is valid, else
// as windows-1252; so is text said to be UTF-8 or ASCII that is not.
func Decode(b []byte, cp int) string {
	if ascii(b) && cp != 1200 && cp != 1201 && cp != 52936 && (cp < 50220 || cp > 50222) {
		return string(b)
	}
	enc, ok := codepages[cp]
	if !ok || enc == nil {
		if utf8.Valid(b) {
			return string(b)
		}
		enc = charmap.Windows1252
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		out, _ = charmap.Windows1252.NewDecoder().Bytes(b)
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

// Encode turns text into a code page; ok is false where some character has no place in it and was replaced by a question mark.
func Encode(s string, cp int) (b []byte, ok bool) {
	enc, known := codepages[cp]
	if !known {
		enc = charmap.Windows1252
	}
	if enc == nil {
		return []byte(s), cp == 65001 || ascii([]byte(s))
	}
	if out, err := enc.NewEncoder().String(s); err == nil {
		return []byte(out), true
	}
	for _, r := range s {
		c, err := enc.NewEncoder().String(string(r))
		if err != nil {
			c = "?"
		}
		b = append(b, c...)
	}
	return b, false
}

// UTF16 decodes little-endian UTF-16, as Unicode strings are stored everywhere; an odd last byte is dropped.
func UTF16(b []byte) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = uint16(b[2*i]) | uint16(b[2*i+1])<<8
	}
	return string(utf16.Decode(u))
}

// ToUTF16 encodes little-endian UTF-16, without a mark or a terminating NUL.
func ToUTF16(s string) []byte {
	u := utf16.Encode([]rune(s))
	b := make([]byte, 0, 2*len(u))
	for _, c := range u {
		b = append(b, byte(c), byte(c>>8))
	}
	return b
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
