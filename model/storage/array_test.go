package storage

import (
	"math"
	"math/rand/v2"
	"testing"

	"headroom/model"
	"headroom/sim"
)

// An array of one disk is a queue: it plays at the time what a queue says ahead.
func TestArrayOfOneAgreesWithQueue(t *testing.T) {
	link := LinkOf(&model.InstanceType{EBS: model.EBSLimits{BaseMbps: 43, PeakMbps: 2085, BaseIOPS: 250, PeakIOPS: 11_800}})
	for name, c := range map[string]struct {
		limits Limits
		link   Link
		rate   float64
	}{
		"gp3":          {Spec{Kind: GP3, SizeGiB: 100, IOPS: 3000, ThroughputMiBs: 125}.Limits(true), Link{}, 2500},
		"gp2":          {Spec{Kind: GP2, SizeGiB: 20}.Limits(true), Link{}, 2900},
		"gp2 half":     {Spec{Kind: GP2, SizeGiB: 500}.Limits(true), Link{}, 1450},
		"gp3, t3.nano": {Spec{Kind: GP3, SizeGiB: 100, IOPS: 3000, ThroughputMiBs: 125}.Limits(true), link, 2500},
		"st1":          {Spec{Kind: ST1, SizeGiB: 125}.Limits(true), Link{}, 28},
	} {
		random := rand.New(rand.NewPCG(1, 2))
		q := NewQueue(0, c.limits, c.link)
		a := NewArray(0, []Limits{c.limits}, c.link)
		if q.credits { // near their end
			for _, meters := range [][]meter{q.meters[:], a.disks[0].own[:], a.link[:]} {
				for i := range meters {
					if m := &meters[i]; m.credits && m.daily {
						m.day.Put(0, -m.day.At(0)*999/1000)
					} else if m.credits {
						m.left.Put(0, -m.left.At(0)*999/1000)
					}
				}
			}
		}
		now, worst, n := sim.Time(0), sim.Time(0), 0
		var ends []Served
		settle := func(until sim.Time) {
			for f, ok := a.Settle(until); ok; f, ok = a.Settle(until) {
				worst = max(worst, f.End-ends[f.Job].End, ends[f.Job].End-f.End)
				if int(f.Job) != n {
					t.Fatalf("%s: batch %d after %d", name, f.Job, n)
				}
				n++
			}
		}
		for i := range uint64(20_000) {
			now += sim.Seconds(random.ExpFloat64() / c.rate)
			settle(now)
			cost := c.limits.Cost(IO{Count: 1, Size: model.Bytes(4+random.IntN(60)) * model.KiB})
			ends = append(ends, q.Serve(now, cost))
			a.Offer(now, 0, i, cost)
		}
		settle(sim.Horizon)
		// A credit that ends within a nanosecond may differ by what is done in it.
		// What earns over the day, does so but for whole batches in a queue.
		most := 50 * sim.Microsecond
		if c.link != (Link{}) {
			most = q.Free() / 1000
		}
		if n != 20_000 || worst > most {
			t.Errorf("%s: %d batches, the worst differs by %v", name, n, worst)
		}
	}
}

// What users of a link have is max-min: a solver by bisection of the common level says
// the same.
func TestSharesAgreeWithASolver(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for trial := range 2000 {
		users := make([]user, 1+random.IntN(6))
		for i := range users {
			users[i] = user{most: random.ExpFloat64(), uses: [linkDimensions]float64{1, random.ExpFloat64() * 5}}
		}
		rates := [linkDimensions]float64{random.ExpFloat64() * 2, random.ExpFloat64() * 5}
		if random.IntN(4) == 0 {
			rates[random.IntN(2)] = 0
		}
		divide(users, rates)
		at := func(level float64) (speeds []float64, fits bool) {
			var taken [linkDimensions]float64
			for i := range users {
				weight := 0.0
				for k, rate := range rates {
					if rate > 0 {
						weight = max(weight, users[i].uses[k]/rate)
					}
				}
				speed := users[i].most
				if weight > 0 {
					speed = min(speed, level/weight)
				}
				speeds = append(speeds, speed)
				for k := range taken {
					taken[k] += speed * users[i].uses[k]
				}
			}
			for k, rate := range rates {
				if rate > 0 && taken[k] > rate*(1+1e-12) {
					return speeds, false
				}
			}
			return speeds, true
		}
		low, high := 0.0, 1e6
		for range 200 {
			if middle := (low + high) / 2; func() bool { _, ok := at(middle); return ok }() {
				low = middle
			} else {
				high = middle
			}
		}
		want, _ := at(low)
		for i := range users {
			if math.Abs(users[i].speed-want[i]) > 1e-6*(1+want[i]) {
				t.Fatalf("trial %d: user %d has %v, want %v (%+v of %v)", trial, i, users[i].speed, want[i], users, rates)
			}
		}
	}
}

// Two volumes of 3,000 and 100 IOPS behind a link of 1,000: who asks for less than half
// has it all, and the other the rest.
func TestSmallUserIsNotHeldBack(t *testing.T) {
	link := Link{Operations: steady(1000)}
	big := Spec{Kind: GP3, SizeGiB: 100, IOPS: 3000, ThroughputMiBs: 125}.Limits(true)
	a := NewArray(0, []Limits{big, big}, link)
	cost := big.Cost(IO{Count: 1, Size: 4 * model.KiB})
	done := [2]int{}
	next := sim.Time(0)
	for range 5000 { // a line that never ends
		a.Offer(0, 0, 0, cost)
	}
	for now := sim.Time(0); now < sim.Second; now = next {
		for f, ok := a.Settle(now); ok; f, ok = a.Settle(now) {
			done[f.Disk]++
		}
		a.Offer(now, 1, 0, cost)
		next = now + 10*sim.Millisecond
	}
	for f, ok := a.Settle(sim.Second); ok; f, ok = a.Settle(sim.Second) {
		done[f.Disk]++
	}
	if done[1] != 100 || done[0] < 899 || done[0] > 900 {
		t.Errorf("done %v in a second, want 900 and 100", done)
	}
}
