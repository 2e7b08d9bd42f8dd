package analytic

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"headroom/sim"
)

// path draws Poisson arrivals, one a millisecond on average, and services.
func path(seed uint64, n int, service func(*rand.Rand) float64) (arrivals, services []sim.Time) {
	r := rand.New(rand.NewPCG(seed, 1))
	now := 0.0
	for range n {
		now += r.ExpFloat64() * float64(sim.Millisecond)
		arrivals = append(arrivals, sim.Time(now))
		services = append(services, sim.Time(service(r)*float64(sim.Millisecond)))
	}
	return arrivals, services
}

func meanOf(xs []sim.Time) float64 {
	var sum sim.Time
	for _, x := range xs {
		sum += x
	}
	return float64(sum) / float64(len(xs)) / float64(sim.Millisecond)
}

// sortedWorkloads is the recursion as Kiefer and Wolfowitz wrote it: the sorted
// vector of the work left at each server, as an arrival finds it.
func sortedWorkloads(arrivals, services []sim.Time, c int) []sim.Time {
	work := make([]sim.Time, c)
	waits := make([]sim.Time, len(arrivals))
	var last sim.Time
	for i, arrival := range arrivals {
		for k := range work {
			work[k] = max(0, work[k]-(arrival-last))
		}
		slices.Sort(work)
		waits[i] = work[0]
		work[0] += services[i]
		last = arrival
	}
	return waits
}

func TestKieferWolfowitzMatchesSortedWorkloads(t *testing.T) {
	for _, c := range []int{1, 2, 3, 8, 50} {
		for seed := range uint64(20) {
			arrivals, services := path(seed, 500, func(r *rand.Rand) float64 {
				return 0.95 * float64(c) * math.Exp(r.NormFloat64()-0.5)
			})
			if seed%2 == 0 { // many ties
				for i := range arrivals {
					arrivals[i] -= arrivals[i] % (4 * sim.Millisecond)
					services[i] -= services[i] % (2 * sim.Millisecond)
				}
			}
			got, err := KieferWolfowitz(arrivals, services, c)
			if err != nil {
				t.Fatal(err)
			}
			if want := sortedWorkloads(arrivals, services, c); !slices.Equal(got, want) {
				t.Fatalf("c %d, seed %d: waits differ from the sorted vector's", c, seed)
			}
		}
	}
}

func TestKieferWolfowitzOfOneServerIsLindley(t *testing.T) {
	arrivals, services := path(7, 10_000, func(r *rand.Rand) float64 { return 0.9 * r.ExpFloat64() })
	got, err := KieferWolfowitz(arrivals, services, 1)
	if err != nil {
		t.Fatal(err)
	}
	var want sim.Time
	for i := range arrivals {
		if i > 0 {
			want = max(0, want+services[i-1]-(arrivals[i]-arrivals[i-1]))
		}
		if got[i] != want {
			t.Fatalf("customer %d waits %v, by Lindley %v", i, got[i], want)
		}
	}
}

func TestKieferWolfowitzRefusesBadPaths(t *testing.T) {
	one := []sim.Time{1}
	for i, c := range []struct {
		arrivals, services []sim.Time
		servers            int
	}{
		{one, one, 0},
		{one, nil, 1},
		{[]sim.Time{2, 1}, []sim.Time{1, 1}, 1},
		{[]sim.Time{-1}, one, 1},
		{one, []sim.Time{-1}, 1},
	} {
		if _, err := KieferWolfowitz(c.arrivals, c.services, c.servers); err == nil {
			t.Errorf("case %d: no error", i)
		}
	}
}

func TestSamplePathsAgreeWithClosedForms(t *testing.T) {
	const n = 400_000
	exponential := func(mean float64) func(*rand.Rand) float64 {
		return func(r *rand.Rand) float64 { return mean * r.ExpFloat64() }
	}
	constant := func(mean float64) func(*rand.Rand) float64 {
		return func(*rand.Rand) float64 { return mean }
	}
	mixed := func(r *rand.Rand) float64 {
		if r.Float64() < 0.9 {
			return 0.2 * r.ExpFloat64()
		}
		return 4.2 * r.ExpFloat64()
	}
	// Of mixed, E[S] = 0.9·0.2 + 0.1·4.2 = 0.6; E[S²] = 2(0.9·0.04 + 0.1·17.64) = 3.6.
	mm4, _ := NewMMc(1, 1/3.2, 4)
	md1, _ := NewMD1(1, 0.8)
	mg1, _ := NewMG1(1, 0.6, 3.6/0.36-1)
	for _, c := range []struct {
		name    string
		service func(*rand.Rand) float64
		servers int
		mean    float64
	}{
		{"M/M/4", exponential(3.2), 4, mm4.MeanWait()},
		{"M/D/1", constant(0.8), 1, md1.MeanWait()},
		{"M/H2/1", mixed, 1, mg1.MeanWaitFCFS()},
	} {
		arrivals, services := path(11, n, c.service)
		waits, err := KieferWolfowitz(arrivals, services, c.servers)
		if err != nil {
			t.Fatal(err)
		}
		if got := meanOf(waits); !within(got, c.mean, 0.05) {
			t.Errorf("%s, seed 11: mean wait %v, want %v ± 5 %%", c.name, got, c.mean)
		}
		if c.name == "M/D/1" {
			slices.Sort(waits)
			got := float64(waits[n*99/100]) / float64(sim.Millisecond)
			if want := md1.WaitQuantile(0.99); !within(got, want, 0.05) {
				t.Errorf("M/D/1, seed 11: p99 wait %v, want %v ± 5 %%", got, want)
			}
		}
	}
}

// lossShare is the share of arrivals that find all c servers busy.
func lossShare(arrivals, services []sim.Time, c int) float64 {
	free := make([]sim.Time, c)
	lost := 0
	for i, arrival := range arrivals {
		if free[0] > arrival {
			lost++
			continue
		}
		replaceFirst(free, arrival+services[i])
	}
	return float64(lost) / float64(len(arrivals))
}

func TestErlangBIsInsensitiveToTheService(t *testing.T) {
	want, _ := ErlangB(10, 8)
	for name, service := range map[string]func(*rand.Rand) float64{
		"constant":    func(*rand.Rand) float64 { return 8 },
		"exponential": func(r *rand.Rand) float64 { return 8 * r.ExpFloat64() },
		"uniform":     func(r *rand.Rand) float64 { return 16 * r.Float64() },
	} {
		arrivals, services := path(3, 400_000, service)
		if got := lossShare(arrivals, services, 10); !within(got, want, 0.03) {
			t.Errorf("%s services, seed 3: %v lost, want %v ± 3 %%", name, got, want)
		}
	}
}

// shareProcessor returns the mean response when all in the system share one
// server, by stepping from event to event.
func shareProcessor(arrivals, services []sim.Time) float64 {
	type job struct{ left, arrived float64 }
	var jobs []job
	now, total := 0.0, 0.0
	for i := 0; i < len(arrivals) || len(jobs) > 0; {
		next := math.Inf(1)
		for _, j := range jobs {
			next = min(next, j.left)
		}
		until := now + next*float64(len(jobs))
		arrives := i < len(arrivals) && (len(jobs) == 0 || float64(arrivals[i]) < until)
		if arrives {
			until = float64(arrivals[i])
		}
		for k := range jobs {
			jobs[k].left -= (until - now) / float64(len(jobs))
		}
		now = until
		if arrives {
			jobs = append(jobs, job{float64(services[i]), now})
			i++
			continue
		}
		jobs = slices.DeleteFunc(jobs, func(j job) bool {
			if j.left > 1e-3 {
				return false
			}
			total += now - j.arrived
			return true
		})
	}
	return total / float64(len(arrivals)) / float64(sim.Millisecond)
}

func TestProcessorSharingIsInsensitiveToTheService(t *testing.T) {
	q, _ := NewMG1(1, 0.7, 0)
	for name, service := range map[string]func(*rand.Rand) float64{
		"constant":  func(*rand.Rand) float64 { return 0.7 },
		"lognormal": func(r *rand.Rand) float64 { return 0.7 * math.Exp(r.NormFloat64()-0.5) },
	} {
		arrivals, services := path(5, 200_000, service)
		if got, want := shareProcessor(arrivals, services), q.MeanResponsePS(); !within(got, want, 0.04) {
			t.Errorf("%s services, seed 5: mean response %v, want %v ± 4 %%", name, got, want)
		}
	}
}

func BenchmarkErlangC100(b *testing.B) {
	for b.Loop() {
		_, _ = ErlangC(100, 80)
	}
}

func BenchmarkKieferWolfowitz100(b *testing.B) {
	arrivals, services := path(1, 100_000, func(r *rand.Rand) float64 { return 80 * r.ExpFloat64() })
	for b.Loop() {
		_, _ = KieferWolfowitz(arrivals, services, 100)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e5, "ns/customer")
}
