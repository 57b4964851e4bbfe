package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/testserver"
)

// bare is an IMAP client that does nothing but read.
type bare struct {
	c   *tls.Conn
	r   *bufio.Reader
	tag int
}

func dialIMAP(s *testserver.Server) *bare { return dialFor(s, userName, password) }

func dialFor(s *testserver.Server, user, password string) *bare {
	c, err := tls.Dial("tcp", fmt.Sprintf("localhost:%d", s.Port(993)), &tls.Config{RootCAs: s.Roots})
	check(err)
	b := &bare{c: c, r: bufio.NewReaderSize(c, 256<<10)}
	_, err = b.r.ReadString('\n')
	check(err)
	b.must("LOGIN " + user + " " + password)
	return b
}

func (b *bare) close() { b.c.Close() }

func (b *bare) send(cmd string) {
	b.tag++
	_, err := fmt.Fprintf(b.c, "a%d %s\r\n", b.tag, cmd)
	check(err)
}

// wait reads to the end of n commands and returns the bytes of all literals.
func (b *bare) wait(n int) (literal int64) {
	for n > 0 {
		l, err := b.r.ReadSlice('\n')
		check(err)
		if i := bytes.LastIndexByte(l, '{'); i >= 0 && bytes.HasSuffix(l, []byte("}\r\n")) {
			k, err := strconv.ParseInt(string(l[i+1:len(l)-3]), 10, 64)
			if err == nil {
				m, err := io.CopyN(io.Discard, b.r, k)
				check(err)
				literal += m
				continue
			}
		}
		if l[0] == 'a' {
			if !bytes.Contains(l, []byte(" OK")) {
				check(fmt.Errorf("server: %s", strings.TrimSpace(string(l))))
			}
			n--
		}
	}
	return literal
}

func (b *bare) must(cmd string) int64 {
	b.send(cmd)
	return b.wait(1)
}

// floorBodies fetches n bodies in ranges of 200, two ahead, and throws them away.
func (b *bench) floorBodies(n int) (float64, int64) {
	c := dialIMAP(b.s)
	defer c.close()
	t := time.Now()
	c.must("EXAMINE INBOX")
	out := 0
	var total int64
	for at := 1; at <= n; at += 200 {
		c.send(fmt.Sprintf("FETCH %d:%d (UID FLAGS BODY.PEEK[])", at, min(at+199, n)))
		if out++; out > 2 {
			total += c.wait(1)
			out--
		}
	}
	total += c.wait(out)
	return time.Since(t).Seconds(), total
}

// metadata is what Postrider asks for to list a message.
const metadata = "(UID FLAGS RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (Date From Sender Reply-To To Cc Bcc Subject Message-ID In-Reply-To References List-ID Content-Type Content-Disposition)])"

// floorMeta fetches what a message list needs and throws it away.
func (b *bench) floorMeta() float64 {
	c := dialIMAP(b.s)
	defer c.close()
	t := time.Now()
	c.must("EXAMINE INBOX")
	c.must("FETCH 1:* " + metadata)
	return time.Since(t).Seconds()
}

// floorPOP retrieves everything, window commands ahead.
func (b *bench) floorPOP(window int) float64 {
	c, err := tls.Dial("tcp", fmt.Sprintf("localhost:%d", b.s.Port(995)), &tls.Config{RootCAs: b.s.Roots})
	check(err)
	defer c.Close()
	r := bufio.NewReaderSize(c, 256<<10)
	line := func() []byte {
		l, err := r.ReadSlice('\n')
		for err == bufio.ErrBufferFull {
			_, err = r.ReadSlice('\n')
		}
		check(err)
		return l
	}
	line()
	t := time.Now()
	fmt.Fprintf(c, "USER %s\r\n", userName)
	line()
	fmt.Fprintf(c, "PASS %s\r\n", password)
	line()
	fmt.Fprint(c, "STAT\r\n")
	var n int
	fmt.Sscanf(string(line()), "+OK %d", &n)
	read := func() {
		line()
		for !bytes.Equal(line(), []byte(".\r\n")) {
		}
	}
	out := 0
	w := bufio.NewWriter(c)
	for i := 1; i <= n; i++ {
		fmt.Fprintf(w, "RETR %d\r\n", i)
		out++
		if out == window {
			w.Flush()
			for range max(window/2, 1) {
				read()
				out--
			}
		}
	}
	w.Flush()
	for range out {
		read()
	}
	return time.Since(t).Seconds()
}
