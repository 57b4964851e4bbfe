package doors

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// Profile is where another mail program of this computer keeps its mail; Dir is for [Read].
type Profile struct {
	Program string // "Thunderbird", "Apple Mail"
	Name    string // of the profile, "" where the program has one
	Dir     string
	Bytes   int64 // of its mailboxes, about
}

// maxProfileFiles bounds how many files are looked at to tell how large a profile is.
const maxProfileFiles = 200_000

// Profiles looks for the mail of other programs in a home folder. It reads names and sizes, nothing else.
func Profiles(home string) (out []Profile) {
	for _, root := range thunderbirds(home) {
		es, err := os.ReadDir(root)
		if err != nil {
			continue
		}
		for _, e := range es {
			dir := filepath.Join(root, e.Name())
			if !e.IsDir() || !isDir(filepath.Join(dir, "Mail")) && !isDir(filepath.Join(dir, "ImapMail")) {
				continue
			}
			name := e.Name()
			if _, rest, ok := strings.Cut(name, "."); ok && rest != "" { // "k3x9q2.default-release"
				name = rest
			}
			out = append(out, Profile{Program: "Thunderbird", Name: name, Dir: dir, Bytes: weigh(dir, func(p string) bool {
				_, err := os.Stat(p + ".msf")
				return err == nil
			})})
		}
	}
	versions, _ := filepath.Glob(filepath.Join(home, "Library", "Mail", "V*"))
	slices.SortFunc(versions, func(a, b string) int { return version(b) - version(a) }) // updates leave older ones behind
	for _, dir := range versions {
		if n := weigh(dir, func(p string) bool { return filepath.Ext(p) == ".emlx" }); n > 0 {
			out = append(out, Profile{Program: "Apple Mail", Dir: dir, Bytes: n})
			break
		}
	}
	kept := out[:0]
	for _, p := range out {
		if p.Bytes > 0 {
			kept = append(kept, p)
		}
	}
	return kept
}

// version is the number of a folder like "V10".
func version(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(dir)[1:])
	return n
}

func isDir(p string) bool {
	st, err := os.Stat(p)
	return err == nil && st.IsDir()
}

// thunderbirds are the folders in which Thunderbird keeps profiles.
func thunderbirds(home string) []string {
	switch runtime.GOOS {
	case "windows":
		if d := os.Getenv("APPDATA"); d != "" {
			return []string{filepath.Join(d, "Thunderbird", "Profiles")}
		}
		return nil
	case "darwin":
		return []string{filepath.Join(home, "Library", "Thunderbird", "Profiles")}
	}
	return []string{filepath.Join(home, ".thunderbird"), filepath.Join(home, ".icedove"), filepath.Join(home, "snap", "thunderbird", "common", ".thunderbird"),
		filepath.Join(home, ".var", "app", "org.mozilla.Thunderbird", ".thunderbird")}
}

// weigh adds up the sizes of mailboxes.
func weigh(dir string, is func(path string) bool) (n int64) {
	left := maxProfileFiles
	_ = filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if left--; left < 0 {
			return filepath.SkipAll
		}
		if err != nil || !e.Type().IsRegular() || !is(p) {
			return nil
		}
		if st, err := e.Info(); err == nil {
			n += st.Size()
		}
		return nil
	})
	return n
}
