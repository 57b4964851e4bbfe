// Gotest runs go test, prints what it prints, and says at the end which tests were skipped and why:
//
//	gotest FILE [arguments of go test]
//
// The exit status is that of go test. Where CI=true, it is 1 also when a test was skipped that FILE does not allow: a machine that was set up to run the tests
// shows that it ran them. The lines of FILE are "PACKAGE TEST REASON": the package within the module and the test with * for anything, then words that the
// reason contains; # begins a comment.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "gotest FILE [arguments of go test]")
		os.Exit(2)
	}
	file := os.Args[1]
	allowed, err := readSkips(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(2)
	}
	code, rep, err := run("", os.Args[2:], os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(max(code, 1))
	}
	os.Exit(rep.close(code, allowed, file, os.Getenv("CI") == "true"))
}

// run starts go test in dir ("" = here) and prints its events as they come. It returns the exit status and what was seen.
func run(dir string, args []string, out, errs io.Writer) (int, *report, error) {
	// An interrupt reaches go test too, which ends its tests; what they printed by then is printed here.
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(stop)
	cmd := exec.Command(cmp.Or(os.Getenv("GO"), "go"), append([]string{"test", "-json"}, args...)...)
	cmd.Dir, cmd.Stderr = dir, errs
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return 1, nil, err
	}
	if err := cmd.Start(); err != nil {
		return 1, nil, err
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case s := <-stop:
				if s == syscall.SIGTERM {
					_ = cmd.Process.Signal(s)
				}
			case <-done:
				return
			}
		}
	}()
	r := &report{out: out, module: module(filepath.Join(dir, "go.mod")), packages: map[string]*pack{}}
	in := bufio.NewReaderSize(pipe, 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		var e event
		switch {
		case len(line) == 0:
		case json.Unmarshal(line, &e) == nil && e.Action != "":
			r.take(e)
		default:
			_, _ = out.Write(line)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			fmt.Fprintln(errs, "gotest: what go test prints cannot be read:", err)
			_, _ = io.Copy(io.Discard, pipe)
			_ = cmd.Wait()
			return 1, r, nil
		}
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, r, nil
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return exit.ExitCode(), r, nil
	}
	fmt.Fprintln(errs, "gotest: go test:", err)
	return 1, r, nil
}

// module is the path that a go.mod names, with a slash behind it.
func module(file string) string {
	b, _ := os.ReadFile(file)
	for l := range strings.Lines(string(b)) {
		if f := strings.Fields(l); len(f) == 2 && f[0] == "module" {
			return f[1] + "/"
		}
	}
	return ""
}
