package archive

import (
	"strings"
	"testing"

	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/views/viewtest"
)

func TestAbout(t *testing.T) {
	d, h := newDesk(t)
	About(d.Win, viewtest.New(viewtest.Options{}), h, "file")
	d.Until("the facts", func() bool { return d.SaysOnTop("Old.pst") })
	for _, text := range []string{"/archives/Old.pst", "120 items in 9 folders: 20 contacts, 100 messages", "Outlook 2003 and later (Unicode)", "Nothing"} {
		if !d.SaysOnTop(text) {
			t.Errorf("%q is not shown", text)
		}
	}
	d.Press("Make smaller")
	d.Until("what came of it", func() bool { return strings.Contains(d.toast, " instead of ") })
	lost := facts(app.DataFile{ReadOnly: true, FileInfo: app.FileInfo{Password: true, Unreadable: 2, Losses: []app.FileLoss{{Folder: "Inbox", What: "an item"}, {What: "a page"}}}})
	text := ""
	for _, x := range lost {
		text += x[0] + "=" + x[1] + "\n"
	}
	for _, want := range []string{"Cannot be read=2 things; Inbox an item; a page", "Password=Outlook asks", "Writing=It is read only."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
}
