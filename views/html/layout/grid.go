package layout

import (
	"math"
	"strings"

	"github.com/postrider/postrider/views/html/style"
)

// gridItem is an item of a grid with its lines, counted from 0.
type gridItem struct {
	b              *box
	col, row       int
	cols, rows     int
	fixCol, fixRow bool
}

// gridTrack is a row or column of a grid.
type gridTrack struct {
	min, max style.Length
	size     float64
	limit    float64
	at       float64
	gone     bool // an auto-fit track without items
}

const maxTracks = 1000

// expand writes the repeated tracks of a template out.
func expand(tracks []style.Track, room, gap float64) []gridTrack {
	var out []gridTrack
	fixed := 0.0
	var fill []style.Track
	for _, t := range tracks {
		if t.AutoFill {
			fill = append(fill, t)
			continue
		}
		fixed += trackSize(t, room) + gap
	}
	times := 1
	if len(fill) > 0 && room >= 0 {
		one := 0.0
		for _, t := range fill {
			one += trackSize(t, room) + gap
		}
		if one > 0 {
			times = max(1, int((room-fixed+gap)/one+1e-6))
		}
		times = min(times, maxTracks/len(fill))
	}
	done := false
	for _, t := range tracks {
		if t.AutoFill {
			if !done {
				done = true
				for range times {
					for _, f := range fill {
						out = append(out, gridTrack{min: f.Min, max: f.Max})
					}
				}
			}
			continue
		}
		out = append(out, gridTrack{min: t.Min, max: t.Max})
		if len(out) >= maxTracks {
			break
		}
	}
	return out
}

func trackSize(t style.Track, room float64) float64 {
	if t.Max.Unit == style.Px {
		return max(t.Max.Resolve(max(room, 0)), t.Min.Resolve(max(room, 0)))
	}
	return t.Min.Resolve(max(room, 0))
}

// gridAreas finds the rectangles of grid-template-areas.
func gridAreas(rows []string) (areas map[string][4]int, width int) {
	areas = map[string][4]int{}
	for y, row := range rows {
		names := strings.Fields(row)
		width = max(width, len(names))
		for x, n := range names {
			if strings.Trim(n, ".") == "" {
				continue
			}
			a, ok := areas[n]
			if !ok {
				a = [4]int{x, y, x + 1, y + 1}
			}
			a[0], a[1], a[2], a[3] = min(a[0], x), min(a[1], y), max(a[2], x+1), max(a[3], y+1)
			areas[n] = a
		}
	}
	return areas, width
}

// lineOf resolves a start and end to a first track (-1 = auto) and a span.
func lineOf(start, end style.GridLine, tracks int) (at, n int) {
	n = 1
	if start.Span > 0 {
		n = start.Span
	}
	if end.Span > 0 {
		n = end.Span
	}
	n = min(max(n, 1), maxTracks)
	num := func(l style.GridLine) int {
		if l.N > 0 {
			return min(l.N-1, maxTracks)
		}
		return max(0, tracks+1+l.N)
	}
	switch {
	case start.N != 0 && end.N != 0:
		a, z := num(start), num(end)
		if z < a {
			a, z = z, a
		}
		return a, max(1, z-a)
	case start.N != 0:
		return num(start), n
	case end.N != 0:
		return max(0, num(end)-n), n
	}
	return -1, n
}

// placeGrid gives each item its cells, CSS Grid section 8.5.
func (e *engine) placeGrid(b *box, cols, rows int) (items []gridItem, nCols, nRows int) {
	st := b.st
	areas, w := gridAreas(st.Areas)
	cols, rows = max(cols, w, 1), max(rows, len(st.Areas))
	flow := st.AutoFlowCol
	busy := map[[2]int]bool{}
	free := func(x, y, w, h int) bool {
		for i := range w {
			for k := range h {
				if busy[[2]int{x + i, y + k}] {
					return false
				}
			}
		}
		return true
	}
	budget := 200_000
	take := func(it *gridItem) {
		for i := range it.cols {
			for k := range it.rows {
				if budget--; budget < 0 {
					break
				}
				busy[[2]int{it.col + i, it.row + k}] = true
			}
		}
		cols, rows = max(cols, it.col+it.cols), max(rows, it.row+it.rows)
	}
	explicitCols, explicitRows := cols, rows
	for _, c := range ordered(b) {
		it := gridItem{b: c}
		if a, ok := areas[c.st.AreaName]; ok && c.st.AreaName != "" {
			it.col, it.row, it.cols, it.rows = a[0], a[1], a[2]-a[0], a[3]-a[1]
		} else {
			it.col, it.cols = lineOf(c.st.ColStart, c.st.ColEnd, explicitCols)
			it.row, it.rows = lineOf(c.st.RowStart, c.st.RowEnd, explicitRows)
		}
		it.fixCol, it.fixRow = it.col >= 0, it.row >= 0
		if !it.fixCol && !flow {
			it.cols = min(it.cols, max(cols, it.cols))
			cols = max(cols, it.cols)
		}
		if !it.fixRow && flow {
			rows = max(rows, it.rows)
		}
		items = append(items, it)
	}
	for i := range items {
		if it := &items[i]; it.fixCol && it.fixRow {
			take(it)
		}
	}
	// Items locked to a row (or column, when the flow is by columns).
	for i := range items {
		it := &items[i]
		if it.fixCol == it.fixRow || it.fixRow == flow {
			continue
		}
		if !flow {
			for it.col = 0; !free(it.col, it.row, it.cols, it.rows) && it.col < maxTracks; it.col++ {
			}
		} else {
			for it.row = 0; !free(it.col, it.row, it.cols, it.rows) && it.row < maxTracks; it.row++ {
			}
		}
		take(it)
	}
	rows = max(rows, 1)
	x, y := 0, 0
	for i := range items {
		it := &items[i]
		if e.tick() {
			return items, cols, rows
		}
		if it.fixCol && it.fixRow || it.fixCol != it.fixRow && it.fixRow != flow {
			continue
		}
		if st.Dense {
			x, y = 0, 0
		}
		if !flow {
			if it.fixCol {
				if it.col < x {
					y++
				}
				x = it.col
				for !free(x, y, it.cols, it.rows) && y < 100*maxTracks {
					y++
				}
			} else {
				for x+it.cols > cols || !free(x, y, it.cols, it.rows) {
					if x++; x+it.cols > cols {
						x = 0
						y++
					}
					if y > 100*maxTracks {
						break
					}
				}
			}
		} else {
			if it.fixRow {
				if it.row < y {
					x++
				}
				y = it.row
				for !free(x, y, it.cols, it.rows) && x < 100*maxTracks {
					x++
				}
			} else {
				for y+it.rows > rows || !free(x, y, it.cols, it.rows) {
					if y++; y+it.rows > rows {
						y = 0
						x++
					}
					if x > 100*maxTracks {
						break
					}
				}
			}
		}
		it.col, it.row = x, y
		take(it)
	}
	return items, cols, rows
}

// implicit adds the tracks beyond the template.
func implicit(tracks []gridTrack, auto []style.Track, n int) []gridTrack {
	base := len(tracks)
	for len(tracks) < n {
		t := gridTrack{}
		if len(auto) > 0 {
			a := auto[(len(tracks)-base)%len(auto)]
			t.min, t.max = a.Min, a.Max
		}
		tracks = append(tracks, t)
	}
	return tracks
}

// minContent as the room of tracks asks for the least size: flexible tracks get no share then.
const minContent = -2

// sizeTracks is the track sizing algorithm, CSS Grid section 11, without baselines. room is -1 when it is not known. contribution tells what an item
// asks for (min- and max-content of its margin box); place tells its tracks.
func sizeTracks(tracks []gridTrack, room, gap float64, items []gridItem, place func(gridItem) (at, n int), contribution func(gridItem) (lo, hi float64), stretch bool) {
	base := max(room, 0)
	intrinsicMin := func(l style.Length) bool {
		return l.Unit != style.Px && l.Unit != style.Compare || room < 0 && l.HasPct()
	}
	for i := range tracks {
		t := &tracks[i]
		t.size, t.limit = 0, math.Inf(1)
		if !intrinsicMin(t.min) {
			t.size = max(0, t.min.Resolve(base))
		}
		if !intrinsicMin(t.max) {
			t.limit = max(t.size, t.max.Resolve(base))
		}
	}
	grow := func(span int) {
		for _, it := range items {
			at, n := place(it)
			if n != span || at+n > len(tracks) {
				continue
			}
			lo, hi := contribution(it)
			sub := tracks[at : at+n]
			sum, flex := gap*float64(n-1), false
			var open []int
			for i := range sub {
				sum += sub[i].size
				flex = flex || sub[i].max.Unit == style.Fr
				if intrinsicMin(sub[i].min) && (sub[i].max.Unit != style.Fr || sub[i].min.Unit != style.Fr || n == 1) {
					open = append(open, i)
				}
			}
			if flex && n > 1 {
				continue
			}
			want := lo
			if n == 1 && sub[0].min.Unit == style.MaxContent {
				want = hi
			}
			for _, i := range open {
				if v := (want - sum) / float64(len(open)); v > 0 {
					sub[i].size += v
				}
			}
			sumLimit := gap * float64(n-1)
			var openLimit []int
			for i := range sub {
				if intrinsicMin(sub[i].max) {
					openLimit = append(openLimit, i)
					if math.IsInf(sub[i].limit, 1) {
						sumLimit += sub[i].size
					} else {
						sumLimit += sub[i].limit
					}
				} else {
					sumLimit += sub[i].limit
				}
			}
			want = hi
			if n == 1 && sub[0].max.Unit == style.MinContent {
				want = lo
			}
			for _, i := range openLimit {
				t := &sub[i]
				if t.max.Unit == style.Fr {
					continue
				}
				have := t.limit
				if math.IsInf(have, 1) {
					have = t.size
				}
				t.limit = max(have, t.size, have+(want-sumLimit)/float64(len(openLimit)))
			}
		}
	}
	most := 1
	for _, it := range items {
		_, n := place(it)
		most = max(most, n)
	}
	for n := 1; n <= most && n <= len(tracks); n++ {
		grow(n)
	}
	used, frs := gap*float64(max(0, len(tracks)-1)), 0.0
	for i := range tracks {
		t := &tracks[i]
		if math.IsInf(t.limit, 1) {
			t.limit = t.size
		}
		t.limit = max(t.limit, t.size)
		used += t.size
		if t.max.Unit == style.Fr {
			frs += t.max.V
		}
	}
	if room < 0 {
		for i := range tracks {
			if t := &tracks[i]; t.max.Unit != style.Fr {
				t.size = t.limit
			}
		}
	} else if left := room - used; left > 0 {
		maximise(tracks, left)
	}
	if frs > 0 && room != minContent {
		flexTracks(tracks, room, gap, items, place, contribution)
	} else if stretch && room >= 0 {
		left, autos := room-gap*float64(max(0, len(tracks)-1)), 0
		for i := range tracks {
			left -= tracks[i].size
			if tracks[i].max.Unit == style.Auto {
				autos++
			}
		}
		for i := range tracks {
			if tracks[i].max.Unit == style.Auto && left > 0 {
				tracks[i].size += left / float64(autos)
			}
		}
	}
	at := 0.0
	for i := range tracks {
		tracks[i].at = at
		at += tracks[i].size + gap
	}
}

// maximise lets tracks grow to their limits, section 11.6.
func maximise(tracks []gridTrack, left float64) {
	for range len(tracks) {
		open := 0
		for i := range tracks {
			if t := &tracks[i]; t.max.Unit != style.Fr && t.limit > t.size+1e-9 {
				open++
			}
		}
		if open == 0 || left <= 1e-9 {
			return
		}
		each := left / float64(open)
		for i := range tracks {
			t := &tracks[i]
			if t.max.Unit == style.Fr || t.limit <= t.size+1e-9 {
				continue
			}
			v := min(each, t.limit-t.size)
			t.size += v
			left -= v
		}
	}
}

// flexTracks gives fr tracks their share, section 11.7.
func flexTracks(tracks []gridTrack, room, gap float64, items []gridItem, place func(gridItem) (int, int), contribution func(gridItem) (float64, float64)) {
	fr := 0.0
	if room < 0 {
		for _, it := range items {
			at, n := place(it)
			if at+n > len(tracks) {
				continue
			}
			_, hi := contribution(it)
			sum, left := 0.0, hi-gap*float64(n-1)
			for _, t := range tracks[at : at+n] {
				if t.max.Unit == style.Fr {
					sum += t.max.V
				} else {
					left -= t.size
				}
			}
			if sum > 0 {
				fr = max(fr, left/max(sum, 1))
			}
		}
		for _, t := range tracks {
			if t.max.Unit == style.Fr && t.max.V > 0 {
				fr = max(fr, t.size/max(1, t.max.V))
			}
		}
	} else {
		stiff := make([]bool, len(tracks))
		for range len(tracks) + 1 {
			left, sum := room-gap*float64(max(0, len(tracks)-1)), 0.0
			for i := range tracks {
				if t := &tracks[i]; t.max.Unit == style.Fr && !stiff[i] {
					sum += t.max.V
				} else {
					left -= t.size
				}
			}
			fr = max(0, left) / max(sum, 1)
			again := false
			for i := range tracks {
				if t := &tracks[i]; t.max.Unit == style.Fr && !stiff[i] && fr*t.max.V < t.size {
					stiff[i], again = true, true
				}
			}
			if !again {
				break
			}
		}
	}
	for i := range tracks {
		if t := &tracks[i]; t.max.Unit == style.Fr {
			t.size = max(t.size, fr*t.max.V)
		}
	}
}

func spanOf(tracks []gridTrack, at, n int) (from, size float64) {
	if len(tracks) == 0 {
		return 0, 0
	}
	at = min(at, len(tracks)-1)
	end := min(at+n, len(tracks)) - 1
	return tracks[at].at, tracks[end].at + tracks[end].size - tracks[at].at
}

func colsOf(it gridItem) (int, int) { return it.col, it.cols }
func rowsOf(it gridItem) (int, int) { return it.row, it.rows }

// gridIntrinsic is that of the content box of a grid.
func (e *engine) gridIntrinsic(b *box) (lo, hi float64) {
	gap := b.st.Gap[1].Resolve(0)
	for pass := range 2 {
		tracks := expand(b.st.Columns, -1, gap)
		items, n, _ := e.placeGrid(b, len(tracks), len(expand(b.st.Rows, -1, 0)))
		tracks = implicit(tracks, b.st.AutoCols, n)
		room := -1.0
		if pass == 0 {
			room = minContent
		}
		sizeTracks(tracks, room, gap, items, colsOf, func(it gridItem) (float64, float64) {
			l, h := e.contribution(it.b)
			if pass == 0 {
				return l, l
			}
			return l, h
		}, false)
		_, size := spanOf(tracks, 0, len(tracks))
		if pass == 0 {
			lo = size
		} else {
			hi = size
		}
	}
	return lo, max(lo, hi)
}

// layGrid lays out a grid.
func (e *engine) layGrid(b *box, sp space) {
	st := b.st
	cw := max(0, b.w-b.hEdges())
	ch := -1.0
	if d := b.definite(sp); d >= 0 {
		ch = max(0, d-b.vEdges())
	}
	colGap, rowGap := st.Gap[1].Resolve(cw), st.Gap[0].Resolve(max(ch, 0))
	cols, rows := expand(st.Columns, cw, colGap), expand(st.Rows, ch, rowGap)
	items, nCols, nRows := e.placeGrid(b, len(cols), len(rows))
	cols, rows = implicit(cols, st.AutoCols, nCols), implicit(rows, st.AutoRows, nRows)
	normal := func(a style.Align) bool { return a == style.AlignAuto || a == style.AlignNormal || a == style.Stretch }
	sizeTracks(cols, cw, colGap, items, colsOf, func(it gridItem) (float64, float64) { return e.contribution(it.b) }, normal(st.Justify))
	alignTracks(cols, cw, colGap, st.Justify)
	for _, it := range items {
		_, w := spanOf(cols, it.col, it.cols)
		e.gridLay(b, it.b, w, -1, true)
	}
	sizeTracks(rows, ch, rowGap, items, rowsOf, func(it gridItem) (float64, float64) {
		h := it.b.h + it.b.vMargins()
		return h, h
	}, normal(st.Content))
	alignTracks(rows, ch, rowGap, st.Content)
	_, total := spanOf(rows, 0, len(rows))
	if len(rows) > 0 {
		total += rows[0].at
	}
	for _, it := range items {
		if e.tick() {
			return
		}
		if sp.measure {
			break // sizes are known
		}
		c := it.b
		x, w := spanOf(cols, it.col, it.cols)
		y, h := spanOf(rows, it.row, it.rows)
		e.gridLay(b, c, w, h, false)
		c.x = b.leftEdge() + x + gridShift(justifySelf(b, c), w-c.w-c.hMargins(), c.st.Margin[style.Left].IsAuto(), c.st.Margin[style.Right].IsAuto()) + c.marg[style.Left]
		c.y = b.topEdge() + y + gridShift(selfAlign(b, c), h-c.h-c.vMargins(), c.st.Margin[style.Top].IsAuto(), c.st.Margin[style.Bottom].IsAuto()) + c.marg[style.Top]
		if st.RTL {
			c.x = b.w - c.x - c.w
		}
	}
	b.natural = total + b.vEdges()
	b.auto = b.height(b.natural, sp.base)
	b.h = b.auto
	if sp.h >= 0 {
		b.h = sp.h
	}
	b.first, b.last = none, none
	if len(items) > 0 {
		c := items[0].b
		b.first = c.y + c.h
		if !isNone(c.first) {
			b.first = c.y + c.first
		}
		b.last = b.first
	}
	for _, c := range b.kids {
		if c.abs {
			e.addAbs(c, b.leftEdge(), b.topEdge())
		}
	}
}

// alignTracks moves the tracks apart where they do not fill the grid.
func alignTracks(tracks []gridTrack, room, gap float64, a style.Align) {
	if room < 0 || len(tracks) == 0 {
		return
	}
	_, total := spanOf(tracks, 0, len(tracks))
	at, between := spaceOut(a, room-total, len(tracks), false)
	for i := range tracks {
		tracks[i].at += at + between*float64(i)
	}
}

func justifySelf(b, c *box) style.Align {
	a := c.st.JustSelf
	if a == style.AlignAuto {
		a = b.st.JustItems
	}
	if a == style.AlignAuto || a == style.AlignNormal {
		a = style.Stretch
	}
	return a
}

func gridShift(a style.Align, free float64, autoA, autoZ bool) float64 {
	switch {
	case autoA && autoZ:
		return max(0, free) / 2
	case autoA:
		return max(0, free)
	case autoZ:
		return 0
	}
	switch a {
	case style.End, style.FlexEnd:
		return free
	case style.Center:
		return free / 2
	}
	return 0
}

// gridLay lays out an item in an area; h -1 = not known yet.
func (e *engine) gridLay(b, c *box, w, h float64, measure bool) {
	e.edges(c, w)
	var bw float64
	autoM := c.st.Margin[style.Left].IsAuto() || c.st.Margin[style.Right].IsAuto()
	stretchX := justifySelf(b, c) == style.Stretch && !autoM
	switch {
	case c.kind == kReplaced:
		bw, _ = e.replacedSize(c, w, h)
	case c.kind == kTable:
		bw = e.tableWidth(c, w, w)
		if stretchX && c.st.Width.IsAuto() {
			bw = max(bw, w-c.hMargins())
		}
	case stretchX:
		bw = e.fill(c, w, w)
	default:
		bw = e.fit(c, w, w)
	}
	bh := -1.0
	if c.kind == kReplaced {
		_, bh = e.replacedSize(c, w, h)
	} else if h >= 0 && selfAlign(b, c) == style.Stretch && c.st.Height.IsAuto() && !c.st.Margin[style.Top].IsAuto() && !c.st.Margin[style.Bottom].IsAuto() {
		bh = c.clampHeight(max(0, h-c.vMargins()), h)
	}
	e.lay(c, space{w: bw, h: bh, base: h, measure: measure})
}
