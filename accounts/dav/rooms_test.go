package dav

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestRooms: no server here lets anybody declare a mailbox a room, so that a scripted one answers; another one does not know the question.
func TestRooms(t *testing.T) {
	knows := true
	srv, pool := stranger(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body := string(b)
		answer := ""
		one := func(href, prop string) {
			answer += "<response><href>" + href + "</href><propstat><prop>" + prop + "</prop><status>HTTP/1.1 200 OK</status></propstat></response>"
		}
		person := func(name, addr, kind string) {
			one("/principals/"+name+"/", "<displayname>"+name+"</displayname><C:calendar-user-address-set><href>/principals/x/</href><href>MAILTO:"+addr+"</href><href>mailto:again@example.com</href></C:calendar-user-address-set><C:calendar-user-type>"+kind+"</C:calendar-user-type>")
		}
		switch {
		case r.Method == "REPORT" && !knows:
			w.WriteHeader(http.StatusForbidden)
			return
		case r.Method == "REPORT" && strings.Contains(body, ">ROOM<"):
			person("Quay room", "quay@example.com", "ROOM")
			person("Roomy Person", "roomy@example.com", "INDIVIDUAL") // a search that looks into other properties too
			person("The same", "QUAY@example.com", "ROOM")
		case r.Method == "REPORT":
			person("Projector", "projector@example.com", "RESOURCE")
		case strings.Contains(body, "principal-collection-set"):
			one("/me/", "<principal-collection-set><href>/principals/</href><href>https://elsewhere.example/</href></principal-collection-set>")
		default:
			one("/me/", "<C:calendar-home-set><href>/cal/</href></C:calendar-home-set>")
		}
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusMultiStatus)
		fmt.Fprintf(w, `<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">%s</multistatus>`, answer)
	})
	srv.Protocol = "caldav"
	rooms, err := Rooms(ctxOf(t), options(srv, pool, "secret"))
	var got []string
	for _, r := range rooms {
		got = append(got, r.Name+" "+r.Addr+" "+r.Kind)
	}
	if s := strings.Join(got, ", "); err != nil || s != "Quay room quay@example.com room, Projector projector@example.com resource" {
		t.Errorf("%v: %s", err, s)
	}
	knows = false
	if rooms, err := Rooms(ctxOf(t), options(srv, pool, "secret")); err != nil || len(rooms) != 0 {
		t.Errorf("of a server without the search: %v %+v", err, rooms)
	}
}
