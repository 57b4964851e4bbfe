package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pst runs a pst command and reads its JSON.
func pst(t *testing.T, want int, into any, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	code := Run(append([]string{"pst"}, append(args, "--json")...), Streams{In: strings.NewReader(""), Out: &out, Err: &errs})
	if code != want {
		t.Fatalf("pst %v: exit %d, want %d: %s%s", args, code, want, out.String(), errs.String())
	}
	if into != nil {
		if err := json.Unmarshal(out.Bytes(), into); err != nil {
			t.Fatalf("pst %v: %v: %s", args, err, out.String())
		}
	}
	return errs.String()
}

// TestPST goes through a file's life: made, filled from files and an mbox, checked, listed, exported in each format, compacted.
func TestPST(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.pst")
	message := func(n string) string {
		return "From: Ada <ada@example.com>\nTo: bob@example.com\nSubject: number " + n + "\nDate: Mon, 02 Jan 2023 10:00:00 +0000\nMessage-ID: <" + n + "@example.com>\n\nFrom here to there\n>From there\n"
	}
	eml := filepath.Join(dir, "one.eml")
	box := filepath.Join(dir, "two.mbox")
	if err := os.WriteFile(eml, []byte(message("1")), 0o600); err != nil {
		t.Fatal(err)
	}
	quoted := func(n string) string {
		return strings.ReplaceAll(strings.ReplaceAll(message(n), "\n>From", "\n>>From"), "\nFrom here", "\n>From here")
	}
	if err := os.WriteFile(box, []byte("From x Mon Jan  2 10:00:00 2023\n"+quoted("2")+"\nFrom x Mon Jan  2 10:00:00 2023\n"+quoted("3")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	pst(t, 0, nil, "create", file, "--name", "Archive")
	pst(t, 17, nil, "create", file)
	var added struct{ Items, Failed int }
	if pst(t, 0, &added, "append", file, eml, box, "--folder", "Inbox/Old"); added.Items != 3 || added.Failed != 0 {
		t.Errorf("added %+v", added)
	}
	var info struct {
		Format, Encoding  string
		Items, Unreadable int
		Kinds             map[string]int
	}
	if pst(t, 0, &info, "info", file); info.Format != "Unicode" || info.Encoding != "permute" || info.Items != 3 || info.Kinds["Message"] != 3 || info.Unreadable != 0 {
		t.Errorf("info %+v", info)
	}
	var list []struct{ Subject, Folder, InternetID string }
	if pst(t, 0, &list, "list", file, "--folder", "Inbox"); len(list) != 3 || list[2].Subject != "number 3" || list[0].InternetID != "1@example.com" {
		t.Errorf("list %+v", list)
	}
	pst(t, 19, nil, "list", file, "--folder", "Nowhere")
	var check struct {
		OK            bool
		Errors, Minor int
	}
	if pst(t, 0, &check, "check", file); !check.OK || check.Minor != 0 {
		t.Errorf("check %+v", check)
	}
	for _, format := range []string{"eml", "mbox", "maildir"} {
		out := filepath.Join(dir, format)
		var r struct{ Items, Failed int }
		if pst(t, 0, &r, "export", file, "--format", format, "--out", out); r.Items != 3 || r.Failed != 0 {
			t.Errorf("%s: %+v", format, r)
		}
		var all []byte
		filepath.WalkDir(out, func(p string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				b, _ := os.ReadFile(p)
				all = append(all, b...)
			}
			return err
		})
		text := strings.ReplaceAll(string(all), "\r\n", "\n")
		for _, n := range []string{"1", "2", "3"} {
			want := message(n)
			if format == "mbox" {
				want = quoted(n)
			}
			if !strings.Contains(text, want) {
				t.Errorf("%s: message %s is not there as it was: %s", format, n, text)
			}
		}
	}
	pst(t, 0, nil, "compact", file)
	if pst(t, 0, &check, "check", file); !check.OK || check.Minor != 0 {
		t.Errorf("compacted: %+v", check)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b[0x4c00+100] ^= 1
	for i := 0x5000; i < 0x8000; i += 512 {
		b[i] ^= 0xFF
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if pst(t, 18, &check, "check", file); check.OK {
		t.Error("a damaged file passes the check")
	}
	pst(t, 2, nil, "info", eml)
	pst(t, 19, nil, "info", filepath.Join(dir, "none.pst"))
	pst(t, 2, nil, "info")
	pst(t, 2, nil, "paint", file)
}
