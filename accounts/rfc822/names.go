package rfc822

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName bounds file names in bytes; most file systems take 255.
const maxName = 180

// SafeName makes a file name that every file system takes out of what a stranger wrote: no path, no control or bidi characters,
// none of \ / : * ? " < > |, no device name of Windows, no dot or space at the ends, not too long. The extension survives
// shortening. fallback is used where nothing is left.
func SafeName(name, fallback string) string {
	name = strings.ToValidUTF8(name, "")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 && i < len(name)-1 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r), r == utf8.RuneError, r == 0xFEFF, r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0x061C, r == 0x2028, r == 0x2029:
			return -1
		case strings.ContainsRune(`\/:*?"<>|`, r):
			return '_'
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.Join(strings.Fields(name), " ")
	name = strings.Trim(name, ". ")
	if strings.Trim(name, "_. ") == "" {
		name = fallback
	}
	if name == "" {
		name = "file"
	}
	stem, _, _ := strings.Cut(name, ".")
	switch strings.ToUpper(strings.TrimSpace(stem)) {
	case "CON", "PRN", "AUX", "NUL", "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
		"LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "CONIN$", "CONOUT$":
		name = "_" + name
	}
	if len(name) > maxName {
		ext := path.Ext(name)
		if len(ext) > 16 {
			ext = ""
		}
		keep := name[:maxName-len(ext)]
		for !utf8.ValidString(keep) {
			keep = keep[:len(keep)-1]
		}
		name = strings.TrimRight(keep, ". ") + ext
	}
	return name
}

// types of extensions, for both directions; the first extension of a type is the one that is given to nameless parts.
var extensionTypes = []struct{ ext, typ string }{
	{"txt", "text/plain"}, {"html", "text/html"}, {"htm", "text/html"}, {"csv", "text/csv"}, {"ics", "text/calendar"}, {"vcf", "text/vcard"},
	{"vcf", "text/x-vcard"}, {"md", "text/markdown"}, {"css", "text/css"}, {"xml", "application/xml"}, {"xml", "text/xml"}, {"json", "application/json"}, {"log", "text/plain"},
	{"jpg", "image/jpeg"}, {"jpeg", "image/jpeg"}, {"jpg", "image/jpg"}, {"png", "image/png"}, {"gif", "image/gif"}, {"webp", "image/webp"}, {"svg", "image/svg+xml"},
	{"tif", "image/tiff"}, {"tiff", "image/tiff"}, {"bmp", "image/bmp"}, {"heic", "image/heic"}, {"avif", "image/avif"}, {"ico", "image/x-icon"},
	{"pdf", "application/pdf"}, {"zip", "application/zip"}, {"zip", "application/x-zip-compressed"}, {"gz", "application/gzip"}, {"tar", "application/x-tar"}, {"7z", "application/x-7z-compressed"},
	{"rtf", "application/rtf"}, {"rtf", "text/rtf"}, {"ps", "application/postscript"}, {"doc", "application/msword"}, {"xls", "application/vnd.ms-excel"}, {"ppt", "application/vnd.ms-powerpoint"},
	{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	{"odt", "application/vnd.oasis.opendocument.text"}, {"ods", "application/vnd.oasis.opendocument.spreadsheet"}, {"odp", "application/vnd.oasis.opendocument.presentation"},
	{"mp3", "audio/mpeg"}, {"wav", "audio/wav"}, {"wav", "audio/x-wav"}, {"ogg", "audio/ogg"}, {"m4a", "audio/mp4"}, {"flac", "audio/flac"}, {"mp4", "video/mp4"}, {"webm", "video/webm"}, {"mov", "video/quicktime"}, {"avi", "video/x-msvideo"},
	{"eml", "message/rfc822"}, {"eml", "message/global"}, {"dat", "application/ms-tnef"}, {"p7s", "application/pkcs7-signature"}, {"p7s", "application/x-pkcs7-signature"}, {"p7m", "application/pkcs7-mime"},
	{"asc", "application/pgp-signature"}, {"asc", "application/pgp-keys"}, {"asc", "application/pgp-encrypted"}, {"epub", "application/epub+zip"}, {"dwg", "image/vnd.dwg"}, {"dxf", "image/vnd.dxf"}, {"step", "model/step"}, {"stl", "model/stl"},
	{"ics", "application/ics"}, {"txt", "message/delivery-status"}, {"txt", "text/rfc822-headers"}, {"exe", "application/x-msdownload"}, {"woff2", "font/woff2"}, {"ttf", "font/ttf"},
}

// TypeByName returns the media type of a file name by its extension, application/octet-stream where it is not known. It asks
// no table of the system, so that the same file is sent the same from every computer.
func TypeByName(name string) string {
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	for _, e := range extensionTypes {
		if e.ext == ext {
			return e.typ
		}
	}
	return "application/octet-stream"
}

func extensionOf(typ string) string {
	for _, e := range extensionTypes {
		if e.typ == typ {
			return "." + e.ext
		}
	}
	if strings.HasPrefix(typ, "text/") {
		return ".txt"
	}
	return ".bin"
}

var dangerousExtensions = func() map[string]bool {
	m := map[string]bool{}
	for _, e := range strings.Fields(`ade adp app application appimage appref-ms appx apk bas bat bin cab chm class cmd cnt com command cpl crt csh deb der desktop
		diagcab dll dmg docm dotm drv exe fxp gadget grp hlp hpj hta htc inf ins iso isp img its jar jnlp js jse jsp ksh lnk mad maf mag mam maq mar mas mat mau mav
		maw mcf mda mdb mde mdt mdw mdz mht mhtml msc msh msh1 msh2 msi msix msp mst mscompress msu ocx ops osd pcd pif pkg pl plg potm ppam ppsm pptm prf prg printerexport ps1
		ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1 psm1 py pyc pyo pyw pyz pyzw rb reg rpm run scf scr scpt sct settingcontent-ms sh shb shs sldm so svg swf sys terminal theme tmp url vb vbe vbp vbs vhd vhdx
		vsmacros vsw vxd webpnp website workflow ws wsc wsf wsh xbap xhtml xlam xll xlsm xltm xnk action command html htm shtml`) {
		m[e] = true
	}
	return m
}()

// Dangerous reports whether opening a file could run something: programs, scripts, installers, disk images, documents with
// macros, pages. The name counts before the type, since the name decides what the system starts.
func Dangerous(name, typ string) bool {
	name = strings.ToLower(strings.TrimRight(name, ". \t"))
	if ext := strings.TrimPrefix(path.Ext(name), "."); dangerousExtensions[strings.TrimSpace(ext)] {
		return true
	}
	switch strings.ToLower(typ) {
	case "application/x-msdownload", "application/x-msdos-program", "application/x-executable", "application/x-elf", "application/x-sh", "application/x-shellscript",
		"application/javascript", "text/javascript", "application/x-javascript", "application/java-archive", "application/hta", "application/x-bat", "application/x-ms-installer",
		"application/x-msi", "application/vnd.microsoft.portable-executable", "application/x-perl", "application/x-python-code", "text/x-python", "text/html", "application/xhtml+xml",
		"application/x-desktop", "application/x-iso9660-image", "application/vnd.debian.binary-package", "application/x-rpm", "application/vnd.android.package-archive":
		return true
	}
	return false
}
