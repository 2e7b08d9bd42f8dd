package accesslog

import (
	"bytes"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// documented is the first example of AWS's page on access log entries, as a line.
var documented = Line{
	Kind: "http", Created: time.Date(2018, 7, 2, 22, 22, 48, 364e6, time.UTC), Ended: time.Date(2018, 7, 2, 22, 23, 0, 186641e3, time.UTC),
	LoadBalancer: "my-loadbalancer", Client: netip.MustParseAddrPort("192.168.131.39:2817"), Target: netip.MustParseAddrPort("10.0.0.1:80"),
	Processing: [3]time.Duration{0, time.Millisecond, 0}, Status: 200, TargetStatus: 200, In: 34, Out: 366,
	Method: "GET", URL: "http://www.example.com:80/", TargetGroup: "my-targets", Action: "forward",
}

// A written line has the fields of AWS's example in their places. What identifies a
// resource, and who asked with what, is nobody's there either.
func TestALineHasTheFieldsOfTheDocumentation(t *testing.T) {
	const want = `http 2018-07-02T22:23:00.186641Z app/my-loadbalancer/* 192.168.131.39:2817 10.0.0.1:80 0.000000 0.001000 0.000000 200 200 34 366 "GET http://www.example.com:80/ HTTP/1.1" * - - arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/* "Root=1-5b3aa5b8-*" "-" "-" 0 2018-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_*`
	var b bytes.Buffer
	w := NewWriter(&b, "us-east-2", 1)
	w.Write(&documented)
	got := strings.TrimSuffix(b.String(), "\n")
	rest := got
	for i, part := range strings.Split(want, "*") {
		at := strings.Index(rest, part)
		if at < 0 || i == 0 && at > 0 || strings.Contains(rest[:at], " ") {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
		rest = rest[at+len(part):]
	}
	var r Record
	if why := parseALB([]byte(got), &r); why != "" || r.At != documented.Created.UnixMicro() || string(r.Path) != "/" || r.Sent != 366 || r.Target != 1000 {
		t.Errorf("reads as %+v, %q", r, why)
	}
}

// Quotes in an address do not end its field.
func TestQuotesInAnAddressAreEscaped(t *testing.T) {
	var b bytes.Buffer
	line := documented
	line.URL = `http://a:80/"x\"`
	NewWriter(&b, "us-east-2", 1).Write(&line)
	var r Record
	if why := parseALB(bytes.TrimSuffix(b.Bytes(), []byte("\n")), &r); why != "" || r.At != documented.Created.UnixMicro() {
		t.Errorf("%s reads as %+v, %q", b.String(), r, why)
	}
}

// Lines that are too many are counted, not written, and no line allocates.
func TestAWriterKeepsItsLimit(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b, "us-east-2", 3)
	for range 5 {
		w.Write(&documented)
	}
	if got := strings.Count(b.String(), "\n"); got != 3 || w.Lines != 3 || w.Left != 2 {
		t.Errorf("%d lines, counted as %d and %d left, want 3, 3 and 2", got, w.Lines, w.Left)
	}
	w = NewWriter(io.Discard, "us-east-2", MostLines)
	w.Write(&documented)
	if n := testing.AllocsPerRun(100, func() { w.Write(&documented) }); n != 0 {
		t.Errorf("%g allocations a line, want none", n)
	}
}

// What is written to a log that is closed is dropped, and counts nowhere.
func TestAClosedLogTakesNothing(t *testing.T) {
	var b strings.Builder
	w := NewWriter(&b, "us-east-2", 9)
	line := Line{Kind: "http"}
	w.Write(&line)
	whole := b.String()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w.Write(&line); b.String() != whole || w.Lines != 1 || w.Left != 0 {
		t.Errorf("%d lines, %d left: %s", w.Lines, w.Left, b.String())
	}
}
