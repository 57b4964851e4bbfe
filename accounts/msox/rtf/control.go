package rtf

import "strings"

// control deals with a control word: the scanner's own are dealt with, the others go to the sink.
func (s *scanner) control(t token) {
	star := s.st.ignore
	s.st.ignore = false
	if string(t.word) == "u" {
		// A pending high surrogate must survive until its partner comes.
		if len(s.pending) > 0 {
			s.flush()
		}
		if t.has {
			s.unicode(t.param)
		}
		return
	}
	s.flush()
	if s.destinationWord(t, star) {
		return
	}
	switch s.st.dest {
	case destSkip:
		return
	case destFonts:
		s.fontWord(t)
		return
	case destColors:
		s.colorWord(t)
		return
	case destPicture:
		s.pictureWord(t)
		return
	}
	if star {
		s.st.dest = destSkip
		return
	}
	st := &s.st
	on := !t.has || t.param != 0
	switch string(t.word) {
	case "ansicpg":
		if t.param > 0 {
			s.cp = t.param
		}
	case "mac":
		s.cp = 10000
	case "pc":
		s.cp = 437
	case "pca":
		s.cp = 850
	case "deff":
		s.deff = t.param
	case "f":
		st.font = t.param
	case "uc":
		st.uc = max(0, min(t.param, 16))
	case "htmlrtf":
		st.htmlrtf = on
	case "plain":
		st.format = format{link: st.link}
		st.font = -1
	case "pard":
		st.align, st.intbl = 0, false
	case "b":
		st.bold = on
	case "i":
		st.italic = on
	case "ul", "uld", "uldb", "ulw", "uldash", "ulwave", "ulth":
		st.under = on
	case "ulnone":
		st.under = false
	case "strike", "striked":
		st.strike = on
	case "super":
		st.super, st.sub = on, false
	case "sub":
		st.sub, st.super = on, false
	case "nosupersub":
		st.super, st.sub = false, false
	case "v":
		st.hidden = on
	case "cf":
		st.color = max(0, t.param)
	case "fs":
		st.size = max(0, min(t.param, 400))
	case "ql":
		st.align = 0
	case "qc":
		st.align = 'c'
	case "qr":
		st.align = 'r'
	case "qj":
		st.align = 'j'
	case "intbl":
		st.intbl = true
	case "objattph":
		s.skip = 1 // the blank that holds the place
		s.pass(t)
	default:
		s.pass(t)
	}
}

// destinationWord deals with words that say what becomes of their group.
func (s *scanner) destinationWord(t token, star bool) bool {
	st := &s.st
	if st.dest == destSkip {
		return false
	}
	switch string(t.word) {
	case "fonttbl":
		st.dest = destFonts
		s.defining = -1
	case "colortbl":
		st.dest = destColors
		s.colors, s.color, s.colorOK = nil, 0, false
	case "stylesheet", "info", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "objdata",
		"listtable", "listoverridetable", "nonshppict", "bkmkstart", "bkmkend", "xe", "tc", "private", "mhtmltag", "template",
		"filetbl", "revtbl", "rsidtbl", "generator", "themedata", "datastore", "colorschememapping", "latentstyles", "xmlnstbl",
		"picprop", "objclass", "objname", "objalias", "datafield", "formfield", "pnseclvl", "pn", "ud":
		st.dest = destSkip
	case "pict":
		if st.dest == destText {
			st.dest = destPicture
			s.pict = &picture{half: -1, depth: len(s.stack)}
		} else {
			st.dest = destSkip
		}
	case "shppict", "shptxt", "result", "fldrslt", "pntext", "listtext", "upr":
		if string(t.word) == "fldrslt" && st.field != nil {
			if l := linkOf(string(st.field.inst)); l != "" {
				st.link = l
			}
		}
	case "field":
		st.field = &field{}
	case "fldinst":
		st.dest = destInst
	case "htmltag":
		st.dest = destTag
		// The text of a tag is in the page of the document whatever font is chosen around it.
		st.font = -1
	default:
		return false
	}
	return true
}

// linkOf is the target of a HYPERLINK instruction.
func linkOf(inst string) string {
	f := strings.TrimSpace(inst)
	if len(f) < 10 || !strings.EqualFold(f[:9], "HYPERLINK") {
		return ""
	}
	f = strings.TrimSpace(f[9:])
	local := false
	for strings.HasPrefix(f, `\`) && len(f) > 2 {
		local = local || f[1] == 'l'
		f = strings.TrimSpace(f[2:])
	}
	if rest, ok := strings.CutPrefix(f, `"`); ok {
		f, _, _ = strings.Cut(rest, `"`)
	} else if i := strings.IndexAny(f, " \t"); i >= 0 {
		f = f[:i]
	}
	if local {
		return ""
	}
	return strings.TrimSpace(f)
}

func (s *scanner) fontWord(t token) {
	switch string(t.word) {
	case "f":
		s.defining = t.param
	case "fcharset":
		if s.defining >= 0 && len(s.fonts) < maxFonts {
			if cp := charsetPage(t.param); cp != 0 {
				s.fonts[s.defining] = cp
			}
		}
	case "cpg":
		if s.defining >= 0 && len(s.fonts) < maxFonts && t.param > 0 {
			s.fonts[s.defining] = t.param
		}
	case "falt", "panose", "fontemb", "fontfile", "fname":
		s.st.dest = destSkip
	}
}

// charsetPage is the code page of a Windows font charset; 0 = that of the document.
func charsetPage(n int) int {
	switch n {
	case 0:
		return 1252
	case 2:
		return 42 // symbols
	case 77:
		return 10000
	case 128:
		return 932
	case 129, 130:
		return 949
	case 134:
		return 936
	case 136:
		return 950
	case 161:
		return 1253
	case 162:
		return 1254
	case 163:
		return 1258
	case 177:
		return 1255
	case 178:
		return 1256
	case 186:
		return 1257
	case 204:
		return 1251
	case 222:
		return 874
	case 238:
		return 1250
	case 254:
		return 437
	case 255:
		return 850
	}
	return 0
}

func (s *scanner) colorWord(t token) {
	v := uint32(max(0, min(t.param, 255)))
	switch string(t.word) {
	case "red":
		s.color |= v << 16
	case "green":
		s.color |= v << 8
	case "blue":
		s.color |= v
	default:
		return
	}
	s.colorOK = true
}

func (s *scanner) pictureWord(t token) {
	if s.pict == nil {
		return
	}
	switch string(t.word) {
	case "pngblip":
		s.pict.typ = "image/png"
	case "jpegblip":
		s.pict.typ = "image/jpeg"
	case "emfblip":
		s.pict.typ = "image/emf"
	case "wmetafile":
		s.pict.typ = "image/wmf"
	case "blipuid":
		s.st.dest = destSkip
	}
}
