package msg

import (
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/postrider/postrider/accounts/msox/prop"
)

// Compound files as they are written here ([MS-CFB]): version 3, sectors of 512 bytes, streams below 4096 bytes in the
// mini stream. They are built in memory.
const (
	sector     = 512
	miniSector = 64
	miniLimit  = 4096
	endOfChain = 0xFFFFFFFE
	freeSector = 0xFFFFFFFF
	fatSector  = 0xFFFFFFFD
	difSector  = 0xFFFFFFFC
	noEntry    = 0xFFFFFFFF
	maxFile    = 1 << 30
)

var errTooLarge = errors.New("msg: too large for a compound file")

// node is a stream or a storage of a compound file to be written.
type node struct {
	name  string
	class prop.GUID
	data  []byte
	kids  []*node // nil of streams
	dir   bool

	id, left, right, child uint32
	start                  uint32
}

func newDir(name string) *node { return &node{name: name, dir: true} }

func (n *node) dirAt(name string) *node {
	d := newDir(name)
	n.kids = append(n.kids, d)
	return d
}

func (n *node) stream(name string, data []byte) {
	n.kids = append(n.kids, &node{name: name, data: data})
}

// number gives every entry its place in the directory, and siblings their tree.
func (n *node) number(all []*node) []*node {
	n.id, n.left, n.right, n.child = uint32(len(all)), noEntry, noEntry, noEntry
	all = append(all, n)
	slices.SortFunc(n.kids, func(a, b *node) int { // the order of the format: shorter names first
		return cmp.Or(cmp.Compare(len(utf16.Encode([]rune(a.name))), len(utf16.Encode([]rune(b.name)))), strings.Compare(strings.ToUpper(a.name), strings.ToUpper(b.name)))
	})
	for _, k := range n.kids {
		all = k.number(all)
	}
	n.child = balanced(n.kids)
	return all
}

func balanced(kids []*node) uint32 {
	if len(kids) == 0 {
		return noEntry
	}
	mid := len(kids) / 2
	k := kids[mid]
	k.left, k.right = balanced(kids[:mid]), balanced(kids[mid+1:])
	return k.id
}

// writeFile writes a compound file.
func writeFile(w io.Writer, root *node) error {
	all := root.number(nil)
	var fat, miniFAT []uint32
	var body, mini []byte
	chain := func(table *[]uint32, size, n int) uint32 {
		count := (n + size - 1) / size
		if count == 0 {
			return endOfChain
		}
		first := uint32(len(*table))
		for i := 1; i < count; i++ {
			*table = append(*table, first+uint32(i))
		}
		*table = append(*table, endOfChain)
		return first
	}
	put := func(b []byte) uint32 {
		first := chain(&fat, sector, len(b))
		body = append(body, b...)
		body = append(body, make([]byte, (sector-len(body)%sector)%sector)...)
		return first
	}
	for _, n := range all {
		if n.dir {
			continue
		}
		if len(body)+len(mini)+len(n.data) > maxFile {
			return errTooLarge
		}
		if len(n.data) >= miniLimit {
			n.start = put(n.data)
			continue
		}
		n.start = chain(&miniFAT, miniSector, len(n.data))
		mini = append(mini, n.data...)
		mini = append(mini, make([]byte, (miniSector-len(mini)%miniSector)%miniSector)...)
	}
	root.start, root.data = put(mini), mini
	miniBytes := words(miniFAT)
	miniStart := put(padded(miniBytes))
	miniSectors := (len(miniBytes) + sector - 1) / sector
	var dir []byte
	for _, n := range all {
		dir = n.append(dir, n == root)
	}
	for len(dir)%sector != 0 {
		e := make([]byte, 128) // no entry
		for _, at := range []int{68, 72, 76} {
			binary.LittleEndian.PutUint32(e[at:], noEntry)
		}
		dir = append(dir, e...)
	}
	dirStart := put(dir)
	// The table of sectors has to hold its own sectors and those that list them.
	per := sector / 4
	fats, difs := 0, 0
	for {
		total := len(fat) + fats + difs
		f := (total + per - 1) / per
		d := 0
		if f > 109 {
			d = (f - 109 + per - 2) / (per - 1)
		}
		if f == fats && d == difs {
			break
		}
		fats, difs = f, d
	}
	fatStart := uint32(len(fat))
	for range fats {
		fat = append(fat, fatSector)
	}
	difStart := uint32(len(fat))
	for range difs {
		fat = append(fat, difSector)
	}
	for len(fat) < fats*per {
		fat = append(fat, freeSector)
	}
	head := header(dirStart, uint32(fats), fatStart, miniStart, uint32(miniSectors), difStart, uint32(difs))
	var dif []byte
	for i := 109; i < fats; {
		for j := 0; j < per-1; j, i = j+1, i+1 {
			v := uint32(freeSector)
			if i < fats {
				v = fatStart + uint32(i)
			}
			dif = binary.LittleEndian.AppendUint32(dif, v)
		}
		next := uint32(endOfChain)
		if i < fats {
			next = difStart + uint32(len(dif)/sector) + 1
		}
		dif = binary.LittleEndian.AppendUint32(dif, next)
	}
	for _, b := range [][]byte{head, body, words(fat), dif} {
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

func words(list []uint32) []byte {
	b := make([]byte, 0, 4*len(list))
	for _, v := range list {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

// padded fills the last sector of a table with free entries.
func padded(b []byte) []byte {
	for len(b)%sector != 0 {
		b = append(b, 0xFF)
	}
	return b
}

// append writes a directory entry ([MS-CFB] 2.6.1).
func (n *node) append(dir []byte, root bool) []byte {
	le := binary.LittleEndian
	e := make([]byte, 128)
	name := utf16.Encode([]rune(n.name))
	name = name[:min(len(name), 31)]
	for i, c := range name {
		le.PutUint16(e[2*i:], c)
	}
	le.PutUint16(e[64:], uint16(2*len(name)+2))
	switch {
	case root:
		e[66] = 5
	case n.dir:
		e[66] = 1
	default:
		e[66] = 2
	}
	e[67] = 1 // black
	le.PutUint32(e[68:], n.left)
	le.PutUint32(e[72:], n.right)
	le.PutUint32(e[76:], n.child)
	copy(e[80:], n.class[:])
	switch {
	case root || !n.dir:
		le.PutUint32(e[116:], n.start)
		le.PutUint32(e[120:], uint32(len(n.data)))
	}
	return append(dir, e...)
}

// header is the first sector ([MS-CFB] 2.2).
func header(dir, fats, fatStart, mini, minis, dif, difs uint32) []byte {
	le := binary.LittleEndian
	h := make([]byte, sector)
	copy(h, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	le.PutUint16(h[24:], 0x3E)
	le.PutUint16(h[26:], 3)
	le.PutUint16(h[28:], 0xFFFE)
	le.PutUint16(h[30:], 9)
	le.PutUint16(h[32:], 6)
	le.PutUint32(h[44:], fats)
	le.PutUint32(h[48:], dir)
	le.PutUint32(h[56:], miniLimit)
	if minis == 0 {
		mini = endOfChain
	}
	if difs == 0 {
		dif = endOfChain
	}
	le.PutUint32(h[60:], mini)
	le.PutUint32(h[64:], minis)
	le.PutUint32(h[68:], dif)
	le.PutUint32(h[72:], difs)
	for i := range uint32(109) {
		v := uint32(freeSector)
		if i < fats {
			v = fatStart + i
		}
		le.PutUint32(h[76+4*i:], v)
	}
	return h
}
