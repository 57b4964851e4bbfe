package kit

// Where is a place that something new can be made in: an account, or this computer.
type Where struct {
	Key, Name string // "" is this computer
}

// Places returns this computer and the accounts that things are of, each once, in their order.
func Places(of func(yield func(key, name string) bool)) []Where {
	out := []Where{{"", "On this computer"}}
	of(func(key, name string) bool {
		for _, w := range out {
			if w.Key == key {
				return true
			}
		}
		out = append(out, Where{key, name})
		return true
	})
	return out
}

// NewWhere returns a choice of places, at the first; it is hidden where there is only one.
func NewWhere(places []Where, name string) *Choice {
	names := make([]string, len(places))
	for i, w := range places {
		names[i] = w.Name
	}
	c := NewChoice(names, 0, nil)
	c.Name = name
	c.Hidden = len(places) < 2
	return c
}
