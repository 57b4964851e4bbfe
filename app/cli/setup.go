package cli

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
)

type offerJSON struct {
	Protocol string   `json:"protocol"`
	Host     string   `json:"host"`
	Port     int      `json:"port"`
	Security string   `json:"security"`
	Auth     []string `json:"auth"`
	User     string   `json:"user,omitempty"`
	Source   string   `json:"source,omitempty"`
}

func offers(os []mail.Offer) []offerJSON {
	out := []offerJSON{}
	for _, o := range os {
		j := offerJSON{Protocol: string(o.Protocol), Host: o.Host, Port: o.Port, Security: string(o.Security), User: o.User, Source: o.Source, Auth: []string{}}
		for _, m := range o.Methods {
			j.Auth = append(j.Auth, string(m))
		}
		out = append(out, j)
	}
	return out
}

func discoverCommand() command {
	return command{name: "discover", args: "ADDRESS", about: "find the servers of an address; no password is involved", run: func(k *call, w []string) error {
		if len(w) != 1 {
			return fault.New(fault.Usage, "args", "discover takes one address", "")
		}
		d, err := app.Lookup(k.ctx, w[0], func(s mail.Step) {
			if s.State == mail.StepFound || s.State == mail.StepFailed {
				k.say("%s: %s", s.Title, s.Detail)
			}
		})
		if err != nil {
			return err
		}
		if k.json {
			also := []map[string]string{}
			for _, a := range d.Also {
				also = append(also, map[string]string{"protocol": string(a.Protocol), "host": a.Host, "url": a.URL, "source": a.Source})
			}
			hints := []map[string]string{}
			for _, h := range d.Hints {
				hints = append(hints, map[string]string{"kind": h.Kind, "text": h.Text, "url": h.URL})
			}
			k.print(map[string]any{"address": d.Address, "provider": d.Provider, "incoming": offers(d.Incoming), "outgoing": offers(d.Outgoing), "also": also, "hints": hints, "suggest": d.Suggest})
		} else {
			for _, o := range append(append([]mail.Offer(nil), d.Incoming...), d.Outgoing...) {
				fmt.Fprintf(k.Out, "%-5s %s:%d %s (%s)\n", o.Protocol, o.Host, o.Port, o.Security, o.Source)
			}
			for _, a := range d.Also {
				fmt.Fprintf(k.Out, "also  %s %s\n", a.Protocol, a.Host)
			}
			for _, h := range d.Hints {
				fmt.Fprintf(k.Out, "note  %s %s\n", h.Text, h.URL)
			}
		}
		if len(d.Incoming) == 0 {
			detail := "Give the servers yourself with accounts add --incoming and --outgoing."
			if d.Suggest != "" {
				detail = "Did you mean " + d.Suggest + "?"
			}
			if d.Offline {
				return fault.New(fault.Network, "offline", "This computer is offline", "Try again when it is connected.")
			}
			return fault.New(fault.NotFound, "no-servers", "No mail servers were found for "+w[0], detail)
		}
		return nil
	}}
}

// parseServer reads imaps://user@host:port, imap+starttls://…, pop3s://…, pop3+starttls://…, smtps://… and smtp+starttls://….
func parseServer(s string) (mail.Server, error) {
	u, err := url.Parse(s)
	bad := fault.New(fault.Usage, "server", "“"+s+"” is not a server", "Write imaps://user@host:port, imap+starttls://…, pop3s://…, pop3+starttls://…, smtps://… or smtp+starttls://….")
	if err != nil || u.Hostname() == "" {
		return mail.Server{}, bad
	}
	kinds := map[string]struct {
		p    mail.Protocol
		s    mail.Security
		port int
	}{
		"imaps": {mail.IMAP, mail.TLS, 993}, "imap+starttls": {mail.IMAP, mail.STARTTLS, 143}, "pop3s": {mail.POP3, mail.TLS, 995}, "pop3+starttls": {mail.POP3, mail.STARTTLS, 110},
		"smtps": {mail.SMTP, mail.TLS, 465}, "smtp+starttls": {mail.SMTP, mail.STARTTLS, 587},
	}
	kind, ok := kinds[strings.ToLower(u.Scheme)]
	if !ok {
		return mail.Server{}, bad
	}
	if _, has := u.User.Password(); has {
		return mail.Server{}, fault.New(fault.Usage, "password", "A password does not belong on the command line", "Give it with --password-stdin, or wait to be asked.")
	}
	m := mail.Server{Protocol: kind.p, Security: kind.s, Host: u.Hostname(), Port: kind.port, User: u.User.Username(), Auth: mail.Password}
	if p := u.Port(); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 || n > 65535 {
			return mail.Server{}, bad
		}
		m.Port = n
	}
	return m, nil
}

func accountsCommand() command {
	var in, out, name, keychain, leave string
	var days int
	var force bool
	return command{name: "accounts", args: "add ADDRESS | list | remove ACCOUNT", about: "set accounts up and remove them",
		flags: func(k *call) {
			k.fs.StringVar(&in, "incoming", "", "imaps://user@host:port, imap+starttls://…, pop3s://… or pop3+starttls://… (default: discovery)")
			k.fs.StringVar(&out, "outgoing", "", "smtps://user@host:port or smtp+starttls://… (default: discovery)")
			k.fs.StringVar(&name, "name", "", "your name, for the messages that you send")
			k.fs.StringVar(&keychain, "keychain", "", "system, file (with --passphrase-stdin) or memory (for this run only)")
			k.fs.StringVar(&leave, "leave", "", "POP3: days, deleted or now (when copies on the server are removed)")
			k.fs.IntVar(&days, "days", 14, "POP3: for --leave days")
			k.fs.BoolVar(&force, "untested", false, "add the account although the test failed")
		},
		run: func(k *call, w []string) error {
			if len(w) == 0 {
				w = []string{"list"}
			}
			switch {
			case w[0] == "list" && len(w) == 1:
				return listAccounts(k)
			case w[0] == "remove" && len(w) == 2:
				a, err := k.open(true)
				if err != nil {
					return err
				}
				defer a.Close()
				as, err := a.Accounts(k.ctx)
				if err != nil {
					return err
				}
				x, err := find(as, w[1])
				if err != nil {
					return err
				}
				return a.RemoveAccount(k.ctx, x.ID)
			case w[0] == "add" && len(w) == 2:
				return addAccount(k, w[1], in, out, name, keychain, mail.Leave{Mode: leave, Days: days}, force)
			}
			return fault.New(fault.Usage, "args", "accounts takes add ADDRESS, list or remove ACCOUNT", "")
		}}
}

// incoming says where an account's mail is.
func incoming(x mail.Account) string {
	if x.Incoming.Protocol == mail.PST {
		return "Outlook data file " + x.Incoming.Path
	}
	return fmt.Sprintf("%s %s:%d", x.Incoming.Protocol, x.Incoming.Host, x.Incoming.Port)
}

func listAccounts(k *call) error {
	a, err := k.open(true)
	if err != nil {
		return err
	}
	defer a.Close()
	as, err := a.Accounts(k.ctx)
	if err != nil {
		return err
	}
	out := []map[string]any{}
	for _, x := range as {
		state := "active"
		if x.Paused {
			state = "paused"
		}
		out = append(out, map[string]any{"id": x.ID, "name": x.Name, "address": x.Address, "protocol": x.Incoming.Protocol, "host": x.Incoming.Host, "port": x.Incoming.Port, "path": x.Incoming.Path, "state": state})
		if !k.json {
			fmt.Fprintf(k.Out, "%s  %-28s %s\n", x.ID, cmp.Or(x.Address, x.Name), incoming(x))
		}
	}
	if k.json {
		k.print(out)
	}
	return nil
}

// needsBrowser is the fault for providers that take no passwords.
func needsBrowser(d mail.Discovery) error {
	if len(d.Incoming[0].Methods) == 0 || slices.Contains(d.Incoming[0].Methods, mail.Password) {
		return nil
	}
	name := d.Name
	if name == "" {
		name = d.Incoming[0].Host
	}
	return fault.New(fault.Auth, "oauth-only", name+" takes no passwords from mail programs", "Add the account in the window, which signs in with the browser. The commands use it from then on.")
}

func addAccount(k *call, address, in, out, name, chain string, leave mail.Leave, untested bool) error {
	stdin := k.stdin
	k.stdin = false // read below: it belongs to the account, not to the run
	a, err := k.open(true)
	if err != nil {
		return err
	}
	defer a.Close()
	if chain != "" && !(chain == "file" && k.passphase) {
		phrase := ""
		if chain == "file" {
			if phrase, err = k.ask("passphrase"); err != nil {
				return err
			}
		}
		if err := a.UseKeychain(k.ctx, chain, phrase); err != nil {
			return err
		}
	}
	acc := mail.Account{Address: address, Name: address, Identities: []mail.Identity{{Name: name, Addr: address}}, Leave: leave}
	if in == "" || out == "" {
		d, err := a.Discover(k.ctx, address, func(s mail.Step) {
			if s.State == mail.StepFound {
				k.say("%s: %s", s.Title, s.Detail)
			}
		})
		if err != nil {
			return err
		}
		acc.Provider, acc.OAuth = d.Provider, d.OAuth
		if in == "" && len(d.Incoming) == 0 {
			return fault.New(fault.NotFound, "no-servers", "No mail servers were found for "+address, "Give them with --incoming and --outgoing.")
		}
		if in == "" {
			if err := needsBrowser(d); err != nil {
				return err
			}
			acc.Incoming = d.Incoming[0].Server
		}
		if out == "" && in == "" && len(d.Outgoing) > 0 {
			acc.Outgoing = d.Outgoing[0].Server
		}
		for _, h := range d.Hints {
			k.say("%s %s", h.Text, h.URL)
		}
	}
	if in != "" {
		if acc.Incoming, err = parseServer(in); err != nil {
			return err
		}
		if acc.Incoming.Protocol == mail.SMTP {
			return fault.New(fault.Usage, "server", "An outgoing server cannot bring mail in", "")
		}
	}
	if out != "" {
		if acc.Outgoing, err = parseServer(out); err != nil {
			return err
		}
	}
	if acc.Outgoing.Host == "" {
		k.say("No outgoing server was given or found: this account reads mail and cannot send any.")
	}
	var pass string
	if stdin {
		pass, err = k.line()
	} else {
		pass, err = k.ask("password")
	}
	if err != nil {
		return err
	}
	s := app.Secrets{Password: pass}
	for _, l := range a.Test(k.ctx, acc, s, nil) {
		if l.Err != nil {
			if !untested {
				return l.Err
			}
			k.say("not tested well: %s", fault.Of(l.Err).Title)
			continue
		}
		k.say("%s (%s)", l.Summary, l.Detail)
		if l.Note != "" {
			k.say("%s", l.Note)
		}
	}
	if st := a.Keychain(k.ctx); st.State == "absent" {
		k.say("%s The password is not kept: give it with --password-stdin when you sync, or choose --keychain file.", st.Detail)
		if err := a.UseKeychain(k.ctx, "memory", ""); err != nil {
			return err
		}
	}
	acc, err = a.AddAccount(k.ctx, acc, s)
	if err != nil {
		return err
	}
	if k.json {
		k.print(map[string]any{"id": acc.ID, "address": acc.Address, "protocol": acc.Incoming.Protocol, "host": acc.Incoming.Host, "port": acc.Incoming.Port})
	} else {
		fmt.Fprintf(k.Out, "%s\n", acc.ID)
	}
	return nil
}
