package accesslog

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// at returns microseconds since 1970 of an instant.
func at(t testing.TB, text string) int64 {
	t.Helper()
	v, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return v.UnixMicro()
}

// seen is what a test wants of a record.
type seen struct {
	at                 string
	target, whole      int64
	received, sent     int64
	status             int
	method, host, path string
}

func seenIn(r Record) seen {
	return seen{time.UnixMicro(r.At).UTC().Format(time.RFC3339Nano), r.Target, r.Whole, r.Received, r.Sent, r.Status, string(r.Method), string(r.Host), string(r.Path)}
}

// Lines of an Application Load Balancer in every form that its documentation has: what
// should come out was read off by hand.
func TestALBLinesSayWhatWasAsked(t *testing.T) {
	const arn = `arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/shop/0123456789abcdef`
	for _, c := range []struct {
		name, line string
		want       seen
	}{
		{"http with 30 fields", `http 2026-03-02T09:00:01.500000Z app/shop/0f0f0f0f0f0f0f0f 198.51.100.7:40001 10.0.0.9:8080 0.001 0.250 0.002 200 200 310 4096 "GET http://shop.example:80/cart/42?id=7 HTTP/1.1" "curl/8.0 (\"x\")" - - ` + arn + ` "Root=1-2-3" "-" "-" 10 2026-03-02T09:00:01.240000Z "forward" "-" "-" "10.0.0.9:8080" "200" "-" "-" TID_00`,
			seen{"2026-03-02T09:00:01.24Z", 250_000, 253_000, 310, 4096, 200, "GET", "shop.example", "/cart/42"}},
		{"29 fields, addresses without quotes", `h2 2026-03-02T09:00:01.500000Z app/shop/0f0f0f0f0f0f0f0f 198.51.100.7:40001 10.0.0.9:8080 0.000 0.002 0.000 200 200 5 257 "GET https://10.0.2.105:773/ HTTP/2.0" "-" ECDHE TLSv1.2 ` + arn + ` "Root=1" "shop.example" "arn:aws:acm:x" 1 2026-03-02T09:00:01.490000Z "authenticate,forward" "-" "-" 10.0.0.9:8080 200 "-" "-"`,
			seen{"2026-03-02T09:00:01.49Z", 2000, 2000, 5, 257, 200, "GET", "10.0.2.105", "/"}},
		{"no target", `https 2026-03-02T09:00:01.500000Z app/shop/0f0f0f0f0f0f0f0f 198.51.100.7:40001 - -1 -1 -1 503 - 0 366 "POST https://shop.example:443/a b c HTTP/1.1" "-" - - ` + arn + ` "Root=1" "-" "-" - 2026-03-02T09:00:01.500000Z "-" "-" "-" "-" "-" "-" "-"`,
			seen{"2026-03-02T09:00:01.5Z", unknown, unknown, 0, 366, 503, "POST", "shop.example", "/a b c"}},
		{"no request", `http 2026-03-02T09:00:01.500000Z app/shop/0f0f0f0f0f0f0f0f 198.51.100.7:40001 - -1 -1 -1 408 - 0 0 "- http://shop.example:80- " "-" - - - "-" "-" "-" - 2026-03-02T09:00:00.000000Z "-" "-" "-" "-" "-" "-" "-"`,
			seen{"2026-03-02T09:00:00Z", unknown, unknown, 0, 0, 408, "", "", ""}},
		{"WebSocket", `wss 2026-03-02T09:10:00.000000Z app/shop/0f0f0f0f0f0f0f0f [2001:db8::1]:40001 10.0.1.192:8010 0.001 0.003 0.000 101 101 218 786 "GET https://[2001:db8::2]:443/ws#x HTTP/1.1" "-" - - ` + arn + ` "Root=1" "-" "-" 1 2026-03-02T09:00:00.000000Z "forward" "-" "-" "10.0.1.192:8010" "101" "-" "-"`,
			seen{"2026-03-02T09:00:00Z", 3000, 4000, 218, 786, 101, "GET", "[2001:db8::2]", "/ws"}},
		{"without the time of creation", `http 2017-03-02T09:00:01.500000Z app/shop/0f0f0f0f0f0f0f0f 198.51.100.7:40001 10.0.0.9:80 0.001 0.400 0.099 200 200 1 2 "GET http://x:80/ HTTP/1.0" "-" - - ` + arn + ` "Root=1"`,
			seen{"2017-03-02T09:00:01Z", 400_000, 500_000, 1, 2, 200, "GET", "x", "/"}},
	} {
		var r Record
		if why := parseALB([]byte(c.line), &r); why != "" {
			t.Errorf("%s: left out: %s", c.name, why)
		} else if got := seenIn(r); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestNLBLinesAreConnections(t *testing.T) {
	const line = `tls 2.0 2026-03-02T09:00:40 net/edge/c6e77e28c25b2234 g3d4b5e8bb8464cd 198.51.100.9:51341 10.1.0.185:443 5000 2 98 246 - arn:aws:acm:us-east-2:111122223333:certificate/x - ECDHE-RSA-AES128-SHA tlsv12 - edge.example - - - 2026-03-02T09:00:35`
	var r Record
	if why := parseNLB([]byte(line), &r); why != "" {
		t.Fatal(why)
	}
	want := seen{"2026-03-02T09:00:35Z", unknown, 5_000_000, 98, 246, 0, "", "edge.example", ""}
	if got := seenIn(r); got != want || !r.Coarse {
		t.Errorf("got %+v, want %+v", got, want)
	}
	older := strings.TrimSuffix(line, " 2026-03-02T09:00:35")
	if why := parseNLB([]byte(older), &r); why != "" || r.At != at(t, "2026-03-02T09:00:35Z") {
		t.Errorf("without the time of creation: %s at %s, want the end less 5 s", why, instant(r.At))
	}
}

func TestServerLines(t *testing.T) {
	for _, c := range []struct {
		line string
		want seen
	}{
		{`host - - [01/Aug/1995:00:00:01 -0400] "GET /images/a.gif HTTP/1.0" 200 1839`, seen{"1995-08-01T04:00:01Z", unknown, unknown, 0, 1839, 200, "GET", "", "/images/a.gif"}},
		{`::1 - bob [29/Feb/2024:23:59:60 +0900] "POST /a?b=c HTTP/1.1" 304 - "http://x/ [1]" "Mozilla \"5\"" 0.125`, seen{"2024-02-29T15:00:00Z", 125_000, 125_000, 0, 0, 304, "POST", "", "/a"}},
		{`2015-05-13T23:39:43.945958Z lb 192.0.2.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 7 29 "GET http://www.shop.example:80/x HTTP/1.1" "curl" - -`, seen{"2015-05-13T23:39:43.945958Z", 1048, 1178, 7, 29, 200, "GET", "www.shop.example", "/x"}},
	} {
		var r Record
		if why := parseServer([]byte(c.line), &r); why != "" {
			t.Errorf("%s\nleft out: %s", c.line, why)
		} else if got := seenIn(r); got != c.want {
			t.Errorf("%s\ngot  %+v\nwant %+v", c.line, got, c.want)
		}
	}
}

// The clock agrees with that of the library on every day of four centuries.
func TestDaysAgreeWithTheLibrary(t *testing.T) {
	for day := int64(0); day < 146_097; day++ {
		date := time.Unix(day*86400, 0).UTC()
		text := date.Format("2006-01-02T15:04:05.999999Z")
		got, ok := stamp([]byte(text))
		if want := date.UnixMicro(); !ok || got != want {
			t.Fatalf("%s: got %d, %v, want %d", text, got, ok, want)
		}
	}
}

// Lines that are none say what they are, by the command for them where there is one.
func TestLinesThatAreNoneSayWhy(t *testing.T) {
	const alb = `http 2026-03-02T09:00:01.500000Z app/x/y 1.1.1.1:1 - -1 -1 -1 503 - 0 0 "GET http://x:80/ HTTP/1.1" "-" - - - "-" "-" "-" - 2026-03-02T09:00:00.000000Z`
	const nlb = `tls 2.0 2026-03-02T09:00:40 net/x/y z 1.1.1.1:1 2.2.2.2:443 5 2 98 246 - - - - - - - - - - 2026-03-02T09:00:35`
	for _, c := range []struct {
		format, line, want string
	}{
		{"alb-logs", nlb, "import nlb-logs"},
		{"nlb-logs", alb, "import alb-logs"},
		{"access-log", alb, "import alb-logs"},
		{"alb-logs", "2026-03-02T09:00:01.500000Z 1.1.1.1 1 443 TLSv1.2 x", "connection log"},
		{"alb-logs", "Enable AccessLog for ELB: shop", "must begin with http"},
		{"alb-logs", strings.Replace(alb, "-1 -1 -1", "a b c", 1), "processing times"},
		{"alb-logs", strings.Replace(alb, "503 - 0 0", "503 - x 0", 1), "bytes"},
		{"alb-logs", "http 2026-13-02T09:00:01Z app/x/y", "no time"},
		{"alb-logs", "http 2026-02-29T09:00:01Z app/x/y", "no time"},
		{"alb-logs", "http 2026-12-32T09:00:01Z app/x/y", "no time"},
		{"access-log", `h - - [31/Apr/1995:00:00:01 -0400] "GET / HTTP/1.0" 200 1`, "the time must be"},
		{"alb-logs", "http 2026-03-02T09:00:01Z app/x/y 1.1.1.1:1 - 0 0 0 200 200 0 0", "ends before the request"},
		{"access-log", "hello", "there must be a time"},
		{"access-log", `h - - [41/Aug/1995:00:00:01 -0400] "GET / HTTP/1.0" 200 1`, "the time must be"},
		{"access-log", `h - - [01/Aug/1995:00:00:01 -0400] "GET / HTTP/1.0" x`, "its status"},
	} {
		var r Record
		i := 0
		for Formats()[i].Name != c.format {
			i++
		}
		if got := Formats()[i].Parse([]byte(c.line), &r); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s\ngot %q, want it to say %q", c.format, c.line, got, c.want)
		}
	}
}

// albLine is a line as a load balancer writes it: request n of a test.
func albLine(n int) string {
	came := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).Add(time.Duration(n) * 1300 * time.Microsecond)
	const form = "2006-01-02T15:04:05.000000Z"
	return fmt.Sprintf(`https %s app/shop/50dc6c495c0c9188 203.0.113.%d:%d 10.0.%d.%d:8080 0.001 %.3f 0.000 200 200 %d %d "GET https://shop.example:443/product/%d/reviews?page=%d HTTP/1.1" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:111122223333:targetgroup/shop/73e2d6bc24d8a067 "Root=1-58337281-1d84f3d73c47ec4e%08x" "shop.example" "arn:aws:acm:us-east-2:111122223333:certificate/12345678-1234-1234-1234-123456789012" 1 %s "forward" "-" "-" "10.0.0.1:8080" "200" "-" "-" TID_%032x`,
		came.Add(time.Duration(1+n%80)*time.Millisecond).Format(form), n%250, 20000+n%40000, n%3, n%200, float64(n%80)/1000, 200+n%700, 1000+n%9000, n%5000, n%9, n, came.Format(form), n)
}

func TestNoLineAllocates(t *testing.T) {
	lines := make([][]byte, 100)
	for i := range lines {
		lines[i] = []byte(albLine(i))
	}
	tally := NewTally()
	var r Record
	all := func() {
		for _, line := range lines {
			if why := parseALB(line, &r); why != "" {
				t.Fatal(why)
			}
			tally.Add(&r)
		}
	}
	all() // histograms and names grow once
	if got := testing.AllocsPerRun(10, all); got != 0 {
		t.Errorf("%g allocations for 100 lines, want 0", got)
	}
}

// Paths that differ by what they are about are one.
func TestPathsFold(t *testing.T) {
	for path, want := range map[string]string{
		"/":                   "/",
		"/product/42":         "/product/*",
		"/product/42/reviews": "/product/*/reviews",
		"/a/550e8400-e29b-41d4-a716-446655440000/b/": "/a/*/b/",
		"/a/deadbeef":           "/a/deadbeef",
		"/2026-03-02/x":         "/2026-03-02/x",
		"/a/0123456789abcdef01": "/a/*",
		"/sp ace/ü*":            "/sp?ace/???",
	} {
		if got := string(fold(nil, []byte(path))); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	if got := fold(nil, []byte("/"+strings.Repeat("x", 1000)+"/y")); len(got) > 2*longestPath+1 {
		t.Errorf("a long path is %d bytes", len(got))
	}
}

// FuzzLines: whatever a line holds, it is taken with a sane record or left out with a
// reason.
func FuzzLines(f *testing.F) {
	f.Add(albLine(7))
	f.Add(`tls 2.0 2026-03-02T09:00:40 net/x/y z 1.1.1.1:1 2.2.2.2:443 5 2 98 246 - - - - - - - - - - 2026-03-02T09:00:35`)
	f.Add(`host - - [01/Aug/1995:00:00:01 -0400] "GET /images/a.gif HTTP/1.0" 200 1839`)
	f.Add(`2015-05-13T23:39:43.945958Z lb 192.0.2.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 7 29 "GET http://www.shop.example:80/x HTTP/1.1" "curl" - -`)
	f.Fuzz(func(t *testing.T, line string) {
		for _, format := range Formats() {
			var r Record
			if why := format.Parse([]byte(line), &r); why != "" {
				continue
			}
			if r.At < 0 || r.Target < unknown || r.Whole < unknown || r.Received < 0 || r.Sent < 0 || r.Status < 0 || r.Status > 999 {
				t.Fatalf("%s of %q: %+v", format.Name, line, r)
			}
			if len(r.Path) > 0 && r.Path[0] != '/' {
				t.Fatalf("%s of %q: path %q", format.Name, line, r.Path)
			}
			NewTally().Add(&r)
		}
	})
}
