package app

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/dav"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/wire"
	"github.com/postrider/postrider/app/engine"
	"github.com/postrider/postrider/app/store"
)

const davUser = "ada@example.test"

// place is a server with a person on it.
type place struct {
	roots    *x509.CertPool
	server   func(p mail.Protocol, user string) mail.Server
	user     string
	password string
}

func radicale(s *testserver.Radicale) place {
	return place{s.Roots, s.Server, davUser, testserver.Users[davUser]}
}

// device is a program on a computer of one person's, with the address books and calendars of a server and no mail.
func device(t testing.TB, p place, dir string) *App {
	t.Helper()
	a := must[*App](t)(openDevice(p, dir))
	t.Cleanup(func() { a.Close() })
	return a
}

func openDevice(p place, dir string) (*App, error) {
	return openDeviceWith(p, dir, func(*engine.Options) {})
}

func openDeviceWith(p place, dir string, more func(*engine.Options)) (*App, error) {
	ctx := context.Background()
	a, err := Open(ctx, Options{Dir: dir, Roots: p.roots,
		Creds: func(mail.Account, mail.Server, auth.Purpose) auth.Source {
			return auth.Static{User: p.user, Password: p.password}
		},
		Engine: func(o *engine.Options) {
			o.BackoffMin, o.BackoffMax, o.Shelves.Poll = 20*time.Millisecond, 200*time.Millisecond, time.Hour
			more(o)
		}})
	if err != nil {
		return nil, err
	}
	acc := mail.Account{ID: "ada", Name: "Ada", Address: davUser, Incoming: mail.Server{Protocol: mail.IMAP, Host: "127.0.0.1", Port: 1, Security: mail.TLS, Auth: mail.Password},
		Identities: []mail.Identity{{Name: "Ada", Addr: davUser}}, Also: []mail.Server{p.server(mail.CardDAV, p.user), p.server(mail.CalDAV, p.user)}}
	as, err := a.store.Accounts(ctx)
	if err == nil && len(as) == 0 {
		err = a.store.Write(ctx, func(tx *store.Tx) error { return tx.PutAccount(acc) })
		a.engine.Reload(acc.ID)
	}
	return a, err
}

// until waits for what the supervisors do.
func until(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if f() {
			return
		}
	}
	t.Fatalf("it did not come to: %s", what)
}

func settled(t testing.TB, a *App) {
	t.Helper()
	until(t, "nothing waits", func() bool {
		ops, err := a.store.PIMOps(context.Background(), "ada")
		return err == nil && len(ops) == 0
	})
}

// inStep makes a device look at everything and waits until it has.
func inStep(t testing.TB, a *App) {
	t.Helper()
	settled(t, a)
	began := time.Now()
	a.SyncPIM("ada")
	until(t, "in step", func() bool {
		states := a.engine.ShelfStates("ada")
		if len(states) == 0 {
			return false
		}
		for _, s := range states {
			if s.Err != nil || s.Checked.Before(began) {
				return false
			}
		}
		return true
	})
	settled(t, a)
}

// serverCollection is the server's collection of a name on a device.
func serverCollection(t testing.TB, a *App, kind remote.Kind, name string) pim.CollectionID {
	t.Helper()
	for _, c := range must[[]store.PIMCollection](t)(a.store.PIMCollections(context.Background(), kind)) {
		if c.Account != "" && c.Name == name {
			return pim.CollectionID(c.ID)
		}
	}
	t.Fatalf("there is no %s", name)
	return 0
}

func names(t testing.TB, a *App, book pim.CollectionID) string {
	t.Helper()
	p := must[pim.ContactPage](t)(a.Contacts(context.Background(), pim.ContactQuery{Books: []pim.CollectionID{book}}, 0, 10000))
	var out []string
	for _, r := range p.Rows {
		out = append(out, r.Name)
	}
	sort.Strings(out)
	return strings.Join(out, ",")
}

func person(book pim.CollectionID, name string) pim.Contact {
	return pim.Contact{Book: book, UID: "uid-" + name, Name: pim.Name{Given: name, Family: "X"}, Emails: []pim.Field{{Value: name + "@example.com"}}}
}

func TestTwoDevicesOverRadicale(t *testing.T) {
	s, ctx := testserver.StartRadicale(t), context.Background()
	a, b := device(t, radicale(s), t.TempDir()), device(t, radicale(s), t.TempDir())
	inStep(t, a)
	book := must[pim.CollectionID](t)(a.MakeAddressBook(ctx, "ada", "People", ""))
	cal := must[pim.CollectionID](t)(a.MakeCalendar(ctx, "ada", "Days", "#00aa55"))
	kari, _, err := a.SaveContact(ctx, person(book, "Kari"))
	if err != nil {
		t.Fatal(err)
	}
	start := pim.When{Time: time.Date(2026, 3, 10, 10, 0, 0, 0, time.UTC)}
	ev, _, err := a.SaveEvent(ctx, pim.Event{Calendar: cal, Summary: "Row", Start: start, End: pim.When{Time: start.Time.Add(time.Hour)}, Rule: &pim.Rule{Freq: "DAILY", Count: 3}}, pim.AllEvents)
	if err != nil {
		t.Fatal(err)
	}
	inStep(t, a)
	inStep(t, b)
	bbook, bcal := serverCollection(t, b, remote.Contacts, "People"), serverCollection(t, b, remote.Calendar, "Days")
	if got := names(t, b, bbook); got != "Kari X" {
		t.Fatalf("b has %s", got)
	}
	w := pim.Window{Start: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)}
	os := must[[]pim.Occurrence](t)(b.Events(ctx, w, []pim.CollectionID{bcal}))
	if len(os) != 3 || os[0].Summary != "Row" {
		t.Fatalf("%+v", os)
	}
	// b changes one occurrence, a sees it.
	e := must[pim.Event](t)(b.Event(ctx, os[1].Event, os[1].Recurrence))
	e.Summary = "Late row"
	if _, _, err := b.SaveEvent(ctx, e, pim.This); err != nil {
		t.Fatal(err)
	}
	inStep(t, b)
	inStep(t, a)
	os = must[[]pim.Occurrence](t)(a.Events(ctx, w, []pim.CollectionID{cal}))
	if len(os) != 3 || os[1].Summary != "Late row" || os[1].Event != ev {
		t.Errorf("%+v", os)
	}
	// Both change the same contact while the server is away: the second to come finds the other's, and nothing is lost.
	s.Kill()
	c := must[pim.Contact](t)(a.Contact(ctx, kari))
	c.Note = "from a"
	if _, _, err := a.SaveContact(ctx, c); err != nil {
		t.Fatal(err)
	}
	brow := must[pim.ContactPage](t)(b.Contacts(ctx, pim.ContactQuery{Books: []pim.CollectionID{bbook}}, 0, 1)).Rows[0]
	d := must[pim.Contact](t)(b.Contact(ctx, brow.ID))
	d.Note = "from b"
	if _, _, err := b.SaveContact(ctx, d); err != nil {
		t.Fatal(err)
	}
	if got := must[pim.Contact](t)(a.Contact(ctx, kari)); got.Note != "from a" {
		t.Errorf("offline a shows %q", got.Note)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	settled(t, a)
	settled(t, b)
	inStep(t, a)
	inStep(t, b)
	var conflicted *App
	var conflict pim.Conflict
	for _, x := range []*App{a, b} {
		if cs := must[[]pim.Conflict](t)(x.Conflicts(ctx)); len(cs) == 1 {
			conflicted, conflict = x, cs[0]
		}
	}
	if len(conflict.Differences) != 1 || conflict.Differences[0].What != "Notes" || !strings.HasPrefix(conflict.Differences[0].Mine, "from ") {
		t.Errorf("they differ in %+v", conflict.Differences)
	}
	if conflicted == nil || !strings.Contains(string(conflict.Mine), "from ") || !strings.Contains(string(conflict.Theirs), "from ") || string(conflict.Mine) == string(conflict.Theirs) {
		t.Fatalf("both texts are not kept: %+v", conflict)
	}
	if err := conflicted.ResolveConflict(ctx, conflict.ID, pim.KeepBoth); err != nil {
		t.Fatal(err)
	}
	inStep(t, conflicted)
	for _, x := range []*App{a, b} {
		inStep(t, x)
		notes := map[string]bool{}
		for _, r := range must[pim.ContactPage](t)(x.Contacts(ctx, pim.ContactQuery{Books: []pim.CollectionID{serverCollection(t, x, remote.Contacts, "People")}}, 0, 10)).Rows {
			notes[must[pim.Contact](t)(x.Contact(ctx, r.ID)).Note] = true
		}
		if len(notes) != 2 || !notes["from a"] || !notes["from b"] {
			t.Errorf("after keeping both: %v", notes)
		}
	}
	// Removed here, changed there: it comes back with the change, and the conflict says so.
	s.Kill()
	if _, err := a.DeleteContacts(ctx, []pim.ContactID{kari}); err != nil {
		t.Fatal(err)
	}
	d = must[pim.Contact](t)(b.Contact(ctx, brow.ID))
	d.Nick = "K"
	if _, _, err := b.SaveContact(ctx, d); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		inStep(t, a)
		inStep(t, b)
	}
	ca, cb := must[[]pim.Conflict](t)(a.Conflicts(ctx)), must[[]pim.Conflict](t)(b.Conflicts(ctx))
	na, nb := names(t, a, book), names(t, b, bbook)
	if na != nb || strings.Count(na, "Kari") != 2 {
		t.Errorf("a has %s (%d conflicts), b has %s (%d conflicts)", na, len(ca), nb, len(cb))
	}
	// An address book that goes, goes everywhere.
	if err := a.DropCollection(ctx, book); err != nil {
		t.Fatal(err)
	}
	inStep(t, a)
	inStep(t, b)
	for _, c := range must[[]pim.AddressBook](t)(b.AddressBooks(ctx)) {
		if c.Name == "People" {
			t.Error("b still has the address book")
		}
	}
	// Turned off: what came over it goes here and stays there.
	if err := b.UseService(ctx, "ada", mail.CalDAV, false); err != nil {
		t.Fatal(err)
	}
	for _, c := range must[[]pim.Calendar](t)(b.Calendars(ctx)) {
		if !c.Local {
			t.Errorf("still there: %+v", c)
		}
	}
	sv := must[[]Service](t)(b.Services(ctx, "ada"))
	if len(sv) != 2 || !sv[0].On || sv[1].On || sv[1].URL == "" {
		t.Fatalf("%+v", sv)
	}
	if err := b.UseService(ctx, "ada", mail.CalDAV, true); err != nil {
		t.Fatal(err)
	}
	until(t, "the calendar is back", func() bool {
		os, err := b.Events(ctx, w, nil)
		return err == nil && len(os) == 3
	})
}

// TestTwoDevicesOverSOGo: the same over a server that keeps what it is given in its own words. A device that has not looked since the other wrote finds that out when it writes.
func TestTwoDevicesOverSOGo(t *testing.T) {
	s := testserver.StartSOGo(t)
	twoDevices(t, place{s.Roots, s.Server, "alice", testserver.SOGoUsers["alice"]}, "Personal Address Book", "Personal Calendar")
}

// TestTwoDevicesOverCyrus: the same over a third server.
func TestTwoDevicesOverCyrus(t *testing.T) {
	s := testserver.StartCyrus(t)
	twoDevices(t, place{s.Roots, s.Server, "alice", testserver.CyrusUsers["alice"]}, "personal", "personal")
}

func twoDevices(t *testing.T, p place, bookName, calName string) {
	ctx := context.Background()
	a, b := device(t, p, t.TempDir()), device(t, p, t.TempDir())
	inStep(t, a)
	book, cal := serverCollection(t, a, remote.Contacts, bookName), serverCollection(t, a, remote.Calendar, calName)
	for i := range 30 {
		if _, _, err := a.SaveContact(ctx, person(book, fmt.Sprintf("P%02d", i))); err != nil {
			t.Fatal(err)
		}
	}
	oslo := must[*time.Location](t)(time.LoadLocation("Europe/Oslo"))
	start := time.Date(2026, 3, 27, 10, 0, 0, 0, oslo)
	ev, _, err := a.SaveEvent(ctx, pim.Event{Calendar: cal, Summary: "Row", Location: "Båthus", Start: pim.At(start), End: pim.At(start.Add(time.Hour)), Rule: &pim.Rule{Freq: "DAILY", Count: 5}, Alarms: []pim.Alarm{{Before: 10 * time.Minute}}}, pim.AllEvents)
	if err != nil {
		t.Fatal(err)
	}
	inStep(t, a)
	inStep(t, b)
	bbook := serverCollection(t, b, remote.Contacts, bookName)
	if x, y := names(t, a, book), names(t, b, bbook); x != y || strings.Count(x, ",") != 29 {
		t.Fatalf("a has %s\nb has %s", x, y)
	}
	w := pim.Window{Start: start.AddDate(0, 0, -5), End: start.AddDate(0, 0, 10)}
	os := must[[]pim.Occurrence](t)(b.Events(ctx, w, nil))
	if len(os) != 5 || os[4].Start.Format("15:04 MST") != "10:00 CEST" || !os[0].Alarm {
		t.Fatalf("%+v", os)
	}
	// a changes it and the server has that; b, which has not looked, changes it too.
	e := must[pim.Event](t)(a.Event(ctx, ev, ""))
	e.Summary = "Row from a"
	if _, _, err := a.SaveEvent(ctx, e, pim.AllEvents); err != nil {
		t.Fatal(err)
	}
	settled(t, a)
	f := must[pim.Event](t)(b.Event(ctx, os[0].Event, ""))
	f.Summary = "Row from b"
	if _, _, err := b.SaveEvent(ctx, f, pim.AllEvents); err != nil {
		t.Fatal(err)
	}
	settled(t, b)
	cs := must[[]pim.Conflict](t)(b.Conflicts(ctx))
	if len(cs) != 1 || !strings.Contains(string(cs[0].Mine), "Row from b") || !strings.Contains(string(cs[0].Theirs), "Row from a") || fmt.Sprint(cs[0].Fields, cs[0].Differences) != "[title] [{Title Row from b Row from a}]" {
		t.Fatalf("%+v", cs)
	}
	if got := must[pim.Event](t)(b.Event(ctx, os[0].Event, "")); got.Summary != "Row from a" {
		t.Errorf("b shows %q while it is not settled", got.Summary)
	}
	if err := b.ResolveConflict(ctx, cs[0].ID, pim.KeepMine); err != nil {
		t.Fatal(err)
	}
	inStep(t, b)
	inStep(t, a)
	if got := must[pim.Event](t)(a.Event(ctx, ev, "")); got.Summary != "Row from b" {
		t.Errorf("a has %q", got.Summary)
	}
	// A removal travels.
	if _, err := b.DeleteEvent(ctx, os[0].Event, "", pim.AllEvents); err != nil {
		t.Fatal(err)
	}
	inStep(t, b)
	inStep(t, a)
	if os := must[[]pim.Occurrence](t)(a.Events(ctx, w, nil)); len(os) != 0 {
		t.Errorf("still there: %+v", os)
	}
}

// TestChild is the program that TestKilledInTheMiddle kills.
func TestChild(t *testing.T) {
	dir := os.Getenv("POSTRIDER_PIM_CHILD")
	if dir == "" {
		t.Skip("only for TestKilledInTheMiddle")
	}
	var port int
	fmt.Sscan(os.Getenv("POSTRIDER_PIM_PORT"), &port)
	roots := must[*testserver.Radicale](t)(testserver.AtRadicale(os.Getenv("POSTRIDER_PIM_SERVER"), port))
	a := must[*App](t)(openDevice(radicale(roots), dir))
	ctx := context.Background()
	book := serverCollection(t, a, remote.Contacts, "People")
	for i := 0; ; i++ {
		name := fmt.Sprintf("%s-%d", os.Getenv("POSTRIDER_PIM_ROUND"), i)
		id, _, err := a.SaveContact(ctx, person(book, name))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("saved " + name)
		c := must[pim.Contact](t)(a.Contact(ctx, id))
		c.Note = "second"
		if _, _, err := a.SaveContact(ctx, c); err != nil {
			t.Fatal(err)
		}
		if i%3 == 2 {
			if _, err := a.DeleteContacts(ctx, []pim.ContactID{id}); err != nil {
				t.Fatal(err)
			}
			fmt.Println("removed " + name)
		}
		time.Sleep(time.Duration(rand.IntN(15)) * time.Millisecond)
	}
}

// TestKilledInTheMiddle kills the program again and again while it writes, and expects that everything it said it had stored is on the server once and that nothing else is.
func TestKilledInTheMiddle(t *testing.T) {
	s, ctx := testserver.StartRadicale(t), context.Background()
	dir := t.TempDir()
	a := must[*App](t)(openDevice(radicale(s), dir))
	must[pim.CollectionID](t)(a.MakeAddressBook(ctx, "ada", "People", ""))
	inStep(t, a)
	a.Close()
	want := map[string]bool{}
	unsure := map[string]bool{} // its last word may have been cut off
	for round := range 6 {
		c := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.v")
		c.Env = append(os.Environ(), "POSTRIDER_PIM_CHILD="+dir, "POSTRIDER_PIM_SERVER="+s.Dir, fmt.Sprintf("POSTRIDER_PIM_PORT=%d", s.Port), fmt.Sprintf("POSTRIDER_PIM_ROUND=r%d", round))
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(600+rand.IntN(900))*time.Millisecond, func() { c.Process.Kill() })
		b, _ := io.ReadAll(out)
		var dead *exec.ExitError
		if err := c.Wait(); !errors.As(err, &dead) || dead.ExitCode() != -1 {
			t.Fatalf("the child was not killed but ended: %v\n%s", err, b)
		}
		n := 0
		for l := range strings.Lines(string(b)) {
			if !strings.HasSuffix(l, "\n") {
				break
			}
			word, name, _ := strings.Cut(strings.TrimSpace(l), " ")
			switch word {
			case "saved":
				want[name] = true
				n++
				unsure[fmt.Sprintf("r%d-%d", round, n)] = true // the next may be stored without being told
			case "removed":
				delete(want, name)
			}
		}
		if n > 0 && n%3 == 0 {
			unsure[fmt.Sprintf("r%d-%d", round, n-1)] = true // its removal may not have been told
		}
	}
	a = device(t, radicale(s), dir)
	inStep(t, a)
	local := strings.ReplaceAll(names(t, a, serverCollection(t, a, remote.Contacts, "People")), " X", "")
	on := onServer(t, s)
	if local != strings.Join(on, ",") {
		t.Errorf("here is %s\nthere is %s", local, strings.Join(on, ","))
	}
	have := map[string]bool{}
	for _, n := range on {
		if have[n] {
			t.Errorf("%s is there twice", n)
		}
		have[n] = true
		if !want[n] && !unsure[n] {
			t.Errorf("%s is there and should not be", n)
		}
	}
	for n := range want {
		if !have[n] && !unsure[n] {
			t.Errorf("%s was stored and is lost", n)
		}
	}
	if cs := must[[]pim.Conflict](t)(a.Conflicts(ctx)); len(cs) != 0 {
		t.Errorf("a program alone has no conflicts: %+v", cs)
	}
	if len(want) < 20 {
		t.Errorf("only %d contacts were written", len(want))
	}
	t.Logf("%d contacts over 6 kills", len(on))
}

// onServer lists the given names of the contacts on the server, read over a connection of its own.
func onServer(t testing.TB, s *testserver.Radicale) []string {
	t.Helper()
	ctx := context.Background()
	c := must[*remote.Conn](t)(dav.Open(ctx, wire.Options{Server: s.Server(mail.CardDAV, davUser), Dialer: &wire.Dialer{Roots: s.Roots}, Creds: auth.Static{User: davUser, Password: testserver.Users[davUser]}}))
	defer c.Close()
	var out []string
	for _, col := range must[[]remote.Collection](t)(c.Collections(ctx)) {
		d := must[remote.Delta](t)(c.Pull(ctx, col.Ref, ""))
		if err := c.Fetch(ctx, col.Ref, d.Members, remote.WantBody, func(it remote.Item) error {
			b, err := io.ReadAll(it.Body)
			for l := range strings.Lines(string(b)) {
				if n, ok := strings.CutPrefix(l, "N:X;"); ok {
					n, _, _ = strings.Cut(n, ";")
					out = append(out, n)
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	sort.Strings(out)
	return out
}

// fill writes objects into the server's store as they lie on its disk.
func fill(t testing.TB, s *testserver.Radicale, kind remote.Kind, name string, n int) {
	t.Helper()
	tag := "VADDRESSBOOK"
	ext := ".vcf"
	if kind == remote.Calendar {
		tag, ext = "VCALENDAR", ".ics"
	}
	dir := filepath.Join(s.Dir, "store", "collection-root", davUser, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".Radicale.props"), []byte(`{"tag": "`+tag+`", "D:displayname": "`+name+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		body := fmt.Sprintf("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c%d\r\nFN:Person %d\r\nN:%d;Person;;;\r\nEMAIL:p%d@example.com\r\nTEL:+47%d\r\nEND:VCARD\r\n", i, i, i, i, i)
		if kind == remote.Calendar {
			at := time.Date(2024, 1, 1, 8, 0, 0, 0, time.UTC).Add(time.Duration(i) * 2 * time.Hour)
			body = fmt.Sprintf("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:e%d\r\nDTSTAMP:20240101T000000Z\r\nDTSTART:%s\r\nDTEND:%s\r\nSUMMARY:Event %d\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", i,
				at.Format("20060102T150405Z"), at.Add(time.Hour).Format("20060102T150405Z"), i)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("o%d%s", i, ext)), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTenThousandOfEach brings that many events and contacts here, a tenth of them with -short: it takes Radicale a minute to read its files for the first time.
func TestTenThousandOfEach(t *testing.T) {
	n := 10_000
	if testing.Short() {
		n = 1000
	}
	s, ctx := testserver.StartRadicale(t), context.Background()
	fill(t, s, remote.Contacts, "many", n)
	fill(t, s, remote.Calendar, "days", n)
	// A bare drain of the same server, before (the server fills its own cache of objects with it) and after.
	drain := func() time.Duration {
		began := time.Now()
		for _, p := range []mail.Protocol{mail.CardDAV, mail.CalDAV} {
			c := must[*remote.Conn](t)(dav.Open(ctx, wire.Options{Server: s.Server(p, davUser), Dialer: &wire.Dialer{Roots: s.Roots}, Creds: auth.Static{User: davUser, Password: testserver.Users[davUser]}}))
			for _, col := range must[[]remote.Collection](t)(c.Collections(ctx)) {
				d := must[remote.Delta](t)(c.Pull(ctx, col.Ref, ""))
				got := 0
				if err := c.Fetch(ctx, col.Ref, d.Members, remote.WantBody, func(remote.Item) error { got++; return nil }); err != nil {
					t.Fatal(err)
				}
				if got != n {
					t.Fatalf("drained %d of %d", got, n)
				}
			}
			c.Close()
		}
		return time.Since(began)
	}
	cold := drain()
	warm := drain()
	a := must[*App](t)(openDevice(radicale(s), t.TempDir()))
	t.Cleanup(func() { a.Close() })
	began := time.Now()
	for end := time.Now().Add(10 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		total := 0
		for _, c := range must[[]store.PIMCollection](t)(a.store.PIMCollections(ctx, "")) {
			if c.Account != "" {
				total += c.Count
			}
		}
		if total == 2*n {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d of %d came", total, 2*n)
		}
	}
	t.Logf("bare drain of %d events and as many contacts: %v cold, %v warm; first sync %v (%.2f of the warm drain)", n, cold, warm, time.Since(began), time.Since(began).Seconds()/warm.Seconds())
	inStep(t, a)
	if ops := must[[]store.PIMOp](t)(a.store.PIMOps(ctx, "ada")); len(ops) != 0 {
		t.Errorf("a pull makes no changes: %d", len(ops))
	}
}
