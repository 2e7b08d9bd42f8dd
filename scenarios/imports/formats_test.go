package imports_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"headroom/scenarios/imports"
	"headroom/scenarios/imports/accesslog"
)

// logLines has an ordinary line of each kind of log that is recognised.
var logLines = map[string]string{
	"an access log of an Application Load Balancer": `https 2026-03-02T09:00:01.500000Z app/shop/50dc6c495c0c9188 203.0.113.1:20000 10.0.0.1:8080 0.000 0.250 0.000 200 200 300 1000 "GET https://shop.example:443/ HTTP/2.0" "-" - - arn:aws:elasticloadbalancing:us-east-2:111122223333:targetgroup/web/73e2d6bc24d8a067 "Root=1" "-" "-" 0 2026-03-02T09:00:01.250000Z "forward" "-" "-" "10.0.0.1:8080" "200" "-" "-" TID_1`,
	"an access log of a Network Load Balancer":      `tls 2.0 2026-03-02T09:00:40 net/my-network-loadbalancer/c6e77e28c25b2234 g3d4b5e8bb8464cd 203.0.113.30:51341 198.51.100.100:443 5 2 98 246 - arn:aws:acm:us-east-2:111122223333:certificate/2a108f19 - ECDHE-RSA-AES128-SHA tlsv12 - my-network-loadbalancer.example - - - 2026-03-02T09:00:35`,
	"an access log of a Classic Load Balancer":      `2015-05-13T23:39:43.945958Z my-loadbalancer 192.0.2.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.38.0" - -`,
	"an access log of a web server":                 `203.0.113.9 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326`,
}

// A log that is recognised is read by the import that it is said to be for, and by no
// other; every format of a log has a kind that is recognised.
func TestEveryLogThatIsRecognisedIsRead(t *testing.T) {
	read := map[string]bool{}
	for _, kind := range imports.Kinds() {
		name, isLog := strings.CutPrefix(kind.Command, "headroom import ")
		if isLog = isLog && !slices.Contains([]string{"terraform", "cloudwatch"}, name); !isLog {
			continue
		}
		line := logLines[kind.Name]
		if got, known := imports.Recognise(bytes.NewReader([]byte(line))); !known || got.Name != kind.Name {
			t.Errorf("%s: a line of it is recognised as %q", kind.Name, got.Name)
		}
		for _, format := range accesslog.Formats() {
			var r accesslog.Record
			why := format.Parse([]byte(line), &r)
			if reads := why == ""; reads != (format.Name == name) {
				t.Errorf("%s: import %s says %q, though it is for %s", kind.Name, format.Name, why, kind.Command)
			}
			read[format.Name] = read[format.Name] || why == ""
		}
	}
	for _, format := range accesslog.Formats() {
		if !read[format.Name] {
			t.Errorf("no kind that is recognised is for import %s", format.Name)
		}
	}
}
