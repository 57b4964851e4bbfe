package imap

import (
	"strings"

	imap2 "github.com/emersion/go-imap/v2"

	"github.com/postrider/postrider/accounts/mail"
)

// systemFlags are the flags and keywords that the program understands, as they are set.
var systemFlags = []struct {
	flag mail.Flags
	name imap2.Flag
	also []string // other spellings, lower case, that are read and cleared
}{
	{mail.Seen, imap2.FlagSeen, nil},
	{mail.Answered, imap2.FlagAnswered, nil},
	{mail.Flagged, imap2.FlagFlagged, nil},
	{mail.Deleted, imap2.FlagDeleted, nil},
	{mail.DraftFlag, imap2.FlagDraft, nil},
	{mail.Forwarded, imap2.FlagForwarded, []string{"forwarded"}},
	{mail.Junk, imap2.FlagJunk, []string{"junk"}},
	{mail.NotJunk, imap2.FlagNotJunk, []string{"nonjunk", "notjunk", "$nonjunk"}},
	{mail.MDNSent, imap2.FlagMDNSent, []string{"mdnsent"}},
}

var flagByName = func() map[string]mail.Flags {
	m := map[string]mail.Flags{}
	for _, f := range systemFlags {
		m[strings.ToLower(string(f.name))] = f.flag
		for _, a := range f.also {
			m[a] = f.flag
		}
	}
	return m
}()

// readFlags sorts a message's flags.
func readFlags(in []imap2.Flag) (fl mail.Flags, keywords []string) {
	for _, f := range in {
		if g, ok := flagByName[string(f)]; ok {
			fl |= g
			continue
		}
		if g, ok := flagByName[strings.ToLower(string(f))]; ok {
			fl |= g
			continue
		}
		if f == "" || f[0] == '\\' { // \Recent and system flags that mean nothing here
			continue
		}
		keywords = append(keywords, string(f))
	}
	return fl, keywords
}

// permits reports whether the mailbox lets name be stored (RFC 9051 section 7.1: PERMANENTFLAGS). A server that says nothing permits all; one
// that lists keywords alone (some say only "\*") means the system flags too.
func permits(permanent []imap2.Flag, name imap2.Flag) bool {
	system, any := name[0] == '\\', true
	for _, p := range permanent {
		if strings.EqualFold(string(p), string(name)) || p == imap2.FlagWildcard && !system {
			return true
		}
		any = any && (p == imap2.FlagWildcard || p[0] != '\\')
	}
	return permanent == nil || system && any
}

// setFlags returns the names to add for fl and keywords that the mailbox permits.
func setFlags(permanent []imap2.Flag, fl mail.Flags, keywords []string) (out []imap2.Flag) {
	for _, s := range systemFlags {
		if fl&s.flag == 0 {
			continue
		}
		names := []imap2.Flag{s.name}
		for _, a := range s.also { // a spelling that the mailbox has already where it takes no new keywords
			for _, p := range permanent {
				if strings.EqualFold(string(p), a) {
					names = append(names, p)
				}
			}
		}
		for _, n := range names {
			if permits(permanent, n) {
				out = append(out, n)
				break
			}
		}
	}
	for _, k := range keywords {
		if validKeyword(k) && permits(permanent, imap2.Flag(k)) {
			out = append(out, imap2.Flag(k))
		}
	}
	return out
}

// dropFlags returns the names to take away for fl and keywords, in all spellings that the mailbox knows.
func dropFlags(known, permanent []imap2.Flag, fl mail.Flags, keywords []string) (out []imap2.Flag) {
	has := map[string]imap2.Flag{}
	for _, k := range known {
		has[strings.ToLower(string(k))] = k
	}
	for _, s := range systemFlags {
		if fl&s.flag == 0 {
			continue
		}
		if _, ok := has[strings.ToLower(string(s.name))]; ok || permits(permanent, s.name) {
			out = append(out, s.name)
		}
		for _, a := range s.also {
			if k, ok := has[a]; ok {
				out = append(out, k)
			}
		}
	}
	for _, k := range keywords {
		if _, ok := has[strings.ToLower(k)]; validKeyword(k) && (ok || permits(permanent, imap2.Flag(k))) {
			out = append(out, imap2.Flag(k))
		}
	}
	return out
}

func validKeyword(k string) bool {
	if k == "" || len(k) > 250 {
		return false
	}
	for i := 0; i < len(k); i++ {
		if c := k[i]; c <= ' ' || c >= 127 || strings.IndexByte("(){}%*\"\\]", c) >= 0 {
			return false
		}
	}
	return true
}
