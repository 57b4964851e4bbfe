package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
)

// maxMessage bounds what send reads from standard input.
const maxMessage = 150 << 20

func readAll(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxMessage+1))
	if err == nil && len(b) > maxMessage {
		return nil, fmt.Errorf("more than %d bytes", maxMessage)
	}
	return b, err
}

func doctorCommand() command {
	var online bool
	return command{name: "doctor", args: "[--online]", about: "check the profile, the keychain and, with --online, the servers",
		flags: func(k *call) { k.fs.BoolVar(&online, "online", false, "also sign in to every server") },
		run: func(k *call, w []string) error {
			type line struct {
				Check  string `json:"check"`
				OK     bool   `json:"ok"`
				Detail string `json:"detail"`
			}
			var out []line
			a, err := k.open(true)
			if err != nil {
				return err
			}
			defer a.Close()
			problems := a.Store().Check(k.ctx)
			out = append(out, line{"profile", len(problems) == 0, a.Store().Dir()})
			for _, p := range problems {
				out = append(out, line{"store", false, p})
			}
			st := a.Keychain(k.ctx)
			out = append(out, line{"keychain", st.State == "ok", st.Kind + ": " + st.Detail})
			s, err := a.Stats(k.ctx)
			if err != nil {
				return err
			}
			out = append(out, line{"size", true, fmt.Sprintf("%d messages, %d bytes of mail, %d bytes of index", s.Messages, s.Bodies, s.IndexBytes)})
			as, err := k.chosen(a)
			if err != nil {
				return err
			}
			for _, x := range as {
				if x.Incoming.Protocol == mail.PST {
					_, err := os.Stat(x.Incoming.Path)
					out = append(out, line{"data file " + x.Name, err == nil, x.Incoming.Path})
					continue
				}
				if !online {
					out = append(out, line{"account " + x.Address, true, incoming(x)})
					continue
				}
				for _, l := range a.Test(k.ctx, x, app.Secrets{Password: k.given}, nil) {
					d := line{"account " + x.Address + " " + string(l.Protocol), l.State == mail.StepFound, strings.TrimSpace(l.Summary + " " + l.Detail + " " + l.Note)}
					if l.Err != nil {
						d.OK, d.Detail = false, fault.Of(l.Err).Title
					}
					out = append(out, d)
				}
			}
			bad := 0
			for _, l := range out {
				mark := "ok"
				if !l.OK {
					mark = "BAD"
					bad++
				}
				if !k.json {
					fmt.Fprintf(k.Out, "%-4s %-30s %s\n", mark, l.Check, l.Detail)
				}
			}
			if k.json {
				k.print(out)
			}
			if bad > 0 {
				return fault.New(fault.Local, "doctor", fmt.Sprintf("%d of %d checks found something", bad, len(out)), "")
			}
			return nil
		}}
}
