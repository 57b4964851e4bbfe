package compare

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/websocket"
)

// chromium is a browser with one page, driven by the DevTools protocol.
type chromium struct {
	cmd     *exec.Cmd
	ws      *websocket.Conn
	mu      sync.Mutex
	id      int
	wait    map[int]chan reply
	session string
	loaded  chan struct{}
	page    []byte // what the next navigation gets
	err     error
}

type reply struct {
	ID        int             `json:"id"`
	Method    string          `json:"method"`
	SessionID string          `json:"sessionId"`
	Params    json.RawMessage `json:"params"`
	Result    json.RawMessage `json:"result"`
	Error     *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// start runs Chromium, or skips the test where there is none.
func start(t *testing.T) *chromium {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("Chromium is not installed")
	}
	dir, err := os.MkdirTemp("", "postrider-chromium")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-remote-fonts", "--font-render-hinting=none", "--enable-font-subpixel-positioning", "--disable-lcd-text", "--hide-scrollbars", "--mute-audio",
		"--force-device-scale-factor=1", "--force-color-profile=srgb", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
		"--host-resolver-rules=MAP * ~NOTFOUND", "--lang=en-GB", "--remote-debugging-port=0", "--remote-allow-origins=*", "--user-data-dir="+dir, "about:blank")
	cmd.Env = append(os.Environ(), "LANGUAGE=en", "DBUS_SESSION_BUS_ADDRESS=disabled:")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &chromium{cmd: cmd, wait: map[int]chan reply{}, loaded: make(chan struct{}, 16)}
	t.Cleanup(func() {
		if c.ws != nil {
			c.ws.Close()
		}
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
		for i := 0; i < 20 && os.RemoveAll(dir) != nil; i++ {
			time.Sleep(50 * time.Millisecond)
		}
	})
	var port []byte
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if port, err = os.ReadFile(filepath.Join(dir, "DevToolsActivePort")); err == nil && strings.Count(string(port), "\n") >= 1 {
			break
		}
	}
	parts := strings.SplitN(strings.TrimSpace(string(port)), "\n", 2)
	if len(parts) != 2 {
		t.Fatal("Chromium does not say where it listens")
	}
	c.ws, err = websocket.Dial("ws://127.0.0.1:"+parts[0]+parts[1], "", "http://127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	c.ws.MaxPayloadBytes = 256 << 20
	go c.read()
	var target struct{ TargetID, SessionID string }
	c.must(t, "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	c.must(t, "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &target)
	c.session = target.SessionID
	c.must(t, "Page.enable", nil, nil)
	c.must(t, "Runtime.enable", nil, nil)
	c.must(t, "Fetch.enable", map[string]any{"patterns": []any{map[string]any{"urlPattern": "*"}}}, nil)
	c.must(t, "Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
	return c
}

// size sets the size of the page's view, and whether people like it dark.
func (c *chromium) size(t *testing.T, width, height int, dark bool) {
	c.must(t, "Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	c.must(t, "Emulation.setEmulatedMedia", map[string]any{"media": "screen", "features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// read hands answers to who waits for them, and answers requests.
func (c *chromium) read() {
	for {
		var m reply
		if err := websocket.JSON.Receive(c.ws, &m); err != nil {
			c.mu.Lock()
			c.err = err
			for id, w := range c.wait {
				close(w)
				delete(c.wait, id)
			}
			c.mu.Unlock()
			return
		}
		switch {
		case m.ID != 0:
			c.mu.Lock()
			w := c.wait[m.ID]
			delete(c.wait, m.ID)
			c.mu.Unlock()
			if w != nil {
				w <- m
			}
		case m.Method == "Page.loadEventFired":
			c.loaded <- struct{}{}
		case m.Method == "Fetch.requestPaused":
			go c.answer(m.Params)
		}
	}
}

// answer serves the mail itself and its pictures; all else does not exist.
func (c *chromium) answer(params json.RawMessage) {
	var p struct {
		RequestID    string
		ResourceType string
		Request      struct{ URL string }
	}
	if json.Unmarshal(params, &p) != nil {
		return
	}
	body, kind := []byte(nil), ""
	switch p.ResourceType {
	case "Document":
		if strings.HasPrefix(p.Request.URL, origin+"mail") {
			body, kind = c.page, "text/html; charset=utf-8"
		}
	case "Image":
		body, kind = pictureOf(p.Request.URL).png, "image/png"
	}
	if kind == "" {
		c.call("Fetch.failRequest", map[string]any{"requestId": p.RequestID, "errorReason": "AddressUnreachable"}, nil)
		return
	}
	c.call("Fetch.fulfillRequest", map[string]any{"requestId": p.RequestID, "responseCode": 200, "body": base64.StdEncoding.EncodeToString(body), "responseHeaders": []any{map[string]any{"name": "Content-Type", "value": kind}}}, nil)
}

func (c *chromium) call(method string, params, result any) error {
	w := make(chan reply, 1)
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return c.err
	}
	c.id++
	msg := map[string]any{"id": c.id, "method": method}
	if params != nil {
		msg["params"] = params
	}
	if c.session != "" {
		msg["sessionId"] = c.session
	}
	c.wait[c.id] = w
	err := websocket.JSON.Send(c.ws, msg)
	c.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case r, ok := <-w:
		switch {
		case !ok:
			return errors.New("Chromium has ended")
		case r.Error != nil:
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		case result != nil:
			return json.Unmarshal(r.Result, result)
		}
		return nil
	case <-time.After(30 * time.Second):
		return fmt.Errorf("%s: no answer", method)
	}
}

func (c *chromium) must(t *testing.T, method string, params, result any) {
	t.Helper()
	if err := c.call(method, params, result); err != nil {
		t.Fatal(err)
	}
}

// shown is what Chromium made of a mail.
type shown struct {
	Width, Height float64
	Words         []word
	Boxes         []box
	png           []byte
}

// word is a word of a text node: where its first piece is, and how wide that is if it is the whole word (0 = it is broken).
type word struct {
	Text       string
	X, Y, W, H float64
}

// box is an element: its place among the elements of the body, and the rectangle around its border boxes.
type box struct {
	I          int
	Tag        string
	X, Y, W, H float64
}

// show loads a mail and measures it.
func (c *chromium) show(src []byte) (*shown, error) {
	for len(c.loaded) > 0 {
		<-c.loaded
	}
	c.page = src
	var nav struct{ ErrorText string }
	if err := c.call("Page.navigate", map[string]any{"url": fmt.Sprintf("%smail%d.html", origin, c.id)}, &nav); err != nil {
		return nil, err
	}
	if nav.ErrorText != "" {
		return nil, errors.New(nav.ErrorText)
	}
	select {
	case <-c.loaded:
	case <-time.After(30 * time.Second):
		return nil, errors.New("the page does not load")
	}
	var r struct {
		Result           struct{ Value string }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	if err := c.call("Runtime.evaluate", map[string]any{"expression": measure, "returnByValue": true}, &r); err != nil {
		return nil, err
	}
	if r.ExceptionDetails != nil {
		return nil, errors.New(r.ExceptionDetails.Text + " " + r.ExceptionDetails.Exception.Description)
	}
	s := &shown{}
	if err := json.Unmarshal([]byte(r.Result.Value), s); err != nil {
		return nil, err
	}
	var shot struct{ Data []byte }
	h := max(1, min(s.Height, tallest))
	if err := c.call("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true, "clip": map[string]any{"x": 0, "y": 0, "width": viewWidth, "height": h, "scale": 1}}, &shot); err != nil {
		return nil, err
	}
	s.png = shot.Data
	return s, nil
}

// measure is run in the page. Elements that dom leaves out are not counted.
const measure = `(() => {
const out = {Width: document.documentElement.scrollWidth, Height: Math.max(document.documentElement.scrollHeight, document.body ? document.body.scrollHeight : 0), Words: [], Boxes: []};
const de = document.documentElement;
out.Height = Math.ceil(Math.max(de.getBoundingClientRect().height, de.scrollHeight));
const gone = new Set(['SCRIPT','STYLE','IFRAME','FRAME','EMBED','APPLET','BASE','TEMPLATE','PARAM','SOURCE','TRACK','LINK','META','TITLE','BGSOUND']);
const boxless = new Set(['br','wbr','option','optgroup','area','col','colgroup']);
const blank = /[\s\u200b\u200c\ufeff\u034f\u00ad\u2007]/;
let n = 0;
const round = v => Math.round(v * 100) / 100;
function walk(e) {
  for (let c = e.firstChild; c; c = c.nextSibling) {
    if (c.nodeType === 3) {
      const t = c.data;
      const cs = getComputedStyle(e);
      if (cs.visibility !== 'visible') continue;
      for (let i = 0; i < t.length;) {
        if (blank.test(t[i])) { i++; continue; }
        let j = i;
        while (j < t.length && !blank.test(t[j])) j++;
        const r = document.createRange();
        r.setStart(c, i); r.setEnd(c, j);
        const rects = [...r.getClientRects()].filter(q => q.width > 0 || q.height > 0);
        if (rects.length) {
          const q = rects[0];
          let w = rects.length === 1 ? q.width : 0;
          out.Words.push({Text: t.slice(i, j), X: round(q.left + scrollX), Y: round(q.top + scrollY), W: round(w), H: round(q.height)});
        }
        i = j;
      }
    } else if (c.nodeType === 1) {
      if (gone.has(c.tagName.toUpperCase())) continue;
      const i = n++;
      const cs = getComputedStyle(c);
      const tag = c.tagName.toLowerCase();
      if (cs.display !== 'none' && cs.visibility === 'visible' && !boxless.has(tag)) {
        const q = c.getBoundingClientRect();
        if (q.width > 0 && q.height > 0) out.Boxes.push({I: i, Tag: tag, X: round(q.left + scrollX), Y: round(q.top + scrollY), W: round(q.width), H: round(q.height)});
      }
      if (tag !== 'textarea' && tag !== 'select' && tag !== 'svg' && tag !== 'input') walk(c);
    }
  }
}
if (document.body) walk(document.body);
return JSON.stringify(out);
})()`
