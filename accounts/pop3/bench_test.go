package pop3

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	osuser "os/user"
	"strconv"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/remote"
	"github.com/postrider/postrider/accounts/testserver"
	"github.com/postrider/postrider/accounts/testserver/mailgen"
)

// BenchmarkFetch measures Fetch of a whole mailbox from Dovecot against a bare reader that asks for the same messages 32 at a time and looks
// for nothing but the ends. POSTRIDER_BENCH_MESSAGES sets how many, 2,000 without it.
func BenchmarkFetch(b *testing.B) {
	n := 2000
	if v, err := strconv.Atoi(os.Getenv("POSTRIDER_BENCH_MESSAGES")); err == nil && v > 0 {
		n = v
	}
	srv := testserver.Start(b, testserver.Options{NoSMTP: true})
	who := "ada@example.test"
	o := dovecot(srv, 995, who)
	if line := Test(context.Background(), o); line.Err != nil { // makes the folder, with its owner
		b.Fatal(line.Err)
	}
	uid, gid := -1, -1
	if os.Geteuid() == 0 {
		u, err := osuser.Lookup("mail")
		if err != nil {
			b.Skip(err)
		}
		uid, _ = strconv.Atoi(u.Uid)
		gid, _ = strconv.Atoi(u.Gid)
	}
	if err := mailgen.New(1, time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).WriteMaildir(srv.Maildir(who), 0, n, uid, gid); err != nil {
		b.Fatal(err)
	}
	var total int64
	ours := func() time.Duration {
		start := time.Now()
		c, err := Open(context.Background(), o)
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		states, _ := pull(b, c, "")
		listed := time.Since(start)
		got := 0
		total = 0
		if err := c.Fetch(context.Background(), Inbox, refsOf(states), remote.WantBody, func(it remote.Item) error {
			k, err := io.Copy(io.Discard, it.Body)
			total += k
			got++
			return err
		}); err != nil {
			b.Fatal(err)
		}
		if got != n {
			b.Fatalf("%d of %d", got, n)
		}
		took := time.Since(start)
		b.ReportMetric(listed.Seconds(), "s-pull")
		return took
	}
	floor := func() time.Duration {
		start := time.Now()
		c, err := tls.Dial("tcp", net.JoinHostPort(o.Server.Host, strconv.Itoa(o.Server.Port)), o.Dialer.TLSConfig(o.Server.Host))
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "USER %s\r\nPASS %s\r\n", who, testserver.Users[who])
		buf := make([]byte, 256<<10)
		answered := func(until string, times int) {
			tail := []byte{}
			for times > 0 {
				k, err := c.Read(buf)
				if err != nil {
					b.Fatal(err)
				}
				all := append(tail, buf[:k]...)
				times -= bytes.Count(all, []byte(until))
				tail = append([]byte{}, all[max(len(all)-len(until)+1, 0):]...)
			}
		}
		answered("+OK", 3)
		for at := n; at > 0; at -= 32 {
			var cmds bytes.Buffer
			k := min(at, 32)
			for i := range k {
				fmt.Fprintf(&cmds, "RETR %d\r\n", at-i)
			}
			c.Write(cmds.Bytes())
			answered("\r\n.\r\n", k)
		}
		return time.Since(start)
	}
	ours() // both after the server has its indexes
	var a, f time.Duration
	for b.Loop() {
		f += floor()
		a += ours()
	}
	b.ReportMetric(float64(n), "messages")
	b.ReportMetric(float64(total)/1e6, "MB")
	b.ReportMetric(a.Seconds()/float64(b.N), "s-ours")
	b.ReportMetric(f.Seconds()/float64(b.N), "s-floor")
	b.ReportMetric(a.Seconds()/f.Seconds(), "x-floor")
}
