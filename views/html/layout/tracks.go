package layout

import (
	"math"

	"github.com/postrider/postrider/views/html/style"
)

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
