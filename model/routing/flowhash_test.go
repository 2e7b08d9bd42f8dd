package routing

import (
	"encoding/binary"
	"hash/fnv"
	"testing"
)

func flowNumber(n int) Flow {
	return Flow{Protocol: 6, Source: uint64(n) * 2654435761, SourcePort: uint16(32768 + n%28232), Destination: 0x0a000001, Port: 443, Sequence: uint32(n)}
}

func TestFlowHashIsFNV1a(t *testing.T) {
	for n := range 100 {
		f := flowNumber(n)
		if n%2 == 0 { // the addresses of clients whom nobody tells apart
			f.Source = uint64(n)<<48 | uint64(n)
		}
		b := []byte{f.Protocol}
		b = binary.LittleEndian.AppendUint64(b, f.Source)
		b = binary.LittleEndian.AppendUint16(b, f.SourcePort)
		b = binary.LittleEndian.AppendUint32(b, f.Destination)
		b = binary.LittleEndian.AppendUint16(b, f.Port)
		b = binary.LittleEndian.AppendUint32(b, f.Sequence)
		h := fnv.New64a()
		h.Write(b)
		if got, want := f.Hash(), h.Sum64(); got != want {
			t.Fatalf("flow %d: hash %x, want %x", n, got, want)
		}
	}
}

func TestFlowsMoveOnlyFromTargetsThatLeave(t *testing.T) {
	const targets, flows, gone = 20, 20000, 7
	p := NewFlowHash()
	for i := range targets {
		p.Add(i)
	}
	before := make([]int, flows)
	counts := make([]int, targets)
	for n := range flows {
		before[n], _ = p.PickFlow(flowNumber(n).Hash())
		counts[before[n]]++
	}
	for i, c := range counts { // binomial: mean 1000, standard deviation 31
		if c < 850 || c > 1150 {
			t.Errorf("target %d has %d of %d flows, want about %d", i, c, flows, flows/targets)
		}
	}
	p.Remove(gone)
	elsewhere := make([]int, targets)
	for n := range flows {
		got, _ := p.PickFlow(flowNumber(n).Hash())
		switch {
		case got == gone:
			t.Fatalf("flow %d goes to a target that has left", n)
		case before[n] != gone && got != before[n]:
			t.Fatalf("flow %d moved from %d to %d when %d left", n, before[n], got, gone)
		case before[n] == gone:
			elsewhere[got]++
		}
	}
	for i, c := range elsewhere { // about 53 each
		if i != gone && c < 20 {
			t.Errorf("target %d took %d of the %d flows of the one that left", i, c, counts[gone])
		}
	}
	p.Add(gone)
	for n := range flows {
		if got, _ := p.PickFlow(flowNumber(n).Hash()); got != before[n] {
			t.Fatalf("flow %d is at %d, not back at %d", n, got, before[n])
		}
	}
}

func TestFlowHashFindsTheLastTarget(t *testing.T) {
	p := NewFlowHash()
	for i := range 4096 {
		p.Add(i)
	}
	for i := range 4095 {
		p.Remove(i)
	}
	for n := range 100 {
		if got, ok := p.PickFlow(flowNumber(n).Hash()); !ok || got != 4095 {
			t.Fatalf("flow %d: %d, %v", n, got, ok)
		}
	}
	p.Remove(4095)
	if _, ok := p.PickFlow(1); ok {
		t.Fatal("a target without any in rotation")
	}
}
