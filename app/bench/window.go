package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
)

// timingLine is what the program tells of itself with POSTRIDER_TIMING: ms since its start, what, and its resident memory.
var timingLine = regexp.MustCompile(`^timing: (\d+) ms: (.*), RSS (\d+) MB$`)

// window starts the program's window on a profile of n messages in one mailbox, on a screen without hardware, and measures until its list is painted and what memory it takes
// then. The first start, which reads the files from the disk, is not counted.
func (b *bench) window(profile string, n int) {
	for _, tool := range []string{"xvfb-run", "go"} {
		if !installed(tool) {
			fmt.Fprintln(os.Stderr, "bench: without", tool, "the window is not measured")
			return
		}
	}
	b.pause(profile)
	bin := filepath.Join(b.dir, "postrider")
	c := exec.Command("go", "build", "-tags", "migrated_fynedo", "-ldflags", "-s -w", "-o", bin, ".")
	c.Stderr = os.Stderr
	check(c.Run())
	var painted, rss, busy []float64
	for i := range b.rounds + 1 {
		ms, mb, longest, err := startWindow(bin, profile)
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench: the window:", err)
			return
		}
		if i > 0 {
			painted, rss, busy = append(painted, ms), append(rss, mb), append(busy, longest)
		}
	}
	what := fmt.Sprintf("%d messages: ", n)
	b.row(what+"start to painted list", median(painted), "ms", "", 0, 600)
	b.row(what+"memory with the window", median(rss), "MB", "", 0, 250)
	b.row(what+"longest on the window's goroutine while starting", median(busy), "ms", "", 0, 8)
}

// pause makes the profile's accounts look for no server.
func (b *bench) pause(profile string) {
	s, err := store.Open(profile, store.Options{Extract: ingest.Text})
	check(err)
	ctx := context.Background()
	as, err := s.Accounts(ctx)
	check(err)
	check(s.Write(ctx, func(tx *store.Tx) error {
		for _, a := range as {
			a.Paused = true
			if err := tx.PutAccount(a); err != nil {
				return err
			}
		}
		return nil
	}))
	check(s.Close())
}

// startWindow runs the program until it has said how much memory it takes some seconds after its list was painted. longest is the longest that was done on the window's goroutine in
// one piece, 0 where nothing took over 8 ms.
func startWindow(bin, profile string) (painted, rss, longest float64, err error) {
	c := exec.Command("xvfb-run", "-a", "-s", "-screen 0 1440x900x24 -nolisten tcp", bin, "--profile", profile)
	c.Env = append(os.Environ(), "POSTRIDER_TIMING=1", "LIBGL_ALWAYS_SOFTWARE=1", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := c.StderrPipe()
	if err != nil {
		return 0, 0, 0, err
	}
	if err := c.Start(); err != nil {
		return 0, 0, 0, err
	}
	kill := time.AfterFunc(time.Minute, func() { syscall.Kill(-c.Process.Pid, syscall.SIGTERM) })
	defer func() {
		kill.Stop()
		syscall.Kill(-c.Process.Pid, syscall.SIGTERM)
		c.Wait()
	}()
	var last string
	for l := bufio.NewScanner(out); l.Scan(); {
		last = l.Text()
		m := timingLine.FindStringSubmatch(last)
		if m == nil {
			continue
		}
		ms, _ := strconv.ParseFloat(m[1], 64)
		mb, _ := strconv.ParseFloat(m[3], 64)
		switch {
		case m[2] == "the list is painted":
			painted = ms
		case m[2] == "so far" && painted > 0:
			return painted, mb, longest, nil
		case strings.Contains(m[2], " ms in "):
			if took, err := strconv.ParseFloat(strings.Fields(m[2])[0], 64); err == nil {
				longest = max(longest, took)
			}
		}
	}
	return 0, 0, 0, fmt.Errorf("it ended without a painted list: %s", last)
}
