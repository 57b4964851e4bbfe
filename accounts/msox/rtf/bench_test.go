package rtf

import (
	"strings"
	"testing"
)

func BenchmarkConvert(b *testing.B) {
	for name, s := range map[string]string{
		"runs":    `{\rtf1\ansi ` + strings.Repeat(`{\b bold} plain \i it\i0  \'fc\u8364?\par `, 20000) + "}",
		"packed":  `{\rtf1\ansi\fromhtml1 ` + strings.Repeat(`{\*\htmltag64 <p>}text gr\'fcn\htmlrtf {\htmlrtf0 more}\par{\*\htmltag72 </p>}`, 20000) + "}",
		"pending": `{\rtf1\ansi ` + strings.Repeat(`\'fc`, 200000) + "}",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				Convert([]byte(s), Options{})
			}
		})
	}
}

func BenchmarkDecompress(b *testing.B) {
	z := unhexed(b, examples[1].packed)
	b.SetBytes(int64(len(examples[1].plain)))
	for b.Loop() {
		Decompress(z, 0)
	}
}
