package prop

import (
	"encoding/hex"
	"fmt"
)

// GUID is a GUID in the order of the bytes on disk: the first three fields are little-endian ([MS-DTYP] 2.3.4.2).
type GUID [16]byte

// String is the usual form, 00062008-0000-0000-C000-000000000046.
func (g GUID) String() string {
	return fmt.Sprintf("%02X%02X%02X%02X-%02X%02X-%02X%02X-%X-%X", g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8:10], g[10:])
}

// ParseGUID reads the usual form, with or without braces.
func ParseGUID(s string) (g GUID, ok bool) {
	if len(s) == 38 && s[0] == '{' && s[37] == '}' {
		s = s[1:37]
	}
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return g, false
	}
	b, err := hex.DecodeString(s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:])
	if err != nil {
		return g, false
	}
	copy(g[:], b)
	g[0], g[1], g[2], g[3] = b[3], b[2], b[1], b[0]
	g[4], g[5], g[6], g[7] = b[5], b[4], b[7], b[6]
	return g, true
}

func mustGUID(s string) GUID {
	g, ok := ParseGUID(s)
	if !ok {
		panic("prop: bad GUID " + s)
	}
	return g
}

// The property sets ([MS-OXPROPS] 1.3.2).
var (
	PSMAPI                 = mustGUID("00020328-0000-0000-C000-000000000046")
	PSPUBLICSTRINGS        = mustGUID("00020329-0000-0000-C000-000000000046")
	PSINTERNETHEADERS      = mustGUID("00020386-0000-0000-C000-000000000046")
	PSETIDAppointment      = mustGUID("00062002-0000-0000-C000-000000000046")
	PSETIDTask             = mustGUID("00062003-0000-0000-C000-000000000046")
	PSETIDAddress          = mustGUID("00062004-0000-0000-C000-000000000046")
	PSETIDCommon           = mustGUID("00062008-0000-0000-C000-000000000046")
	PSETIDLog              = mustGUID("0006200A-0000-0000-C000-000000000046")
	PSETIDNote             = mustGUID("0006200E-0000-0000-C000-000000000046")
	PSETIDMeeting          = mustGUID("6ED8DA90-450B-101B-98DA-00AA003F1305")
	PSETIDSharing          = mustGUID("00062040-0000-0000-C000-000000000046")
	PSETIDPostRss          = mustGUID("00062041-0000-0000-C000-000000000046")
	PSETIDUnifiedMessaging = mustGUID("4442858E-A9E3-4E80-B900-317A210CC15B")
	PSETIDAirSync          = mustGUID("71035549-0739-4DCB-9163-00F0580DBBDF")
)
