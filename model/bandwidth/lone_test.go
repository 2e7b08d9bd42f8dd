package bandwidth

import (
	"math/rand/v2"
	"slices"
	"testing"

	"headroom/model"
	"headroom/sim"
)

// pair plays the same flows to a link and to one that is never light.
type pair struct {
	t       *testing.T
	seed    uint64
	a, b    Link
	ways    map[uint32]Way
	lone    int // times that the first one was light with a flow
	crowded int // and that it had flows and was not
}

type ended struct {
	job uint32
	at  sim.Time
}

func (x *pair) settle(until sim.Time) {
	x.b.weigh()
	ends := func(l *Link) (list []ended) {
		for job, at, ok := l.Settle(until); ok; job, at, ok = l.Settle(until) {
			list = append(list, ended{job, at})
		}
		return list
	}
	got, want := ends(&x.a), ends(&x.b)
	if !slices.Equal(got, want) {
		x.t.Fatalf("seed %d: until %v %v end, of the link that is never light %v", x.seed, until, got, want)
	}
	for _, e := range got {
		delete(x.ways, e.job)
	}
	x.compare(until)
}

// compare compares all that can be asked.
func (x *pair) compare(at sim.Time) {
	leftA, leastA := x.a.Credits(at)
	leftB, leastB := x.b.Credits(at)
	if leftA != leftB || leastA != leastB {
		x.t.Fatalf("seed %d: at %v credits %v and least %v, want %v and %v", x.seed, at, leftA, leastA, leftB, leastB)
	}
	if got, want := x.a.Passed(at), x.b.Passed(at); got != want {
		x.t.Fatalf("seed %d: at %v %d bytes have passed, want %d", x.seed, at, got, want)
	}
	if x.a.Rate() != x.b.Rate() || x.a.Most() != x.b.Most() || x.a.Flows() != x.b.Flows() || x.a.Throttled(at) != x.b.Throttled(at) {
		x.t.Fatalf("seed %d: at %v rate %v most %v flows %d throttled %v, want %v %v %d %v", x.seed, at,
			x.a.Rate(), x.a.Most(), x.a.Flows(), x.a.Throttled(at), x.b.Rate(), x.b.Most(), x.b.Flows(), x.b.Throttled(at))
	}
	switch {
	case x.a.light.on && x.a.Flows() > 0:
		x.lone++
	case x.a.Flows() > 0:
		x.crowded++
	}
}

func (x *pair) offer(at sim.Time, job uint32, bytes model.Bytes, way Way) {
	x.a.Offer(at, job, bytes, way)
	x.b.weigh()
	x.b.begun += bytes
	x.b.join(at, job, bytes, way)
	x.ways[job] = way
	x.compare(at)
}

// disturb drops a flow, or all of them, or has bytes pass that were there before.
func (x *pair) disturb(at sim.Time, draws *rand.Rand) sim.Time {
	x.b.weigh()
	switch draws.IntN(12) {
	case 0:
		for job := range uint32(400) {
			if way, ok := x.ways[job]; ok {
				x.a.Drop(at, job, way)
				x.b.Drop(at, job, way)
				delete(x.ways, job)
				break
			}
		}
	case 1:
		x.a.Evict(at, nil)
		x.b.Evict(at, nil)
		clear(x.ways)
	case 2:
		if len(x.ways) == 0 {
			to := at + sim.Time(draws.Int64N(int64(sim.Second)))
			x.a.Pass(model.Bytes(to-at), at, to)
			x.b.Pass(model.Bytes(to-at), at, to)
			at = to
		}
	}
	x.compare(at)
	return at
}

// A flow that is alone has the end, and leaves the credits, that it would have as a job of
// a station, to the nanosecond and the unit.
func TestALoneFlowIsOneOfMany(t *testing.T) {
	lone, crowded, out := 0, 0, 0
	for seed := range uint64(400) {
		draws := rand.New(rand.NewPCG(seed, 3))
		terms := TermsOf(&model.InstanceType{
			VCPUs: 2 + 62*draws.IntN(2), NetworkBaseGbps: 0.032 + 9*draws.Float64(), NetworkPeakGbps: 2 + float64(draws.IntN(20)),
		}, sim.Time(1+draws.IntN(40))*100*sim.Millisecond, draws.IntN(2) == 0)
		x := pair{t: t, seed: seed, a: NewLink(0, terms), b: NewLink(0, terms), ways: map[uint32]Way{}}
		ways, scale, now := 1+draws.IntN(2), int64(1)<<(10+draws.IntN(20)), sim.Time(0)
		for job := range uint32(400) {
			now += sim.Time(draws.Int64N(scale * 8))
			x.settle(now)
			x.offer(now, job, model.Bytes(draws.Int64N(scale*(1+3*int64(draws.IntN(2))))), Way(draws.IntN(ways)))
			now = x.disturb(now, draws)
		}
		x.settle(now + sim.Hour)
		lone, crowded = lone+x.lone, crowded+x.crowded
		if x.a.Throttled(now) > 0 {
			out++
		}
	}
	if lone < 10_000 || crowded < 10_000 || out < 10 {
		t.Errorf("%d looks at lone flows, %d at crowds, %d links out of credits: the test shows too little", lone, crowded, out)
	}
}
