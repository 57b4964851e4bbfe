package tnef

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/postrider/postrider/accounts/msox/prop"
)

const (
	signature      = 0x223E9F78
	levelMessage   = 1
	levelAttach    = 2
	maxAttachments = 10000
	maxRecipients  = 100000
	maxDepth       = 16 // messages within messages
)

// Errors of Parse. With ErrCut and ErrChecksum there is a message all the same.
var (
	ErrFormat   = errors.New("tnef: not a TNEF stream")
	ErrCut      = errors.New("tnef: the stream is cut short or damaged")
	ErrChecksum = errors.New("tnef: a checksum is wrong")
	ErrDepth    = errors.New("tnef: too many messages within messages")
)

// The interfaces an attached object is of ([MS-OXTNEF] 2.1.3.4.2).
var (
	iidMessage, _ = prop.ParseGUID("00020307-0000-0000-C000-000000000046")
	iidStorage, _ = prop.ParseGUID("0000000B-0000-0000-C000-000000000046")
)

// Is reports whether b begins as a TNEF stream does.
func Is(b []byte) bool { return len(b) >= 6 && binary.LittleEndian.Uint32(b) == signature }

// Parse reads a TNEF stream. The error is ErrFormat without a message, or one of the others with what could be read. Values
// and attachments share memory with b, which must not change while they are used.
func Parse(b []byte) (*prop.Message, error) { return parse(b, 0) }

// parser holds the message that is read.
type parser struct {
	props    prop.Map
	names    *prop.Names
	rows     []prop.Map
	attach   []*attachment
	codepage int
	depth    int
	err      error
}

// attachment is an attachment being read.
type attachment struct {
	props prop.Map
	data  []byte
}

func parse(b []byte, depth int) (*prop.Message, error) {
	if !Is(b) {
		return nil, ErrFormat
	}
	if depth > maxDepth {
		return nil, ErrDepth
	}
	p := &parser{props: prop.Map{}, names: &prop.Names{}, depth: depth}
	r := &reader{b: b[6:]}
	for len(r.b) > 0 {
		level := r.u8()
		id := r.u32()
		if level != levelMessage && level != levelAttach {
			// Some gateways append text to the stream; that is no damage of what came before.
			break
		}
		n := r.u32()
		if r.bad || uint64(n) > uint64(len(r.b)) {
			p.fail(ErrCut)
			// What is left of a cut attachment is worth more than nothing.
			if !r.bad && uint16(id) == attAttachData {
				p.attribute(level, uint16(id), r.b)
			}
			break
		}
		data := r.take(int(n))
		sum := r.u16()
		if r.bad {
			if len(r.b) == 0 {
				p.attribute(level, uint16(id), data)
			}
			p.fail(ErrCut)
			break
		}
		if sum != checksum(data) {
			p.fail(ErrChecksum)
		}
		p.attribute(level, uint16(id), data)
	}
	return p.message(), p.err
}

func checksum(b []byte) (n uint16) {
	for _, c := range b {
		n += uint16(c)
	}
	return n
}

// fail keeps the first error, but ErrCut weighs more.
func (p *parser) fail(err error) {
	if p.err == nil || err == ErrCut {
		p.err = err
	}
}

func (p *parser) attribute(level uint8, id uint16, b []byte) {
	switch id {
	case attOemCodepage:
		if len(b) >= 4 {
			p.codepage = int(binary.LittleEndian.Uint32(b) & 0xFFFF)
		}
	case attMsgProps:
		if !p.list(&reader{b: b}, p.props) {
			p.fail(ErrCut)
		}
	case attRecipTable:
		p.recipients(b)
	case attAttachRendData:
		if len(p.attach) < maxAttachments {
			p.attach = append(p.attach, p.rendering(b))
		}
	case attAttachment, attAttachData, attAttachTitle, attAttachTransportFilename, attAttachMetaFile, attAttachCreateDate, attAttachModifyDate:
		if len(p.attach) == 0 { // without the attribute that begins an attachment
			p.attach = append(p.attach, &attachment{props: prop.Map{}})
		}
		p.attachment(p.attach[len(p.attach)-1], id, b)
	default:
		if level == levelMessage {
			p.legacy(id, b)
		}
	}
}

func (p *parser) recipients(b []byte) {
	r := &reader{b: b}
	n := r.u32()
	for ; n > 0 && len(p.rows) < maxRecipients; n-- {
		row := prop.Map{}
		ok := p.list(r, row)
		if len(row) > 0 {
			p.rows = append(p.rows, row)
		}
		if !ok {
			p.fail(ErrCut)
			return
		}
	}
}

// rendering begins an attachment ([MS-OXTNEF] 2.1.3.3.15): type, position in the text, width, height, flags.
func (p *parser) rendering(b []byte) *attachment {
	a := &attachment{props: prop.Map{}}
	r := &reader{b: b}
	typ, pos := r.u16(), r.u32()
	if r.bad {
		return a
	}
	a.props[prop.PidTagRenderingPosition] = int32(pos)
	if typ == 2 {
		a.props[prop.PidTagAttachMethod] = int32(6)
	} else {
		a.props[prop.PidTagAttachMethod] = int32(1)
	}
	return a
}

func (p *parser) attachment(a *attachment, id uint16, b []byte) {
	switch id {
	case attAttachment:
		if !p.list(&reader{b: b}, a.props) {
			p.fail(ErrCut)
		}
	case attAttachData:
		a.data = b
	case attAttachTitle:
		if s := cString(b); len(s) > 0 {
			if _, _, has := prop.Find(a.props, prop.PidTagAttachFilename); !has {
				a.props[prop.PidTagAttachFilename.As(prop.String8)] = s
			}
		}
	case attAttachTransportFilename:
		if s := cString(b); len(s) > 0 {
			a.props[prop.PidTagAttachTransportName.As(prop.String8)] = s
		}
	case attAttachMetaFile:
		a.props[prop.PidTagAttachRendering] = b
	case attAttachCreateDate:
		if w, ok := dtr(b); ok {
			a.props[prop.PidTagCreationTime] = w
		}
	case attAttachModifyDate:
		if w, ok := dtr(b); ok {
			a.props[prop.PidTagLastModificationTime] = w
		}
	}
}

// message puts together what was read.
func (p *parser) message() *prop.Message {
	cp := p.codepage
	if cp == 0 {
		cp = prop.CodepageOf(p.props)
	}
	m := &prop.Message{Bag: prop.InCodepage(p.props, cp), Namer: p.names}
	for _, row := range p.rows {
		m.Recipients = append(m.Recipients, prop.InCodepage(row, cp))
	}
	for _, a := range p.attach {
		m.Attachments = append(m.Attachments, p.finish(a, cp))
	}
	return m
}

// finish decides what an attachment holds.
func (p *parser) finish(a *attachment, cp int) prop.Attachment {
	out := prop.Attachment{Bag: prop.InCodepage(a.props, cp)}
	data := a.data
	object, _ := a.props[prop.PidTagAttachDataObject].([]byte)
	if binary, ok := a.props[prop.PidTagAttachDataBinary].([]byte); ok {
		data = binary
		delete(a.props, prop.PidTagAttachDataBinary) // it is what Open gives
	}
	if len(object) > 16 {
		iid := prop.GUID(object[:16])
		body := object[16:]
		switch {
		case iid == iidMessage || Is(body):
			depth := p.depth + 1
			a.props[prop.PidTagAttachMethod] = int32(5)
			delete(a.props, prop.PidTagAttachDataObject)
			out.Embedded = func() (*prop.Message, error) {
				m, err := parse(body, depth)
				if m != nil {
					err = nil // what could be read is what there is
				}
				return m, err
			}
			return out
		case iid == iidStorage || data == nil:
			a.props[prop.PidTagAttachMethod] = int32(6)
			delete(a.props, prop.PidTagAttachDataObject)
			data = body
		}
	}
	if data == nil && prop.Int(a.props, prop.PidTagAttachMethod) >= 2 && prop.Int(a.props, prop.PidTagAttachMethod) <= 4 {
		return out // a reference to a file elsewhere
	}
	out.Open = func() (io.ReadCloser, int64, error) {
		return io.NopCloser(bytes.NewReader(data)), int64(len(data)), nil
	}
	return out
}
