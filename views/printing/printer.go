package printing

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/postrider/postrider/accounts/fault"
)

// Printer is one that the system knows.
type Printer struct {
	Name    string
	Default bool
}

// Title is the printer's name for people.
func (p Printer) Title() string { return strings.ReplaceAll(p.Name, "_", " ") }

// system runs one of the programs of CUPS and returns what it wrote.
func system(ctx context.Context, in io.Reader, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	c.Stdin = in
	c.WaitDelay = time.Second
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		if e := strings.TrimSpace(errs.String()); e != "" {
			return "", errors.New(e)
		}
		return "", err
	}
	return out.String(), nil
}

// Printers lists the system's printers, the usual one first. None and no error where the system has no printing service: paper is not all there is.
func Printers(ctx context.Context) []Printer {
	if _, err := exec.LookPath("lpstat"); err != nil {
		return nil
	}
	names, err := system(ctx, nil, "lpstat", "-e")
	if err != nil {
		return nil
	}
	usual, _ := system(ctx, nil, "lpstat", "-d")
	_, usual, _ = strings.Cut(strings.TrimSpace(usual), ": ")
	return printers(names, usual)
}

func printers(names, usual string) []Printer {
	var out []Printer
	for _, n := range strings.Split(names, "\n") {
		if n = strings.TrimSpace(n); n == "" || strings.HasPrefix(n, "-") {
			continue
		}
		p := Printer{Name: n, Default: n == usual}
		if p.Default {
			out = append([]Printer{p}, out...)
		} else {
			out = append(out, p)
		}
	}
	return out
}

// Wishes are what a printer is asked for.
type Wishes struct {
	Copies    int // 0 = 1
	TwoSided  bool
	Grey      bool
	Landscape bool
	Paper     Paper
}

// Send gives a PDF file to a printer. It returns when the print job is accepted, not when it is on paper.
func Send(ctx context.Context, printer, title string, file io.Reader, w Wishes) error {
	args := []string{"-d", printer, "-n", strconv.Itoa(max(1, w.Copies)), "-t", title, "-o", "media=" + w.Paper.Media, "-o", "document-format=application/pdf"}
	if w.TwoSided {
		edge := "long"
		if w.Landscape {
			edge = "short"
		}
		args = append(args, "-o", "sides=two-sided-"+edge+"-edge")
	} else {
		args = append(args, "-o", "sides=one-sided")
	}
	if w.Grey {
		args = append(args, "-o", "print-color-mode=monochrome")
	}
	if _, err := system(ctx, file, "lp", append(args, "-")...); err != nil {
		says := strings.TrimPrefix(err.Error(), "lp: ")
		return &fault.Error{Kind: fault.Refused, Code: "printer", Title: "The printer did not take it", Detail: "It is not printed. Look whether the printer is on and connected, or save it as a PDF file. The printing service says: " + says, Err: err}
	}
	return nil
}
