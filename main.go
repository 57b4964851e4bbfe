// Postrider is a mail client: package app is the program, package views its window. Main chooses between the two ways to use it.
package main

import (
	_ "github.com/postrider/postrider/views/early" // first: it sets what the toolkit reads while it is initialised

	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"github.com/postrider/postrider/accounts/fault"
	"github.com/postrider/postrider/app"
	"github.com/postrider/postrider/app/cli"
	"github.com/postrider/postrider/app/demo"
	"github.com/postrider/postrider/app/instance"
	"github.com/postrider/postrider/views/clip"
	"github.com/postrider/postrider/views/desk"
	"github.com/postrider/postrider/views/tour"
)

func main() {
	if len(os.Args) > 1 && cli.Is(os.Args[1]) {
		os.Exit(cli.Run(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
	}
	os.Exit(window())
}

// window opens the window and returns when it is closed.
func window() int {
	profile := flag.String("profile", "", "the profile's folder (default: the usual place of this system)")
	isDemo := flag.Bool("demo", false, "open a built-in demonstration instead of your mail")
	pictures := flag.String("tour", "", "go through the demonstration by itself and leave pictures in this folder")
	flag.Usage = func() { cli.Run([]string{"help"}, cli.Streams{In: os.Stdin, Out: os.Stderr, Err: os.Stderr}) }
	flag.Parse()

	o := app.Options{Dir: *profile}
	var servers *demo.Servers
	if *isDemo || *pictures != "" {
		s, opt, end, err := demo.Profile()
		if err != nil {
			return failed(err)
		}
		defer end()
		servers, o = s, opt
	}
	if o.Dir == "" {
		d, err := app.DefaultDir()
		if err != nil {
			return failed(err)
		}
		o.Dir = d
	}
	args := flag.Args()
	if err := cli.Stray(args); err != nil {
		return failed(err)
	}
	for i, a := range args {
		args[i] = instance.Argument(a)
	}
	if instance.HandOver(o.Dir, args) {
		return 0
	}
	if !screen() {
		return failed(fault.New(fault.Local, "no-screen", "There is no screen to open a window on", "Without one, postrider help lists what works."))
	}
	a, err := app.Open(context.Background(), o)
	if err != nil {
		status := failed(err)
		if servers == nil {
			ui := fyneapp.NewWithID("org.postrider.Postrider")
			desk.Trouble(ui, err, startAgain)
			ui.Run()
		}
		return status
	}
	defer a.Close()
	if servers != nil {
		if err := servers.SetUp(context.Background(), a); err != nil {
			return failed(err)
		}
	}
	if c, err := os.UserCacheDir(); err == nil {
		os.MkdirAll(c, 0o700) // the toolkit wants it there
	}
	ui := fyneapp.NewWithID("org.postrider.Postrider")
	d := desk.Open(ui, a, o.Dir)
	if l, err := instance.Listen(o.Dir, d.Receive); err == nil {
		defer l.Close()
	}
	status := 0
	ui.Lifecycle().SetOnStarted(func() {
		d.Receive(args)
		if *pictures != "" {
			go func() {
				if err := tour.Run(a, servers, d.Showing, *pictures, os.Stdout); err != nil {
					fmt.Fprintln(os.Stderr, "tour:", err)
					status = 1
				}
				fyne.Do(ui.Quit)
			}()
		}
	})
	go clip.Open()
	ui.Run()
	clip.Close()
	return status
}

// screen reports whether a window can be opened: the toolkit ends the program where it cannot.
func screen() bool {
	switch runtime.GOOS {
	case "windows", "darwin":
		return true
	}
	return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// startAgain starts the program as this one was started.
func startAgain() error {
	me, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.Command(me, os.Args[1:]...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return c.Start()
}

func failed(err error) int {
	f := fault.Of(err)
	fmt.Fprintf(os.Stderr, "postrider: %s. %s\n", f.Title, f.Detail)
	return f.Policy().Exit
}
