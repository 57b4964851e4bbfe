package icalendar

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/postrider/postrider/accounts/pim"
	"github.com/postrider/postrider/accounts/testserver/corpora"
)

func icsFiles(t *testing.T, dir string) map[string][]byte {
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(p, "_oracle") {
			return err
		}
		switch filepath.Ext(p) {
		case ".ics", ".ical", ".ifb", ".vcs", ".vcf":
		default:
			return nil
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		out[filepath.ToSlash(rel)] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var icsSets = []string{"ics-collective", "ics-ical4j", "ics-icaljs", "ics-icalnet", "ics-khal", "ics-nodeical"}

// TestCorporaRoundTrip reads every file of the corpora: nothing panics, what is read is written byte for byte, every object projects, is expanded and put back without a change.
func TestCorporaRoundTrip(t *testing.T) {
	for _, set := range icsSets {
		t.Run(set, func(t *testing.T) {
			files := icsFiles(t, corpora.Dir(t, set))
			objects, none := 0, 0
			for name, b := range files {
				o, err := Parse(b)
				if err != nil {
					none++
				} else if !bytes.Equal(o.Bytes(), b) {
					t.Errorf("%s: not the same bytes", name)
				}
				os, err := Split(b)
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				for _, o := range os {
					objects++
					was := o.Bytes()
					switch o.Kind() {
					case "VEVENT":
						for _, n := range []string{""} {
							e, err := o.Event(n)
							if err != nil {
								continue
							}
							if err := o.Put(e); err != nil {
								t.Errorf("%s: %v", name, err)
							}
						}
					case "VTODO":
						if err := o.PutTask(o.Task()); err != nil {
							t.Errorf("%s: %v", name, err)
						}
					}
					if !bytes.Equal(o.Bytes(), was) {
						t.Errorf("%s: putting back what is there changed\n%s\nto\n%s", name, was, o.Bytes())
					}
					o.Series().Expand(time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC, func(Instance) bool { return true })
				}
			}
			if len(files) < 20 {
				t.Errorf("only %d files", len(files))
			}
			t.Logf("%d files, %d objects, %d without an object", len(files), objects, none)
		})
	}
}

// differ explains the files whose expansion is another than the oracle's.
var differ = map[string]string{
	"ics-icaljs/samples/only_dtstart_date.ics":               "a day without an end lasts the day (RFC 5545 section 3.6.1)",
	"ics-icaljs/samples/rdate_exdate.ics":                    "an EXDATE that is a date leaves the day out, which is what its writer means",
	"ics-icalnet/Calendars/Recurrence/Bug1741093.ics":        "the zone's name is known here",
	"ics-icalnet/Calendars/Recurrence/MinutelyInterval1.ics": "one expansion ends after 20,000 occurrences",
	"ics-icalnet/Calendars/Recurrence/Hourly1.ics":           "an hour that comes twice is one occurrence of an hourly rule",
	"ics-icalnet/Calendars/Recurrence/DailyInterval1.ics":    "the zone's present rules count, those in the file are of before 2007",
	"ics-icalnet/Calendars/Recurrence/YearlyInterval1.ics":   "the zone's present rules count, those in the file are of before 2007",
	"ics-icalnet/Calendars/Recurrence/HourlyUntil1.ics":      "an UNTIL without Z is read on the clock of the start",
	"ics-icalnet/Calendars/Recurrence/YearlyByWeekNo2.ics":   "BYWEEKNO alone means the weekday of DTSTART (RFC 5545: what is missing is taken from DTSTART)",
	"ics-icalnet/Calendars/Recurrence/YearlyByWeekNo3.ics":   "BYWEEKNO alone means the weekday of DTSTART (RFC 5545: what is missing is taken from DTSTART)",
	"ics-icalnet/Calendars/Recurrence/YearlyByDay1.ics":      "RFC 5545's own example has three",
	"ics-nodeical/fixtures/biweekly-exdate-until.ics":        "X-WR-TIMEZONE does not move times that are written in UTC",
	"ics-nodeical/fixtures/mixed-timezone-handling.ics":      "X-WR-TIMEZONE is no zone of a floating time",
	"ics-nodeical/fixtures/tv-show-episode.ics":              "X-WR-TIMEZONE is no zone of a floating time",
	"ics-khal/event_dtr_no_tz_exdatez.ics":                   "the start has no zone and stays floating; the oracle takes that of EXDATE",
	"ics-nodeical/fixtures/bad_custom_ms_tz.ics":             "a day that ends on itself lasts the day",
	"ics-nodeical/fixtures/bad_custom_ms_tz2.ics":            "a day that ends on itself lasts the day",
	"ics-khal/event_d_same_start_end.ics":                    "a day that ends on itself lasts the day",
	"ics-nodeical/fixtures/test_daily_recurring.ics":         "a day without an end lasts the day (RFC 5545 section 3.6.1)",
	"ics-nodeical/fixtures/test_date_duration.ics":           "the DURATION of a day counts",
	"ics-nodeical/fixtures/non-utc-until-ny.ics":             "an UNTIL without Z is read on the clock of the start",
	"ics-nodeical/fixtures/Office-2012-owa.ics":              "Outlook's display names are known; events without a UID are one object each",
	"ics-nodeical/fixtures/windows-quoted-tz-rrule.ics":      "Outlook's display name is known, so the EXDATEs name other instants",
	"ics-nodeical/fixtures/recurrence-sequence.ics":          "a changed occurrence stands for the one that its RECURRENCE-ID names and for no other of that day",
	"ics-khal/event_dt_multi_uid.ics":                        "two events with one UID are one event: the first of equal SEQUENCE",
}

// TestCorporaOccurrences compares expansions with those of another implementation (recurring_ical_events 2.0.1).
func TestCorporaOccurrences(t *testing.T) {
	for _, set := range []string{"ics-icaljs", "ics-icalnet", "ics-khal", "ics-nodeical"} {
		t.Run(set, func(t *testing.T) {
			dir := corpora.Dir(t, set)
			raw, err := os.ReadFile(filepath.Join(dir, "_oracle", "python-recurring-ical-events-2.0.1.json"))
			if err != nil {
				t.Fatal(err)
			}
			var oracle map[string]struct {
				From, To    string
				N           int
				Occurrences [][4]string
				Error       string
			}
			if err := json.Unmarshal(raw, &oracle); err != nil {
				t.Fatal(err)
			}
			same, explained, failed := 0, 0, 0
			for name, want := range oracle {
				if want.From == "" || want.Error != "" {
					continue
				}
				b, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				got := oracleForm(t, b, want.From, want.To)
				var exp []string
				for _, o := range want.Occurrences {
					exp = append(exp, o[0]+" "+o[1]+" "+o[2])
				}
				n := len(got)
				// The oracle lists the first 150, and 80 characters of a title.
				if n == want.N && allIn(exp, got) {
					same++
					continue
				}
				if why, ok := differ[set+"/"+name]; ok {
					explained++
					t.Logf("differs: %s: %s", name, why)
					continue
				}
				failed++
				t.Errorf("%s: %d occurrences, the oracle has %d\n%s", name, n, want.N, diff(got, exp))
			}
			t.Logf("%d files equal, %d differ for a known reason, %d differ", same, explained, failed)
		})
	}
}

func allIn(exp, got []string) bool {
	have := map[string]int{}
	for _, g := range got {
		have[g]++
	}
	for _, e := range exp {
		if have[e]--; have[e] < 0 {
			return false
		}
	}
	return true
}

func diff(got, want []string) string {
	var b strings.Builder
	n := 0
	for _, g := range got {
		if !slices.Contains(want, g) && n < 4 {
			b.WriteString("  + " + g + "\n")
			n++
		}
	}
	n = 0
	for _, w := range want {
		if !slices.Contains(got, w) && n < 4 {
			b.WriteString("  - " + w + "\n")
			n++
		}
	}
	return b.String()
}

func oracleForm(t *testing.T, b []byte, from, to string) []string {
	f, err := time.Parse("2006-01-02", from)
	if err != nil {
		t.Fatal(err)
	}
	u, err := time.Parse("2006-01-02", to)
	if err != nil {
		t.Fatal(err)
	}
	os, err := Split(b)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, o := range os {
		if o.Kind() != "VEVENT" {
			continue
		}
		o.Series().Expand(f, u, time.UTC, func(i Instance) bool {
			form := func(w pim.When) string {
				switch {
				case w.Date:
					return w.Time.Format("2006-01-02")
				case w.Floating:
					return w.Time.Format("2006-01-02T15:04:05") + " floating"
				}
				return w.Time.UTC().Format("2006-01-02T15:04:05Z")
			}
			out = append(out, form(i.Start)+" "+form(i.End)+" "+firstRunes(summaryOf(o, i.Component), 80))
			return true
		})
	}
	return out
}

func firstRunes(s string, n int) string { return string([]rune(s)[:min(n, len([]rune(s)))]) }

func summaryOf(o *Object, n int) string { return o.text(o.comps[n], "SUMMARY") }

// TestLibicalRules compares with libical's own list of rules and occurrences.
func TestLibicalRules(t *testing.T) {
	f, err := os.Open(filepath.Join(corpora.Dir(t, "ics-recur-libical"), "icalrecur_test.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var title, rule, start, want string
	same, failed, skipped := 0, 0, 0
	check := func() {
		if rule == "" || start == "" {
			return
		}
		r, err := ParseRule(rule)
		if want == "" || strings.Contains(want, "*** ") {
			if err == nil {
				same++ // libical refuses it; here it is read as far as it goes, and bounded
			}
			return
		}
		if err != nil {
			t.Errorf("%s: %v", title, err)
			return
		}
		if len(r.Extra) > 0 {
			skipped++
			return
		}
		st, _, _, _ := clock(start)
		if len(start) == 8 {
			r.ByHour, r.ByMinute, r.BySecond = nil, nil, nil
		}
		exp := strings.Split(want, ",")
		var got []string
		x := compile(r, st)
		x.walk(st, time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC), &budget{steps: 1_000_000, results: 5000}, func(u time.Time) bool {
			form := clockForm
			if len(exp[0]) == 8 {
				form = dateForm
			}
			s := u.Format(form)
			if strings.HasSuffix(start, "Z") {
				s += "Z"
			}
			got = append(got, s)
			return len(got) < len(exp)+1
		})
		if r.Count == 0 && r.Until.IsZero() && len(got) > len(exp) {
			got = got[:len(exp)]
		}
		if slices.Equal(got, exp) {
			// What a window gives must be what is left of the whole, wherever it begins.
			for _, e := range exp {
				from, _, _, _ := clock(e)
				n := 0
				x.walk(from, time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC), &budget{steps: 1_000_000, results: 5000}, func(u time.Time) bool {
					n++
					return n < len(exp)
				})
				if i := slices.Index(exp, e); n != len(exp)-i && (r.Count > 0 || !r.Until.IsZero()) {
					t.Errorf("%s: %s from %s on: %d occurrences, want %d", title, rule, e, n, len(exp)-i)
					break
				}
			}
			same++
			return
		}
		if why, ok := libicalDiffer[rule]; ok {
			skipped++
			t.Logf("differs: %s: %s", rule, why)
			return
		}
		failed++
		t.Errorf("%s\n%s from %s: \n%v\nwant\n%v", title, rule, start, strings.Join(got, ","), want)
	}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		l := strings.TrimSpace(strings.TrimPrefix(sc.Text(), "\ufeff"))
		switch {
		case strings.HasPrefix(l, "#"):
			title = l
		case strings.HasPrefix(l, "RRULE:"):
			rule = l[6:]
		case strings.HasPrefix(l, "DTSTART:"):
			start = l[8:]
		case strings.HasPrefix(l, "INSTANCES:"):
			want = l[10:]
		case l == "":
			check()
			title, rule, start, want = "", "", "", ""
		}
	}
	check()
	if same < 50 {
		t.Errorf("only %d rules were compared", same)
	}
	t.Logf("%d equal, %d left out or explained, %d differ", same, skipped, failed)
}

var libicalDiffer = map[string]string{
	"FREQ=YEARLY;BYMONTHDAY=29;COUNT=3":     "BYMONTHDAY expands to every month (RFC 5545, table of section 3.3.10); libical takes the month of DTSTART",
	"FREQ=YEARLY;BYMONTHDAY=-29,-1;COUNT=4": "BYMONTHDAY expands to every month (RFC 5545, table of section 3.3.10); libical takes the month of DTSTART",
}
