package cloud

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

// A group that serves nobody leaves every other number as it is: streams are
// named after their subjects.
func TestAnIdleGroupDisturbsNobody(t *testing.T) {
	alone, beside := spotGroup(5), spotGroup(5)
	for _, cfg := range []*Config{alone, beside} {
		for i := range cfg.SpotPools {
			cfg.SpotPools[i].Intensity = 20000
		}
		cfg.request(poissonAt(20), must(rng.Exponential(0.2)))
	}
	idle := beside.addGroup(1, 3, 2)
	idle.Name, idle.TargetGroups, idle.Service = "idle", nil, None
	a, b := play(t, alone), play(t, beside)
	if a.Groups[0].SpotInterruptions == 0 {
		t.Error("no instance was interrupted: the test shows nothing")
	}
	ra, rb := a.Routes[1], b.Routes[1]
	if ra.Completed != rb.Completed || ra.Latency.Sum() != rb.Latency.Sum() ||
		a.Groups[0].SpotInterruptions != b.Groups[0].SpotInterruptions {
		t.Errorf("alone: %d completed, latency sum %v, %d interruptions; beside an idle group: %d, %v, %d",
			ra.Completed, ra.Latency.Sum(), a.Groups[0].SpotInterruptions,
			rb.Completed, rb.Latency.Sum(), b.Groups[0].SpotInterruptions)
	}
}

// Twice the time between arrivals and twice the demand make twice the wait.
func TestWaitsScaleWithTime(t *testing.T) {
	at := func(factor float64) float64 {
		cfg := queue(Service{Discipline: ProcessorSharing, Concurrency: 4, Backlog: NoLimit}, 2, 1.7/factor, must(rng.Exponential(factor)))
		cfg.Duration = sim.Time(factor) * 10 * sim.Hour
		return play(t, cfg).Routes[0].Latency.Mean()
	}
	if one, two := at(1), at(2); math.Abs(two/one-2) > 1e-6 {
		t.Errorf("mean latency %.0f ns, with time doubled %.0f ns: a ratio of %.9f", one, two, two/one)
	}
}

// The same config and replication give the same outcome; another replication
// another one.
func TestARunRepeatsItself(t *testing.T) {
	outcome := func(replication int) (int64, string) {
		cfg := spotGroup(5)
		cfg.SpotPools[0].Intensity = 20000
		cfg.request(poissonAt(20), must(rng.Exponential(0.2)))
		w := must(New(cfg, replication))
		until(t, w, cfg.Duration, 1<<30)
		out := w.outcome()
		sum := ""
		for _, r := range out.Routes {
			sum += r.Latency.Sum().Big().String() + " "
		}
		return out.Events, sum
	}
	e1, s1 := outcome(0)
	e2, s2 := outcome(0)
	if e1 != e2 || s1 != s2 {
		t.Errorf("the same replication twice: %d events, %s; then %d, %s", e1, s1, e2, s2)
	}
	if _, s3 := outcome(1); s3 == s1 {
		t.Error("two replications are the same")
	}
}
