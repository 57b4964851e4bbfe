package layout

import (
	"context"
	"strings"
	"testing"
	"time"
)

// Inputs that are cheap to write and could be dear to lay out. Each must be done, or stop, within the time that a mail gets.
func TestHostile(t *testing.T) {
	for name, src := range map[string]string{
		"floats":          strings.Repeat("<div style='float:left;width:3px;height:7px'></div>", 10000),
		"floats in text":  "<p>" + strings.Repeat("x <img src=3x9.png style='float:left'> ", 5000),
		"one long word":   "<p style='word-break:break-all'>" + strings.Repeat("x", 200000),
		"one long line":   "<p style='white-space:nowrap'>" + strings.Repeat("x y ", 50000),
		"line feeds":      strings.Repeat("<br>", 50000),
		"nested inlines":  strings.Repeat("<b>", 300) + strings.Repeat("x<br>", 3000),
		"flex items":      "<div style='display:flex;flex-wrap:wrap'>" + strings.Repeat("<i>x</i>", 10000),
		"grid":            "<div style='display:grid;grid-template-columns:repeat(auto-fill,1px)'>" + strings.Repeat("<i style='grid-column:span 3'>x</i>", 3000),
		"grid lines":      "<div style='display:grid'><i style='grid-area:9999/9999/99999/99999'>x</i><i style='grid-row:900'>y</i><i style='grid-column:-5'>z</i>",
		"spans":           "<table>" + strings.Repeat("<tr><td rowspan=65534 colspan=1000>x", 300),
		"collapsed":       "<table style='border-collapse:collapse' border=1>" + strings.Repeat("<tr><td colspan=1000 rowspan=3>x<td>y", 500),
		"columns":         "<table><tr>" + strings.Repeat("<td>x", 5000),
		"cols":            "<table>" + strings.Repeat("<col span=1000>", 500) + "<tr><td>x",
		"absolutes":       strings.Repeat("<p style='position:absolute;top:1px'>x", 5000),
		"layers":          strings.Repeat("<p style='position:relative;z-index:1;opacity:.9'>x", 300) + strings.Repeat("<i style='position:relative'>y</i>", 3000),
		"nested floats":   strings.Repeat("<div style='float:left;padding:1px'>x<div style='overflow:hidden'>y", 150),
		"nested clears":   strings.Repeat("<div style='float:left'>x</div><div style='clear:both;margin:-1px'>", 150),
		"inline blocks":   strings.Repeat("<div style='display:inline-block;max-width:90%'>x ", 300),
		"inline tables":   strings.Repeat("<table style='display:inline-table;height:50%'><tr><td>x", 120),
		"mixed":           strings.Repeat("<div style='display:flex'><div style='display:grid;height:50%'><table height=100%><tr><td><div style='float:left;height:10%'>", 60),
		"huge numbers":    "<div style='width:1e30px;margin:-1e30px;padding:1e20px;font-size:1e9px'>x<table width=1e9 cellpadding=99999999><tr><td>y",
		"directions":      "<p dir=rtl>" + strings.Repeat("a \u05d0 1 <bdi>b</bdi> <span dir=ltr>\u05d1 c</span> ", 5000),
		"blocks in lines": strings.Repeat("<b>x<div>y</div>", 150) + strings.Repeat("<div>z</div>", 3000),
		"list":            "<ol reversed>" + strings.Repeat("<li value=5>x", 20000),
		"pictures":        strings.Repeat("<img src=900x900.png style='max-width:1px;min-height:99999px'>", 10000),
	} {
		doc, root := tree(t, src, 600)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		start := time.Now()
		l, err := Lay(ctx, root, options(doc, 600))
		d := time.Since(start)
		cancel()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if testing.Verbose() && d > 100*time.Millisecond {
			t.Logf("%s: %v, %d items", name, d, len(l.Items))
		}
		sound(t, name, l)
	}
}
