package doors

import (
	"bytes"
	"errors"
	"os"
	"regexp"
	"strconv"
	"time"

	"github.com/postrider/postrider/accounts/mail"
)

// emlx reads a message of Apple Mail: the length of the message in bytes as a line, the message, a property list. Of one whose attachments lie beside it (.partial.emlx) the
// message without them is read.
func (x *reader) emlx(path string) error {
	i := Item{Name: path}
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		if st, e := f.Stat(); e == nil {
			i.Received = st.ModTime().UTC().Truncate(time.Second)
		}
		i.Raw, err = whole(f)
	}
	if err == nil {
		var at time.Time
		if i.Raw, i.Flags, at, err = appleMessage(i.Raw); !at.IsZero() {
			i.Received = at
		}
	}
	if err == nil {
		i.Raw, err = message(i.Raw)
	}
	i.Err = err
	return x.give(i)
}

var (
	appleFlags    = regexp.MustCompile(`<key>flags</key>\s*<integer>(\d{1,20})</integer>`)
	appleReceived = regexp.MustCompile(`<key>date-received</key>\s*<(?:real|integer)>(\d{1,12})(?:\.\d*)?</`)
)

// appleMessage takes an .emlx apart.
func appleMessage(b []byte) (raw []byte, f mail.Flags, received time.Time, err error) {
	line, rest, ok := bytes.Cut(b, []byte("\n"))
	n, perr := strconv.ParseUint(string(bytes.TrimSpace(line)), 10, 31)
	if !ok || len(line) > 20 || perr != nil || n > uint64(len(rest)) {
		return nil, 0, received, errors.New("this is no message of Apple Mail")
	}
	list := rest[n:]
	list = list[:min(len(list), 64<<10)]
	if m := appleFlags.FindSubmatch(list); m != nil {
		v, _ := strconv.ParseUint(string(m[1]), 10, 64)
		for bit, flag := range map[uint64]mail.Flags{1 << 0: mail.Seen, 1 << 2: mail.Answered, 1 << 4: mail.Flagged, 1 << 8: mail.Forwarded, 1 << 6: mail.DraftFlag} {
			if v&bit != 0 {
				f |= flag
			}
		}
	}
	if m := appleReceived.FindSubmatch(list); m != nil {
		if s, err := strconv.ParseInt(string(m[1]), 10, 64); err == nil && s > 0 {
			received = time.Unix(s, 0).UTC()
		}
	}
	return rest[:n], f, received, nil
}
