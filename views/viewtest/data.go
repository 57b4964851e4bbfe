package viewtest

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"sort"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
)

// The mailboxes that tests name.
const (
	FjordInbox mail.MailboxID = iota + 1
	FjordSent
	FjordArchive
	FjordJunk
	FjordTrash
	Projects
	Harbour
	Lighthouse
	Suppliers
	SuppliersOld
	HomeInbox
	HomeSent
	HomeArchive
	NorthInbox
	NorthPublic
	NorthNotices
	FjordDrafts
	HomeTrash
	NorthTrash
	LocalPST
	LocalYear
)

// The accounts.
const (
	Fjord = mail.AccountID("fjord")
	Home  = mail.AccountID("home")
	North = mail.AccountID("north")
)

var me = mail.Address{Name: "Marta Lindqvist", Addr: "marta@fjordlight.example"}

func account(id mail.AccountID, name, addr, hue, domain string) mail.Account {
	return mail.Account{ID: id, Name: name, Address: addr, Hue: hue,
		Incoming:   mail.Server{Protocol: mail.IMAP, Host: "imap." + domain, Port: 993, Security: mail.TLS, User: addr},
		Outgoing:   mail.Server{Protocol: mail.SMTP, Host: "smtp." + domain, Port: 587, Security: mail.STARTTLS, User: addr},
		Identities: []mail.Identity{{Name: "Marta Lindqvist", Addr: addr, Signature: "Marta Lindqvist\nFjordlight Studio"}},
		Leave:      mail.Leave{Mode: "deleted"}, IsDefault: id == Fjord}
}

func (c *Client) fill() {
	c.accounts = []mail.Account{
		account(Fjord, "Fjordlight Studio", me.Addr, "petrol", "fjordlight.example"),
		account(Home, "Personal", "marta@lindqvist.example", "violet", "lindqvist.example"),
		account(North, "Northgate", "m.lindqvist@northgate.example", "orange", "northgate.example"),
	}
	box := func(id mail.MailboxID, a mail.AccountID, parent mail.MailboxID, name string, r mail.Role, unread int) {
		c.boxes = append(c.boxes, mail.Mailbox{ID: id, Account: a, Parent: parent, Name: name, Path: name, Role: r, Rights: mail.AllRights,
			Subscribed: true, Selectable: true, Total: 40 + unread, Unread: unread, Shared: id == NorthPublic || id == NorthNotices, Local: a == ""})
	}
	box(FjordInbox, Fjord, 0, "Inbox", mail.RoleInbox, 8)
	box(FjordDrafts, Fjord, 0, "Drafts", mail.RoleDrafts, 0)
	box(FjordSent, Fjord, 0, "Sent", mail.RoleSent, 0)
	box(FjordArchive, Fjord, 0, "Archive", mail.RoleArchive, 0)
	box(FjordJunk, Fjord, 0, "Junk", mail.RoleJunk, 4)
	box(FjordTrash, Fjord, 0, "Trash", mail.RoleTrash, 0)
	box(Projects, Fjord, 0, "Projects", "", 0)
	box(Harbour, Fjord, Projects, "Harbour Terminal", "", 3)
	box(Lighthouse, Fjord, Projects, "Lighthouse Museum", "", 0)
	box(Suppliers, Fjord, 0, "Suppliers", "", 0)
	box(SuppliersOld, Fjord, Suppliers, "Closed", "", 0)
	box(HomeInbox, Home, 0, "Inbox", mail.RoleInbox, 5)
	box(HomeSent, Home, 0, "Sent", mail.RoleSent, 0)
	box(HomeArchive, Home, 0, "Archive", mail.RoleArchive, 0)
	box(NorthInbox, North, 0, "Inbox", mail.RoleInbox, 1)
	box(NorthPublic, North, 0, "Public folders", "", 0)
	box(NorthNotices, North, NorthPublic, "Notices", "", 0)
	box(LocalPST, "", 0, "Mail 2019 to 2023.pst", "", 0)
	box(LocalYear, "", LocalPST, "2023", "", 0)
	c.box(NorthPublic).Selectable = false
	c.box(FjordDrafts).Total = 2
	c.settings.Closed = []string{"m:" + fmt.Sprint(int(Suppliers)), "m:" + fmt.Sprint(int(NorthPublic)), "m:" + fmt.Sprint(int(LocalPST))}
	step := time.Date(2026, 3, 11, 10, 2, 0, 0, time.Local)
	c.status = app.Status{Accounts: []app.AccountStatus{
		{Account: Fjord, State: app.StateFetching, Doing: "Fetching Projects", Done: 1284, Total: 2060, Checked: step, Push: true},
		{Account: Home, State: app.StateIdle, Checked: step, Push: true},
		{Account: North, State: app.StateIdle, Checked: step},
	}}
	c.mail()
	sort.Slice(c.order, func(i, j int) bool { return c.order[i] > c.order[j] })
}

type entry struct {
	thread   mail.ThreadID
	box      mail.MailboxID
	when     string // "11 10:12" in March 2026
	from     string // "Name <addr>"
	senders  string // names of the conversation, for the row
	subject  string
	snippet  string
	count    int
	unread   bool
	star     bool
	attach   bool
	invite   bool
	draft    bool
	pending  bool
	keywords string
	text     string
}

func (c *Client) mail() {
	es := []entry{
		{1, FjordArchive, "01-15 14:20", "Marta Lindqvist <marta@fjordlight.example>", "", "Spring catalogue", "Could you put us on the list for the spring catalogue? We are specifying Pier 4 in May.", 1, false, false, false, false, false, false, "", "Dear all,\n\ncould you put us on the list for the spring catalogue? We are specifying Pier 4 in May.\n\nMarta"},
		{1, FjordArchive, "01-16 09:05", "Ingrid Solheim <ingrid@haldenlighting.example>", "", "Re: Spring catalogue", "Of course. It goes out in the second week of March, with the trade price list attached.", 1, false, false, false, false, false, false, "", "Of course. It goes out in the second week of March, with the trade price list attached.\n\nIngrid"},
		{1, FjordInbox, "03-11 10:12", "Halden Lighting <studio@haldenlighting.example>", "Halden Lighting;Marta Lindqvist", "Spring catalogue: quieter light for open harbours", "Good morning Marta, the spring range is ready and so is the price list you asked for in January.", 3, false, false, true, false, false, false, "Suppliers", ""},
		{2, FjordInbox, "03-11 09:48", "Priya Raman <priya@fjordlight.example>", "Priya Raman;Jonas Ekdahl;Tomasz Wilk", "Pier 4: revised lighting schedule", "I moved the bollards 400 mm back from the quay edge, see sheet 3, and updated the mounting heights.", 7, true, true, true, false, false, false, "Harbour", ""},
		{3, FjordInbox, "03-11 09:15", "Tomasz Wilk <tomasz@wilk-survey.example>", "", "Invoice 2026-0318, February site visits", "Please find the invoice attached; payment within 30 days. The second visit was cut short by the weather.", 1, true, false, true, false, false, false, "Invoices", ""},
		{4, NorthInbox, "03-11 08:57", "Northgate Facilities <facilities@northgate.example>", "", "Access cards for the east entrance", "Your two cards can be collected from reception until Friday 17:00. Bring a photo of yourself.", 1, false, false, false, false, false, false, "", ""},
		{5, HomeInbox, "03-11 08:20", "Sven Aalto <sven@aalto-family.example>", "Sven Aalto;Marta Lindqvist", "Ferry on Friday?", "The 07:40 has room for two bicycles.", 2, true, false, false, false, false, false, "", ""},
		{6, FjordInbox, "03-11 07:41", "Élodie Marchand <elodie@lighthouse-museum.example>", "", "Invitation: Lighthouse Museum walk-through", "Thursday 12 March, 14:00 to 15:30, main entrance", 1, false, false, false, true, false, false, "", ""},
		{7, FjordInbox, "03-10 17:32", "Dana Okafor <dana@okafor-legal.example>", "", "Contract draft 3 with tracked changes", "Clause 7 is the only open point; see the margin notes. I would rather settle it before Thursday.", 4, false, true, true, false, false, false, "Harbour", ""},
		{8, FjordInbox, "03-10 15:06", "Jonas Ekdahl <jonas@fjordlight.example>", "Jonas Ekdahl", "Photometrics for the ticket hall", "Draft: Looks right to me, but could you check row 14", 5, false, false, false, false, true, false, "", ""},
		{9, HomeInbox, "03-10 11:40", "Kiln & Co. Ceramics <orders@kiln-ceramics.example>", "", "Your order 48211 is on its way", "Two large planters, arriving between Thursday and Saturday.", 1, false, false, false, false, false, false, "", ""},
		{10, FjordInbox, "03-09 16:25", "Lighthouse Museum <events@lighthouse-museum.example>", "", "Guest list for the opening night", "Forty names so far. Tell us who is missing before the printers close on Thursday.", 1, true, false, true, false, false, false, "", ""},
		{11, FjordInbox, "03-09 12:10", "محمد الأمين <m.alamin@harbour-authority.example>", "", "تحديث جدول الإنارة للرصيف 4", "صباح الخير، أرسل لكم الجدول المعدل للرصيف رقم 4 مع الملاحظات.", 1, false, false, false, false, false, false, "", "صباح الخير مرتا،\n\nأرسل لكم الجدول المعدل للرصيف رقم 4 (النسخة 3) مع الملاحظات.\n\nمع التحية\nمحمد"},
		{12, FjordInbox, "03-09 11:55", "山田 花子 <hanako@akari-design.example>", "", "春の展示会のご案内 🌸", "いつもお世話になっております。春の展示会のご案内をお送りします。", 1, true, false, false, false, false, false, "", "リンドクヴィスト様\n\nいつもお世話になっております。春の展示会のご案内をお送りします。\n会場は港の倉庫です。🌸\n\n山田"},
		{13, FjordInbox, "03-09 10:31", "דוד לוי <david@levi-optics.example>", "", "הצעת מחיר 2026-118", "שלום מרתה, מצורפת הצעת המחיר עבור 24 עדשות.", 1, false, false, true, false, false, true, "", "שלום מרתה,\n\nמצורפת הצעת המחיר עבור 24 עדשות (דגם H-40).\n\nדוד"},
		{14, FjordInbox, "03-09 09:02", "Harbour Board <board@harbour-authority.example>", "", "Minutes of 6 March", "Attached are the minutes. The lighting plan was item 4; two questions are addressed to you.", 2, false, false, true, false, false, false, "", ""},
		{15, HomeInbox, "03-07 19:44", "Rosa Aalto <rosa@aalto-family.example>", "", "Photos from the lake", "The light was wonderful. I put the best twelve into the shared album.", 1, true, false, true, false, false, false, "", ""},
		{16, HomeInbox, "03-06 08:15", "Fern & Fable Books <news@fern-fable.example>", "", "New in March: islands, tides and lighthouses", "Nine books about water, one about patience.", 1, true, false, false, false, false, false, "", ""},
		{17, Harbour, "03-05 13:31", "Jonas Ekdahl <jonas@fjordlight.example>", "", "Cable routes, sheet 12", "The duct under the crane rail is full. We can go around by the north pit.", 1, true, false, true, false, false, false, "Harbour", ""},
		{18, FjordJunk, "03-05 02:12", "Prize Desk <win@prizes.example>", "", "You have been chosen", "Claim within 24 hours.", 1, true, false, false, false, false, false, "", ""},
		{19, FjordDrafts, "03-10 18:20", "Marta Lindqvist <marta@fjordlight.example>", "", "Questions on clause 7", "Dana, before Thursday I would like to", 1, false, false, false, false, true, false, "", ""},
		{20, FjordDrafts, "03-08 18:20", "Marta Lindqvist <marta@fjordlight.example>", "", "Summer house keys", "Could you leave them with", 1, false, false, false, false, true, false, "", ""},
	}
	for i, e := range es {
		c.put(i+1, e)
	}
	c.outbox = []mail.OutboxItem{{ID: 900, Account: Fjord, From: me, To: []mail.Address{{Name: "Priya Raman", Addr: "priya@fjordlight.example"}},
		Subject: "Pier 4: revised lighting schedule", Size: 48_000, State: mail.OutFailed, Error: "smtp.fjordlight.example refused the address of the recipient.", Due: c.now}}
}

func address(s string) mail.Address {
	n, a, ok := strings.Cut(s, " <")
	if !ok {
		return mail.Address{Name: s, Addr: strings.ToLower(strings.ReplaceAll(s, " ", ".")) + "@example.com"}
	}
	return mail.Address{Name: n, Addr: strings.TrimSuffix(a, ">")}
}

func (c *Client) put(seq int, e entry) {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-"+e.when, time.Local)
	if err != nil {
		panic(err)
	}
	from := address(e.from)
	s := mail.Summary{ID: mail.MessageID(t.Unix()<<20 | int64(seq)), Mailbox: e.box, Thread: e.thread, Account: c.box(e.box).Account,
		InternetID: fmt.Sprintf("m%d@example.com", seq), From: []mail.Address{from}, To: []mail.Address{me}, Subject: e.subject, Snippet: e.snippet,
		Date: t, Size: 24_000, Attachments: e.attach, Invitation: e.invite, HasBody: true, Pending: e.pending, Count: e.count, Senders: []mail.Address{from}}
	if e.thread == 1 && seq == 3 {
		s.To = []mail.Address{me, {Name: "Jonas Ekdahl", Addr: "jonas@fjordlight.example"}, {Name: "Priya Raman", Addr: "priya@fjordlight.example"},
			{Name: "Tomasz Wilk", Addr: "tomasz@wilk-survey.example"}, {Name: "Dana Okafor", Addr: "dana@okafor-legal.example"}}
	}
	if e.senders != "" {
		s.Senders = nil
		for _, n := range strings.Split(e.senders, ";") {
			a := address(n)
			if n == me.Name {
				a = me
			}
			if n == from.Name {
				a = from
			}
			s.Senders = append(s.Senders, a)
		}
	}
	s.Flags = mail.Seen
	if e.unread {
		s.Flags, s.Unread = 0, 1
	}
	if e.star {
		s.Flags |= mail.Flagged
	}
	if e.draft {
		s.DraftID = mail.DraftID(seq)
		c.drafts[s.DraftID] = mail.Draft{ID: s.DraftID, Account: s.Account, From: mail.Identity{Name: me.Name, Addr: me.Addr}, Subject: e.subject, Text: e.snippet}
		if e.box == FjordDrafts {
			s.Flags |= mail.DraftFlag
		}
	}
	if e.keywords != "" {
		s.Keywords = strings.Split(e.keywords, ",")
	}
	text := e.text
	if text == "" {
		text = e.snippet
	}
	b := textBody(s, text)
	switch seq {
	case 3:
		newsletter(&b)
	case 4:
		schedule(&b)
	case 5:
		b.Parts = []mail.Part{{ID: 2, Name: "Invoice-2026-0318.pdf", Type: "application/pdf", Size: 412_000}}
	case 17:
		b.Parts = []mail.Part{{ID: 2, Name: "lake.png", Type: "image/png", Size: 84_000}, {ID: 3, Name: "notes.txt", Type: "text/plain", Size: 2_100}, {ID: 4, Name: "viewer.exe", Type: "application/octet-stream", Size: 1_200_000}}
	}
	c.msgs[s.ID] = &message{Summary: s, body: b}
	c.order = append(c.order, s.ID)
}

func textBody(s mail.Summary, text string) mail.Body {
	b := mail.Body{Text: text, Envelope: mail.Envelope{InternetID: s.InternetID, Date: s.Date, From: s.From, To: s.To, Subject: s.Subject}}
	addrs := func(as []mail.Address) string {
		var out []string
		for _, a := range as {
			out = append(out, a.Name+" <"+a.Addr+">")
		}
		return strings.Join(out, ", ")
	}
	b.Header = []mail.HeaderField{{Name: "Date", Value: s.Date.Format(time.RFC1123Z)}, {Name: "From", Value: addrs(s.From)}, {Name: "To", Value: addrs(s.To)},
		{Name: "Subject", Value: s.Subject}, {Name: "Message-ID", Value: "<" + s.InternetID + ">"}}
	for _, p := range strings.Split(text, "\n\n") {
		rtl := false
		for _, r := range p {
			if r >= 0x590 && r < 0x780 {
				rtl = true
			}
			if r > ' ' {
				break
			}
		}
		b.Blocks = append(b.Blocks, mail.Block{RTL: rtl, Spans: []mail.Span{{Text: p}}})
	}
	return b
}

func newsletter(b *mail.Body) {
	b.HTML = "<h1>Quieter light for open harbours</h1>"
	b.Remote, b.Trackers = 4, 3
	b.Unsubscribe = mail.Unsubscribe{URL: "https://haldenlighting.example/unsubscribe", OneClick: true}
	b.Parts = []mail.Part{{ID: 4, Name: "Spring-catalogue-2026.pdf", Type: "application/pdf", Size: 6_396_314},
		{ID: 5, Name: "Trade-prices-March.xlsx", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Size: 86_016}}
	s := func(t string) mail.Span { return mail.Span{Text: t} }
	pic := func(alt string) mail.Block {
		return mail.Block{Kind: mail.Picture, Spans: []mail.Span{{Text: alt, Link: "https://haldenlighting.example/" + alt + ".jpg"}}}
	}
	b.Blocks = []mail.Block{
		{Kind: mail.Heading, Level: 1, Spans: []mail.Span{s("Quieter light for open harbours")}},
		{Spans: []mail.Span{s("Eleven new luminaires, all below 2,200 K and shielded above the horizon.")}},
		pic("Pier 4 at dusk"),
		{Spans: []mail.Span{s("Good morning Marta,")}},
		{Spans: []mail.Span{s("the spring range is ready, and so is the price list you asked for in January. Both are attached. The "),
			{Text: "Tern bollard", Link: "https://haldenlighting.example/tern"}, s(" replaces the H-40 from your Pier 4 schedule at the same mounting height.")}},
		{Kind: mail.ListItem, Level: 1, Marker: "•", Spans: []mail.Span{{Text: "Tern bollard", Bold: true}, s(", 9 W, IP66, marine grade")}},
		{Kind: mail.ListItem, Level: 1, Marker: "•", Spans: []mail.Span{{Text: "Skerry wall light", Bold: true}, s(", 14 W, with a cut-off above the horizon")}},
		{Kind: mail.ListItem, Level: 1, Marker: "•", Spans: []mail.Span{{Text: "Fathom inlay", Bold: true}, s(", 3 W, walk-over rated")}},
		{Spans: []mail.Span{{Text: "See the catalogue", Link: "https://tracking.clicks.example/c/8812?to=haldenlighting.example"}}},
		{Kind: mail.TableRow, Spans: []mail.Span{{Text: "Luminaire", Bold: true, Cell: true}, {Text: "Output", Bold: true, Cell: true}, {Text: "Price", Bold: true, Cell: true}}},
		{Kind: mail.TableRow, Spans: []mail.Span{{Text: "Tern", Cell: true}, {Text: "820 lm", Cell: true}, {Text: "€ 214", Cell: true}}},
		{Kind: mail.TableRow, Spans: []mail.Span{{Text: "Skerry", Cell: true}, {Text: "1,240 lm", Cell: true}, {Text: "€ 268", Cell: true}}},
		{Spans: []mail.Span{s("Ingrid visits Bergen on 24 and 25 March and can bring samples.")}},
		{Kind: mail.Rule},
		{Kind: mail.Signature, Spans: []mail.Span{s("Halden Lighting\nStrandgata 14, Halden")}},
	}
	b.Text = "Quieter light for open harbours\n\nGood morning Marta,\nthe spring range is ready, and so is the price list you asked for in January."
}

func schedule(b *mail.Body) {
	b.Parts = []mail.Part{{ID: 2, Name: "Pier4-schedule-rev-C.xlsx", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Size: 148_000}}
	p := func(q int, t string) mail.Block { return mail.Block{Quote: q, Spans: []mail.Span{{Text: t}}} }
	b.Blocks = []mail.Block{
		p(0, "I moved the bollards 400 mm back from the quay edge, see sheet 3, and updated the mounting heights."),
		p(0, "Could you look at row 14 before I send it to the harbour board? The mooring post is in the way of the beam there."),
		{Kind: mail.Preformatted, Spans: []mail.Span{{Text: "row  type  height  angle\n 13  Tern   0.90 m     0°\n 14  Tern   1.10 m    12°", Mono: true}}},
		{Kind: mail.Signature, Spans: []mail.Span{{Text: "Priya"}}},
		p(1, "On Tuesday Jonas wrote:"),
		p(1, "The surveyor says the edge beam starts 350 mm in. Can the bollards move?"),
		p(2, "Here is the drawing from 2024, it may be out of date."),
	}
}

var fillerFrom = []string{"Ingrid Solheim <ingrid@haldenlighting.example>", "Anna Berg <anna@berg-electrics.example>", "Oskar Nyman <oskar@nyman.example>",
	"Weekly Harbour News <news@harbour-authority.example>", "Lotte de Vries <lotte@devries-print.example>", "Build server <build@fjordlight.example>"}

var fillerSubject = []string{"Delivery of the sample luminaires", "Notes from the site meeting", "Question about the ticket hall", "Weekly harbour news",
	"Proofs of the brochure", "Nightly drawings are ready", "Timesheet for last week"}

// more adds n messages, seven minutes apart, older than all others.
func (c *Client) more(n int) {
	if n == 0 {
		return
	}
	t := time.Date(2026, 3, 4, 18, 0, 0, 0, time.Local).Unix()
	c.fillers = make([]mail.MessageID, n)
	for i := range c.fillers {
		c.fillers[i] = mail.MessageID((t-int64(i)*420)<<20 | int64(i&0xffff))
	}
	c.box(FjordInbox).Total += n
}

func (c *Client) filler(id mail.MessageID) mail.Summary {
	h := uint64(id>>20) * 0x9E3779B97F4A7C15 >> 33
	from := address(fillerFrom[h%uint64(len(fillerFrom))])
	return mail.Summary{ID: id, Account: Fjord, Mailbox: FjordInbox, Thread: mail.ThreadID(id), InternetID: fmt.Sprintf("f%d@example.com", id),
		From: []mail.Address{from}, To: []mail.Address{me}, Subject: fillerSubject[h%uint64(len(fillerSubject))], Date: id.Time(),
		Snippet: "The details are in the attached sheet; tell me if anything is missing.", Flags: mail.Seen, Size: 9_000, Count: 1,
		Senders: []mail.Address{from}, HasBody: true, Attachments: h%5 == 0}
}

// picture is a small PNG.
func picture() string {
	im := image.NewNRGBA(image.Rect(0, 0, 320, 200))
	for y := 0; y < 200; y++ {
		for x := 0; x < 320; x++ {
			im.SetNRGBA(x, y, color.NRGBA{R: uint8(40 + y/2), G: uint8(90 + y/2), B: uint8(140 + x/4), A: 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, im); err != nil {
		return ""
	}
	return b.String()
}
