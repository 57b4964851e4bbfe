package pst

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/klauspost/compress/zlib"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/cmail"
	"github.com/postrider/postrider/accounts/msox/prop"
)

// A message that came as internet mail comes out of the file as the same bytes. What a message object cannot hold of them
// (the order of the parts, separators, encodings) is kept beside it in a property of our own, the frame: the message with
// its attachments taken out, compressed. Where the attachments stood it names them, and how they were encoded, so that
// nothing is stored twice. A digest over what the frame depends on says whether the object is still the one it was made for;
// when Outlook has changed it since, the object counts and is written anew.

// psetPostrider is the set of our own named properties.
var psetPostrider = prop.GUID{0x8e, 0x5f, 0x1c, 0x3a, 0x70, 0xd2, 0x4b, 0x46, 0x9c, 0x11, 0x27, 0xa4, 0xe0, 0x5d, 0x63, 0xb8}

// Our own named properties.
var (
	nameFrame  = prop.Property{Name: prop.Name{GUID: psetPostrider, Name: "frame"}, Type: prop.Binary}
	nameFlags  = prop.Property{Name: prop.Name{GUID: psetPostrider, Name: "flags"}, Type: prop.Int32}
	nameHidden = prop.Property{Name: prop.Name{GUID: psetPostrider, Name: "unsubscribed"}, Type: prop.Boolean}
)

const (
	frameMagic = "PRF1"
	frameHead  = 4 + 32 + 8 // magic, digest of what it depends on, bytes of the message
	maxFrame   = 256 << 20  // unpacked
	maxMessage = 1 << 30    // of a message that is added
)

// Pieces of a frame: a kind, then numbers.
const (
	pieceText   = 0 // length, bytes
	pieceBase64 = 1 // number of the attachment: base64 in lines of 76 with CRLF, the last line without its end
	piecePlain  = 2 // number of the attachment: its bytes as they are
)

// leastPiece is how large an attachment must be to be taken out.
const leastPiece = 256

// AddMIME files an internet message, with CRLF line ends, in a folder. received is when it came, zero = by its header.
func (s *Store) AddMIME(folder Ref, raw []byte, flags mail.Flags, keywords []string, received time.Time) (Ref, error) {
	if len(raw) > maxMessage {
		return 0, fault.New(fault.Quota, "too-large", "This does not fit into an Outlook data file", "A message may have up to 1 GB.")
	}
	m := cmail.FromMIME(raw, cmail.From{Flags: flags, Keywords: keywords, Received: received})
	frame, err := makeFrame(raw, m)
	if err != nil {
		return 0, err
	}
	more := map[prop.Property]prop.Value{nameFrame: frame}
	if cmail.Flags(m) != flags {
		more[nameFlags] = int32(flags)
	}
	return s.add(folder, m, more)
}

// makeFrame takes the attachments out of a message.
func makeFrame(raw []byte, m *prop.Message) ([]byte, error) {
	var pieces bytes.Buffer
	number := func(n int) { pieces.Write(binary.AppendUvarint(nil, uint64(n))) }
	text := func(b []byte) {
		if len(b) > 0 {
			pieces.WriteByte(pieceText)
			number(len(b))
			pieces.Write(b)
		}
	}
	at := 0
	for i, a := range m.Attachments {
		if a.Open == nil {
			continue
		}
		r, _, err := a.Open()
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(io.LimitReader(r, maxMessage))
		r.Close()
		if err != nil {
			return nil, err
		}
		if len(b) < leastPiece {
			continue
		}
		kind, coded := byte(pieceBase64), base64Lines(b)
		j := bytes.Index(raw[at:], coded)
		if j < 0 {
			kind, coded = piecePlain, b
			j = bytes.Index(raw[at:], coded)
		}
		if j < 0 {
			continue // encoded in some other way: it stays in the text
		}
		text(raw[at : at+j])
		pieces.WriteByte(kind)
		number(i)
		at += j + len(coded)
	}
	text(raw[at:])

	sum := digest(m)
	out := bytes.NewBuffer(make([]byte, 0, pieces.Len()/2+frameHead))
	out.WriteString(frameMagic)
	out.Write(sum[:])
	out.Write(le.AppendUint64(nil, uint64(len(raw))))
	err := pack(out, pieces.Bytes())
	return out.Bytes(), err
}

// packers are kept: one takes a megabyte and more, which costs as much as packing a message does.
var packers = sync.Pool{New: func() any {
	z, _ := zlib.NewWriterLevel(nil, zlib.BestSpeed+2) // a known level is no error
	return z
}}

// pack writes b in the format of zlib (RFC 1950).
func pack(w io.Writer, b []byte) error {
	z := packers.Get().(*zlib.Writer)
	defer packers.Put(z)
	z.Reset(w)
	if _, err := z.Write(b); err != nil {
		return err
	}
	return z.Close()
}

// base64Lines encodes in lines of 76 characters; the last has no line end.
func base64Lines(b []byte) []byte {
	out := make([]byte, 0, base64.StdEncoding.EncodedLen(len(b))/76*78+80)
	for i := 0; i < len(b); i += 57 {
		if i > 0 {
			out = append(out, "\r\n"...)
		}
		out = base64.StdEncoding.AppendEncode(out, b[i:min(i+57, len(b))])
	}
	return out
}

// digest is over what a frame depends on: when it changes, somebody has changed the message.
func digest(m *prop.Message) [32]byte {
	h := sha256.New()
	put := func(b []byte) {
		h.Write(le.AppendUint64(nil, uint64(len(b))))
		h.Write(b)
	}
	for _, t := range []prop.Tag{prop.PidTagSubject, prop.PidTagBody} {
		put([]byte(prop.Text(m, t)))
	}
	for _, t := range []prop.Tag{prop.PidTagHtml, prop.PidTagRtfCompressed} {
		put(prop.Bytes(m, t))
	}
	for _, r := range m.Recipients {
		put([]byte(prop.Text(r, prop.PidTagDisplayName)))
		put([]byte(prop.Text(r, prop.PidTagEmailAddress)))
	}
	for _, a := range m.Attachments {
		put([]byte(prop.Text(a, prop.PidTagAttachLongFilename)))
		n := int64(-1)
		if a.Open != nil {
			if r, size, err := a.Open(); err == nil {
				n = size
				if n < 0 {
					n, _ = io.Copy(io.Discard, r)
				}
				r.Close()
			}
		}
		put(le.AppendUint64(nil, uint64(n)))
	}
	return [32]byte(h.Sum(nil))
}

// frameOf is a message's frame, where it has one that still fits: the size of the internet message and the packed pieces.
func frameOf(m *prop.Message) (size int64, packed []byte, ok bool) {
	t, ok := m.Lookup(nameFrame)
	if !ok {
		return 0, nil, false
	}
	b := prop.Bytes(m, t)
	if len(b) < frameHead || string(b[:4]) != frameMagic {
		return 0, nil, false
	}
	if sum := digest(m); !bytes.Equal(sum[:], b[4:36]) {
		return 0, nil, false
	}
	return int64(le.Uint64(b[36:])), b[frameHead:], true
}

// WriteMIME writes an item as an internet message with CRLF line ends: the very bytes it came as where that is known, else as
// package cmail makes them. What cannot be read is told to problem and left out.
func (s *Store) WriteMIME(w io.Writer, m *prop.Message, problem func(what string, cause error) error) error {
	if _, packed, ok := frameOf(m); ok {
		return unframe(w, m, packed)
	}
	return cmail.Write(w, m, cmail.Options{Problem: problem})
}

var errFrame = errors.New("the frame of a message is damaged")

// unframe puts a message together from its frame and its attachments.
func unframe(w io.Writer, m *prop.Message, packed []byte) error {
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return unreadable(err)
	}
	defer z.Close()
	r := &byteReader{r: io.LimitReader(z, maxFrame)}
	for {
		kind, err := r.ReadByte()
		if err == io.EOF {
			return nil
		}
		var n uint64
		if err == nil {
			n, err = binary.ReadUvarint(r)
		}
		if err != nil {
			return unreadable(err)
		}
		if kind == pieceText {
			k, err := io.CopyN(w, r.r, int64(min(n, maxFrame)))
			if err != nil {
				if k < int64(n) && errors.Is(err, io.EOF) {
					return unreadable(errFrame)
				}
				return err
			}
			continue
		}
		if n >= uint64(len(m.Attachments)) || m.Attachments[n].Open == nil || kind > piecePlain {
			return unreadable(errFrame)
		}
		c, _, err := m.Attachments[n].Open()
		if err != nil {
			return err
		}
		if kind == piecePlain {
			_, err = io.Copy(w, c)
		} else {
			err = encodeLines(w, c)
		}
		c.Close()
		if err != nil {
			return err
		}
	}
}

// encodeLines is base64Lines for a stream.
func encodeLines(w io.Writer, r io.Reader) error {
	b := make([]byte, 57*512)
	for first := true; ; first = false {
		n, err := io.ReadFull(r, b)
		if n > 0 {
			out := base64Lines(b[:n])
			if !first {
				out = append([]byte("\r\n"), out...)
			}
			if _, err := w.Write(out); err != nil {
				return err
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

type byteReader struct {
	r io.Reader
	b [1]byte
}

func (r *byteReader) ReadByte() (byte, error) {
	_, err := io.ReadFull(r.r, r.b[:])
	return r.b[0], err
}
