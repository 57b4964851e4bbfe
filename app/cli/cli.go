package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/postrider/postrider/accounts/auth"
	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/app"
)

// Streams are the program's; tests give their own.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// call is one run of a command.
type call struct {
	Streams
	ctx       context.Context
	json      bool
	profile   string
	account   string
	stdin     bool // password on standard input
	passphase bool // passphrase of the secrets file on standard input, before the password
	verbose   bool
	fs        *flag.FlagSet
	in        *bufio.Reader
	printed   bool
	given     string // password given for this run
}

type command struct {
	name, args, about string
	// flags adds the command's own.
	flags func(*call)
	run   func(*call, []string) error
}

func commands() []command {
	return []command{
		discoverCommand(), accountsCommand(), syncCommand(), mailboxesCommand(), listCommand(), showCommand(), searchCommand(), sendCommand(), contactsCommand(), eventsCommand(), doctorCommand(), pstCommand(), importCommand(), exportCommand(), archiveCommand(), backupCommand(), restoreCommand(),
	}
}

// Is reports whether word is a command of this package; the window is opened for anything else.
func Is(word string) bool {
	return word == "help" || slices.ContainsFunc(commands(), func(c command) bool { return c.name == word })
}

// Stray says what is wrong with arguments that the window was started with, nil when they may be a link or files. A misspelt command must not open a window.
func Stray(args []string) error {
	for _, a := range args {
		switch {
		case Is(a):
			return fault.New(fault.Usage, "order", "“"+a+"” must come first", "Write postrider "+a+", and its flags behind it.")
		case strings.ContainsAny(a, `./\:`): // a link, or the name of a file that may be missing, which the window says
		default:
			if _, err := os.Stat(a); err != nil {
				return fault.New(fault.Usage, "command", "There is no command “"+a+"”, and no such file", "postrider help lists the commands.")
			}
		}
	}
	return nil
}

// Run carries out a command line (without the program's name) and returns the exit status.
func Run(args []string, s Streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(args) == 0 || args[0] == "help" {
		usage(s.Out)
		return 0
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		k := &call{Streams: s, ctx: ctx, in: bufio.NewReader(s.In)}
		k.fs = flag.NewFlagSet("postrider "+c.name, flag.ContinueOnError)
		k.fs.SetOutput(s.Err)
		k.fs.Usage = func() {
			fmt.Fprintf(s.Err, "postrider %s %s\n%s\n", c.name, c.args, c.about)
			k.fs.PrintDefaults()
		}
		k.fs.BoolVar(&k.json, "json", false, "print JSON")
		k.fs.StringVar(&k.profile, "profile", "", "the profile's folder (default: the usual place of this system)")
		k.fs.StringVar(&k.account, "account", "", "only this account: address, name or id")
		k.fs.BoolVar(&k.stdin, "password-stdin", false, "read the password from standard input, for this run or for the account that is added")
		k.fs.BoolVar(&k.passphase, "passphrase-stdin", false, "read the passphrase of the secrets file from standard input (before the password)")
		k.fs.BoolVar(&k.verbose, "v", false, "log to standard error")
		if c.flags != nil {
			c.flags(k)
		}
		words, err := parse(k.fs, args[1:])
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		if err == nil {
			err = c.run(k, words)
		} else {
			err = fault.New(fault.Usage, "flags", err.Error(), "postrider "+c.name+" -h lists what it takes.")
		}
		return k.finish(err)
	}
	usage(s.Err)
	return 2
}

// parse lets flags stand anywhere.
func parse(fs *flag.FlagSet, args []string) ([]string, error) {
	var words []string
	for len(args) > 0 {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		args = fs.Args()
		if len(args) > 0 {
			words = append(words, args[0])
			args = args[1:]
		}
	}
	return words, nil
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "postrider                     opens the window\npostrider --demo              opens the window on a built-in demonstration\npostrider mailto:ADDRESS      writes a message\npostrider FILE.eml            shows a message")
	for _, c := range commands() {
		fmt.Fprintf(w, "postrider %-20s%s\n", c.name+" "+c.args, " "+c.about)
	}
	fmt.Fprintln(w, "All commands: --json --profile DIR; postrider COMMAND -h for more.")
}

func (k *call) finish(err error) int {
	if err == nil {
		return 0
	}
	f := fault.Of(err)
	if k.json && !k.printed { // one JSON text on standard output
		k.print(map[string]any{"error": map[string]any{"kind": f.Kind, "code": f.Code, "title": f.Title, "detail": f.Detail, "service": f.Service, "server": f.ServerText}})
	}
	fmt.Fprintf(k.Err, "postrider: %s\n", f.Title)
	if f.Detail != "" {
		fmt.Fprintln(k.Err, f.Detail)
	}
	if f.URL != "" {
		fmt.Fprintln(k.Err, f.URL)
	}
	if f.ServerText != "" {
		fmt.Fprintf(k.Err, "The server said: %s\n", f.ServerText)
	}
	if k.verbose && f.Err != nil {
		fmt.Fprintf(k.Err, "cause: %v\n", f.Err)
	}
	return f.Policy().Exit
}

func (k *call) print(v any) {
	k.printed = true
	e := json.NewEncoder(k.Out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	e.Encode(v)
}

// printLine prints one of several results on a line of its own.
func (k *call) printLine(v any) {
	e := json.NewEncoder(k.Out)
	e.SetEscapeHTML(false)
	e.Encode(v)
}

func (k *call) say(format string, a ...any) { fmt.Fprintf(k.Err, format+"\n", a...) }

// open opens the profile; idle ones do not start the engine.
func (k *call) open(idle bool) (*app.App, error) {
	o := app.Options{Dir: k.profile, Idle: idle}
	if k.verbose {
		o.Log = slog.New(slog.NewTextHandler(k.Err, nil))
	}
	phrase := ""
	if k.passphase {
		p, err := k.line()
		if err != nil {
			return nil, err
		}
		phrase = p
	}
	if k.stdin {
		p, err := k.line()
		if err != nil {
			return nil, err
		}
		k.given = p
	}
	if k.given != "" {
		o.Creds = func(a mail.Account, s mail.Server, _ auth.Purpose) auth.Source {
			user := s.User
			if user == "" {
				user = a.Address
			}
			return auth.Static{User: user, Password: k.given}
		}
	}
	a, err := app.Open(k.ctx, o)
	if err != nil {
		return nil, err
	}
	if k.passphase {
		if err := a.UseKeychain(k.ctx, "file", phrase); err != nil {
			a.Close()
			return nil, err
		}
	}
	return a, nil
}

// line reads one line of standard input; a password may hold anything but a line end.
func (k *call) line() (string, error) {
	s, err := k.in.ReadString('\n')
	s = strings.TrimRight(s, "\r\n")
	if err != nil && s == "" {
		return "", fault.New(fault.Usage, "stdin", "There is no password on standard input", "")
	}
	return s, nil
}

// ask prompts for a secret on the terminal.
func (k *call) ask(what string) (string, error) {
	f, ok := k.In.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return "", fault.New(fault.Usage, "no-terminal", "There is no terminal to ask for the "+what, "Give it with --password-stdin.")
	}
	fmt.Fprintf(k.Err, "%s%s: ", strings.ToUpper(what[:1]), what[1:])
	b, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(k.Err)
	if err != nil {
		return "", fault.Of(err)
	}
	return string(b), nil
}

// find returns the account that --account or a word names.
func find(as []mail.Account, word string) (mail.Account, error) {
	for _, a := range as {
		if string(a.ID) == word || strings.EqualFold(a.Address, word) || strings.EqualFold(a.Name, word) {
			return a, nil
		}
	}
	return mail.Account{}, fault.New(fault.NotFound, "account", "There is no account "+word, "postrider accounts list shows them.")
}

// chosen returns the accounts a command is about.
func (k *call) chosen(a *app.App) ([]mail.Account, error) {
	as, err := a.Accounts(k.ctx)
	if err != nil || k.account == "" {
		return as, err
	}
	one, err := find(as, k.account)
	if err != nil {
		return nil, err
	}
	return []mail.Account{one}, nil
}
