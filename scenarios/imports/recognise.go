package imports

import (
	"bytes"
	"io"
	"regexp"
	"sync"
)

// Kind is a kind of file that an import reads.
type Kind struct {
	Name    string // as in "this is …"
	Command string // that reads it
	begins  *regexp.Regexp
}

// kinds lists them, those that are sure first, from when somebody asks.
var kinds = sync.OnceValue(func() []Kind {
	return []Kind{
		{"an access log of an Application Load Balancer", "headroom import alb-logs", regexp.MustCompile(`^(http|https|h2|grpcs|ws|wss) \d{4}-\d\d-\d\dT[0-9:.]+Z app/`)},
		{"an access log of a Network Load Balancer", "headroom import nlb-logs", regexp.MustCompile(`^tls \d+\.\d+ \d{4}-\d\d-\d\dT[0-9:.]+Z? net/`)},
		{"an access log of a Classic Load Balancer", "headroom import access-log", regexp.MustCompile(`^\d{4}-\d\d-\d\dT[0-9:.]+Z \S+ \S+:\d+ \S+ -?[0-9.]+ -?[0-9.]+ -?[0-9.]+ `)},
		{"an access log of a web server", "headroom import access-log", regexp.MustCompile(`^\S+ \S+ .{1,200} \[\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d [-+]\d{4}\] "`)},
		{"a plan of Terraform", "headroom import terraform", regexp.MustCompile(`^(\[command\][^\n]*\n)?\s*\{\s*"format_version"\s*:`)},
		{"an answer of CloudWatch", "headroom import cloudwatch", regexp.MustCompile(`^\s*(\[\s*)?\{\s*"(MetricDataResults|Datapoints|Label|Messages|MetricAlarms)"\s*:`)},
	}
})

// Recognise tells the kind of a file, compressed or not, by how it begins.
func Recognise(file io.Reader) (Kind, bool) {
	plain, err := Decompressed(file)
	if err != nil {
		return Kind{}, false
	}
	head := make([]byte, 4096)
	n, _ := io.ReadFull(plain, head)
	head = bytes.TrimPrefix(head[:n], []byte("\ufeff"))
	for _, k := range kinds() {
		if k.begins.Match(head) {
			return k, true
		}
	}
	return Kind{}, false
}
