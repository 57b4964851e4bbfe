package contentline

import (
	"slices"
	"strings"
)

// Same reports whether two texts say the same: the same components with the same properties in any order, without those that ignore names. Folds, line ends and the case of
// parameter names make no difference. Texts that cannot be read are compared as bytes.
func Same(a, b []byte, ignore map[string]bool) bool {
	x, err1 := Parse(a)
	y, err2 := Parse(b)
	if err1 != nil || err2 != nil {
		return string(a) == string(b)
	}
	return sameText(x, ignore) == sameText(y, ignore)
}

// sameText writes a component in a form that is equal for what is the same.
func sameText(c *Component, ignore map[string]bool) string {
	var lines []string
	for _, i := range c.Items {
		if i.Comp != nil {
			lines = append(lines, "{"+i.Comp.Name+"\n"+sameText(i.Comp, ignore)+"}")
			continue
		}
		p := i.Prop
		if p.Name == "" || ignore[p.Name] {
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
		lines = append(lines, strings.ToLower(p.Group)+"."+p.Name+";"+strings.Join(params, ";")+":"+strings.TrimSpace(p.Value))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
