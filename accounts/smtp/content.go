package smtp

import (
	"fmt"
	"io"

	"github.com/postrider/postrider/accounts/remote"
)

// data sends by DATA.
func (s *session) data(rec *remote.Receipt, msg io.Reader) error {
	s.patience(2)
	r, err := s.cmd("DATA")
	s.patience(5)
	if err != nil {
		return err
	}
	if r.code != 354 {
		err := s.refused("send", r)
		s.reset()
		return err
	}
	s.patience(3)
	lw := &lineWriter{w: s.w, stuff: true}
	if err := s.copy(lw, msg); err != nil {
		return err
	}
	if err := lw.finish(); err != nil {
		return s.fail(err)
	}
	s.w.WriteString(".\r\n")
	if err := s.w.Flush(); err != nil {
		return s.fail(err)
	}
	return s.verdict(rec)
}

// copy tells errors of the message from those of the connection.
func (s *session) copy(w io.Writer, msg io.Reader) error {
	buf := make([]byte, 64<<10)
	for {
		n, err := msg.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return s.fail(err)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return s.local(err)
		}
	}
}

// verdict reads the answer to the whole message.
func (s *session) verdict(rec *remote.Receipt) error {
	s.patience(10)
	r, err := s.reply()
	s.patience(5)
	if err != nil {
		return s.unsure(err)
	}
	if r.code/100 != 2 {
		return s.refused("send", r)
	}
	rec.Text = r.String()
	return nil
}

// chunkSize is how much one BDAT carries.
const chunkSize = 512 << 10

// chunks sends by BDAT, with a chunk on its way while the answer to the one before is awaited where the server allows it.
func (s *session) chunks(rec *remote.Receipt, msg io.Reader) error {
	c := &chunker{s: s, buf: make([]byte, 0, chunkSize)}
	if s.has("PIPELINING") {
		c.window = 2
	}
	s.patience(3)
	lw := &lineWriter{w: c}
	err := s.copy(lw, msg)
	if err == nil {
		err = lw.finish()
	}
	if err == nil {
		err = c.last()
	}
	if c.refusal != nil {
		return c.refusal
	}
	if err != nil {
		return err
	}
	return s.verdict(rec)
}

type chunker struct {
	s       *session
	buf     []byte
	window  int // chunks that may be unanswered; 0 = none
	open    int
	refusal error // the server's no to a chunk
}

func (c *chunker) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		k := min(len(p), chunkSize-len(c.buf))
		c.buf = append(c.buf, p[:k]...)
		p = p[k:]
		if len(c.buf) == chunkSize {
			if err := c.send(""); err != nil {
				return 0, err
			}
			if err := c.answers(max(c.window-1, 0)); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

// last sends what is left as the end; all answers but its own are read first, so that a refusal is told from the verdict.
func (c *chunker) last() error {
	if err := c.answers(0); err != nil {
		return err
	}
	return c.send(" LAST")
}

func (c *chunker) send(last string) error {
	fmt.Fprintf(c.s.w, "BDAT %d%s\r\n", len(c.buf), last)
	c.s.w.Write(c.buf)
	if err := c.s.w.Flush(); err != nil {
		return c.s.fail(err)
	}
	c.buf = c.buf[:0]
	c.open++
	return nil
}

// answers reads until no more than n chunks are unanswered.
func (c *chunker) answers(n int) error {
	for c.open > n {
		r, err := c.s.reply()
		if err != nil {
			return err
		}
		c.open--
		if r.code/100 != 2 && c.refusal == nil {
			c.refusal = c.s.refused("send", r)
			c.s.broken = true // a transaction in the middle: a new connection is the surest reset
			return c.refusal
		}
	}
	return nil
}
