package msg

import "bytes"

// copyStorage makes a compound file of a storage within one: what an embedded object of another program is.
func copyStorage(s *storage) ([]byte, error) {
	root := newDir("Root Entry")
	if err := copyInto(root, s, 0); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err := writeFile(&b, root)
	return b.Bytes(), err
}

func copyInto(n *node, s *storage, depth int) error {
	if depth > 32 {
		return ErrDepth
	}
	for key, f := range s.streams {
		data, err := s.read(key)
		if err != nil {
			return err
		}
		name := f.Name
		if f.Initial < ' ' { // which the reader took off
			name = string(rune(f.Initial)) + name
		}
		n.stream(name, data)
	}
	for _, key := range s.order {
		if err := copyInto(n.dirAt(key), s.subs[key], depth+1); err != nil {
			return err
		}
	}
	return nil
}
