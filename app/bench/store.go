package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// storeGoals are the benchmarks of package store that have a goal, in milliseconds; a name that ends in / stands for all below it. The first that fits
// counts.
var storeGoals = []struct {
	name, what string
	limit      float64
}{
	{"List/", "page of the list", 2},
	{"OpenMailbox", "opening the mailbox", 50},
	{"Search/common", "first 50 results, common term", 20},
	{"Search/rare", "first 50 results, rare term", 20},
	{"Search/three", "first 50 results, three terms", 20},
	{"Search/prefix", "first 50 results, prefix", 50},
	{"Search/", "first 50 results", 0},
}

var benchLine = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op`)

// store runs the reading benchmarks of package store over n messages in one mailbox, which stay in profile, and puts them into the table.
func (b *bench) store(profile string, n int) {
	fmt.Fprintf(os.Stderr, "making a mailbox of %d messages for the list and search figures\n", n)
	c := exec.Command("go", "test", "-run", "^$", "-bench", "^Benchmark(List|OpenMailbox|Search)$", "-benchtime", "50x", "-timeout", "60m", "./app/store", "-args", "-store.n="+strconv.Itoa(n), "-store.dir="+profile)
	var out bytes.Buffer
	c.Stdout, c.Stderr = io.MultiWriter(&out, os.Stderr), os.Stderr
	if err := c.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench: the store's benchmarks failed:", err)
	}
	b.storeRows(&out, n)
}

func (b *bench) storeRows(r io.Reader, n int) {
	for s := bufio.NewScanner(r); s.Scan(); {
		m := benchLine.FindStringSubmatch(s.Text())
		if m == nil {
			continue
		}
		ns, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			continue
		}
		for _, g := range storeGoals {
			if strings.HasPrefix(m[1], g.name) {
				_, sub, _ := strings.Cut(m[1], "/")
				b.row(fmt.Sprintf("%d messages: %s (%s)", n, g.what, sub), ns/1e6, "ms", "", 0, g.limit)
				break
			}
		}
	}
}
