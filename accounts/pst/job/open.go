package job

import (
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/pst"
	"github.com/postrider/postrider/accounts/pst/check"
	"github.com/postrider/postrider/accounts/remote"
)

// Open opens a file for reading.
func Open(path string) (*pst.Store, error) { return pst.Open(path, pst.Options{}) }

// FileKind says what an item of a data file is outside of one, by its message class: "message", "contact", "event" (an appointment or a task), or "" for what Outlook keeps for
// itself. Notes, journal entries, posts and reports are messages.
func FileKind(class string) string {
	switch pst.ItemKind(class) {
	case remote.Contacts:
		return "contact"
	case remote.Calendar:
		return "event"
	case remote.Mail:
		return "message"
	}
	return ""
}

// PIM is an item that is no message as a vCard or iCalendar file; see [pst.PIM].
func PIM(m *prop.Message) ([]byte, error) { return pst.PIM(m) }

// What is in a file, for who opens one with this package.
type (
	Store  = pst.Store
	Folder = pst.Folder
	Ref    = pst.Ref
)

// OpenWrite opens a file for writing too.
func OpenWrite(path string) (*pst.Store, error) { return pst.OpenWrite(path, pst.Options{}) }

// Create makes a new file. name is what people call it, "" = Outlook's own name for new files.
func Create(path, name string) (*pst.Store, error) {
	return pst.Create(path, pst.CreateOptions{Name: name})
}

// Check holds a file against every rule of the format.
func Check(s *pst.Store) *check.Report { return check.Store(s) }

// Compact writes a file anew without the space that nothing uses. It tells the bytes before and after.
func Compact(path string) (before, after int64, err error) { return pst.Compact(path) }

// settled is err, or where something could not be read because another program was writing to the file meanwhile, a fault that
// says so: nothing is lost then, and the job is to be done again.
func settled(s *pst.Store, err error) error {
	if err == nil && len(s.Losses()) > 0 && s.F.Stale() {
		return fault.New(fault.Busy, "changed", "The file was written to while it was read", "Close it in the other program, or wait until it is done, and try again.")
	}
	return err
}
