package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"time"

	"github.com/postrider/postrider/app/cli"
	"github.com/postrider/postrider/app/ingest"
	"github.com/postrider/postrider/app/store"
)

// selfWord is the hidden first argument that makes this program the command line of Postrider: the same code as the program's, without the toolkit.
const selfWord = "as-postrider"

// reindexWord makes the full-text index of a profile anew.
const reindexWord = "reindex"

func reindex(dir string) {
	s, err := store.Open(dir, store.Options{Extract: ingest.Text})
	check(err)
	ctx := context.Background()
	check(s.Reindex(ctx))
	t := time.Now()
	for left := 1; left > 0; {
		left, err = s.Index(ctx, 1<<30)
		check(err)
	}
	d := time.Since(t).Seconds()
	check(s.Close())
	fmt.Printf("%.3f\n", d)
}

// profileDir names the folder for processor profiles of the program under measurement.
const profileDir = "POSTRIDER_BENCH_PROFILES"

// self runs the command line and ends the program.
func self(args []string) {
	stop := func() {}
	if d := os.Getenv(profileDir); d != "" {
		name := filepath.Join(d, "cpu-"+strconv.Itoa(os.Getpid())+"-"+args[0])
		f, err := os.Create(name + ".pprof")
		check(err)
		check(pprof.StartCPUProfile(f))
		stop = func() {
			pprof.StopCPUProfile()
			f.Close()
			if h, err := os.Create(name + ".heap"); err == nil {
				pprof.Lookup("allocs").WriteTo(h, 0)
				h.Close()
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			fmt.Fprintf(os.Stderr, "heap taken from the system %d MB, %d collections\n", m.HeapSys>>20, m.NumGC)
		}
	}
	if args[0] == reindexWord {
		reindex(args[1])
		stop()
		os.Exit(0)
	}
	code := cli.Run(args, cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
	stop()
	os.Exit(code)
}
