package pop3

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxMessage bounds one message.
const maxMessage = 2 << 30

var errTooLarge = errors.New("message too large")

// body reads the multi-line part of a reply: the exact bytes, unstuffed, up to the line with a single dot (RFC 1939 section 3).
// It looks for line ends with a dot behind them, which are rare, instead of for lines.
type body struct {
	r     *bufio.Reader
	mark  []byte // line end and "."
	end   []byte // "." and line end
	start bool   // at the start of a line
	run   int    // buffered bytes that are known to belong to the message
	then  bool   // a line starts behind them
	left  int64
	err   error // io.EOF behind the last byte
	fail  func(error) error
}

func (b *body) reset(s *session) {
	*b = body{r: s.r, mark: []byte("\r\n."), end: []byte(".\r\n"), start: true, left: maxMessage, fail: s.fail}
	if s.lf {
		b.mark, b.end = []byte("\n."), []byte(".\n")
	}
}

// next returns the next run of bytes, at most limit, valid until the next call; the caller discards it from the buffer.
func (b *body) next(limit int) ([]byte, error) {
	if b.err != nil {
		return nil, b.err
	}
	if b.run == 0 {
		if err := b.scan(); err != nil {
			return nil, err
		}
	}
	w, _ := b.r.Peek(min(b.run, limit))
	if b.left -= int64(len(w)); b.left < 0 {
		return nil, b.broke(errTooLarge)
	}
	if b.run -= len(w); b.run == 0 {
		b.start = b.then
	}
	return w, nil
}

// scan finds how many of the buffered bytes belong to the message as they are.
func (b *body) scan() error {
	if b.start {
		c, err := b.r.Peek(1)
		if err != nil {
			return b.broke(err)
		}
		if c[0] == '.' {
			c, err := b.r.Peek(len(b.end))
			if err != nil {
				return b.broke(err)
			}
			b.r.Discard(1)
			if bytes.Equal(c, b.end) {
				b.r.Discard(len(b.end) - 1)
				b.err = io.EOF
				return io.EOF
			}
		}
		b.start = false
	}
	w, err := b.r.Peek(max(b.r.Buffered(), len(b.mark)))
	if len(w) < len(b.mark) {
		return b.broke(err)
	}
	if i := bytes.Index(w, b.mark); i >= 0 {
		b.run, b.then = i+len(b.mark)-1, true
		return nil
	}
	// What could be the beginning of a mark at the very end waits for more; there is always a byte before it.
	b.run, b.then = len(w), false
	for k := len(b.mark) - 1; k > 0; k-- {
		if bytes.Equal(w[len(w)-k:], b.mark[:k]) {
			b.run -= k
			break
		}
	}
	return nil
}

func (b *body) broke(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	b.err = b.fail(err)
	return b.err
}

func (b *body) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	w, err := b.next(len(p))
	if err != nil {
		return 0, err
	}
	copy(p, w)
	b.r.Discard(len(w))
	return len(w), nil
}

// WriteTo hands the bytes over without a copy.
func (b *body) WriteTo(dst io.Writer) (int64, error) {
	var n int64
	for {
		w, err := b.next(readBuffer)
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		k, err := dst.Write(w)
		n += int64(k)
		b.r.Discard(len(w))
		if err != nil {
			return n, err
		}
	}
}

// discard reads to the end.
func (b *body) discard() error {
	for {
		w, err := b.next(readBuffer)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		b.r.Discard(len(w))
	}
}
