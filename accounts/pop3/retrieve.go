package pop3

import (
	"bytes"
	"io"

	"github.com/postrider/postrider/accounts/fault"
)

// maxHeader bounds a header block; what is longer is cut.
const maxHeader = 1 << 20

// retrieve asks for messages with as many commands in flight as the server takes, and calls each with the body of every one that the
// server has, in order. each need not read to the end. An error of each ends it and leaves the session broken, unless nothing is in flight.
func (s *session) retrieve(verb string, nums []int, each func(i int, b *body) error) error {
	var b body
	sent := 0
	for i := range nums {
		// Refill when half of the window is answered: one write for many commands.
		if sent-i <= s.window/2 && sent < len(nums) {
			for sent < len(nums) && sent-i < s.window {
				if verb == "TOP" {
					s.put(verb, nums[sent], 0)
				} else {
					s.put(verb, nums[sent])
				}
				sent++
			}
			if err := s.flush(); err != nil {
				return err
			}
		}
		text, ok, err := s.status()
		if err != nil {
			return err
		}
		if !ok {
			if code, _ := responseCode(text); code == "SYS/TEMP" || code == "SYS/PERM" || code == "IN-USE" {
				s.broken = s.refused("fetch", text)
				return s.broken
			}
			s.o.Logger().Warn("pop3: the server does not hand a message over", "command", verb, "number", nums[i], "says", clean(text))
			continue
		}
		b.reset(s)
		err = each(i, &b)
		if b.err != nil && s.broken != nil {
			return s.broken // the message was cut, whatever each made of it
		}
		if err != nil {
			if s.broken == nil {
				s.broken = fault.Of(err)
			}
			return err
		}
		if err := b.discard(); err != nil {
			return err
		}
	}
	return nil
}

// headers calls each with the header block of each message that the server has; the block is valid during the call. A server without TOP is asked by RETR.
func (s *session) headers(nums []int, each func(i int, block []byte)) error {
	verb := "TOP"
	if s.caps.known && !s.caps.has("TOP") {
		verb = "RETR"
	}
	var buf []byte
	got := 0
	read := func(i int, b *body) (err error) {
		buf, err = readHeader(b, buf[:0])
		if err == nil {
			got++
			each(i, buf)
		}
		return err
	}
	if !s.caps.known && len(nums) > 0 { // it may not know TOP: find out with one
		if err := s.retrieve(verb, nums[:1], read); err != nil {
			return err
		}
		if got == 0 {
			verb = "RETR"
		}
	}
	if got == 1 {
		return s.retrieve(verb, nums[1:], func(i int, b *body) error { return read(i+1, b) })
	}
	return s.retrieve(verb, nums, read)
}

// readHeader reads up to and with the empty line.
func readHeader(b *body, buf []byte) ([]byte, error) {
	for {
		w, err := b.next(readBuffer)
		if err != nil {
			if err == io.EOF {
				return buf, nil
			}
			return nil, err
		}
		from := max(len(buf)-3, 0)
		buf = append(buf, w...)
		b.r.Discard(len(w))
		if bytes.HasPrefix(buf, []byte("\r\n")) {
			return buf[:2], nil
		}
		if i := bytes.Index(buf[from:], []byte("\r\n\r\n")); i >= 0 {
			return buf[:from+i+4], nil
		}
		if i := bytes.Index(buf[from:], []byte("\n\n")); i >= 0 {
			return buf[:from+i+2], nil
		}
		if len(buf) > maxHeader {
			return buf[:maxHeader], nil
		}
	}
}
