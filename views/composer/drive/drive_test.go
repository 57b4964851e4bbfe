package drive

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/views/clip"
	"github.com/postrider/postrider/views/composer"
	"github.com/postrider/postrider/views/composer/rich"
	"github.com/postrider/postrider/views/html/edit"
	"github.com/postrider/postrider/views/kit"
	"github.com/postrider/postrider/views/tour"
	"github.com/postrider/postrider/views/viewtest"
)

// inside is set in the process that has the window.
const inside = "POSTRIDER_DRIVE"

func TestMain(m *testing.M) {
	if os.Getenv(inside) == "" {
		os.Exit(m.Run())
	}
	os.Exit(window())
}

// TestCommands starts this test again on a virtual screen, where it opens a window and presses keys.
func TestCommands(t *testing.T) {
	if os.Getenv("POSTRIDER_BIN") == "" {
		t.Skip("POSTRIDER_BIN does not name the built program: make test does")
	}
	for _, p := range []string{"xvfb-run", "xdotool", "xclip"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed (xvfb xauth xdotool xclip)", p)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Minute)
	defer cancel()
	home := t.TempDir()
	var boat bytes.Buffer
	if err := png.Encode(&boat, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "boat.png"), boat.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(ctx, "xvfb-run", "-a", "-s", "-screen 0 1000x800x24 -nolisten tcp", os.Args[0])
	c.Env = append(os.Environ(), inside+"=1", "LIBGL_ALWAYS_SOFTWARE=1", "HOME="+home, "XDG_RUNTIME_DIR="+t.TempDir(), "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent", "WAYLAND_DISPLAY=")
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "all done") {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// driver is the window and the hand that drives it.
type driver struct {
	c *composer.Composer
	r *tour.Robot
}

func window() int {
	a := fyneapp.NewWithID("org.postrider.Drive")
	kit.Choose(kit.ModeLight, false)
	vc := viewtest.New(viewtest.Options{})
	s := vc.Settings()
	s.PlainText = false
	_ = vc.SetSettings(context.Background(), s)
	as, _ := vc.Accounts(context.Background())
	var d driver
	code := 1
	clip.Open()
	a.Lifecycle().SetOnStarted(func() {
		d.c = composer.Open(a.NewWindow, vc, mail.Draft{Account: as[0].ID, From: as[0].Identities[0], To: []mail.Address{{Addr: "ada@example.com"}}, Subject: "Driven"}, composer.Hooks{Now: vc.Now})
		d.r = &tour.Robot{Dir: os.TempDir(), Out: os.Stdout}
		go func() {
			if err := d.drive(); err != nil {
				fmt.Println("FAILED:", err)
				fmt.Println(d.html())
			} else {
				fmt.Println("all done")
				code = 0
			}
			os.Exit(code)
		}()
	})
	a.Run()
	return code
}

// html is the draft now.
func (d *driver) html() (s string) {
	fyne.DoAndWait(func() {
		if e := d.editor(); e != nil {
			s = e.Doc().Fragment()
		}
	})
	return s
}

// find returns the first object of the window for which is holds.
func (d *driver) find(is func(fyne.CanvasObject) bool) fyne.CanvasObject {
	c := d.c.Window().Canvas()
	roots := append([]fyne.CanvasObject{}, c.Overlays().List()...)
	for _, root := range append(roots, c.Content()) {
		for _, o := range test.LaidOutObjects(root) {
			if is(o) {
				return o
			}
		}
	}
	return nil
}

func (d *driver) editor() *rich.Editor {
	e, _ := d.find(func(o fyne.CanvasObject) bool { _, ok := o.(*rich.Editor); return ok }).(*rich.Editor)
	return e
}

// spot is a point of an object, from its corner, as a place on the screen.
func (d *driver) spot(is func(fyne.CanvasObject) bool, dx, dy float32) (x, y int, ok bool) {
	fyne.DoAndWait(func() {
		o := d.find(is)
		if o == nil {
			return
		}
		p := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
		if dx < 0 {
			dx, dy = o.Size().Width/2, o.Size().Height/2
		}
		k := d.c.Window().Canvas().Scale()
		x, y, ok = int((p.X+dx)*k), int((p.Y+dy)*k), true
	})
	return x, y, ok
}

func isEditor(o fyne.CanvasObject) bool { _, ok := o.(*rich.Editor); return ok }

func button(name string) func(fyne.CanvasObject) bool {
	return func(o fyne.CanvasObject) bool {
		b, ok := o.(*kit.Button)
		return ok && (b.Tip == name || b.Text == name) && b.Visible()
	}
}

func field(name string) func(fyne.CanvasObject) bool {
	return func(o fyne.CanvasObject) bool { f, ok := o.(*kit.Field); return ok && f.Name == name }
}

// offer has another program copy content of a kind.
func offer(kind, content string) error {
	c := exec.Command("xclip", "-selection", "clipboard", "-i", "-t", kind)
	c.Stdin = strings.NewReader(content)
	if err := c.Run(); err != nil { // it goes on in the background
		return err
	}
	for range 100 {
		if out, err := exec.Command("xclip", "-selection", "clipboard", "-o", "-t", kind).Output(); err == nil && string(out) == content {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("xclip does not take the clipboard")
}

// drop drags a file from another program to the beginning of the text.
func (d *driver) drop(name string) error {
	x, y, ok := d.spot(isEditor, 40, 12)
	if !ok {
		return fmt.Errorf("there is no text")
	}
	out, err := exec.Command("xdotool", "search", "--onlyvisible", "--name", "Driven").Output()
	if err != nil {
		return err
	}
	win, err := strconv.ParseUint(strings.Fields(string(out) + " none")[0], 10, 32)
	if err != nil {
		return err
	}
	return dropFile(uint32(win), x, y, filepath.Join(os.Getenv("HOME"), name))
}

// toolkit finds a button of the toolkit's own dialogs.
func toolkit(name string) func(fyne.CanvasObject) bool {
	return func(o fyne.CanvasObject) bool {
		b, ok := o.(*widget.Button)
		return ok && b.Text == name && b.Visible()
	}
}

// file clicks on a file of the toolkit's dialog. Neither its name nor its place is to be had from outside: it is the number of its cell in the first row that counts.
// The dialog moves while it opens, so a click that chose nothing is done again.
func (d *driver) file(name string) error {
	chosen := func() (ok bool) {
		fyne.DoAndWait(func() {
			b, _ := d.find(toolkit("Insert")).(*widget.Button)
			ok = b != nil && !b.Disabled()
		})
		return ok
	}
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		x, y, ok := 0, 0, false
		fyne.DoAndWait(func() {
			item := d.find(func(o fyne.CanvasObject) bool {
				return fmt.Sprintf("%T", o) == "*dialog.fileDialogItem" && reflect.ValueOf(o).Elem().FieldByName("name").String() == name
			})
			grid := d.find(func(o fyne.CanvasObject) bool { _, ok := o.(*widget.GridWrap); return ok })
			if item == nil || grid == nil {
				return
			}
			n, z, k := float32(reflect.ValueOf(item).Elem().FieldByName("id").Int()), item.MinSize(), d.c.Window().Canvas().Scale()
			at := fyne.CurrentApp().Driver().AbsolutePositionForObject(grid)
			x, y, ok = int((at.X+n*(z.Width+theme.Padding())+z.Width/2)*k), int((at.Y+z.Height/2)*k), true
		})
		if !ok {
			continue
		}
		if err := d.r.Click(x, y); err != nil {
			return err
		}
		for range 30 {
			if chosen() {
				return nil
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	return fmt.Errorf("the file cannot be chosen")
}

// answer clicks on a button of the toolkit's dialog until it closes: the window takes a click at the place where the pointer was a frame before.
func (d *driver) answer(name string) error {
	open := func() (ok bool) {
		fyne.DoAndWait(func() { ok = d.find(toolkit(name)) != nil })
		return ok
	}
	for range 10 {
		if err := d.click(toolkit(name)); err != nil && open() {
			return err
		}
		for range 50 {
			if !open() {
				return nil
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	return fmt.Errorf("the dialog stays")
}

// press presses keys; a word of more than a key's name is "type:" and text; "click:" and the name of a button; "menu:" and the words of an item of an open menu;
// "file:" and "toolkit:", a file and a button of a dialog of the toolkit; "drop:" and a file of the home folder that another program drops on the text;
// "picture:" and such a file that another program copies.
func (d *driver) press(what ...string) error {
	for _, w := range what {
		kind, arg, ok := strings.Cut(w, ":")
		var err error
		switch {
		case ok && kind == "type":
			err = d.r.Type(arg)
		case ok && kind == "click":
			err = d.click(button(arg))
		case ok && kind == "offer":
			err = offer("text/html", arg)
		case ok && kind == "picture":
			var b []byte
			if b, err = os.ReadFile(filepath.Join(os.Getenv("HOME"), arg)); err == nil {
				err = offer("image/png", string(b))
			}
		case ok && kind == "drop":
			err = d.drop(arg)
		case ok && kind == "file":
			err = d.file(arg)
		case ok && kind == "toolkit":
			err = d.answer(arg)
		case ok && kind == "field":
			err = d.click(field(arg))
		case ok && kind == "menu":
			err = d.choose(arg)
		default:
			err = d.r.Key(w)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", w, err)
		}
	}
	return nil
}

func (d *driver) click(is func(fyne.CanvasObject) bool) error {
	for range 150 {
		if x, y, ok := d.spot(is, -1, 0); ok {
			return d.r.Click(x, y)
		}
		time.Sleep(200 * time.Millisecond)
	}
	return fmt.Errorf("it is not in the window")
}

// items are the words of the open menu, nil = there is none.
func (d *driver) items() (out []string) {
	fyne.DoAndWait(func() {
		if m, ok := d.find(func(o fyne.CanvasObject) bool { _, ok := o.(*kit.Menu); return ok }).(*kit.Menu); ok {
			for _, it := range m.Items {
				if it.Text != "" {
					out = append(out, it.Text)
				}
			}
		}
	})
	return out
}

// choose goes to an item of the open menu by the arrow key.
func (d *driver) choose(item string) error {
	for range 20 {
		for i, it := range d.items() {
			if it == item {
				// A pointer on the menu highlights what is under it.
				if err := d.r.Point(2, 790); err != nil {
					return err
				}
				for range i + 1 {
					if err := d.r.Key("Down"); err != nil {
						return err
					}
				}
				return d.r.Key("Return")
			}
		}
		time.Sleep(200 * time.Millisecond)
	}
	return fmt.Errorf("no menu has it: %q", d.items())
}

// step does something and waits until the text is as it should be. A press that led nowhere at all is done again.
func (d *driver) step(what string, ok func(html string) bool, keys ...string) error {
	was := d.html()
	for try := range 3 {
		if err := d.press(keys...); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if ok(d.html()) {
				fmt.Println("ok:", what)
				return nil
			}
		}
		if d.html() != was {
			break
		}
		fmt.Printf("%s: nothing happened at try %d\n", what, try+1)
	}
	return fmt.Errorf("%s: not done", what)
}

func has(all ...string) func(string) bool {
	return func(s string) bool {
		for _, x := range all {
			if y, not := strings.CutPrefix(x, "!"); not == strings.Contains(s, y) {
				return false
			}
		}
		return true
	}
}

// count waits for n of something.
func count(what string, n int) func(string) bool {
	return func(s string) bool { return strings.Count(s, what) == n }
}

func (d *driver) drive() error {
	if err := d.r.Until("the window", func() bool { _, _, ok := d.spot(isEditor, 10, 10); return ok }); err != nil {
		return err
	}
	if out, err := exec.Command("sh", "-c", "xdotool search --onlyvisible --name Driven windowfocus").CombinedOutput(); err != nil {
		fmt.Println("focus:", err, string(out))
	}
	if err := d.click(isEditor); err != nil {
		return err
	}
	start := d.html()
	do := []struct {
		what string
		ok   func(string) bool
		keys []string
	}{
		{"typing", has("Alpha beta gamma"), []string{"type:Alpha beta gamma"}},
		{"bold", has("<b>Alpha beta gamma"), []string{"shift+Home", "ctrl+b"}},
		{"italic", has("<i>"), []string{"ctrl+i"}},
		{"underline", has("<u>"), []string{"ctrl+u"}},
		{"struck", has("<s>"), []string{"ctrl+shift+x"}},
		{"formatting removed", has("!<b>", "!<i>", "!<u>", "!<s>"), []string{"ctrl+backslash"}},
		{"large", has("18px"), []string{"click:Size and colour", "menu:Large"}},
		{"red", has("#b3282d"), []string{"click:Size and colour", "menu:Red"}},
		{"marked", has("#fff3a3"), []string{"click:Size and colour", "menu:Marked"}},
		{"code", has("<code"), []string{"click:Code"}},
		{"all of that removed", has("!<code", "!18px"), []string{`ctrl+backslash`}},
		{"a heading", has("<h1"), []string{"End", "click:Paragraph", "menu:Heading 1"}},
		{"a line below a heading", has("<div>below"), []string{"Return", "type:below"}},
		{"a list", has("<ul>", "<li>below"), []string{"ctrl+shift+8"}},
		{"an item more", has("<li>two"), []string{"Return", "type:two"}},
		{"moved in", count("<ul>", 2), []string{"ctrl+bracketright"}},
		{"moved out", count("<ul>", 1), []string{"ctrl+bracketleft"}},
		{"the list ends", has("<div>numbers"), []string{"Return", "Return", "type:numbers"}},
		{"a numbered list", has("<ol>"), []string{"ctrl+shift+7"}},
		{"no list", has("!<ol>"), []string{"ctrl+shift+7"}},
		{"a quote", has("<blockquote"), []string{"ctrl+shift+9"}},
		{"out of the quote, and Markdown", has("<b>fat</b>"), []string{"Return", "Return", "type:some **fat** words"}},
		{"a list by Markdown", count("<ul>", 2), []string{"Return", "type:- dash"}},
		{"a link", has(`href="https://example.org"`), []string{"Return", "Return", "type:site", "ctrl+shift+Left", "ctrl+k", "type:example.org", "Return"}},
		{"behind the link", has("after</div>"), []string{"End", "type: after"}},
		{"a table", has("<table"), []string{"Return", "click:Table", "Return"}},
		{"cells", has(">one<", ">two<", ">six<"), []string{"type:one", "Tab", "type:two", "Tab", "Tab", "Tab", "Tab", "type:six"}},
		{"a row more", count("<tr", 3), []string{"Tab"}},
		{"back a cell", has(">sixth<"), []string{"shift+Tab", "End", "type:th"}},
	}
	for _, s := range do {
		if err := d.step(s.what, s.ok, s.keys...); err != nil {
			return err
		}
	}
	// The table's own menu, under the pointer.
	for _, s := range []struct {
		item string
		ok   func(string) bool
	}{{"Column right", count("<td", 12)}, {"Row above", count("<tr", 4)}, {"Delete column", count("<td", 12)}, {"Delete row", count("<tr", 3)}} {
		if err := d.tableMenu(s.item); err != nil {
			return err
		}
		if err := d.step(s.item, s.ok); err != nil {
			return err
		}
	}
	more := []struct {
		what string
		ok   func(string) bool
		keys []string
	}{
		{"to the end", has("last words"), []string{"ctrl+End", "type:last words"}},
		{"copied and pasted", has("last wordswords"), []string{"ctrl+shift+Left", "ctrl+c", "End", "ctrl+v"}},
		{"a picture of a file", has("<img", "cid:"), []string{"click:Picture in the text", "file:boat", "toolkit:Insert"}},
		{"a picture dropped on the text", count("<img", 2), []string{"drop:boat.png"}},
		{"and taken back", count("<img", 1), []string{"ctrl+z", "ctrl+End"}},
		{"a picture pasted", count("<img", 2), []string{"picture:boat.png", "ctrl+v"}},
		{"and taken back again", count("<img", 1), []string{"ctrl+z", "ctrl+End"}},
		{"pasted from another program", has("High <b>water</b>", "!onclick", "!theirs.example"), []string{"offer:<p onclick='x()'>High <b>water</b><img src='https://theirs.example/p.png'></p>", "ctrl+v"}},
		{"taken back", has("!High"), []string{"ctrl+z"}},
		{"cut", has("!wordswords", "<img"), []string{"Left", "ctrl+shift+Left", "ctrl+x"}},
		{"pasted as text", has("wordswords"), []string{"ctrl+shift+v"}},
		{"a word back", has("!wordswords"), []string{"ctrl+BackSpace"}},
		{"a word forward", has("!Alpha"), []string{"ctrl+Home", "ctrl+Delete"}},
		{"found and replaced", has("boat", "!beta"), []string{"ctrl+h", "type:beta", "field:Replace with", "type:boat", "click:Replace all", "Escape"}},
	}
	for _, s := range more {
		if err := d.step(s.what, s.ok, s.keys...); err != nil {
			return err
		}
	}
	if err := d.drag(); err != nil {
		return err
	}
	end := d.html()
	if doc, err := edit.Load(end); err != nil || doc.Fragment() != end {
		return fmt.Errorf("what is sent does not read back as it is: %v\n%s", err, doc.Fragment())
	}
	fmt.Println("ok: it reads back as it is")
	back := func(what, key, want string) error {
		for range 200 {
			if d.html() == want {
				fmt.Println("ok:", what)
				return nil
			}
			if err := d.press(key); err != nil {
				return err
			}
		}
		return fmt.Errorf("%s: it becomes\n%s\ninstead of\n%s", what, d.html(), want)
	}
	if err := back("undone to the start", "ctrl+z", start); err != nil {
		return err
	}
	return back("done again to the end", "ctrl+shift+z", end)
}

// tableMenu opens the menu on the table: it is somewhere below the middle of the text.
func (d *driver) tableMenu(item string) error {
	for dy := float32(60); dy < 520; dy += 14 {
		x, y, ok := d.spot(isEditor, 60, dy)
		if !ok {
			return fmt.Errorf("no editor")
		}
		if err := d.press("Shift_L"); err != nil {
			return err
		}
		if out, err := exec.Command("xdotool", "mousemove", fmt.Sprint(x), fmt.Sprint(y), "sleep", "0.1", "click", "3", "sleep", "0.3").CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		for range 20 {
			if len(d.items()) > 0 {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		for _, it := range d.items() {
			if it == item {
				return d.choose(item)
			}
		}
		if len(d.items()) > 0 {
			if err := d.r.Key("Escape"); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("no place in the text has %q in its menu", item)
}

// drag selects by the mouse, makes that bold, and a double click selects a word.
func (d *driver) drag() error {
	if err := d.press("ctrl+Home"); err != nil {
		return err
	}
	was := strings.Count(d.html(), "<b>")
	for try := range 3 {
		x, y, _ := d.spot(isEditor, 26, 40)
		if out, err := exec.Command("xdotool", "mousemove", fmt.Sprint(x), fmt.Sprint(y), "sleep", "0.2", "mousedown", "1", "sleep", "0.1", "mousemove", fmt.Sprint(x+20), fmt.Sprint(y), "sleep", "0.1",
			"mousemove", fmt.Sprint(x+60), fmt.Sprint(y), "sleep", "0.2", "mouseup", "1").CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		if err := d.press("ctrl+b"); err != nil {
			return err
		}
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if strings.Count(d.html(), "<b>") > was {
				fmt.Println("ok: selected by the mouse")
				return nil
			}
		}
		fmt.Println("nothing was selected at try", try+1)
	}
	return fmt.Errorf("the mouse selects nothing")
}
