package main

import "fmt"

const (
	keptOfTest    = 1 << 20  // bytes: a panic with the stacks of many goroutines fits
	keptOfPackage = 16 << 20 // bytes of tests that failed; of those after it little is kept
)

// clip keeps the beginning and the end of what is added, keptOfTest bytes in all.
type clip struct {
	head, tail []byte
	cut        int // bytes between them that are lost
}

func (c *clip) add(s string) {
	if room := keptOfTest/2 - len(c.head); len(c.tail) == 0 && room > 0 {
		n := min(room, len(s))
		c.head = append(c.head, s[:n]...)
		s = s[n:]
	}
	c.tail = append(c.tail, s...)
	if len(c.tail) > keptOfTest { // down to half of it, so that not each line moves all
		c.trim(keptOfTest / 2)
	}
}

func (c *clip) trim(n int) {
	if over := len(c.tail) - n; over > 0 {
		c.cut += over
		c.tail = append([]byte(nil), c.tail[over:]...)
	}
}

// shrink leaves n bytes.
func (c *clip) shrink(n int) {
	if c.len() <= n {
		return
	}
	all := append(c.head, c.tail...)
	c.cut += len(all) - n
	c.head, c.tail = append([]byte(nil), all[:n/2]...), append([]byte(nil), all[len(all)-n/2:]...)
}

func (c *clip) len() int { return len(c.head) + len(c.tail) }

func (c *clip) String() string {
	if c.cut == 0 {
		return string(c.head) + string(c.tail)
	}
	return fmt.Sprintf("%s\n[... %d bytes are left out ...]\n%s", c.head, c.cut, c.tail)
}
