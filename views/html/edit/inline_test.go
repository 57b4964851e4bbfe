package edit

import (
	"context"
	"strings"
	"testing"
)

func TestQuoted(t *testing.T) {
	page := `<!doctype html><html><head><style>
		p { color: red; margin: 0 !important } .big { font-size: 20px; color: blue } #x p { color: green }
		@media (max-width: 600px) { p { font-size: 99px } } @media print { p { color: black } } p:first-child { letter-spacing: 1px }
		a::before { content: "x" } td > b { background: url(https://tracker.example/x.gif) }
	</style></head><body bgcolor="#eeeeee" style="font-family: Arial"><div id=x><p class=big style="margin: 9px; color: purple">a</p><p>b</p></div><p class=big>c</p>
	<table><tr><td><b>d</b></td></tr></table></body></html>`
	s, err := Quoted(context.Background(), page)
	if err != nil {
		t.Fatal(err)
	}
	d := load(t, s)
	got := d.Fragment()
	for _, want := range []string{
		`<div style="font-family:Arial" bgcolor="#eeeeee">`,
		`<p style="font-size:20px;letter-spacing:1px;color:purple;margin:0">a</p>`,
		`<p style="color:green;margin:0">b</p>`,
		`<p style="font-size:20px;color:blue;margin:0">c</p>`,
		`<td><b>d</b></td>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %s:\n%s", want, got)
		}
	}
	if strings.Contains(got, "tracker") || strings.Contains(got, "99px") || strings.Contains(got, "<style") {
		t.Errorf("it keeps what it must not:\n%s", got)
	}
}
