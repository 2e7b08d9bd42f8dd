package dataplane

import (
	"math"

	law "headroom/sim/fluid"
)

// losesKept is the share of a current's requests that go out on a connection which their target is just closing, as
// [Plane.lost] says of one: it has been silent for the time that the target keeps it, to within a packet's way there
// and back. A node takes the connection that it used last, so that the n-th of those to a target is
// used when n are busy, and is silent for exponentially distributed times between; the first of them, where the node
// takes targets in turn, for as long as so many arrivals take.
func (p *Plane) losesKept(c *current) float64 {
	if c.group == None || p.targetGroups[c.group].keeps == 0 || p.sources[c.source].balancer == None {
		return 0
	}
	keeps, limit := p.targetGroups[c.group].keeps, p.sources[c.source].lb.cfg.IdleTimeout
	until := keeps + towardsTarget
	if limit > 0 {
		if keeps > limit {
			return 0
		}
		until = min(until, limit)
	}
	came := 0.0
	for _, u := range c.cohort.currents {
		if u.zone == c.zone && u.group == c.group {
			came += u.expected
		}
	}
	rate := came / p.fluid.length.Seconds() / float64(max(1, c.cohort.servers))
	turns := 1.0
	if c.cohort.Rule == law.InTurn {
		turns = float64(max(1, c.cohort.Choices))
	}
	window := (until - keeps + towardsTarget).Seconds()
	return lostOnKept(rate, turns, c.mean().Seconds(), keeps.Seconds()) * window
}

// lostOnKept is, for each request, how probable it is in a second around a time that the connection which it takes was
// silent for that: of requests that come at a rate to a target, whose node takes so many targets in turn, and are
// there for so long.
func lostOnKept(rate, turns, stay, silent float64) float64 {
	if rate <= 0 || silent <= 0 {
		return 0
	}
	busy := rate * stay
	share := math.Exp(-busy) // of those who find n busy
	all := 0.0
	for n := 0.0; share*rate*silent > 1e-9 || n < busy; n++ {
		visits := rate * share
		k := 1.0
		if n == 0 {
			k = turns
		}
		all += share * erlangDensity(k, visits, silent)
		share *= busy / (n + 1)
		if n > busy+mostBusy*math.Sqrt(busy+1) {
			break
		}
	}
	return all
}

// mostBusy are so many standard deviations that more are not busy at once.
const mostBusy = 40

// erlangDensity is that of the time in which k arrivals come that take 1/rate on average together.
func erlangDensity(k, rate, t float64) float64 {
	if rate <= 0 {
		return 0
	}
	gamma, _ := math.Lgamma(k)
	return math.Exp(k*math.Log(k*rate) + (k-1)*math.Log(t) - k*rate*t - gamma)
}
