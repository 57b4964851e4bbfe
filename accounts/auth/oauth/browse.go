package oauth

import (
	"context"
	"errors"
	"net/url"
	"os/exec"
	"runtime"
	"time"
)

// Browse opens an https address in the system's browser, for callers without a window.
func Browse(u string) error {
	p, err := url.Parse(u)
	if err != nil || p.Scheme != "https" && !secure(u) {
		return errors.New("not an address that a browser is opened for")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	var cmd *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		cmd = exec.CommandContext(ctx, "open", p.String())
	case "windows":
		cmd = exec.CommandContext(ctx, "rundll32", "url.dll,FileProtocolHandler", p.String())
	default:
		cmd = exec.CommandContext(ctx, "xdg-open", p.String())
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return err
	}
	ended := make(chan error, 1)
	go func() { defer cancel(); ended <- cmd.Wait() }()
	select {
	case err := <-ended: // at once: nothing there to open it with
		return err
	case <-time.After(2 * time.Second):
		return nil
	}
}
