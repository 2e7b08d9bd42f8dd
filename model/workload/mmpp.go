package workload

import (
	"errors"
	"fmt"
	"math"

	"headroom/sim"
	"headroom/sim/rng"
)

// State is one state of a modulated process.
type State struct {
	PerSecond float64
	Sojourn   sim.Time // mean time spent in it, exponential
}

// mmpp is a Poisson process whose rate is that of a Markov chain's state.
type mmpp struct {
	states []State
	upTo   [][]float64 // cumulative probabilities of the next state; nil: in turn
	shares []float64   // of time in the long run
	mean   float64
}

const (
	maxStates = 64
	// maxSwitches is the largest mean number of changes of state between two
	// arrivals: it bounds the work of Next.
	maxSwitches = 10_000
	// rowTolerance is how far a row of probabilities may be from 1.
	rowTolerance = 1e-6
)

// MMPP returns the Markov-modulated Poisson process of those states. next[i][j]
// is the probability that state j follows state i; without it the states take
// turns. It starts in a state drawn from the long run, so its mean is the same
// at all times.
func MMPP(states []State, next [][]float64) (Process, error) {
	n := len(states)
	if n == 0 || n > maxStates {
		return nil, fmt.Errorf("states: must be between 1 and %d, got %d", maxStates, n)
	}
	for i, s := range states {
		if err := checkRate(fmt.Sprintf("states[%d].rate", i), s.PerSecond); err != nil {
			return nil, err
		}
		if s.Sojourn <= 0 || s.Sojourn > sim.Horizon {
			return nil, fmt.Errorf("states[%d].sojourn: must be positive, at most %v, got %v", i, sim.Horizon, s.Sojourn)
		}
	}
	if next == nil {
		next = inTurn(n)
	}
	chain, err := checkChain(next, n)
	if err != nil {
		return nil, err
	}
	p := &mmpp{states: append([]State(nil), states...), upTo: cumulate(chain)}
	visits := stationary(chain)
	total := 0.0
	p.shares = make([]float64, n)
	for i, s := range states {
		p.shares[i] = visits[i] * s.Sojourn.Seconds()
		total += p.shares[i]
	}
	switches := 0.0
	for i, s := range states {
		p.shares[i] /= total
		p.mean += p.shares[i] * s.PerSecond
		switches += p.shares[i] / s.Sojourn.Seconds()
	}
	if p.mean == 0 {
		return nil, errors.New("states: their rates must not all be 0")
	}
	if !(switches <= maxSwitches*p.mean) {
		return nil, fmt.Errorf("states: must change at most %d times between two arrivals on average, got %g", maxSwitches, switches/p.mean)
	}
	return p, nil
}

// inTurn returns the chain whose states follow each other in a circle.
func inTurn(n int) [][]float64 {
	next := make([][]float64, n)
	for i := range next {
		next[i] = make([]float64, n)
		next[i][(i+1)%n] = 1
	}
	return next
}

// checkChain returns a copy of next whose rows sum to 1, or an error unless it
// is the matrix of a chain in which every state can follow, in the end, every
// other.
func checkChain(next [][]float64, n int) ([][]float64, error) {
	if len(next) != n {
		return nil, fmt.Errorf("transitions: must have a row for each of the %d states, got %d", n, len(next))
	}
	chain := make([][]float64, n)
	for i, row := range next {
		if len(row) != n {
			return nil, fmt.Errorf("transitions[%d]: must have %d probabilities, got %d", i, n, len(row))
		}
		total := 0.0
		for j, p := range row {
			if !(p >= 0 && p <= 1) {
				return nil, fmt.Errorf("transitions[%d][%d]: must be between 0 and 1, got %g", i, j, p)
			}
			total += p
		}
		if math.Abs(total-1) > rowTolerance {
			return nil, fmt.Errorf("transitions[%d]: must add up to 1, got %g", i, total)
		}
		chain[i] = make([]float64, n)
		for j, p := range row {
			if p >= rowTolerance*rowTolerance { // rarer than that counts as never
				chain[i][j] = p / total
			}
		}
	}
	for i := range chain {
		for j, ok := range reachable(chain, i) {
			if !ok {
				return nil, fmt.Errorf("transitions: state %d must be reachable from state %d", j, i)
			}
		}
	}
	return chain, nil
}

// reachable returns which states can follow, in the end, state from.
func reachable(chain [][]float64, from int) []bool {
	seen := make([]bool, len(chain))
	seen[from] = true
	pending := []int{from}
	for len(pending) > 0 {
		i := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		for j, p := range chain[i] {
			if p > 0 && !seen[j] {
				seen[j] = true
				pending = append(pending, j)
			}
		}
	}
	return seen
}

// stationary returns the relative frequencies of the states of an irreducible
// chain, by the elimination of Grassmann, Taksar and Heyman (1985), which
// subtracts nothing.
func stationary(chain [][]float64) []float64 {
	n := len(chain)
	p := make([][]float64, n)
	for i := range p {
		p[i] = append([]float64(nil), chain[i]...)
	}
	for k := n - 1; k > 0; k-- {
		out := 0.0
		for j := range k {
			out += p[k][j]
		}
		for i := range k {
			p[i][k] /= out
			for j := range k {
				p[i][j] += p[i][k] * p[k][j]
			}
		}
	}
	visits := make([]float64, n)
	visits[0] = 1
	for k := 1; k < n; k++ {
		for i := range k {
			visits[k] += visits[i] * p[i][k]
		}
	}
	return visits
}

// cumulate returns the running sums of each row, the last exactly 1.
func cumulate(chain [][]float64) [][]float64 {
	sums := make([][]float64, len(chain))
	for i, row := range chain {
		sums[i] = make([]float64, len(row))
		total := 0.0
		for j, p := range row {
			total += p
			sums[i][j] = total
		}
		sums[i][len(row)-1] = 1
	}
	return sums
}

// Start implements [Process].
func (p *mmpp) Start(stream rng.Stream) Source {
	s := &mmppSource{mmpp: p, stream: stream}
	u := s.stream.Uniform()
	for s.state < len(p.shares)-1 && u > p.shares[s.state] {
		u -= p.shares[s.state]
		s.state++
	}
	s.sojourn()
	return s
}

// Mean implements [Process].
func (p *mmpp) Mean(sim.Time) float64 { return p.mean }

type mmppSource struct {
	*mmpp
	stream rng.Stream
	state  int
	left   float64 // s to stay in the state
	clock  clock
}

// sojourn draws how long to stay.
func (s *mmppSource) sojourn() {
	s.left = s.states[s.state].Sojourn.Seconds() * s.stream.Exponential()
}

// Next implements [Source].
func (s *mmppSource) Next() (at sim.Time, ok bool) {
	area := s.stream.Exponential()
	for {
		rate := s.states[s.state].PerSecond
		if area <= rate*s.left {
			wait := area / rate
			s.left = max(0, s.left-wait)
			return s.clock.advance(wait)
		}
		area -= rate * s.left
		if at, ok = s.clock.advance(s.left); !ok {
			return at, false
		}
		u, row := s.stream.Uniform(), s.upTo[s.state]
		s.state = 0
		for row[s.state] < u {
			s.state++
		}
		s.sojourn()
	}
}
