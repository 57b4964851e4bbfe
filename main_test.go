package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/postrider/postrider/"

type listed struct {
	ImportPath string
	Imports    []string
}

// TestImportRules holds the rooms apart: see the package comments of app, accounts and remote.
func TestImportRules(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	protocols := map[string]bool{}
	for _, p := range []string{"imap", "pop3", "smtp", "eas", "mapi", "dav", "pst"} {
		protocols["accounts/"+p] = true
	}
	n := 0
	d := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		n++
		pkg := strings.TrimPrefix(p.ImportPath, module)
		for _, imp := range p.Imports {
			own, inside := strings.CutPrefix(imp, module)
			bad := ""
			switch {
			case strings.HasPrefix(imp, "fyne.io/") && !strings.HasPrefix(pkg, "views") && p.ImportPath+"/" != module:
				bad = "only views and main draw"
			case imp == "fyne.io/fyne/v2/app" && p.ImportPath+"/" != module:
				bad = "only main opens the toolkit's driver"
			case strings.HasPrefix(imp, "modernc.org/") && pkg != "app/store":
				bad = "only the store writes SQL"
			case inside && protocols[own] && pkg != "accounts" && !strings.HasPrefix(pkg, own):
				bad = "protocols are opened by package accounts only"
			case inside && strings.HasPrefix(pkg, "accounts") && (strings.HasPrefix(own, "app") || strings.HasPrefix(own, "views")):
				bad = "accounts know nothing of what is above them"
			case inside && strings.HasPrefix(pkg, "app") && strings.HasPrefix(own, "views"):
				bad = "app knows no views"
			case inside && strings.HasPrefix(pkg, "views") && strings.HasPrefix(own, "accounts/") && own != "accounts/mail" && own != "accounts/fault" && own != "accounts/pim" && own != "accounts/rfc822" && own != "accounts/auth":
				bad = "views see app and the vocabulary"
			case (pkg == "accounts/mail" || pkg == "accounts/fault" || pkg == "accounts/pim") && (inside || strings.Contains(strings.SplitN(imp, "/", 2)[0], ".")):
				bad = "the vocabulary imports the standard library only"
			case inside && pkg == "app/engine" && strings.HasPrefix(own, "accounts/") && own != "accounts/mail" && own != "accounts/fault" && own != "accounts/remote":
				bad = "the engine knows the seam, never a protocol"
			}
			if bad != "" {
				t.Errorf("%s imports %s: %s", pkg, imp, bad)
			}
		}
	}
	if n < 20 {
		t.Fatalf("only %d packages were listed", n)
	}
}
