package backup_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/postrider/postrider/app/backup"
)

// archive makes a backup with one file of that name and a manifest that agrees.
func archive(t testing.TB, name string) []byte {
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	put := func(name, text string) {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	put("postrider-backup", `{"layout":1}`)
	put(name, "evil")
	sum := sha256.Sum256([]byte("evil"))
	m, err := json.Marshal(map[string]any{"path": strings.TrimPrefix(name, "profile/"), "size": 4, "sha256": hex.EncodeToString(sum[:])})
	if err != nil {
		t.Fatal(err)
	}
	put("manifest", string(m)+"\n")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func FuzzRestore(f *testing.F) {
	f.Add(archive(f, "profile/index.db"))
	f.Add(archive(f, "profile/../x"))
	f.Add([]byte("no backup"))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		p := filepath.Join(dir, "f")
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if len(b) < 1<<16 {
			backup.Restore(ctx, p, filepath.Join(dir, "in", "profile"), nil)
		}
		es, _ := os.ReadDir(dir)
		for _, e := range es {
			if e.Name() != "f" && e.Name() != "in" {
				t.Errorf("%s was written", e.Name())
			}
		}
	})
}
