package ltp

import (
	"fmt"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// Problem is a rule of this layer that a node breaks.
type Problem struct {
	Rule, Text string
	Minor      bool
}

// Check holds a node that has a heap against the rules of heaps, B-trees on heaps, property and table contexts ([MS-PST]
// 2.3), and its subnodes with it. Nodes without a heap have no rules here. what names the node in reports.
func Check(f *ndb.File, id ndb.Node, what string, report func(Problem)) {
	checkNode(f, id, what, 0, report, map[ndb.Node]bool{})
}

func checkNode(f *ndb.File, id ndb.Node, what string, depth int, report func(Problem), done map[ndb.Node]bool) {
	same := ndb.Node{Data: id.Data, Sub: id.Sub}
	if done[same] {
		return // shared, or a tree that leads into itself
	}
	done[same] = true
	if depth > 64 {
		report(Problem{Rule: "depth", Text: what + ": too many subnodes within subnodes"})
		return
	}
	c := &check{f: f, what: what, report: report, used: map[HID]bool{}, subs: map[ndb.NID]bool{}}
	n, err := OpenNode(f, id)
	if err != nil {
		if id.Data != 0 {
			c.bad("node", "%v", err)
		}
		return
	}
	if id.Data != 0 && n.Data.Blocks() > 0 {
		if b, err := n.Data.Block(0); err == nil && len(b) >= 12 && b[2] == sigHeap && (b[3] == sigPC || b[3] == sigTC) {
			c.n = n
			c.heap()
		}
	}
	for _, s := range n.Sub.Nodes() {
		if s.NID.Type() == ndb.TypeLTP && s.Sub == 0 {
			// A large value or the rows of a table: bytes of any kind, which may begin like a heap.
			if c.n != nil && !c.subs[s.NID] {
				c.minor("subnode-unused", "subnode %#x is named by nothing", s.NID)
			}
			continue
		}
		if c.n != nil && s.NID.Type() == ndb.TypeLTP && !c.subs[s.NID] {
			c.minor("subnode-unused", "subnode %#x is named by nothing", s.NID)
		}
		checkNode(f, s, fmt.Sprintf("%s, subnode %#x", what, s.NID), depth+1, report, done)
	}
}

type check struct {
	f      *ndb.File
	n      *Node
	h      *Heap
	what   string
	report func(Problem)
	used   map[HID]bool // items that something names
	subs   map[ndb.NID]bool
	counts []int // items of each block
}

func (c *check) bad(rule, format string, a ...any) {
	c.report(Problem{Rule: rule, Text: c.what + ": " + fmt.Sprintf(format, a...)})
}

func (c *check) minor(rule, format string, a ...any) {
	c.report(Problem{Rule: rule, Text: c.what + ": " + fmt.Sprintf(format, a...), Minor: true})
}

func (c *check) heap() {
	h, err := OpenHeap(c.n)
	if err != nil {
		c.bad("heap", "%v", err)
		return
	}
	c.h = h
	most := c.f.Format().MaxBlock()
	var levels []byte // as told
	var is []byte
	for i := range c.n.Data.Blocks() {
		b, err := c.n.Data.Block(i)
		if err != nil {
			c.bad("heap-block", "block %d: %v", i, err)
			c.counts, levels, is = append(c.counts, 0), append(levels, 0), append(is, 0)
			continue
		}
		head := headOf(i)
		if len(b) < head+4 {
			c.bad("heap-block", "block %d of a heap has %d bytes", i, len(b))
			return
		}
		switch head {
		case 12:
			for _, x := range b[8:12] {
				levels = append(levels, x&15, x>>4)
			}
		case 66:
			for len(levels) < i {
				levels = append(levels, 0)
			}
			for _, x := range b[2:66] {
				levels = append(levels, x&15, x>>4)
			}
		}
		m := int(le.Uint16(b))
		if m < head || m+6 > len(b) {
			c.bad("heap-map", "block %d: page map at %d of %d", i, m, len(b))
			return
		}
		if m%2 != 0 {
			c.minor("heap-map", "block %d: page map at the odd offset %d", i, m)
		}
		n, frees := int(le.Uint16(b[m:])), int(le.Uint16(b[m+2:]))
		if n > itemsMost && !h.wide || m+4+2*(n+1) > len(b) {
			c.bad("heap-map", "block %d: %d items", i, n)
			return
		}
		last, empty := int(le.Uint16(b[m+4:])), 0
		if last != head {
			c.bad("heap-map", "block %d: items begin at %d, not %d", i, last, head)
		}
		for j := range n {
			e := int(le.Uint16(b[m+6+2*j:]))
			if e < last || e > m {
				c.bad("heap-map", "block %d: item %d ends at %d", i, j+1, e)
				return
			}
			if e == last {
				empty++
			}
			if e-last > MaxItem {
				c.bad("heap-item", "block %d: item %d has %d bytes", i, j+1, e-last)
			}
			last = e
		}
		if empty != frees {
			c.minor("heap-frees", "block %d: %d items are free, it says %d", i, empty, frees)
		}
		c.counts = append(c.counts, n)
		is = append(is, fillLevel(most-((last+1)&^1+4+2*(n+1))))
	}
	for i, l := range is {
		if i < len(levels) && levels[i] != l && levels[i] != 0 {
			c.minor("heap-level", "block %d: fill level %d, expected %d", i, levels[i], l)
		}
	}
	switch h.kind {
	case sigPC:
		c.pc()
	case sigTC:
		c.tc()
	}
	for i, n := range c.counts {
		for j := 1; j <= n; j++ {
			id := HID(i<<16 | j<<5)
			if h.wide {
				id = HID(i<<19 | j<<5)
			}
			if b, err := h.Item(id); err == nil && len(b) > 0 && !c.used[id] {
				c.minor("heap-unused", "heap item %#x is named by nothing", uint32(id))
			}
		}
	}
}

// item reads an item and remembers that it is named.
func (c *check) item(id HID, what string) []byte {
	if id == 0 {
		return nil
	}
	if c.used[id] {
		c.bad("heap-twice", "heap item %#x is named twice (%s)", uint32(id), what)
	}
	c.used[id] = true
	b, err := c.h.Item(id)
	if err != nil {
		c.bad("heap-hid", "%s: %v", what, err)
	} else if len(b) == 0 {
		c.bad("heap-hid", "%s: heap item %#x is free", what, uint32(id))
	}
	return b
}

// value checks what an HNID stands for and returns its length, -1 where it is lost.
func (c *check) value(v uint32, what string) int64 {
	if v == 0 {
		return 0
	}
	if isHID(v) {
		return int64(len(c.item(HID(v), what)))
	}
	n := ndb.NID(v)
	if c.subs[n] {
		c.bad("subnode-twice", "subnode %#x is named twice (%s)", n, what)
	}
	c.subs[n] = true
	s, ok := c.n.Sub.Node(n)
	if !ok {
		c.bad("subnode-missing", "%s names subnode %#x, which is not there", what, n)
		return -1
	}
	d, err := c.f.Data(s.Data)
	if err != nil {
		c.bad("subnode-data", "%s: %v", what, err)
		return -1
	}
	return d.Size()
}

// tree checks a B-tree on the heap and gives its records.
func (c *check) tree(id HID, key int, vals []int, each func(k, v []byte)) {
	b := c.item(id, "B-tree header")
	if len(b) != 8 || b[0] != sigBTH || int(b[1]) != key {
		c.bad("bth", "no B-tree with keys of %d bytes at heap item %#x", key, uint32(id))
		return
	}
	val := 0
	for _, v := range vals {
		if int(b[2]) == v {
			val = v
		}
	}
	if val == 0 || b[3] > 8 {
		c.bad("bth", "B-tree with values of %d bytes and %d levels", b[2], b[3])
		return
	}
	less := func(a, b []byte) bool {
		for i := key - 1; i >= 0; i-- {
			if a[i] != b[i] {
				return a[i] < b[i]
			}
		}
		return false
	}
	var last []byte
	var walk func(id HID, level int, first []byte)
	walk = func(id HID, level int, first []byte) {
		b := c.item(id, "B-tree node")
		n := key + val
		if level > 0 {
			n = key + 4
		}
		if len(b)%n != 0 {
			c.bad("bth-node", "B-tree node of %d bytes with records of %d", len(b), n)
		}
		if len(b) >= n && first != nil && string(b[:key]) != string(first) {
			c.bad("bth-branch", "B-tree branch %x leads to %x", first, b[:key])
		}
		for ; len(b) >= n; b = b[n:] {
			if level > 0 {
				walk(HID(le.Uint32(b[key:])), level-1, b[:key])
				continue
			}
			if last != nil && !less(last, b[:key]) {
				c.bad("bth-order", "B-tree record %x after %x", b[:key], last)
			}
			last = b[:key]
			each(b[:key], b[key:n])
		}
	}
	if root := HID(le.Uint32(b[4:])); root != 0 {
		walk(root, int(b[3]), nil)
	}
}

func (c *check) pc() {
	c.tree(c.h.root, 2, []int{6}, func(k, v []byte) {
		t := prop.Of(le.Uint16(k), prop.Type(le.Uint16(v)))
		if inline(t.Type()) || t.Type() == prop.Null {
			return
		}
		hnid := le.Uint32(v[2:])
		what := "property " + t.String()
		n := c.value(hnid, what)
		if n < 0 {
			return
		}
		if size := t.Type().Size(); size > 0 && n != int64(size) {
			c.bad("property-size", "%s has %d bytes", what, n)
		}
		if t.Type() == prop.Unicode && n%2 != 0 {
			c.bad("property-size", "%s has %d bytes", what, n)
		}
		if t.Type() == prop.Object {
			b, err := c.h.Value(hnid)
			if err != nil || len(b) != 8 {
				c.bad("property-object", "%s", what)
				return
			}
			s := ndb.NID(le.Uint32(b))
			c.subs[s] = true
			if _, ok := c.n.Sub.Node(s); !ok {
				c.bad("property-object", "%s names subnode %#x, which is not there", what, s)
			}
			return
		}
		if t.Type().IsMulti() {
			if b, err := c.h.Value(hnid); err == nil {
				if _, ok := decode(t.Type(), b); !ok && len(b) > 0 {
					c.bad("property-multi", "%s", what)
				}
			}
		}
	})
}

func (c *check) tc() {
	b := c.item(c.h.root, "table header")
	var t TC
	index, err := t.info(b)
	if err != nil {
		c.bad("table", "%v", err)
		return
	}
	if len(t.cols) != int(b[1]) || len(b) != 22+8*len(t.cols) {
		c.bad("table-columns", "%d columns in %d bytes, %d of them usable", b[1], len(b), len(t.cols))
		return
	}
	c.columns(b, &t)
	rows := map[uint32]uint32{}
	at := map[uint32]uint32{}
	c.tree(index, 4, []int{2, 4}, func(k, v []byte) {
		n := uint32(le.Uint16(v))
		if len(v) == 4 {
			n = le.Uint32(v)
		}
		id := le.Uint32(k)
		if other, twice := at[n]; twice {
			c.bad("table-rows", "rows %#x and %#x are both number %d", other, id, n)
		}
		rows[id], at[n] = n, id
	})
	n := t.ends[3]
	if n == 0 {
		c.bad("table-bitmap", "rows of no bytes")
		return
	}
	full, err := OpenTC(c.f, c.n.ID)
	if err != nil {
		c.bad("table", "%v", err)
		return
	}
	total := 0 // rows of the matrix
	switch {
	case t.rowsN == 0:
	case isHID(t.rowsN):
		m := c.item(HID(t.rowsN), "rows")
		total = len(m) / n
		if len(m)%n != 0 {
			c.bad("table-matrix", "%d bytes of rows of %d", len(m), n)
		}
	default:
		c.value(t.rowsN, "rows")
		if k := full.data.Blocks(); k > 0 {
			if b, err := full.data.Block(k - 1); err == nil {
				total = (k-1)*full.per + len(b)/n
			}
		}
	}
	if total != len(rows) {
		c.minor("table-matrix", "%d rows, the index has %d", total, len(rows))
	}
	for i := range full.Len() {
		r := full.Row(i)
		if int(full.rows[i].at) >= total || r.b == nil {
			c.bad("table-rows", "row %#x is number %d of %d", r.ID, full.rows[i].at, total)
			continue
		}
		if v, ok := r.Get(TagRowID); !ok || uint32(v.(int32)) != r.ID {
			c.bad("table-row-id", "row %#x says that it is %v", r.ID, v)
		}
		for _, col := range full.cols {
			if !r.has(col) {
				continue
			}
			if k := col.tag.Type().Size(); k > 0 && k <= 8 {
				continue
			}
			if col.size != 4 {
				continue // told with the columns
			}
			what := fmt.Sprintf("row %#x, column %v", r.ID, col.tag)
			size := c.value(le.Uint32(r.b[col.at:]), what)
			if col.tag.Type() == prop.Unicode && size > 0 && size%2 != 0 {
				c.bad("table-cell", "%s has %d bytes", what, size)
			}
		}
	}
}

// columns checks the description of a table's columns ([MS-PST] 2.3.4.2).
func (c *check) columns(b []byte, t *TC) {
	bits := map[int]bool{}
	bytes := make([]int, t.ends[3])
	lastTag := prop.Tag(0)
	for i := range int(b[1]) {
		d := b[22+8*i:]
		tag := prop.Of(le.Uint16(d[2:]), prop.Type(le.Uint16(d)))
		if i > 0 && tag <= lastTag {
			c.bad("table-column-order", "column %v after %v", tag, lastTag)
		}
		lastTag = tag
		at, size, bit := int(le.Uint16(d[4:])), int(d[6]), int(d[7])
		if size != cellSize(tag.Type()) {
			c.bad("table-column-size", "column %v has %d bytes", tag, size)
		}
		part := map[int]int{8: 0, 4: 0, 2: 1, 1: 2}[size]
		lo := 0
		if part > 0 {
			lo = t.ends[part-1]
		}
		if at < lo || at+size > t.ends[part] {
			c.bad("table-column-place", "column %v at %d", tag, at)
		}
		for j := at; j < at+size && j < len(bytes); j++ {
			if bytes[j]++; bytes[j] == 2 {
				c.bad("table-column-place", "column %v lies on another", tag)
			}
		}
		if bits[bit] {
			c.bad("table-column-bit", "column %v has another's bit", tag)
		}
		bits[bit] = true
	}
	for _, must := range []prop.Tag{TagRowID, TagRowVer} {
		found := false
		for _, x := range t.cols {
			found = found || x.tag == must
		}
		if !found {
			c.bad("table-column-missing", "no column %v", must)
		}
	}
	if want := t.ends[2] + (int(b[1])+7)/8; t.ends[3] != want {
		c.bad("table-bitmap", "rows of %d bytes, expected %d", t.ends[3], want)
	}
}
