package cmail

import (
	"fmt"
	"strings"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/rfc822"
)

// report says in text what a delivery report says in properties.
func report(m *prop.Message) string {
	var b strings.Builder
	for _, r := range m.Recipients {
		a, _, _ := Recipient(r)
		line, told := rfc822.FormatAddress(a), false
		for _, t := range []prop.Tag{prop.PidTagReportText, prop.PidTagSupplementaryInfo} {
			if s := strings.TrimSpace(prop.Text(r, t)); s != "" {
				line, told = line+"\n  "+s, true
			}
		}
		if told {
			b.WriteString(line + "\n")
		}
	}
	if s := prop.Text(m, prop.PidTagReportText); s != "" {
		b.WriteString(s + "\n")
	}
	return b.String()
}

// reportType is the report-type of a report's class and the media type that goes with it (RFC 6522); "" where there is none.
func reportType(m *prop.Message) (name, typ string) {
	switch c := strings.ToLower(prop.Text(m, prop.PidTagMessageClass)); {
	case strings.HasSuffix(c, ".ndr"), strings.HasSuffix(c, ".dr"), strings.HasSuffix(c, ".delayed.dr"), strings.HasSuffix(c, ".relayed.dr"):
		return "delivery-status", "message/delivery-status"
	case strings.HasSuffix(c, ".ipnrn"), strings.HasSuffix(c, ".ipnnrn"):
		return "disposition-notification", "message/disposition-notification"
	}
	return "", ""
}

// status makes the part of a report that machines read: RFC 3464, or RFC 8098 for what people did with a message.
func status(m *prop.Message) string {
	class := strings.ToLower(prop.Text(m, prop.PidTagMessageClass))
	var b strings.Builder
	from, _ := Sender(m)
	if strings.HasSuffix(class, ".ipnrn") || strings.HasSuffix(class, ".ipnnrn") {
		addr := from.Addr
		if addr == "" {
			addr = "unknown@" + legacyDomain
		}
		field(&b, "Final-Recipient", "rfc822;"+addr)
		field(&b, "Original-Message-ID", id(prop.Text(m, prop.PidTagInReplyToId)))
		what := "displayed"
		if strings.HasSuffix(class, ".ipnnrn") {
			what = "deleted"
		}
		field(&b, "Disposition", "manual-action/MDN-sent-manually; "+what)
		return b.String()
	}
	mta := prop.Text(m, prop.PidTagRemoteMessageTransferAgent)
	if mta == "" {
		mta = "unknown.invalid"
	}
	field(&b, "Reporting-MTA", "dns;"+mta)
	action, fallback := "failed", "5.0.0"
	switch {
	case strings.HasSuffix(class, ".delayed.dr"):
		action, fallback = "delayed", "4.0.0"
	case strings.HasSuffix(class, ".relayed.dr"):
		action, fallback = "relayed", "2.0.0"
	case strings.HasSuffix(class, ".dr"):
		action, fallback = "delivered", "2.0.0"
	}
	for _, r := range m.Recipients {
		a, _, ok := Recipient(r)
		if !ok || a.Addr == "" {
			continue
		}
		b.WriteString("\r\n")
		field(&b, "Final-Recipient", "rfc822;"+a.Addr)
		field(&b, "Action", action)
		code := fallback
		if n := prop.Int(r, prop.PidTagNonDeliveryReportStatusCode); n >= 200 && n <= 599 { // the three digits of x.y.z
			code = fmt.Sprintf("%d.%d.%d", n/100, n/10%10, n%10)
		}
		field(&b, "Status", code)
		if s := prop.Text(r, prop.PidTagRemoteMessageTransferAgent); s != "" {
			field(&b, "Remote-MTA", "dns;"+s)
		}
		if s := prop.Text(r, prop.PidTagSupplementaryInfo); s != "" {
			field(&b, "Diagnostic-Code", "smtp;"+words(s))
		}
	}
	return b.String()
}
