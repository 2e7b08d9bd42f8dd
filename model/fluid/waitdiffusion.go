package fluid

import (
	"math"

	"headroom/sim/fluid"
)

// In a lasting overload of servers that take requests in order, who comes waits for about as long as its client does: less what
// the servers then have time for, θ with λ E min(X, θ) = c. Chance makes of that a wait W which hovers there, and where all ask for
// about the same it alone decides who is answered: those of X ≤ T − W. W is a diffusion by λ E min(X, T − W)/c − 1 a second,
// of variance λ E min(X, T − W)²/c² (Whitt 2004, "Efficiency-driven heavy-traffic approximations for many-server queues with
// abandonments", whose clients leave the line alone).

// waitDiffusion is such waits and the law of the stays.
type waitDiffusion struct {
	each, able, patience, speed float64 // that it is for
	waits                       []float64
	least                       float64 // below which a wait only grows
	law                         *fluid.Law
}

// diffusionPoints is how many waits make a law, and diffusionStep the part of its deviation that the diffusion is followed by.
const (
	diffusionPoints = 16
	diffusionStep   = 0.1
	diffusionSteps  = 4000
)

// diffusedWaits returns the law of the stays where waits hover; nil: they do not.
func (c *Cohort) diffusedWaits(f *flow) *fluid.Law {
	if c.Sharing || f.patience <= 0 || f.each <= f.able {
		return nil
	}
	h := &c.diffusion
	if at := (waitDiffusion{each: f.each, able: f.able, patience: f.patience, speed: c.speed()}); h.law == nil || !h.alike(&at) {
		c.diffusion = at
		h.spread(f, f.able*c.Demand.Mean()/c.speed())
	}
	if len(h.waits) == 0 || c.queue < h.least {
		return nil
	}
	if h.law == nil {
		laws, shares := make([]*fluid.Law, len(h.waits)), make([]float64, len(h.waits))
		for i, wait := range h.waits {
			laws[i] = f.laws.Taking(func(demand float64) float64 { return wait + demand/h.speed })
			shares[i] = 1 / float64(len(h.waits))
		}
		h.law = fluid.Mix(laws, shares)
	}
	return h.law
}

// alike reports whether waits are as good as those of another step.
func (h *waitDiffusion) alike(o *waitDiffusion) bool {
	near := func(a, b float64) bool { return math.Abs(a-b) <= 0.01*b }
	return near(h.each, o.each) && near(h.able, o.able) && h.patience == o.patience && h.speed == o.speed
}

// spread finds the waits of a line of so many servers, by the time z that they leave.
func (h *waitDiffusion) spread(f *flow, servers float64) {
	mean := f.worth.sum / h.speed
	drift := func(z float64) float64 {
		part, _ := f.worth.upto(z * h.speed)
		return h.each*part*mean/servers - 1
	}
	low, high := 0.0, h.patience
	if drift(high) <= 0 {
		return
	}
	for range attempts {
		if z := (low + high) / 2; drift(z) > 0 {
			high = z
		} else {
			low = z
		}
	}
	_, longer := f.worth.upto(high * h.speed)
	squares := h.squares(f, high)
	deviation := math.Sqrt(squares / 2 / servers / max(longer, h.each*squares/servers/h.patience/h.patience))
	h.least = h.patience - high - 4*deviation
	step := diffusionStep * deviation
	var shares, times []float64
	for _, way := range []float64{-1, 1} {
		log, sum := 0.0, squares
		for k := range diffusionSteps {
			z := high + way*step*(float64(k)+0.5)
			if z <= 0 || z >= h.patience || log < -12 {
				break
			}
			_, longer := f.worth.upto(z * h.speed)
			sum = max(sum+way*step*2*z*longer, 1e-12*squares)
			varies := h.each * sum / servers / servers
			log -= way * step * 2 * drift(z) / varies
			times, shares = append(times, z), append(shares, math.Exp(log)/varies)
		}
		if way < 0 {
			for i, j := 0, len(times)-1; i < j; i, j = i+1, j-1 {
				times[i], times[j], shares[i], shares[j] = times[j], times[i], shares[j], shares[i]
			}
		}
	}
	h.quantiles(times, shares)
}

// squares is E min(X, z)² in seconds of a server.
func (h *waitDiffusion) squares(f *flow, z float64) (sum float64) {
	const parts = 200
	for k := range parts {
		y := z * (float64(k) + 0.5) / parts
		_, longer := f.worth.upto(y * h.speed)
		sum += 2 * y * longer * z / parts
	}
	return sum
}

// quantiles takes waits that are as likely as each other.
func (h *waitDiffusion) quantiles(times, shares []float64) {
	all := 0.0
	for _, share := range shares {
		all += share
	}
	sum := 0.0
	for i, share := range shares {
		for sum += share; len(h.waits) < diffusionPoints && sum >= all*(float64(len(h.waits))+0.5)/diffusionPoints; {
			h.waits = append(h.waits, h.patience-times[i])
		}
	}
}
