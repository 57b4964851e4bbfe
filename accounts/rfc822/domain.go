package rfc822

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// UnicodeDomain returns the address with the labels of its domain in Unicode, where they are valid IDNA 2008 and cannot
// be mistaken for another name by mixing scripts.
func UnicodeDomain(addr string) string {
	at := strings.LastIndexByte(addr, '@')
	if at < 0 || !strings.Contains(strings.ToLower(addr[at:]), "xn--") {
		return addr
	}
	u, err := idna.Lookup.ToUnicode(addr[at+1:])
	if err != nil || u == "" || mixedScripts(u) {
		return addr
	}
	return addr[:at+1] + u
}

// ASCIIDomain returns the address with its domain in A-labels, as SMTP without SMTPUTF8 needs it; ok is false where that
// cannot be.
func ASCIIDomain(addr string) (s string, ok bool) {
	at := strings.LastIndexByte(addr, '@')
	if at < 0 {
		return addr, isASCII([]byte(addr))
	}
	if isASCII([]byte(addr[at:])) {
		return addr, isASCII([]byte(addr))
	}
	a, err := idna.Lookup.ToASCII(addr[at+1:])
	if err != nil {
		return addr, false
	}
	return addr[:at+1] + a, isASCII([]byte(addr[:at]))
}

// mixedScripts reports whether a label mixes Latin with Cyrillic or Greek letters, or is made of letters that look Latin.
func mixedScripts(domain string) bool {
	for _, label := range strings.Split(domain, ".") {
		var latin, other, alike, letters int
		for _, r := range label {
			switch {
			case r >= 'a' && r <= 'z' || r >= 0xdf && r <= 0x24f:
				latin++
				letters++
			case r >= 0x370 && r <= 0x52f:
				other++
				letters++
				if strings.ContainsRune("асеорхуіјѕһԁԛԝӏгвкмнтьϲνορακυχι", r) {
					alike++
				}
			case r >= utf8.RuneSelf:
				letters++
			}
		}
		if latin > 0 && other > 0 || other > 0 && alike == letters {
			return true
		}
	}
	return false
}
