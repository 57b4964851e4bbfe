package style

import (
	"context"
	"testing"

	"github.com/postrider/postrider/views/html/dom"
)

func styled(t *testing.T, src string, env Env) *Node {
	t.Helper()
	d, err := dom.ParseBytes(context.Background(), []byte(src), dom.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if env.Width == 0 {
		env.Width, env.Height = 800, 600
	}
	n, err := Tree(context.Background(), d, env)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDump(t *testing.T) {
	n := styled(t, `<style>p.a{color:red;margin:1em 2em 3em;--x:4px} #b{background:url(x.png) no-repeat center/cover, linear-gradient(to right,red 10%,blue) #fff;padding:var(--x) !important} td{padding:5px}</style>
<body bgcolor=#eee><p class=a id=b style="font-size:20px;border:1px solid">hi <b>there</b></p><table align=center width=600 cellpadding=0 border=1><tr><td align=center valign=top>x</table><ul><li>1<ol start=4><li>a</ol></ul>`, Env{})
	t.Log("\n" + Dump(n))
}
