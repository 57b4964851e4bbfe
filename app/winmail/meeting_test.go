package winmail

import (
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/msox/prop"
	"github.com/postrider/postrider/accounts/rfc822"
)

// attribute appends an attribute of a TNEF stream.
func attribute(s []byte, level byte, id uint32, b []byte) []byte {
	le := binary.LittleEndian
	s = append(s, level)
	s = le.AppendUint32(s, id)
	s = append(le.AppendUint32(s, uint32(len(b))), b...)
	sum := uint16(0)
	for _, c := range b {
		sum += uint16(c)
	}
	return le.AppendUint16(s, sum)
}

// properties writes a list of properties; strings are in Unicode.
func properties(fixed map[prop.Tag]prop.Value, named map[prop.Property]prop.Value) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, uint32(len(fixed)+len(named)))
	value := func(t prop.Type, v prop.Value) {
		text := func(c []byte) {
			b = le.AppendUint32(b, 1)
			b = append(le.AppendUint32(b, uint32(len(c))), c...)
			for len(b)%4 != 0 {
				b = append(b, 0)
			}
		}
		switch v := v.(type) {
		case string:
			text(append(prop.ToUTF16(v), 0, 0))
		case []byte:
			text(v)
		default:
			b, _ = prop.AppendFixed(b, t, v)
			for len(b)%4 != 0 {
				b = append(b, 0)
			}
		}
	}
	for t, v := range fixed {
		b = le.AppendUint16(le.AppendUint16(b, uint16(t.Type())), t.ID())
		value(t.Type(), v)
	}
	id := uint16(0x8000)
	for p, v := range named {
		b = le.AppendUint16(le.AppendUint16(b, uint16(p.Type)), id)
		b = append(b, p.GUID[:]...)
		b = le.AppendUint32(le.AppendUint32(b, 0), p.ID)
		value(p.Type, v)
		id++
	}
	return b
}

func stream(attributes ...func([]byte) []byte) []byte {
	s := []byte{0x78, 0x9f, 0x3e, 0x22, 1, 0}
	for _, a := range attributes {
		s = a(s)
	}
	return s
}

// TestInvitation is a meeting request as Outlook packs it: the invitation is one, with its method.
func TestInvitation(t *testing.T) {
	start := time.Date(2024, 5, 6, 7, 0, 0, 0, time.UTC)
	s := stream(func(s []byte) []byte { return attribute(s, 1, 0x00078008, []byte("IPM.Microsoft Schedule.MtgReq\x00")) },
		func(s []byte) []byte {
			return attribute(s, 1, 0x00069003, properties(map[prop.Tag]prop.Value{prop.PidTagSubject: "Møte", prop.PidTagSentRepresentingName: "Kari", prop.PidTagSentRepresentingSmtpAddress: "kari@fjordlight.example",
				prop.PidTagBody: "Come to the boat"}, map[prop.Property]prop.Value{prop.PidLidAppointmentStartWhole: start, prop.PidLidAppointmentEndWhole: start.Add(time.Hour), prop.PidLidLocation: "Kaia 1"}))
		})
	raw := packed(t, s, "")
	b := Body(raw, rfc822.Options{})
	if len(b.Parts) != 1 || b.Parts[0].Type != "text/calendar" || b.Parts[0].Method != "REQUEST" || b.Envelope.Attachments || !strings.Contains(b.Text, "Come to the boat") {
		t.Fatalf("parts %+v, text %q", b.Parts, b.Text)
	}
	r, p, err := Part(raw, b.Parts[0].ID)
	if err != nil || p.Method != "REQUEST" {
		t.Fatal(p, err)
	}
	cal, _ := io.ReadAll(r)
	for _, want := range []string{"METHOD:REQUEST", "SUMMARY:Møte", "LOCATION:Kaia 1", "DTSTART:20240506T070000Z", "mailto:kari@fjordlight.example"} {
		if !strings.Contains(string(cal), want) {
			t.Errorf("%q is missing in\n%s", want, cal)
		}
	}
	if in := Ingest(raw); !in.Invitation || in.Attachments {
		t.Errorf("%+v", in)
	}
}

// TestMessageWithin: an attached message is one that can be opened.
func TestMessageWithin(t *testing.T) {
	inner := stream(func(s []byte) []byte {
		return attribute(s, 1, 0x00069003, properties(map[prop.Tag]prop.Value{prop.PidTagSubject: "Inside", prop.PidTagBody: "Deep"}, nil))
	})
	iid := prop.GUID{0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46}
	s := stream(func(s []byte) []byte { return attribute(s, 2, 0x00069002, make([]byte, 14)) },
		func(s []byte) []byte {
			return attribute(s, 2, 0x00069005, properties(map[prop.Tag]prop.Value{prop.PidTagAttachDataObject: append(iid[:], inner...)}, nil))
		})
	raw := packed(t, s, "Outer")
	b := Body(raw, rfc822.Options{})
	if len(b.Parts) != 1 || b.Parts[0].Type != "message/rfc822" || b.Parts[0].Name != "Inside.eml" {
		t.Fatalf("parts %+v", b.Parts)
	}
	r, _, err := Part(raw, b.Parts[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	in, _ := io.ReadAll(r)
	if got := rfc822.Body(in, rfc822.Options{}); got.Envelope.Subject != "Inside" || strings.TrimSpace(got.Text) != "Deep" {
		t.Errorf("%s", in)
	}
}
