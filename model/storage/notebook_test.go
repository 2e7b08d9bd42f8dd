package storage

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, notebook.Commands(map[string]notebook.Command{
		"limits": func(t *testing.T, a *notebook.Arguments, _ []string) string {
			l, link := disk(t, a)
			return describe(&l) + through(&link)
		},
		"saturate": func(t *testing.T, a *notebook.Arguments, _ []string) string { return saturate(t, a) },
		"refill":   func(t *testing.T, a *notebook.Arguments, _ []string) string { return refill(t, a) },
		"save":     func(_ *testing.T, a *notebook.Arguments, _ []string) string { return saved(a) },
	}))
}

// instances are those that notebooks name, with AWS's numbers.
var instances = map[string]model.InstanceType{
	"m5.large":  {Nitro: true, EBS: model.EBSLimits{BaseMbps: 650, PeakMbps: 4750, BaseIOPS: 3600, PeakIOPS: 18750}},
	"t3.nano":   {Nitro: true, EBS: model.EBSLimits{BaseMbps: 43, PeakMbps: 2085, BaseIOPS: 250, PeakIOPS: 11800}},
	"m4.xlarge": {EBS: model.EBSLimits{BaseMbps: 750, PeakMbps: 750, BaseIOPS: 6000, PeakIOPS: 6000}},
	"i3.large":  {Store: model.InstanceStore{Disks: 1, DiskGB: 475, Kind: model.NVMe, ReadIOPS: 100_125, WriteIOPS: 35_000}},
	"d2.xlarge": {Store: model.InstanceStore{Disks: 3, DiskGB: 2048, Kind: model.HDD}},
	"t2.micro":  {NetworkBaseGbps: 0.064, NetworkPeakGbps: 1.024},
}

// disk reads a volume, or the store of an instance, and its link.
func disk(t *testing.T, a *notebook.Arguments) (Limits, Link) {
	typ := instances[a.Text("at", "")]
	nitro := typ.Nitro || !a.Has("at")
	var link Link
	if a.Has("at") {
		link = LinkOf(&typ)
	}
	if a.Words[0] == "store" {
		return StoreLimits(typ.Store), Link{}
	}
	if a.Words[0] == "link" {
		return Limits{Operations: link.Operations, Bytes: link.Bytes, Most: mostSSD, Latency: sim.Millisecond}, Link{}
	}
	rules, ok := Find(a.Words[0])
	if !ok {
		t.Fatalf("no volume type %s", a.Words[0])
	}
	s := Spec{Kind: rules.Kind, SizeGiB: int64(a.Integer("size", 0)), IOPS: int64(a.Integer("iops", int(rules.Included))), ThroughputMiBs: int64(a.Integer("throughput", 0))}
	if rules.Throughput {
		s.ThroughputMiBs = max(s.ThroughputMiBs, LeastThroughput)
	}
	return s.Limits(nitro), link
}

func describe(l *Limits) string {
	text := ""
	if a := l.Operations; a.Peak > 0 {
		text += fmt.Sprintf("%d IOPS", a.Base)
		if a.Credit > 0 {
			text += fmt.Sprintf(", at most %d with %d I/O credits", a.Peak, a.Credit)
		}
		text += "; "
	}
	if l.Write > 1 {
		text += fmt.Sprintf("%.0f of writes; ", float64(l.Operations.Base)/l.Write)
	}
	a := l.Bytes
	text += fmt.Sprintf("%s MiB/s", mib(a.Base))
	if a.Credit > 0 {
		text += fmt.Sprintf(", at most %s with %s MiB of credits", mib(a.Peak), mib(a.Credit))
	}
	return text + fmt.Sprintf("; %v", l.Latency)
}

func mib(bytes int64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(bytes)/float64(model.MiB)), ".0")
}

func through(k *Link) string {
	if *k == (Link{}) {
		return ""
	}
	l := Limits{Operations: k.Operations, Bytes: k.Bytes}
	text := describe(&l)
	return "\nits instance: " + text[:strings.LastIndex(text, ";")]
}

// saturate keeps a disk busy with I/Os of one size and says how long it does so at
// which rate.
func saturate(t *testing.T, a *notebook.Arguments) string {
	l, link := disk(t, a)
	io := IO{Count: int64(a.Integer("batch", 1)), Size: model.Bytes(a.Integer("kib", 4)) * model.KiB, Sequential: a.Text("io", "random") == "sequential", Write: a.Text("do", "read") == "write"}
	q := NewQueue(0, l, link)
	c := l.Cost(io)
	lines, begun, done := "", 0.0, 0.0
	told := func(until float64) {
		per := done / until
		lines += fmt.Sprintf("%.5g I/Os/s, %.5g MiB/s for %.1f s\n", per, per*float64(io.Size)/float64(model.MiB), until)
	}
	until, throttled := sim.Time(a.Integer("for", 6000))*sim.Second, false
	for q.free < until {
		s := q.Serve(0, c)
		done += float64(io.Count)
		if s.Throttled > 0 && !throttled { // after a part of this batch
			throttled = true
			begun = (s.End - s.Throttled).Seconds()
			told(begun)
			begun, done = s.End.Seconds(), 0
		}
	}
	told(q.Free().Seconds() - begun)
	return lines
}

// refill spends all credit, lets the disk rest, and says when it is full again.
func refill(t *testing.T, a *notebook.Arguments) string {
	l, link := disk(t, a)
	q := NewQueue(0, l, link)
	var m *meter
	for i := range q.meters {
		if q.meters[i].credits && m == nil {
			m = &q.meters[i]
		}
	}
	b := &m.left
	if m.daily {
		b = &m.day
	}
	b.Put(0, -b.At(0))
	return fmt.Sprintf("%.1f s", b.FullAt().Seconds())
}

// saved is how long memory takes to be written to the root at hibernation.
func saved(a *notebook.Arguments) string {
	typ := instances[a.Text("at", "")]
	link := LinkOf(&typ)
	s := Spec{Kind: GP3, SizeGiB: 100, IOPS: 3000, ThroughputMiBs: int64(a.Integer("throughput", LeastThroughput))}
	l := s.Limits(true)
	return fmt.Sprintf("%.3f s", l.Streams(link, model.Bytes(a.Integer("mib", 0))*model.MiB).Seconds())
}
