package display

// Move moves everything of the list, by px. The list must not be in use elsewhere: its items are changed.
func (l *List) Move(dx, dy float64) {
	for _, it := range l.Items {
		switch v := it.(type) {
		case *Box:
			v.Rect.move(dx, dy)
			for i := range v.Layers {
				v.Layers[i].Area.move(dx, dy)
				v.Layers[i].Tile.move(dx, dy)
			}
		case *Run:
			v.Rect.move(dx, dy)
			v.Base += dy
			for i := range v.Decoration {
				v.Decoration[i].Y += dy
			}
		case *Image:
			v.Rect.move(dx, dy)
			v.Clip.move(dx, dy)
			v.Draw.move(dx, dy)
		case *Push:
			v.Rect.move(dx, dy)
		}
	}
	for k, y := range l.Anchors {
		l.Anchors[k] = y + dy
	}
}

func (r *Rect) move(dx, dy float64) { r.X, r.Y = r.X+dx, r.Y+dy }
