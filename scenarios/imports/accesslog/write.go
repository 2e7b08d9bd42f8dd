package accesslog

import (
	"fmt"
	"hash/fnv"
	"io"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// Line is an entry of the access log of an Application Load Balancer.
type Line struct {
	Kind           string // http, https, h2, ws or wss
	Created, Ended time.Time
	LoadBalancer   string
	Client, Target netip.AddrPort // the zero Target: it was sent to none
	// Processing is what the request took before its target, there, and afterwards; -1
	// what is unknown.
	Processing           [3]time.Duration
	Status, TargetStatus int // 0: none
	In, Out              int64
	Method, URL          string
	TargetGroup          string // its name; empty: none
	Domain               string // of the handshake; empty: there was none
	Priority             int
	Action               string
	RedirectURL          string
}

// MostLines is how many lines a [Writer] takes: some 4 GB, or a tenth of that as gzip.
const MostLines = 10_000_000

// Writer writes lines as an Application Load Balancer does, with the 30 fields of AWS,
// "Access logs for your Application Load Balancer". It allocates nothing per line. It can be
// closed while another goroutine writes, as one does that an interrupted run leaves behind.
type Writer struct {
	Lines int64 // that were written
	Left  int64 // that were too many

	mu     sync.Mutex
	closed bool
	to     io.Writer
	region string
	most   int64
	row    []byte
	marks  map[string]string // what identifies a resource, by its name
	err    error
}

// NewWriter returns one for the load balancers of a Region, which takes as many lines as
// most says.
func NewWriter(to io.Writer, region string, most int64) *Writer {
	return &Writer{to: to, region: region, most: most, marks: map[string]string{}}
}

// Close ends the log: what is written after it is dropped. It returns the first error of
// what the lines were written to, after which there are none.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	return w.err
}

// Write writes a line, unless there are too many.
func (w *Writer) Write(l *Line) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	if w.Lines >= w.most || w.err != nil {
		w.Left++
		return
	}
	w.Lines++
	w.row = w.row[:0]
	w.ends(l)
	w.asks(l)
	w.leads(l)
	_, w.err = w.to.Write(w.row)
}

// stampForm is how times stand in the lines.
const stampForm = "2006-01-02T15:04:05.000000Z"

// ends writes when it ended, between whom, how long it took, and how large it was.
func (w *Writer) ends(l *Line) {
	w.row = append(append(w.row, l.Kind...), ' ')
	w.row = append(l.Ended.UTC().AppendFormat(w.row, stampForm), " app/"...)
	w.row = append(append(append(w.row, l.LoadBalancer...), '/'), w.mark(l.LoadBalancer)...)
	w.row = l.Client.AppendTo(append(w.row, ' '))
	w.target(l, " ", "")
	for _, took := range l.Processing {
		w.row = append(w.row, ' ')
		if took < 0 {
			w.row = append(w.row, "-1"...)
			continue
		}
		w.row = appendSeconds(w.row, took.Microseconds(), false)
	}
	w.status(l.Status)
	w.status(l.TargetStatus)
	w.row = strconv.AppendInt(append(w.row, ' '), l.In, 10)
	w.row = strconv.AppendInt(append(w.row, ' '), l.Out, 10)
}

// asks writes what was asked for, and by whom.
func (w *Writer) asks(l *Line) {
	protocol := " HTTP/1.1"
	if l.Kind == "h2" {
		protocol = " HTTP/2.0"
	}
	w.row = append(append(append(w.row, ` "`...), l.Method...), ' ')
	w.row = append(append(w.escaped(l.URL), protocol...), `" "headroom" `...)
	if l.Domain == "" {
		w.row = append(w.row, "- - "...)
	} else {
		w.row = append(w.row, "TLS_AES_128_GCM_SHA256 TLSv1.3 "...)
	}
	if l.TargetGroup == "" {
		w.row = append(w.row, '-')
	} else {
		w.arn("targetgroup/", l.TargetGroup)
	}
	w.row = append(w.row, ` "Root=1-`...)
	w.row = appendHex(w.row, uint64(l.Created.Unix()), 8)
	w.row = appendHex(append(w.row, "-00000000"...), uint64(w.Lines), 16)
	w.row = append(w.row, `" "`...)
	if l.Domain == "" {
		w.row = append(w.row, `-" "-"`...)
		return
	}
	w.row = append(append(w.row, l.Domain...), `" "arn:aws:acm:`...)
	w.row = append(append(append(w.row, w.region...), `:123456789012:certificate/`...), w.mark(l.Domain)...)
	w.row = append(w.row, '"')
}

// leads writes where the rules led to.
func (w *Writer) leads(l *Line) {
	w.row = strconv.AppendInt(append(w.row, ' '), int64(l.Priority), 10)
	w.row = l.Created.UTC().AppendFormat(append(w.row, ' '), stampForm)
	w.row = append(append(append(w.row, ` "`...), l.Action...), `" "`...)
	if l.RedirectURL == "" {
		w.row = append(w.row, '-')
	} else {
		w.row = w.escaped(l.RedirectURL)
	}
	w.row = append(w.row, `" "-"`...)
	w.target(l, ` "`, `"`)
	w.row = append(w.row, ` "`...)
	if l.TargetStatus == 0 {
		w.row = append(w.row, '-')
	} else {
		w.row = strconv.AppendInt(w.row, int64(l.TargetStatus), 10)
	}
	w.row = append(w.row, `" "-" "-" TID_`...)
	w.row = appendHex(append(w.row, "0000000000000000"...), uint64(w.Lines), 16)
	w.row = append(w.row, '\n')
}

// target writes who served it, or that nobody did.
func (w *Writer) target(l *Line, before, after string) {
	w.row = append(w.row, before...)
	if l.Target.IsValid() {
		w.row = l.Target.AppendTo(w.row)
	} else {
		w.row = append(w.row, '-')
	}
	w.row = append(w.row, after...)
}

func (w *Writer) status(status int) {
	if status == 0 {
		w.row = append(w.row, " -"...)
		return
	}
	w.row = strconv.AppendInt(append(w.row, ' '), int64(status), 10)
}

// arn writes the name of a resource of the account.
func (w *Writer) arn(kind, name string) {
	w.row = append(append(append(w.row, "arn:aws:elasticloadbalancing:"...), w.region...), ":123456789012:"...)
	w.row = append(append(append(append(w.row, kind...), name...), '/'), w.mark(name)...)
}

// escaped writes text that stands between quotes.
func (w *Writer) escaped(text string) []byte {
	for i := range len(text) {
		if text[i] == '"' || text[i] == '\\' {
			w.row = append(w.row, '\\')
		}
		w.row = append(w.row, text[i])
	}
	return w.row
}

// mark is what identifies a resource beside its name: 16 digits.
func (w *Writer) mark(name string) string {
	mark, known := w.marks[name]
	if !known {
		h := fnv.New64a()
		_, _ = h.Write([]byte(name))
		mark = fmt.Sprintf("%016x", h.Sum64())
		w.marks[name] = mark
	}
	return mark
}

// appendHex appends so many hexadecimal digits of a number.
func appendHex(to []byte, n uint64, digits int) []byte {
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		to = append(to, "0123456789abcdef"[n>>shift&15])
	}
	return to
}
