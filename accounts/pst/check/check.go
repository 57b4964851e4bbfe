package check

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst"
	"github.com/postrider/postrider/accounts/pst/ltp"
	"github.com/postrider/postrider/accounts/pst/ndb"
)

// Problem is a rule that a file breaks.
type Problem struct {
	Layer string `json:"layer"` // "ndb", "ltp", "messaging"
	Rule  string `json:"rule"`
	Text  string `json:"text"`
	Minor bool   `json:"minor"`
}

// Report is what was found.
type Report struct {
	Problems []Problem `json:"problems"` // the first MaxProblems of them
	Errors   int       `json:"errors"`   // problems that are not minor
	Minor    int       `json:"minor"`
	Nodes    int       `json:"nodes"`
	Blocks   int       `json:"blocks"`
	Pages    int       `json:"pages"`
	Folders  int       `json:"folders"`
	Items    int       `json:"items"`
}

// MaxProblems bounds the list.
const MaxProblems = 1000

// OK reports whether no rule is broken; minor problems count as none.
func (r *Report) OK() bool { return r.Errors == 0 }

// Store checks an open store.
func Store(s *pst.Store) *Report {
	r := &Report{Problems: []Problem{}}
	c := &checker{s: s, f: s.F, r: r, parent: map[ndb.NID]ndb.NID{}, kids: map[ndb.NID][]ndb.NID{}}
	x := s.F.Check(func(p ndb.Problem) { c.add(Problem{"ndb", p.Rule, p.Text, p.Minor}) })
	r.Nodes, r.Blocks, r.Pages = len(x.Nodes), x.Blocks, x.Pages
	for _, n := range x.Nodes {
		c.parent[n.NID] = n.Parent
		if n.Parent != n.NID {
			c.kids[n.Parent] = append(c.kids[n.Parent], n.NID)
		}
		ltp.Check(s.F, n, fmt.Sprintf("node %#x", n.NID), func(p ltp.Problem) { c.add(Problem{"ltp", p.Rule, p.Text, p.Minor}) })
	}
	c.store()
	c.names()
	for _, n := range x.Nodes {
		switch n.NID.Type() {
		case ndb.TypeFolder:
			c.folder(n)
		case ndb.TypeMessage, ndb.TypeAssocMessage:
			c.item(n)
		}
	}
	return r
}

type checker struct {
	s      *pst.Store
	f      *ndb.File
	r      *Report
	parent map[ndb.NID]ndb.NID
	kids   map[ndb.NID][]ndb.NID
}

func (c *checker) add(p Problem) {
	if p.Minor {
		c.r.Minor++
	} else {
		c.r.Errors++
	}
	if len(c.r.Problems) < MaxProblems {
		c.r.Problems = append(c.r.Problems, p)
	}
}

func (c *checker) bad(rule, format string, a ...any) {
	c.add(Problem{Layer: "messaging", Rule: rule, Text: fmt.Sprintf(format, a...)})
}

func (c *checker) minor(rule, format string, a ...any) {
	c.add(Problem{Layer: "messaging", Rule: rule, Text: fmt.Sprintf(format, a...), Minor: true})
}

func (c *checker) has(n ndb.NID) bool { _, ok := c.parent[n]; return ok }

// store checks the nodes that every file must have ([MS-PST] 2.7.1) and the properties of the store (2.4.3).
func (c *checker) store() {
	must := map[ndb.NID]string{0x21: "the message store", 0x61: "the name-to-id map", 0x122: "the root folder", 0x60D: "the template of hierarchy tables", 0x60E: "the template of contents tables",
		0x60F: "the template of associated contents tables", 0x610: "the template of search contents tables", 0x671: "the template of attachment tables", 0x692: "the template of recipient tables",
		0x1E1: "the search management queue", 0x201: "the list of active searches"}
	ids := make([]ndb.NID, 0, len(must))
	for n := range must {
		ids = append(ids, n)
	}
	slices.Sort(ids)
	for _, n := range ids {
		if !c.has(n) {
			c.bad("mandatory", "there is no %s (node %#x)", must[n][4:], n)
			continue
		}
		if n >= 0x600 && n < 0x700 {
			x, err := c.f.Node(n)
			if err != nil || x.Data == 0 {
				continue
			}
			t, err := ltp.OpenTC(c.f, x)
			if err != nil {
				c.bad("template", "%s: %v", must[n], err)
			} else if t.Len() > 0 {
				c.bad("template", "%s has %d rows", must[n], t.Len())
			}
		}
	}
	b := c.s.Props()
	for _, t := range []prop.Tag{prop.PidTagRecordKey, prop.PidTagDisplayName, prop.PidTagIpmSubtreeEntryId, prop.PidTagIpmWastebasketEntryId, prop.PidTagFinderEntryId} {
		if _, ok := b.Get(t); !ok {
			if c.f.Header().Client == "SO" || c.f.Format() == ndb.ANSI {
				c.minor("store-property", "the store has no property %v", t)
			} else {
				c.bad("store-property", "the store has no property %v", t)
			}
		}
	}
	key := prop.Bytes(b, prop.PidTagRecordKey)
	for _, t := range []prop.Tag{prop.PidTagIpmSubtreeEntryId, prop.PidTagIpmWastebasketEntryId, prop.PidTagFinderEntryId} {
		e := prop.Bytes(b, t)
		if len(e) == 0 {
			continue
		}
		if len(e) != 24 || string(e[4:20]) != string(key) {
			c.bad("store-entry-id", "property %v of the store names something in another store", t)
		} else if n := ndb.NID(uint32(e[20]) | uint32(e[21])<<8 | uint32(e[22])<<16 | uint32(e[23])<<24); !c.has(n) {
			c.bad("store-entry-id", "property %v of the store names node %#x, which is not there", t, n)
		}
	}
}

// names checks the name-to-id map ([MS-PST] 2.4.7).
func (c *checker) names() {
	n, err := c.f.Node(0x61)
	if err != nil {
		return
	}
	p, err := ltp.OpenPC(c.f, n)
	if err != nil {
		c.bad("names", "%v", err)
		return
	}
	for _, problem := range pst.CheckNames(p) {
		c.bad("names", "%s", problem)
	}
}

func (c *checker) table(n ndb.NID) *ltp.TC {
	x, err := c.f.Node(n)
	if err != nil || x.Data == 0 {
		return nil
	}
	t, err := ltp.OpenTC(c.f, x)
	if err != nil {
		return nil // told by the layer below
	}
	return t
}

// folder checks a folder and its tables ([MS-PST] 2.4.4).
func (c *checker) folder(n ndb.Node) {
	c.r.Folders++
	what := fmt.Sprintf("folder %#x", n.NID)
	p, err := ltp.OpenPC(c.f, n)
	if err != nil {
		c.bad("folder", "%s: %v", what, err)
		return
	}
	for _, t := range []prop.Tag{prop.PidTagDisplayName, prop.PidTagContentCount, prop.PidTagContentUnreadCount, prop.PidTagSubfolders} {
		if _, _, ok := prop.Find(p, t); !ok {
			c.bad("folder-property", "%s has no property %v", what, t)
		}
	}
	if !c.has(n.Parent) {
		c.bad("folder-parent", "%s is in node %#x, which is not there", what, n.Parent)
	}
	var kids, items, assoc []uint32
	for _, k := range c.kids[n.NID] {
		switch k.Type() {
		case ndb.TypeFolder, ndb.TypeSearchFolder:
			kids = append(kids, uint32(k))
		case ndb.TypeMessage:
			items = append(items, uint32(k))
		case ndb.TypeAssocMessage:
			assoc = append(assoc, uint32(k))
		}
	}
	c.rows(what, "hierarchy", c.table(n.NID.With(ndb.TypeHierarchy)), kids)
	t := c.table(n.NID.With(ndb.TypeContents))
	c.rows(what, "contents", t, items)
	c.rows(what, "associated contents", c.table(n.NID.With(ndb.TypeAssoc)), assoc)
	if got := prop.Int(p, prop.PidTagContentCount); got != int64(len(items)) {
		c.minor("folder-count", "%s says that it has %d items, it has %d", what, got, len(items))
	}
	if t != nil {
		unread := int64(0)
		for i := range t.Len() {
			r := t.Row(i)
			if prop.Int(r, prop.PidTagMessageFlags)&1 == 0 {
				unread++
			}
			c.sameRow(what, r)
		}
		if got := prop.Int(p, prop.PidTagContentUnreadCount); got != unread {
			c.minor("folder-count", "%s says that it has %d unread items, it has %d", what, got, unread)
		}
	}
	if got := prop.Bool(p, prop.PidTagSubfolders); got != (len(kids) > 0) {
		c.minor("folder-subfolders", "%s says %v, it has %d folders", what, got, len(kids))
	}
	if h := c.table(n.Parent.With(ndb.TypeHierarchy)); h != nil && n.Parent != n.NID {
		for i := range h.Len() {
			r := h.Row(i)
			if r.ID != uint32(n.NID) {
				continue
			}
			for _, t := range []prop.Tag{prop.PidTagDisplayName, prop.PidTagContentCount, prop.PidTagContentUnreadCount, prop.PidTagSubfolders} {
				a, b := fmt.Sprint(get(p, t)), fmt.Sprint(get(r, t))
				if a != b {
					c.minor("folder-row", "%s: property %v is %s, its parent's table says %s", what, t, a, b)
				}
			}
		}
	}
}

func get(b prop.Bag, t prop.Tag) prop.Value { _, v, _ := prop.Find(b, t); return v }

// rows compares a table with the nodes it must list.
func (c *checker) rows(what, name string, t *ltp.TC, want []uint32) {
	if t == nil {
		if len(want) > 0 {
			c.bad("folder-table", "%s has no %s table, and %d in it", what, name, len(want))
		}
		return
	}
	slices.Sort(want)
	var got []uint32
	for i := range t.Len() {
		got = append(got, t.Row(i).ID)
	}
	slices.Sort(got)
	for _, id := range got {
		if _, ok := slices.BinarySearch(want, id); !ok {
			c.bad("folder-table", "the %s table of %s lists %#x, which is not in it", name, what, id)
		}
	}
	for _, id := range want {
		if _, ok := slices.BinarySearch(got, id); !ok {
			c.bad("folder-table", "the %s table of %s does not list %#x", name, what, id)
		}
	}
}

// sameRow compares a row of a contents table with the message it is about.
func (c *checker) sameRow(what string, r ltp.Row) {
	n, err := c.f.Node(ndb.NID(r.ID))
	if err != nil {
		return
	}
	p, err := ltp.OpenPC(c.f, n)
	if err != nil {
		return
	}
	for _, t := range []prop.Tag{prop.PidTagMessageClass, prop.PidTagMessageFlags, prop.PidTagMessageSize, prop.PidTagClientSubmitTime, prop.PidTagMessageDeliveryTime, prop.PidTagImportance} {
		a, b := get(p, t), get(r, t)
		if b != nil && fmt.Sprint(a) != fmt.Sprint(b) {
			c.minor("contents-row", "%s: property %v of item %#x is %v, the table says %v", what, t, r.ID, a, b)
		}
	}
}

// item checks a message ([MS-PST] 2.4.5, 2.4.6).
func (c *checker) item(n ndb.Node) {
	if n.NID.Type() == ndb.TypeMessage {
		c.r.Items++
	}
	if t := n.Parent.Type(); t != ndb.TypeFolder || !c.has(n.Parent) {
		c.bad("item-parent", "item %#x is in node %#x, which is no folder", n.NID, n.Parent)
	}
	c.message(n, fmt.Sprintf("item %#x", n.NID), 0)
}

func (c *checker) message(n ndb.Node, what string, depth int) {
	p, err := ltp.OpenPC(c.f, n)
	if err != nil {
		c.bad("item", "%s: %v", what, err)
		return
	}
	for _, t := range []prop.Tag{prop.PidTagMessageClass, prop.PidTagMessageFlags, prop.PidTagMessageSize} {
		if _, _, ok := prop.Find(p, t); !ok {
			if depth > 0 {
				c.minor("item-property", "%s has no property %v", what, t)
			} else {
				c.bad("item-property", "%s has no property %v", what, t)
			}
		}
	}
	for _, t := range p.Tags() {
		if t.IsNamed() {
			if _, ok := c.s.Names().NameOf(t.ID()); !ok {
				c.bad("item-named", "%s has property %v, whose name is not in the map", what, t)
			}
		}
	}
	if x, ok := p.Node.Sub.Node(0x692); ok {
		if t, err := ltp.OpenTC(c.f, x); err == nil {
			for i := range t.Len() {
				if _, _, ok := prop.Find(t.Row(i), prop.PidTagRecipientType); !ok {
					c.bad("recipient", "recipient %d of %s has no type", i, what)
				}
			}
		}
	} else if depth == 0 && n.NID.Type() == ndb.TypeMessage {
		c.minor("recipients", "%s has no table of recipients", what)
	}
	var listed []ndb.NID
	if x, ok := p.Node.Sub.Node(0x671); ok {
		if t, err := ltp.OpenTC(c.f, x); err == nil {
			for i := range t.Len() {
				listed = append(listed, ndb.NID(t.Row(i).ID))
			}
		}
	}
	slices.SortFunc(listed, func(a, b ndb.NID) int { return cmp.Compare(a, b) })
	for _, s := range p.Node.Sub.Nodes() {
		if s.NID.Type() != ndb.TypeAttachment {
			continue
		}
		if i, ok := slices.BinarySearch(listed, s.NID); ok {
			listed = slices.Delete(listed, i, i+1)
		} else {
			c.bad("attachments", "attachment %#x of %s is not in its table", s.NID, what)
		}
		c.attachment(s, fmt.Sprintf("attachment %#x of %s", s.NID, what), depth)
	}
	for _, id := range listed {
		c.bad("attachments", "%s lists attachment %#x, which is not there", what, id)
	}
	if has := prop.Int(p, prop.PidTagMessageFlags)&0x10 != 0; !has {
		if _, ok := p.Node.Sub.Node(0x671); ok && len(listed) > 0 {
			c.minor("item-flags", "%s has attachments and says that it has none", what)
		}
	}
}

func (c *checker) attachment(n ndb.Node, what string, depth int) {
	p, err := ltp.OpenPC(c.f, n)
	if err != nil {
		c.bad("attachment", "%s: %v", what, err)
		return
	}
	method, ok := prop.IntOK(p, prop.PidTagAttachMethod)
	if !ok {
		c.bad("attachment-property", "%s has no method", what)
	}
	if method == 5 {
		o, ok := p.Object(prop.PidTagAttachDataObject)
		if !ok {
			c.bad("attachment-object", "%s has no message in it", what)
		} else if depth < 32 {
			c.message(o, "the message in "+what, depth+1)
		}
	}
}
