package bandwidth

import (
	"math"
	"math/rand/v2"
	"testing"

	"headroom/model"
	"headroom/sim"
)

// fluid is a link that anybody would write: floating-point rates by water filling, one
// level that is found anew at each step.
type fluid struct {
	terms   Terms
	flows   map[uint32]*stream
	credits float64 // thousands of bytes
	passed  float64 // bytes
	now     float64 // ns
}

type stream struct {
	left float64 // bytes
	way  Way
	rate float64 // thousands of bytes a second
}

// fill raises the rates of all flows together, and stops each at its most, those of the
// internet at their part, and all at the capacity.
func (f *fluid) fill(capacity float64) (all float64) {
	open := map[*stream]bool{}
	for _, s := range f.flows {
		s.rate = 0
		open[s] = true
	}
	used, public := 0.0, 0.0
	for len(open) > 0 {
		outside := 0.0
		for s := range open {
			if s.way == Internet {
				outside++
			}
		}
		step := (capacity - used) / float64(len(open))
		if outside > 0 {
			step = min(step, (float64(f.terms.Internet)-public)/outside)
		}
		for s := range open {
			step = min(step, float64(f.terms.Flow)-s.rate)
		}
		for s := range open {
			s.rate += step
			used += step
			if s.way == Internet {
				public += step
			}
		}
		const almost = 1e-6
		for s := range open {
			full := s.rate >= float64(f.terms.Flow)-almost || used >= capacity-almost ||
				s.way == Internet && public >= float64(f.terms.Internet)-almost
			if full {
				delete(open, s)
			}
		}
	}
	return used
}

// rates finds what passes now.
func (f *fluid) rates() (all float64) {
	all = f.fill(float64(f.terms.Peak))
	if f.terms.Peak > f.terms.Base && f.credits <= 1e-3 && all > float64(f.terms.Base) {
		all = f.fill(float64(f.terms.Base))
	}
	return all
}

// advance lets bytes pass until an instant or the next thing that happens, and returns
// whom that ends.
func (f *fluid) advance(until float64) (ended []uint32, at float64) {
	all := f.rates()
	wait := until - f.now
	for _, s := range f.flows {
		wait = min(wait, s.left/s.rate*1e6) // kB/s are bytes in a millionth of a second
	}
	spends := all - float64(f.terms.Base)
	if spends > 1e-3 && f.terms.Peak > f.terms.Base {
		wait = min(wait, f.credits/spends*1e9)
	}
	for job, s := range f.flows {
		s.left -= s.rate * wait / 1e6
		f.passed += s.rate * wait / 1e6
		if s.left < 1e-3 {
			ended = append(ended, job)
		}
	}
	for _, job := range ended {
		delete(f.flows, job)
	}
	f.credits = max(0, min(f.credits-spends*wait/1e9, float64(f.terms.credits())))
	f.now += wait
	return ended, f.now
}

// trial plays flows to a link and to a fluid.
type trial struct {
	t     *testing.T
	l     Link
	f     fluid
	ways  map[uint32]Way
	ended map[uint32]float64
	// loss is how much later flows may end, as a share of the time: where both kinds share
	// a link, their parts are rounded to whole rates.
	loss float64
}

func (x *trial) settle(until sim.Time) {
	for job, at, ok := x.l.Settle(until); ok; job, at, ok = x.l.Settle(until) {
		x.ended[job] = float64(at)
		delete(x.ways, job)
	}
	for x.f.now < float64(until) {
		ended, at := x.f.advance(float64(until))
		for _, job := range ended {
			late := 1000 + x.loss*at
			if got, ok := x.ended[job]; ok && math.Abs(got-at) > late {
				x.t.Fatalf("flow %d ends at %v ns, the fluid says %v", job, got, at)
			} else if !ok && at < float64(until)-late {
				x.t.Fatalf("flow %d has not ended at %v, the fluid says %v", job, until, at)
			}
		}
	}
}

func play(t *testing.T, seed uint64) {
	draws := rand.New(rand.NewPCG(seed, 1))
	terms := TermsOf(&model.InstanceType{
		VCPUs: 2 + 62*draws.IntN(2), NetworkBaseGbps: 1 + float64(draws.IntN(9)), NetworkPeakGbps: 10 + float64(draws.IntN(20)),
	}, sim.Time(1+draws.IntN(3))*sim.Second, draws.IntN(2) == 0)
	x := trial{t: t, l: NewLink(0, terms), ways: map[uint32]Way{}, ended: map[uint32]float64{}}
	x.f = fluid{terms: terms, flows: map[uint32]*stream{}, credits: float64(terms.credits())}
	ways := 1 + draws.IntN(2)
	if ways > 1 {
		x.loss = 1e-4
	}
	now := sim.Time(0)
	for job := range uint32(60) {
		now += sim.Time(draws.Int64N(int64(sim.Second)))
		x.settle(now)
		bytes, way := model.Bytes(draws.Int64N(3_000_000_000)+1), Way(draws.IntN(ways))
		x.l.Offer(now, job, bytes, way)
		x.ways[job] = way
		x.f.flows[job] = &stream{left: float64(bytes), way: way}
		if draws.IntN(6) == 0 {
			x.drop(now)
		}
		if all := x.f.rates(); math.Abs(all-float64(x.l.Rate())) > 1 {
			t.Fatalf("seed %d: %d pass, the fluid says %v", seed, x.l.Rate(), all)
		}
	}
	x.settle(now + sim.Hour)
	now += sim.Hour
	if len(x.f.flows)+x.l.Flows() > 0 {
		t.Fatalf("seed %d: %d and %d flows are left", seed, x.l.Flows(), len(x.f.flows))
	}
	if got := float64(x.l.Passed(now)); math.Abs(got-x.f.passed) > 1e-4*got {
		t.Fatalf("seed %d: %v bytes have passed, the fluid says %v", seed, got, x.f.passed)
	}
}

// drop ends a flow on both sides.
func (x *trial) drop(now sim.Time) {
	for job := range uint32(60) {
		if way, ok := x.ways[job]; ok && x.f.flows[job] != nil {
			x.l.Drop(now, job, way)
			delete(x.ways, job)
			delete(x.f.flows, job)
			return
		}
	}
}

func TestLinkIsTheFluid(t *testing.T) {
	for seed := range uint64(300) {
		play(t, seed)
	}
}

// What was offered has passed, was dropped, or is on its way, to the byte.
func TestBytesAreConserved(t *testing.T) {
	l := NewLink(0, Terms{Base: Gbps(0.75), Peak: Gbps(10), Flow: flowMost, Internet: flowMost, Burst: sim.Second})
	draws := rand.New(rand.NewPCG(7, 7))
	now, offered, done := sim.Time(0), model.Bytes(0), model.Bytes(0)
	sizes := map[uint32]model.Bytes{}
	for job := range uint32(5000) {
		now += sim.Time(draws.Int64N(int64(40 * sim.Millisecond)))
		for ended, _, ok := l.Settle(now); ok; ended, _, ok = l.Settle(now) {
			done += sizes[ended]
			delete(sizes, ended)
		}
		if got := l.Passed(now); got < done {
			t.Fatalf("at %v %d bytes have passed of flows that ended with %d", now, got, done)
		}
		sizes[job] = model.Bytes(draws.Int64N(8_000_000))
		offered += sizes[job]
		l.Offer(now, job, sizes[job], Way(job%2))
	}
	for job, _, ok := l.Settle(sim.Horizon); ok; job, _, ok = l.Settle(sim.Horizon) {
		done += sizes[job]
	}
	if got := l.Passed(sim.Horizon); got != offered || done != offered {
		t.Errorf("%d bytes offered, %d passed, %d of flows that ended", offered, got, done)
	}
	if l.Throttled(sim.Horizon) == 0 || l.Most() != Gbps(10) {
		t.Errorf("throttled for %v, at most %v", l.Throttled(sim.Horizon), l.Most())
	}
}

func TestFlowsAllocateNothing(t *testing.T) {
	l := NewLink(0, Terms{Base: Gbps(0.75), Peak: Gbps(10), Flow: flowMost, Internet: flowMost, Burst: sim.Minute})
	now, ended := sim.Time(0), 0
	play := func() {
		for job := range uint32(2000) {
			now += 10 * sim.Microsecond
			for _, _, ok := l.Settle(now); ok; _, _, ok = l.Settle(now) {
				ended++
			}
			l.Offer(now, job, 5000, Region)
		}
	}
	play()
	if got := testing.AllocsPerRun(1, play); got != 0 || ended == 0 {
		t.Errorf("%v allocations in 2,000 flows, of which %d ended", got, ended)
	}
}

func TestTermsOfTypes(t *testing.T) {
	for _, c := range []struct {
		base, peak float64
		vcpus      int
		internet   Rate
	}{
		{0.75, 10, 2, Gbps(5)}, {10, 10, 32, Gbps(5)}, {25, 25, 96, Gbps(12.5)}, {0, 0.5, 1, Gbps(5)},
	} {
		got := TermsOf(&model.InstanceType{VCPUs: c.vcpus, NetworkBaseGbps: c.base, NetworkPeakGbps: c.peak}, DefaultBurst, false)
		if got.Internet != c.internet || got.Peak != Gbps(c.peak) || got.Base > got.Peak || got.Base == 0 || got.Flow != Gbps(5) {
			t.Errorf("%v: %+v", c, got)
		}
	}
	if got := TermsOf(&model.InstanceType{VCPUs: 2}, DefaultBurst, false); got != (Terms{}) {
		t.Errorf("a type without figures has %+v", got)
	}
}
