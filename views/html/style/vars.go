package style

import (
	"maps"

	"github.com/postrider/postrider/views/html/css"
)

// Bounds of custom properties: how many an element declares, and how many tokens a substitution may make.
const (
	maxCustom = 1000
	maxSubst  = 2000
	maxVars   = 16 // nested references
)

// customs computes the custom properties of an element.
func (c *computer) customs(m map[string]*decl) {
	vars := maps.Clone(c.parent.vars)
	if vars == nil {
		vars = map[string][]css.Token{}
	}
	own := map[string][]css.Token{}
	for name, d := range m {
		switch d.wide {
		case wInherit, wUnset, wRevert:
			continue
		case wInitial:
			delete(vars, name)
			continue
		}
		own[name] = d.value
		vars[name] = d.value
	}
	// References among them; a circle makes its members invalid.
	for name, v := range own {
		if hasVar(v) {
			budget := maxSubst
			out, ok := subst(v, vars, map[string]bool{name: true}, 0, &budget)
			if ok {
				own[name] = out
			} else {
				own[name] = nil
			}
		}
	}
	for name, v := range own {
		if v == nil {
			delete(vars, name)
			continue
		}
		vars[name] = v
	}
	c.cs.vars = vars
}

func hasVar(toks []css.Token) bool {
	for i := range toks {
		if toks[i].IsFunc("var") || toks[i].IsFunc("env") {
			return true
		}
	}
	return false
}

// subst replaces var().
func subst(toks []css.Token, vars map[string][]css.Token, busy map[string]bool, depth int, budget *int) ([]css.Token, bool) {
	if depth > maxVars {
		return nil, false
	}
	out := make([]css.Token, 0, len(toks))
	p := &parser{t: toks}
	for p.i < len(toks) {
		t := &toks[p.i]
		if !t.IsFunc("var") && !t.IsFunc("env") {
			out = append(out, *t)
			p.i++
			if *budget--; *budget < 0 {
				return nil, false
			}
			continue
		}
		env := t.IsFunc("env")
		_, args := p.function()
		name := args.next()
		if name.Kind != css.Ident {
			return nil, false
		}
		var value []css.Token
		ok := false
		if v, has := vars[name.Text]; has && !env && !busy[name.Text] {
			busy[name.Text] = true
			value, ok = subst(v, vars, busy, depth+1, budget)
			delete(busy, name.Text)
		} else if env {
			value, ok = []css.Token{{Kind: css.Dimension, Text: "px"}}, len(name.Text) > 10 && name.Text[:10] == "safe-area-"
		}
		if !ok {
			if !args.comma() {
				return nil, false
			}
			value, ok = subst(args.t[args.i:], vars, busy, depth+1, budget)
			if !ok {
				return nil, false
			}
		}
		out = append(out, value...)
		if len(out) > maxSubst {
			return nil, false
		}
	}
	return out, true
}

var unset = &decl{wide: wUnset}

// substituted returns the longhand of a declaration that has var(); unset when what comes out cannot be read.
func (c *computer) substituted(id int, d *decl) *decl {
	if c.t.substs++; c.t.substs > 200000 {
		return unset
	}
	budget := maxSubst
	toks, ok := subst(d.pending.value, c.cs.vars, map[string]bool{}, 0, &budget)
	if !ok {
		return unset
	}
	for len(toks) > 0 && toks[0].Kind == css.Space {
		toks = toks[1:]
	}
	for len(toks) > 0 && toks[len(toks)-1].Kind == css.Space {
		toks = toks[:len(toks)-1]
	}
	dec := css.Decl{Name: d.pending.name, Value: toks}
	for _, out := range compile(&dec, false) {
		if out.prop == id && out.pending == nil {
			return &out
		}
	}
	return unset
}
