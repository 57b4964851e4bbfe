// Package whom is the field that people, rooms and groups are chosen with: for an event's guests and for the members of a group.
package whom

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/views/kit"
)

// Client is what is asked of the program.
type Client interface {
	Suggest(ctx context.Context, prefix string, limit int) ([]pim.Suggestion, error)
	Contact(ctx context.Context, id pim.ContactID) (pim.Contact, error)
	Rooms(ctx context.Context) ([]pim.Attendee, error)
}

// Field has chips, and a line to type that completes from contacts and from who was written to.
type Field struct {
	// Changed hears that the list, or what is typed, is another; Fit that the height is. Plain: there is nothing to say of somebody but the name; else a press
	// on a chip says whether somebody has to come, and whether it is a room.
	Changed, Fit func()
	Plain        bool

	c     Client
	do    func(func())
	win   fyne.Window
	list  []pim.Attendee
	rooms []pim.Attendee // of the servers
	known []pim.Attendee // who was there at first: taken out and put in again they keep their answers
	input *kit.Field
	flow  *kit.Flow
	box   *kit.Frame
	found []offer
	rows  *fyne.Container // of what was found
	whole fyne.CanvasObject
	at    int // the one that Enter takes
	turn  int
}

// offer is one completion: a person, a room, or the members of a group.
type offer struct {
	name, about, word, icon string
	as                      []pim.Attendee
}

// AskRooms offers the rooms of the servers' directories too, once they are known.
func (g *Field) AskRooms() {
	go func() {
		rs, err := g.c.Rooms(context.Background())
		g.do(func() {
			if err == nil { // without them, rooms can still be typed
				g.rooms = rs
			}
		})
	}()
}

// roomsLike are the rooms of the servers that have a word which begins like what is typed.
func (g *Field) roomsLike(prefix string) (out []pim.Attendee) {
	low := strings.ToLower(prefix)
	for _, r := range g.rooms {
		words := strings.Fields(strings.ToLower(r.Name + " " + r.Addr))
		if strings.HasPrefix(strings.ToLower(r.Name), low) || slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, low) }) {
			if r.Role, r.Status, r.RSVP = "required", "needs-action", true; len(out) < maxOffers {
				out = append(out, r)
			}
		}
	}
	return out
}

// Object is what is laid out.
func (g *Field) Object() fyne.CanvasObject { return g.whole }

// Chosen are those in the list, without what is being typed.
func (g *Field) Chosen() []pim.Attendee { return g.list }

// maxOffers is how many completions are shown.
const maxOffers = 5

// Guest is somebody who is invited anew.
func Guest(name, addr string) pim.Attendee {
	return pim.Attendee{Name: name, Addr: addr, Role: "required", Status: "needs-action", RSVP: true}
}

// New returns a field with the people of list in it. name is what the line to type is called; do runs a function on the window's goroutine.
func New(win fyne.Window, c Client, do func(func()), name string, list []pim.Attendee) *Field {
	g := &Field{c: c, do: do, win: win, list: slices.Clone(list), known: list, input: kit.NewField("Names or addresses")}
	g.Changed, g.Fit = func() {}, func() {}
	g.input.Bare, g.input.Height, g.input.Name = true, 26, name
	g.input.OnChanged = func(s string) { g.ask(strings.TrimSpace(s)); g.Changed() }
	g.input.OnKey, g.input.OnRune = g.key, g.rune
	g.input.OnPaste = func(s string) bool {
		if !strings.ContainsAny(s, ",;\n") {
			return false
		}
		as, bad := Parse(s, g.known)
		if bad == "" {
			g.add(as...)
		}
		return bad == ""
	}
	g.input.WantsTab = func() bool { return len(g.found) > 0 && !g.input.Shifted() }
	g.input.OnFocus = func(on bool) {
		if g.box.Stroke, g.box.Width = kit.BorderStrong, 1; on {
			g.box.Stroke, g.box.Width = kit.Accent, 2
		}
		g.box.Refresh()
	}
	g.flow = kit.NewFlow(32, 6, 120)
	g.flow.OnHeight = func() { g.Fit() }
	g.box = kit.NewFrame(kit.FieldFill, kit.BorderStrong, 6, 0, kit.Inset(2, 6, 2, 8, g.flow))
	g.rows = kit.Col(0)
	g.whole = kit.Col(0, g.box, g.rows)
	g.draw()
	return g
}

func (g *Field) draw() {
	var objs []fyne.CanvasObject
	for i, a := range g.list {
		c := kit.NewChip(called(a), a.Addr, "", func() { g.remove(i) })
		if a.IsRoom() {
			c.Icon = "door-open"
		}
		if a.Role == "optional" {
			c.About = "optional"
		}
		if !g.Plain {
			c.OnTapped = func() { g.menu(c, i) }
		}
		objs = append(objs, c)
	}
	if g.input.Placeholder = ""; len(objs) == 0 {
		g.input.Placeholder = "Names or addresses"
	}
	g.flow.Set(append(objs, g.input)...)
}

func (g *Field) menu(c *kit.Chip, i int) {
	set := func(change func(a *pim.Attendee)) func() {
		return func() {
			if i < len(g.list) {
				change(&g.list[i])
				g.draw()
				g.Changed()
			}
		}
	}
	a := g.list[i]
	kit.ShowMenuBelow(c, false,
		kit.MenuItem{Text: "Needed", Icon: "user-round", Checked: a.Role != "optional", Do: set(func(a *pim.Attendee) { a.Role = "required" })},
		kit.MenuItem{Text: "Optional", Icon: "circle-question-mark", Checked: a.Role == "optional", Do: set(func(a *pim.Attendee) { a.Role = "optional" })},
		kit.Separator(),
		kit.MenuItem{Text: "A room", Icon: "door-open", Checked: a.IsRoom(), Do: set(func(a *pim.Attendee) {
			if a.IsRoom() {
				a.Kind = ""
			} else {
				a.Kind = "room"
			}
		})},
		kit.Separator(),
		kit.MenuItem{Text: "Take out", Icon: "x", Do: func() { g.remove(i) }})
}

func (g *Field) has(addr string) bool {
	return slices.ContainsFunc(g.list, func(o pim.Attendee) bool { return strings.EqualFold(o.Addr, addr) })
}

func (g *Field) remove(i int) {
	if i < len(g.list) {
		g.list = slices.Delete(g.list, i, i+1)
		g.draw()
		g.Changed()
	}
}

// add takes people in who are not there yet, in the place of what is typed.
func (g *Field) add(as ...pim.Attendee) {
	for _, a := range as {
		if !g.has(a.Addr) {
			g.list = append(g.list, a)
		}
	}
	g.input.SetText("")
	g.turn++
	g.show(nil)
	g.draw()
	g.Changed()
}

// All are those in the list and those typed; bad is what is typed and no address.
func (g *Field) All() (out []pim.Attendee, bad string) {
	more, bad := Parse(g.input.Text(), g.known)
	out = slices.Clone(g.list)
	for _, a := range more {
		if !g.has(a.Addr) {
			out = append(out, a)
		}
	}
	return out, bad
}

// ask looks for contacts that begin like what is typed.
func (g *Field) ask(prefix string) {
	g.turn++
	turn := g.turn
	if prefix == "" || strings.ContainsAny(prefix, `<>",;`) {
		g.show(nil)
		return
	}
	rooms := g.roomsLike(prefix)
	go func() {
		ctx := context.Background()
		ss, err := g.c.Suggest(ctx, prefix, 2*maxOffers)
		if err != nil {
			ss = nil // typing goes on without completions
		}
		var found []offer
		had := map[string]bool{}
		for _, s := range ss {
			if o := offered(ctx, g.c, s); len(o.as) > 0 {
				found = append(found, o)
				had[strings.ToLower(s.Addr)] = true
			}
		}
		found = found[:min(len(found), maxOffers-min(len(rooms), 2))]
		for _, r := range rooms {
			if !had[strings.ToLower(r.Addr)] {
				found = append(found, offer{name: called(r), about: r.Addr, word: "Room", icon: "door-open", as: []pim.Attendee{r}})
			}
		}
		g.do(func() {
			if turn == g.turn {
				g.show(found)
			}
		})
	}()
}

func offered(ctx context.Context, c Client, s pim.Suggestion) offer {
	if s.Group {
		o := offer{name: s.Name, about: kit.Plural(len(s.Members), "address", "addresses"), word: "Group", icon: "users"}
		for _, m := range s.Members {
			o.as = append(o.as, Guest(m.Label, m.Value))
		}
		return o
	}
	a := Guest(s.Name, s.Addr)
	o := offer{name: called(a), about: s.Addr}
	if s.Contact != 0 {
		if c, err := c.Contact(ctx, s.Contact); err == nil && c.IsRoom() {
			a.Kind, o.word, o.icon = "room", "Room", "door-open"
		}
	}
	o.as = []pim.Attendee{a}
	return o
}

// show lists what was found below the field.
func (g *Field) show(found []offer) {
	had := len(g.found)
	g.found, g.rows.Objects, g.at = nil, nil, 0
	for _, o := range found {
		if len(g.found) == maxOffers || len(o.as) == 1 && g.has(o.as[0].Addr) {
			continue
		}
		g.found = append(g.found, o)
		av := kit.NewAvatar(o.name, o.as[0].Addr, 26)
		av.Icon = o.icon
		f := kit.NewFrame(kit.Clear, kit.Clear, 6, 0, kit.Sized(0, 36, kit.Row(10, kit.Gap(0, 0), av, kit.NewLabel(kit.Cut(o.name, kit.Body13, 200), kit.Body13, kit.Text), kit.NewShrinkLabel(o.about, kit.Small12, kit.Text3), kit.Spring(nil),
			kit.NewLabel(o.word, kit.Small12, kit.Text2), kit.Gap(0, 0))))
		f.Name, f.HoverFill = o.name, kit.Hover
		f.OnTapped = func() {
			g.add(o.as...)
			g.win.Canvas().Focus(g.input)
		}
		g.rows.Add(f)
	}
	g.mark()
	if had > 0 || len(g.found) > 0 {
		g.rows.Refresh()
		g.Fit()
	}
}

func (g *Field) mark() {
	for i, o := range g.rows.Objects {
		f := o.(*kit.Frame)
		if f.Fill = kit.Clear; i == g.at {
			f.Fill = kit.Select
		}
		f.Refresh()
	}
}

func (g *Field) key(k fyne.KeyName, _ bool) bool {
	n := len(g.found)
	switch k {
	case fyne.KeyDown, fyne.KeyUp:
		if n == 0 {
			return false
		}
		if g.at = (g.at + 1) % n; k == fyne.KeyUp {
			g.at = (g.at + n - 2) % n
		}
		g.mark()
		return true
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyTab:
		if n > 0 {
			g.add(g.found[g.at].as...)
			return true
		}
		if as, bad := Parse(g.input.Text(), g.known); bad == "" && len(as) > 0 {
			g.add(as...)
			return true
		}
	case fyne.KeyBackspace:
		if g.input.Text() == "" && len(g.list) > 0 {
			g.remove(len(g.list) - 1)
			return true
		}
	case fyne.KeyEscape:
		if n > 0 {
			g.turn++
			g.show(nil)
			return true
		}
	}
	return false
}

// rune ends an address at a comma or semicolon.
func (g *Field) rune(r rune) bool {
	if r != ',' && r != ';' {
		return false
	}
	as, bad := Parse(g.input.Text(), g.known)
	if bad != "" {
		return false
	}
	g.add(as...)
	return true
}

// Parse reads addresses; those who were there already keep what is known of them.
func Parse(s string, old []pim.Attendee) (out []pim.Attendee, bad string) {
	for _, a := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		a = strings.TrimSpace(a)
		if a == "" {
			continue
		}
		name := ""
		if i, j := strings.LastIndexByte(a, '<'), strings.LastIndexByte(a, '>'); i >= 0 && j > i {
			name, a = strings.Trim(strings.TrimSpace(a[:i]), `"`), a[i+1:j]
		}
		if at := strings.LastIndexByte(a, '@'); at < 1 || at == len(a)-1 || strings.ContainsAny(a, " <>") {
			return nil, a
		}
		i := slices.IndexFunc(old, func(o pim.Attendee) bool { return strings.EqualFold(o.Addr, a) })
		if i >= 0 {
			out = append(out, old[i])
			continue
		}
		out = append(out, Guest(name, a))
	}
	return out, ""
}

func called(a pim.Attendee) string {
	if a.Name != "" {
		return a.Name
	}
	return a.Addr
}
