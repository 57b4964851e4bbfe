package html_test

import (
	"context"
	"fmt"
	"image"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/postrider/postrider/views/html/display"
	"github.com/postrider/postrider/views/html/dom"
	"github.com/postrider/postrider/views/html/gate"
	"github.com/postrider/postrider/views/html/layout"
	"github.com/postrider/postrider/views/html/paint"
	"github.com/postrider/postrider/views/html/picture"
	"github.com/postrider/postrider/views/html/style"
	"github.com/postrider/postrider/views/html/text"
)

var shaper = text.NewShaper(text.Settings{})

// ways is every way known in which HTML makes a browser or a mail client ask a server; %s is the server.
var ways = []string{
	`<img src="%s/img">`, `<img srcset="%s/srcset 1x, %[1]s/srcset2 2x">`, `<picture><source srcset="%s/source"><img src="%[1]s/fallback"></picture>`,
	`<body background="%s/body">`, `<table background="%s/table"><tr background="%[1]s/tr"><td background="%[1]s/td">x`,
	`<div style="background:url(%s/bg)">x</div>`, `<div style="background-image:url('%s/bgi')">x</div>`, `<div style="background-image:image-set('%s/set' 1x)">x</div>`,
	`<style>div{background:\75\72\6c(%s/escaped)}</style><div>x</div>`, `<style>@import "%s/import";</style>`, `<style>@import url(%s/import2) screen;</style>`,
	`<style>@font-face{font-family:f;src:url(%s/font)}p{font-family:f}</style><p>x`, `<p style="cursor:url(%s/cursor),auto">x`, `<style>p::before{content:url(%s/content)}</style><p>x`,
	`<ul style="list-style-image:url(%s/list)"><li>x</ul>`, `<div style="border-image:url(%s/border) 3">x</div>`, `<div style="mask-image:url(%s/mask);filter:url(%[1]s/filter#f);clip-path:url(%[1]s/clip#c)">x</div>`,
	`<style>:root{--u:url(%s/variable)}p{background:var(--u)}</style><p>x`, `<div style="shape-outside:url(%s/shape);float:left">x</div>`, `<style>@namespace url(%s/namespace);</style>`,
	`<video src="%s/video" poster="%[1]s/poster"></video>`, `<audio src="%s/audio" autoplay></audio>`, `<video><source src="%s/vsource"><track src="%[1]s/track"></video>`,
	`<iframe src="%s/iframe"></iframe>`, `<iframe srcdoc="<img src='%s/srcdoc'>"></iframe>`, `<frameset><frame src="%s/frame"></frameset>`, `<object data="%s/object"></object>`, `<embed src="%s/embed">`, `<applet code="%s/applet" archive="%[1]s/archive">`,
	`<link rel=stylesheet href="%s/stylesheet">`, `<link rel=preload as=image href="%s/preload">`, `<link rel=prefetch href="%s/prefetch">`, `<link rel=dns-prefetch href="%s/">`, `<link rel=preconnect href="%s/">`, `<link rel=icon href="%s/icon">`, `<link rel=manifest href="%s/manifest">`, `<link rel=prerender href="%s/prerender">`,
	`<meta http-equiv=refresh content="0;url=%s/refresh">`, `<meta http-equiv=set-cookie content=x><meta http-equiv="Content-Security-Policy-Report-Only" content="default-src none; report-uri %s/report">`, `<base href="%s/base/"><img src=relative>`,
	`<svg><image href="%s/svgimage"/><image xlink:href="%[1]s/xlink"/><use href="%[1]s/use#a"/><script href="%[1]s/svgscript"/><feImage href="%[1]s/fe"/><style>@import "%[1]s/svgstyle";</style></svg>`,
	`<img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image href='%s/inner' width='9' height='9'/><style>@import url(%[1]s/innerstyle);</style></svg>">`,
	`<math><mtext href="%s/math">x</mtext></math>`, `<form action="%s/form"><input type=image src="%[1]s/input"><button formaction="%[1]s/formaction">x</button></form>`, `<script src="%s/script"></script><script>fetch("%[1]s/fetch")</script>`,
	`<img src=x onerror="fetch('%s/handler')">`, `<body onload="location='%s/onload'">`, `<a href="%s/ping" ping="%[1]s/pinged">x</a>`, `<bgsound src="%s/bgsound">`, `<img lowsrc="%s/lowsrc" dynsrc="%[1]s/dynsrc" longdesc="%[1]s/longdesc">`,
	`<blockquote cite="%s/cite">x</blockquote><q cite="%[1]s/q">x</q>`, `<html manifest="%s/appcache">`, `<html profile="%s/profile">`, `<template><img src="%s/template"></template>`, `<noscript><img src="%s/noscript"></noscript>`,
	`<!--[if mso]><img src="%s/mso"><![endif]-->`, `<v:image src="%s/vml"/><v:fill src="%[1]s/vmlfill"/>`, `<isindex action="%s/isindex">`, `<portal src="%s/portal"></portal>`, `<input type=submit style="background:url(%s/button)">`, `<img src="//%.0s127.0.0.1/scheme">`,
}

// listen counts connections to a real server.
func listen(t *testing.T) (addr string, count *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	count = &atomic.Int32{}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			count.Add(1)
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close() })
	return l.Addr().String(), count
}

// asking answers layout and painting as the reader does once the person allowed pictures: it records what would be loaded.
type asking struct {
	v      *gate.Verdict
	loaded map[string]bool
}

func (a *asking) Size(address string) (w, h float64, ok bool) {
	b := a.bytes(address)
	i, err := picture.Read(b, picture.Limits{})
	return float64(i.Width), float64(i.Height), err == nil
}

func (a *asking) Scaled(address string, w, h int) *image.RGBA {
	b := a.bytes(address)
	i, err := picture.Read(b, picture.Limits{})
	if err != nil {
		return nil
	}
	return picture.Draw(b, i, picture.Limits{}, w, h)
}

func (a *asking) bytes(address string) []byte {
	if b := picture.Data(address, picture.Limits{}); b != nil {
		return b
	}
	if a.v.Allows(address) {
		a.loaded[address] = true
	}
	return nil
}

// show does all that the window does with a mail, and returns what would be loaded if the person allowed it.
func show(t *testing.T, src string, dark bool) map[string]bool {
	t.Helper()
	ctx := context.Background()
	doc, err := dom.ParseBytes(ctx, []byte(src), dom.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	root, err := style.Tree(ctx, doc, style.Env{Width: 600, Height: 800, Dark: dark, Metrics: shaper.Metrics})
	if err != nil {
		t.Fatal(err)
	}
	a := &asking{v: gate.Judge(doc), loaded: map[string]bool{}}
	l, err := layout.Lay(ctx, root, layout.Options{Width: 600, Shaper: shaper, Pictures: a})
	if err != nil {
		t.Fatal(err)
	}
	dst := image.NewRGBA(image.Rect(0, 0, 600, int(min(l.Height, 2000))+1))
	if err := paint.New(l, paint.Options{Pictures: a}).Paint(ctx, dst, display.Rect{W: 600, H: 2000}, 1); err != nil {
		t.Fatal(err)
	}
	return a.loaded
}

// Every way is shown with pictures allowed: no connection may be made by the engine itself, and only pictures may be wanted.
func TestNothingIsAskedOfServers(t *testing.T) {
	addr, conns := listen(t)
	never := []string{"import", "font", "cursor", "video", "audio", "iframe", "frame", "object", "embed", "stylesheet", "preload", "prefetch", "refresh", "report", "script", "fetch", "handler",
		"form", "ping", "mso", "manifest", "template", "inner", "track", "cite", "namespace", "prerender", "icon", "innerstyle", "svgstyle", "formaction", "onload", "bgsound", "applet", "archive", "q", "longdesc"}
	wanted := map[string]bool{}
	for i, w := range ways {
		src := fmt.Sprintf(w, "http://"+addr)
		for _, dark := range []bool{false, true} {
			for a := range show(t, src, dark) {
				wanted[a[strings.LastIndexByte(a, '/')+1:]] = true
			}
		}
		if conns.Load() != 0 {
			t.Fatalf("way %d, %s: %d connections", i, src, conns.Load())
		}
	}
	for _, n := range never {
		if wanted[n] {
			t.Errorf("%q is taken for a picture", n)
		}
	}
	for _, n := range []string{"img", "body", "table", "bg", "bgi"} {
		if !wanted[n] {
			t.Errorf("the picture %q is not wanted: %v", n, wanted)
		}
	}
}
