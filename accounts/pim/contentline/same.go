package contentline

import (
	"slices"
	"strings"
)

// Same reports whether two texts say the same: the same components with the same properties in any order, without those that ignore names. Folds, line ends, the case of
// parameters, empty parts at the end of a structured value and properties that only say what is understood without them make no difference. Texts that cannot be read are compared as bytes.
func Same(a, b []byte, ignore map[string]bool) bool {
	if string(a) == string(b) {
		return true
	}
	x, err1 := Parse(a)
	y, err2 := Parse(b)
	if err1 != nil || err2 != nil {
		return false
	}
	m, n := bag(x, ignore), bag(y, ignore)
	return m.in(n) && n.in(m)
}

// Holds reports whether a has everything that b says; it may say more, as what a server was given and completed.
func Holds(a, b []byte, ignore map[string]bool) bool {
	x, err1 := Parse(a)
	y, err2 := Parse(b)
	if err1 != nil || err2 != nil {
		return string(a) == string(b)
	}
	return bag(y, ignore).in(bag(x, ignore))
}

// contents are the lines of a text, each with the components around it, and how often it occurs.
type contents map[string]int

func (c contents) in(d contents) bool {
	for k, n := range c {
		if d[k] < n {
			return false
		}
	}
	return true
}

// understood are properties with the values that they have where they are not written.
var understood = map[string]string{"CLASS": "PUBLIC", "TRANSP": "OPAQUE", "PRIORITY": "0", "SEQUENCE": "0", "CALSCALE": "GREGORIAN", "PERCENT-COMPLETE": "0"}

func bag(c *Component, ignore map[string]bool) contents {
	out := contents{}
	collect(out, c, "", ignore)
	return out
}

func collect(out contents, c *Component, at string, ignore map[string]bool) {
	for _, i := range c.Items {
		if i.Comp != nil {
			in := at + "/" + i.Comp.Name
			switch { // components are told apart by what names them
			case i.Comp.Get("RECURRENCE-ID") != nil:
				in += "=" + i.Comp.Value("RECURRENCE-ID")
			case i.Comp.Name == "VALARM":
				in += "=" + i.Comp.Value("TRIGGER")
			case i.Comp.Name == "VTIMEZONE":
				continue // what a zone is follows from its name; servers write their own definitions
			}
			out[in]++
			collect(out, i.Comp, in, ignore)
			continue
		}
		p := i.Prop
		v := strings.TrimSpace(p.Value)
		if p.Name == "" || ignore[p.Name] || v == "" || strings.EqualFold(understood[p.Name], v) {
			continue
		}
		var params []string
		for _, q := range p.Params {
			vs := slices.Clone(q.Values)
			for i := range vs {
				vs[i] = strings.ToLower(vs[i])
			}
			slices.Sort(vs)
			params = append(params, q.Name+"="+strings.Join(vs, ","))
		}
		slices.Sort(params)
		out[at+":"+strings.ToLower(p.Group)+"."+p.Name+";"+strings.Join(params, ";")+":"+strings.TrimRight(v, ";")]++
	}
}
