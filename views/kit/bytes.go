package kit

import "fmt"

// Bytes writes a size as people read it. A KB is 1024 bytes, as servers count it.
func Bytes(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d bytes", n)
	case n < 1000<<10:
		return fmt.Sprintf("%d KB", (n+512)>>10)
	case n < 10<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n < 1000<<20:
		return fmt.Sprintf("%d MB", (n+(1<<19))>>20)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
}
