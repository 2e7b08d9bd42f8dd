package cloud

import (
	"math"
	"math/rand/v2"
	"testing"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/sim"
	"headroom/sim/rng"
)

// stickyTwin is another simulation of clients who stay with their targets, a few lines that know
// nothing of load balancers: requests come at a rate, each of a client drawn from all alike, who
// goes where it last was unless that is longer ago than its cookie lasts, and else where it is the
// turn. It returns the share that stayed, and the requests of the busiest target over the mean of
// all, by windows of 300 s.
func stickyTwin(seed uint64, clients, targets int, rate, cookie, duration float64) (stayed, imbalance float64) {
	draw := rand.New(rand.NewPCG(seed, 1))
	last, at := make([]float64, clients), make([]int, clients)
	for i := range last {
		last[i] = math.Inf(-1)
	}
	turn, all, kept, window := 0, 0.0, 0.0, 1.0
	counts := make([]float64, targets)
	sum, weight := 0.0, 0.0
	for now := draw.ExpFloat64() / rate; now < duration; now += draw.ExpFloat64() / rate {
		for now >= window*300 {
			total, most := 0.0, 0.0
			for k, n := range counts {
				total, most = total+n, max(most, n)
				counts[k] = 0
			}
			if total > 0 {
				sum, weight = sum+most*float64(targets), weight+total
			}
			window++
		}
		i := draw.IntN(clients)
		if now-last[i] < cookie {
			kept++
		} else {
			at[i], turn = turn, (turn+1)%targets
		}
		all++
		last[i] = now
		counts[at[i]]++
	}
	return kept / all, sum / weight
}

// spread is the mean of some values, and the variance of that mean.
func spread(values []float64) (mean, variance float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		variance += (v - mean) * (v - mean) / (n - 1) / n
	}
	return mean, variance
}

// Clients who stay with their targets put as much out of balance as in the other simulation, and
// as many of their requests follow a cookie as gaps are shorter than it lasts: 1 - exp(-gap).
func TestStickinessIsThatOfAnotherSimulation(t *testing.T) {
	const clients, targets, rate, hours, runs = 40, 4, 4.0, 10, 12
	for _, cookie := range []float64{5, 10, 30} {
		var mine, other [2][]float64
		for seed := range uint64(runs) {
			cfg := baseConfig()
			cfg.Seed, cfg.Duration = seed+1, hours*sim.Hour
			cfg.LoadBalancers[0].Zones = []model.Zone{0}
			cfg.Instances = []Fleet{{
				Name: "servers", Count: targets, Template: cfg.LaunchTemplates[0], Need: Need{Pool: None}, Zones: []model.Zone{0}, TargetGroups: []int{0},
			}}
			cfg.TargetGroups[0].HealthCheck.Enabled = false
			cfg.TargetGroups[0].Stickiness = dataplane.Stickiness{Kind: dataplane.LoadBalancerCookie, Duration: sim.Seconds(cookie)}
			cfg.request(poissonAt(rate), must(rng.Fixed(0.001))).Visitors.Count = clients
			out := play(t, cfg)
			asked := int64(0)
			for i := range out.Routes {
				asked += out.Routes[i].Arrived
			}
			stayed, imbalance := stickyTwin(seed, clients, targets, rate, cookie, hours*3600)
			for k, v := range []float64{float64(out.Targets[0].Stuck) / float64(asked), out.Targets[0].Imbalance} {
				mine[k] = append(mine[k], v)
				other[k] = append(other[k], []float64{stayed, imbalance}[k])
			}
		}
		for k, what := range []string{"share that stays", "imbalance"} {
			a, va := spread(mine[k])
			b, vb := spread(other[k])
			if math.Abs(a-b) > 4*math.Sqrt(va+vb) {
				t.Errorf("cookie of %g s: %s %g, the other simulation has %g", cookie, what, a, b)
			}
		}
		if got, _ := spread(mine[0]); math.Abs(got-(1-math.Exp(-cookie*rate/clients))) > 0.004 {
			t.Errorf("cookie of %g s: %g of the requests follow it, want %g", cookie, got, 1-math.Exp(-cookie*rate/clients))
		}
	}
}
