package layout

// take widens a column for a cell.
func (c *column) take(w column, fixed bool) {
	if fixed {
		// What is said first counts: a col, then the first row.
		if !c.fixed && c.pct == 0 {
			*c = w
		}
		return
	}
	if !c.seen {
		gone, merged := c.gone, c.merged
		*c = w
		c.gone, c.merged = gone, merged
		return
	}
	c.min = max(c.min, w.min)
	switch {
	case c.fixed && w.fixed:
		c.max = max(c.max, w.max)
	case c.fixed:
		c.max = max(c.max, w.min)
	case w.fixed:
		c.max = max(c.min, w.max)
	default:
		c.max = max(c.max, w.max)
	}
	c.max = max(c.max, c.min)
	c.pct = max(c.pct, w.pct)
	c.fixed = c.fixed || w.fixed
}

// spanFixed spreads the cells of the first row that span columns over those that have no width yet.
func (e *engine) spanFixed(t *table, wide []*box) {
	for _, c := range wide {
		w := e.cellWidth(c, true)
		n := float64(c.cell.cols)
		gap := t.gap[0] * (n - 1)
		for i := c.cell.col; i < c.cell.col+c.cell.cols; i++ {
			col := &t.cols[i]
			if col.fixed || col.pct > 0 {
				continue
			}
			col.pct = w.pct / n
			if w.fixed {
				col.fixed = true
				col.max = max(0, (w.max-gap)/n)
				col.min = col.max
			}
		}
	}
}

// spanAuto spreads what a cell that spans columns asks for over its columns.
func (e *engine) spanAuto(t *table, c *box) {
	w := e.cellWidth(c, false)
	cols := t.cols[c.cell.col : c.cell.col+c.cell.cols]
	gap := 0.0
	for i := range cols {
		if i > 0 && !cols[i].merged {
			gap += t.gap[0]
		}
	}
	w.min, w.max = max(0, w.min-gap), max(0, w.max-gap)
	if w.pct > 0 {
		sum, open, openMax := 0.0, 0, 0.0
		for i := range cols {
			sum += cols[i].pct
			if cols[i].pct == 0 {
				open++
				openMax += cols[i].max
			}
		}
		if rest := w.pct - sum; rest > 0 && open > 0 {
			for i := range cols {
				if cols[i].pct > 0 {
					continue
				}
				if openMax > 0 {
					cols[i].pct = rest * cols[i].max / openMax
				} else {
					cols[i].pct = rest / float64(open)
				}
			}
		}
	}
	grow := func(target float64, minimum bool) {
		for i, v := range e.distribute(cols, target, w.fixed) {
			col := &cols[i]
			if minimum {
				col.min = max(col.min, v)
				col.max = max(col.max, col.min)
			} else {
				col.max = max(col.max, v)
			}
			col.seen = true
		}
	}
	grow(w.min, true)
	grow(w.max, false)
}

// distribute gives the columns together the width target: the four guesses of CSS Tables 3 section 3.9.3.2, and beyond them what is left to
// columns without a width, to those with one (constrained: the target is a width that was asked for), or to those in percent.
func (e *engine) distribute(cols []column, target float64, constrained bool) []float64 {
	out := make([]float64, len(cols))
	var gMin, gPct, gFix, gMax float64
	var upPct, upFix, upAuto, autoMax, fixMax, pctSum float64
	autos, fixes, pcts := 0, 0, 0
	pctOf := func(c *column) float64 { return max(c.min, c.pct*target) }
	for i := range cols {
		c := &cols[i]
		gMin += c.min
		switch {
		case c.pct > 0:
			p := pctOf(c)
			gPct, gFix, gMax = gPct+p, gFix+p, gMax+p
			upPct += p - c.min
			pctSum += c.pct
			pcts++
		case c.fixed:
			gPct, gFix, gMax = gPct+c.min, gFix+c.max, gMax+c.max
			upFix += c.max - c.min
			fixMax += c.max
			fixes++
		default:
			gPct, gFix, gMax = gPct+c.min, gFix+c.min, gMax+c.max
			upAuto += c.max - c.min
			autoMax += c.max
			autos++
		}
	}
	part := func(left, up float64) float64 {
		if up <= 0 {
			return 0
		}
		return left / up
	}
	switch {
	case target <= gMin:
		for i := range cols {
			out[i] = cols[i].min
		}
	case target <= gPct:
		f := part(target-gMin, upPct)
		for i := range cols {
			c := &cols[i]
			out[i] = c.min
			if c.pct > 0 {
				out[i] += f * (pctOf(c) - c.min)
			}
		}
	case target <= gFix:
		f := part(target-gPct, upFix)
		for i := range cols {
			c := &cols[i]
			switch {
			case c.pct > 0:
				out[i] = pctOf(c)
			case c.fixed:
				out[i] = c.min + f*(c.max-c.min)
			default:
				out[i] = c.min
			}
		}
	case target <= gMax:
		f := part(target-gFix, upAuto)
		for i := range cols {
			c := &cols[i]
			switch {
			case c.pct > 0:
				out[i] = pctOf(c)
			case c.fixed:
				out[i] = c.max
			default:
				out[i] = c.min + f*(c.max-c.min)
			}
		}
	default:
		left := target - gMax
		for i := range cols {
			c := &cols[i]
			out[i] = c.max
			if c.pct > 0 {
				out[i] = pctOf(c)
			}
			switch {
			case autos > 0:
				if c.pct == 0 && !c.fixed {
					if autoMax > 0 {
						out[i] += left * c.max / autoMax
					} else {
						out[i] += left / float64(autos)
					}
				}
			case fixes > 0 && (pcts == 0 || constrained):
				if c.pct == 0 {
					if fixMax > 0 {
						out[i] += left * c.max / fixMax
					} else {
						out[i] += left / float64(fixes)
					}
				}
			case pcts > 0:
				if c.pct > 0 && pctSum > 0 {
					out[i] += left * c.pct / pctSum
				}
			}
		}
	}
	return out
}

// fixedWidths is the fixed algorithm, CSS 2.1 section 17.5.2.1.
func fixedWidths(cols []column, inner float64) []float64 {
	out := make([]float64, len(cols))
	var used, fixSum, pctSum float64
	autos := 0
	for i := range cols {
		c := &cols[i]
		switch {
		case c.pct > 0:
			out[i] = c.pct*inner + c.pctPad
			pctSum += out[i]
		case c.fixed:
			out[i] = c.max
			fixSum += out[i]
		default:
			autos++
		}
		used += out[i]
	}
	left := inner - used
	for i := range cols {
		c := &cols[i]
		switch {
		case autos > 0:
			if c.pct == 0 && !c.fixed {
				out[i] = max(0, left) / float64(autos)
			} else if left < 0 && c.pct > 0 && pctSum > 0 {
				out[i] = max(0, out[i]+left*out[i]/pctSum)
			}
		case left > 0 && fixSum > 0 && pctSum == 0:
			out[i] += left * out[i] / fixSum
		case left > 0 && pctSum > 0:
			if c.pct > 0 {
				out[i] += left * out[i] / pctSum
			}
		case left > 0:
			out[i] += left / float64(len(cols))
		case left < 0 && pctSum > 0 && c.pct > 0:
			out[i] = max(0, out[i]+left*out[i]/pctSum)
		}
	}
	return out
}
