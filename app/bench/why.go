package main

import "strings"

// why says, for goals that are missed on the machine that the program was developed on, where the time goes; found with the profiler and the execution tracer. The first
// whose beginning fits a row counts.
var why = []struct{ row, text string }{
	{"all headers listed", "The bare client throws the envelopes away. Here each is parsed, put into its conversation and committed durably (fsync) page by page, so that a kill loses none; the pages are fetched one after another."},
	{"all bodies durably stored", "Both cores are busy: digest (SHA-256), compression, MIME parsing, pack and database take 4 to 5 s of processor time for 491 MB beside the server's own, which mbsync, that stores files as they come, does not spend."},
	{"the same compressed, threaded and indexed", "Processor time: digest, compression, parsing and the full-text index share two cores with the server."},
}

// reason is why a goal is missed, "" where nobody has looked.
func reason(row string) string {
	if strings.Contains(row, "results, prefix") {
		return "A prefix that is longer than the index's prefixes (2 and 3 letters) is a union of all words that begin so; the commonest one has thousands."
	}
	for _, w := range why {
		if strings.HasPrefix(row, w.row) {
			return w.text
		}
	}
	return ""
}
