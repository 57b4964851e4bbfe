package cmail

import (
	"github.com/postrider/postrider/accounts/mail"
	"github.com/postrider/postrider/accounts/msox/prop"
)

const maxMembers = 10000

// wrapUID begins an entry id that wraps another one ([MS-OXOCNTC] 2.2.2.2.4.1.2).
var wrapUID, _ = prop.ParseGUID("D3AD91C0-9D51-11CF-A4A9-00AA0047FAA4")

// Members are the members of a distribution list that have an address. A member that is a contact or another list of the same
// file is named by the one-off entry beside it.
func Members(m *prop.Message) (out []mail.Address) {
	one := lidBinaries(m, prop.PidLidDistributionListOneOffMembers)
	ids := lidBinaries(m, prop.PidLidDistributionListMembers)
	for i := 0; i < max(len(one), len(ids)) && len(out) < maxMembers; i++ {
		var a mail.Address
		var typ string
		ok := false
		if i < len(one) {
			a, typ, ok = OneOff(one[i])
		}
		if !ok && i < len(ids) {
			id := ids[i]
			if len(id) > 21 && prop.GUID(id[4:20]) == wrapUID {
				id = id[21:]
			}
			a, typ, ok = OneOff(id)
		}
		if !ok {
			continue
		}
		if a, ok := address(a.Name, typ, a.Addr, ""); ok && a.Addr != "" {
			out = append(out, a)
		}
	}
	return out
}

func lidBinaries(m *prop.Message, p prop.Property) [][]byte {
	t, ok := m.Lookup(p)
	if !ok {
		return nil
	}
	return prop.Binaries(m, t)
}
