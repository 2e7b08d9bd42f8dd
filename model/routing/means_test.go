package routing

import (
	"math"
	"slices"
	"testing"

	"headroom/sim/rng"
)

// crowd is a system of servers with exponential services of mean 1, each with its own
// queue, and Poisson arrivals; joins says which of the queues, sorted by their lengths,
// an arrival joins with which probability.
type crowd struct {
	servers int
	rate    float64 // of arrivals, of all servers
	joins   []float64
}

// sojourn is the mean time in the system, from the balance equations of its chain: found
// by iterating the uniformized chain over sorted lengths up to a bound.
func (c crowd) sojourn() float64 {
	const longest, rounds = 40, 4000
	number := map[[3]int]int{}
	var states [][3]int
	var list func(s [3]int, k int)
	list = func(s [3]int, k int) {
		if k == c.servers {
			number[s] = len(states)
			states = append(states, s)
			return
		}
		from := 0
		if k > 0 {
			from = s[k-1]
		}
		for n := from; n <= longest; n++ {
			s[k] = n
			list(s, k+1)
		}
	}
	list([3]int{}, 0)
	type move struct {
		to   int
		with float64
	}
	moves := make([][]move, len(states))
	all := c.rate + float64(c.servers)
	for i, s := range states {
		rest := 1.0
		step := func(k, by int, with float64) {
			next := s
			next[k] += by
			slices.Sort(next[:c.servers])
			if to, ok := number[next]; ok && with > 0 {
				moves[i] = append(moves[i], move{to, with / all})
				rest -= with / all
			}
		}
		for k := range c.servers {
			step(k, 1, c.rate*c.joins[k])
			if s[k] > 0 {
				step(k, -1, 1)
			}
		}
		moves[i] = append(moves[i], move{i, rest})
	}
	p, q := make([]float64, len(states)), make([]float64, len(states))
	p[0] = 1
	for range rounds {
		clear(q)
		for i, own := range p {
			for _, m := range moves[i] {
				q[m.to] += own * m.with
			}
		}
		p, q = q, p
	}
	inside := 0.0
	for i, s := range states {
		inside += p[i] * float64(s[0]+s[1]+s[2])
	}
	return inside / c.rate
}

// simulated is the mean time in the system, with the half-width of its interval, by a
// policy: the mean number inside over batches of events, and Little's law.
func simulated(p Policy, servers int, rate float64, s *rng.Stream) (mean, half float64) {
	const batches, events = 30, 60_000
	lengths := make([]int, servers)
	for k := range servers {
		p.Add(k)
	}
	inside := 0
	var means []float64
	for b := range batches + 1 {
		area, time := 0.0, 0.0
		for range events {
			busy := 0
			for _, n := range lengths {
				if n > 0 {
					busy++
				}
			}
			hold := 1 / (rate + float64(busy))
			area += float64(inside) * hold
			time += hold
			u := s.Uniform() * (rate + float64(busy))
			if u < rate {
				k, _ := p.Pick(0)
				p.Began(k)
				lengths[k]++
				inside++
				continue
			}
			ends := int(u - rate)
			for k, n := range lengths {
				if n == 0 {
					continue
				}
				if ends--; ends < 0 {
					p.Ended(k)
					lengths[k]--
					inside--
					break
				}
			}
		}
		if b > 0 { // the first one begins empty
			means = append(means, area/time/rate)
		}
	}
	sum, squares := 0.0, 0.0
	for _, m := range means {
		sum += m
	}
	mean = sum / batches
	for _, m := range means {
		squares += (m - mean) * (m - mean)
	}
	return mean, 4 * math.Sqrt(squares/(batches-1)/batches)
}

// erlangResponse is the mean time in the system of one of n servers that are asked in
// turn: E(n)/M/1, whose root is that of the transform of the times between its arrivals
// (Kleinrock, Queueing Systems I, 1975, 6.4).
func erlangResponse(n int, load float64) float64 {
	root := 0.5
	for range 10_000 {
		root = math.Pow(float64(n)*load/(float64(n)*load+1-root), float64(n))
	}
	return 1 / (1 - root)
}

// Small systems behave as their balance equations say, under each policy that looks at its
// targets: the shortest queue, two choices that differ, and two that may be the same.
func TestPoliciesHaveTheMeansOfTheirChains(t *testing.T) {
	const servers, load = 3, 0.7
	third := 1.0 / 3
	for _, c := range []struct {
		name  string
		joins []float64
		want  float64
	}{
		{"round_robin", nil, erlangResponse(servers, load)},
		{"random", []float64{third, third, third}, 1 / (1 - load)},
		{"least_outstanding_requests", []float64{1, 0, 0}, 0},
		// Of three pairs two have the shortest queue, and one has not.
		{"power_of_two_choices", []float64{2 * third, third, 0}, 0},
		// Of nine ordered pairs five have the shortest, three more the middle one.
		{"power_of_two_choices_with_replacement", []float64{5.0 / 9, 3.0 / 9, 1.0 / 9}, 0},
	} {
		if c.joins != nil {
			chain := crowd{servers, servers * load, c.joins}.sojourn()
			if c.want == 0 {
				c.want = chain
			} else if math.Abs(chain-c.want) > 1e-4*c.want {
				t.Errorf("%s: the chain says %g, the closed form %g", c.name, chain, c.want)
			}
		}
		entry, ok := Find(c.name)
		if !ok {
			t.Fatalf("no policy %s", c.name)
		}
		draws, chooser := rng.New(14, 0, c.name), rng.New(15, 0, c.name)
		got, half := simulated(entry.New(Setup{Nodes: 1, Chooser: &chooser}), servers, servers*load, &draws)
		if math.Abs(got-c.want) > half || half > 0.05*c.want {
			t.Errorf("%s: mean time in the system %g ± %g, want %g", c.name, got, half, c.want)
		}
	}
}
