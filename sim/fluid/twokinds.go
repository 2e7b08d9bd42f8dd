package fluid

import "math"

// twoKinds is a station of some servers, first come, first served, of whose services a few are long and the others
// short, each kind exponential (H₂): a quasi-birth-and-death process, whose solution is exact (Neuts 1981, "Matrix-geometric solutions in
// stochastic models", chapter 3). The time from one arrival to the next is
// the sum of exponential stages, as in a [chain]. Time is in mean services.
type twoKinds struct {
	servers, stages int
	rate            float64 // of arrivals
	long            float64 // share of the long ones
	ends            [2]float64
}

// newTwoKinds has the mean and the variance of services that vary more than exponential ones, and the mean of the shortest of
// what is left at random of as many of them as there are servers: so it is as good as exact where next to nobody waits
// and where all do.
func newTwoKinds(scv, shortest float64, servers int) *twoKinds {
	t := &twoKinds{servers: servers}
	low, high := math.Log(1e-6), math.Log(1e6) // of the third moment, beyond the least
	for range 50 {
		third := (low + high) / 2
		t.fit((1+scv)/2, math.Exp(third))
		if t.first() > shortest {
			low = third
		} else {
			high = third
		}
	}
	return t
}

// fit finds the means x of the kinds, which are the roots of a quadratic: E x² = second, E x³ = second² (1 + more). There are some
// if the third moment is not less than second² (Whitt 1982, "Approximating a point process by a renewal process, I"; Tijms 2003, "A
// first course in stochastic models", appendix B). Services have the moments 1, 2 E x², 6 E x³.
func (t *twoKinds) fit(second, more float64) {
	third := second * second * (1 + more)
	sum, product := (third-second)/(second-1), (third-second*second)/(second-1)
	root := math.Sqrt(max(sum*sum/4-product, 0))
	most := sum/2 + root
	least := product / most
	t.long = (1 - least) / (most - least)
	t.ends = [2]float64{1 / least, 1 / most}
}

// under has so much come to it.
func (t *twoKinds) under(load float64, stages int) *twoKinds {
	at := *t
	at.rate, at.stages = load*float64(t.servers), stages
	return &at
}

// blocks are the rates from a level of so many jobs: to one more, to the same number, to one less.
func (t *twoKinds) blocks(jobs int) (up, here, down square) {
	from, more, less := t.size(jobs), t.size(jobs+1), t.size(max(jobs-1, 0))
	up, here, down = newSquare(from, more), newSquare(from, from), newSquare(from, less)
	busy, narrow := min(jobs, t.servers), min(max(jobs-1, 0), t.servers)+1
	step := t.rate * float64(t.stages)
	for a := range t.stages {
		for j := range busy + 1 {
			at := a*(busy+1) + j
			short, long := float64(busy-j)*t.ends[0], float64(j)*t.ends[1]
			here.add(at, at, -step-short-long)
			switch {
			case a < t.stages-1:
				here.add(at, at+busy+1, step)
			case jobs < t.servers:
				up.add(at, j, step*(1-t.long))
				up.add(at, j+1, step*t.long)
			default:
				up.add(at, j, step)
			}
			to := a*narrow + j
			if jobs <= t.servers {
				if j < busy {
					down.add(at, to, short)
				}
				if j > 0 {
					down.add(at, to-1, long)
				}
				continue
			}
			if j < busy {
				down.add(at, to, short*(1-t.long))
				down.add(at, to+1, short*t.long)
			}
			if j > 0 {
				down.add(at, to-1, long*(1-t.long))
				down.add(at, to, long*t.long)
			}
		}
	}
	return up, here, down
}

// size is the number of states of a level.
func (t *twoKinds) size(jobs int) int { return t.stages * (min(jobs, t.servers) + 1) }

// solve returns the share of requests that wait, the mean wait of all, and the second moment of those who wait, over the square of their
// mean. Levels from the servers on are x Rᵏ, the levels below follow each other by matrices of their own (level reduction: Gaver, Jacobs
// and Latouche 1984, "Finite birth-and-death models in randomly changing environments").
func (t *twoKinds) solve() (waits, mean, second float64) {
	up, here, down := t.blocks(t.servers + 1)
	rates := up.times(here.plus(up.times(passage(up, here, down))).scaled(-1).inverse()) // Neuts' matrix R
	ups := make([]square, t.servers)
	next, downs := rates, down
	for n := t.servers; n > 0; n-- {
		_, here, _ := t.blocks(n)
		if n < t.servers {
			_, _, downs = t.blocks(n + 1)
		}
		above, _, _ := t.blocks(n - 1)
		next = above.times(here.plus(next.times(downs)).scaled(-1).inverse())
		ups[n-1] = next
	}
	_, here, _ = t.blocks(0)
	_, _, downs = t.blocks(1)
	at := here.plus(next.times(downs)).stationary()
	total := 0.0
	for n := range t.servers {
		total += at.sum()
		at = at.times(ups[n])
	}
	rest := one(len(at.values)).plus(rates.scaled(-1)).inverse()
	busy := at.times(rest)
	queue := busy.times(rates).times(rest).sum()
	total += busy.sum()
	last := 0.0
	for _, share := range t.last(busy) {
		last += share
	}
	waits, mean = last*float64(t.stages)/total, queue/total/t.rate
	typical := mean / waits
	return waits, mean, t.second(at.scaled(float64(t.stages)/total), rates) / waits / (typical * typical)
}

// last is who comes next of the states of a level.
func (t *twoKinds) last(level square) []float64 {
	return level.values[len(level.values)-t.servers-1:]
}

// second is the second moment of the wait of all, from what is there at the lowest level at which all are busy: who finds k in line waits
// for k+1 departures, and E (T+X)² = E T² + 2 E T · E X + E X² for the time T to the next one, exponential and independent of what
// follows it.
func (t *twoKinds) second(at, rates square) float64 {
	n := t.servers + 1
	x, y := make([]float64, n), make([]float64, n) // moments of the time until so many have left, by how many long ones are served
	then, thens := make([]float64, n), make([]float64, n)
	sum, left := 0.0, at.sum()
	for limit := left * rarely; left > limit; left = at.sum() {
		for j := range n {
			short, long := float64(t.servers-j)*t.ends[0], float64(j)*t.ends[1]
			rate := short + long
			mean, more := 0.0, 0.0
			add := func(to int, by float64) {
				if by > 0 {
					mean += by / rate * x[to]
					more += by / rate * y[to]
				}
			}
			add(j, short*(1-t.long)+long*t.long)
			add(min(j+1, n-1), short*t.long)
			add(max(j-1, 0), long*(1-t.long))
			then[j] = 1/rate + mean
			thens[j] = 2/(rate*rate) + 2/rate*mean + more
		}
		x, then, y, thens = then, x, thens, y
		for j, share := range t.last(at) {
			sum += share * y[j]
		}
		at = at.times(rates)
	}
	return sum
}

// passage is the matrix G of first passages to the level below, by logarithmic reduction (Latouche and Ramaswami 1993).
func passage(up, here, down square) square {
	inverse := here.scaled(-1).inverse()
	high, low := inverse.times(up), inverse.times(down)
	g, through := low, high
	for range 40 {
		rest := one(high.rows).plus(high.times(low).plus(low.times(high)).scaled(-1)).inverse()
		high, low = rest.times(high.times(high)), rest.times(low.times(low))
		g = g.plus(through.times(low))
		if through = through.times(high); through.most() < 1e-13 {
			break
		}
	}
	return g
}

// kindRatio is by how much more wait, and longer, than with exponential services, and how much their waits vary.
type kindRatio struct{ waits, mean, second float64 }

func (t *twoKinds) ratio() kindRatio {
	waits, mean, second := t.solve()
	chain := newChain(t.servers, 0, t.stages, t.rate/float64(t.servers))
	return kindRatio{waits / chain.waits(), mean / chain.delay(), second}
}

// by is by what several servers change the ratios of one.
func (t *twoKinds) by(load float64, stages int) kindRatio {
	alone := *t
	alone.servers = 1
	r, one := t.under(load, stages).ratio(), alone.under(load, stages).ratio()
	return kindRatio{r.waits / one.waits, r.mean / one.mean, r.second / one.second}
}

// first is the mean of the shortest of what is left at random of the services of all servers.
func (t *twoKinds) first() float64 {
	long := t.long / t.ends[1] // of what is left at random
	sum, ways := 0.0, 1.0
	for i := range t.servers + 1 {
		of := ways * math.Pow(long, float64(i)) * math.Pow(1-long, float64(t.servers-i))
		sum += of / (float64(i)*t.ends[1] + float64(t.servers-i)*t.ends[0])
		ways *= float64(t.servers-i) / float64(i+1)
	}
	return sum
}

// square is a small matrix, of any shape.
type square struct {
	rows, columns int
	values        []float64
}

func newSquare(rows, columns int) square { return square{rows, columns, make([]float64, rows*columns)} }

func one(n int) square {
	m := newSquare(n, n)
	for i := range n {
		m.values[i*n+i] = 1
	}
	return m
}

func (m square) add(i, j int, v float64) { m.values[i*m.columns+j] += v }

func (m square) times(o square) square {
	p := newSquare(m.rows, o.columns)
	for i := range m.rows {
		row := p.values[i*o.columns : (i+1)*o.columns]
		for k := range m.columns {
			if v := m.values[i*m.columns+k]; v != 0 {
				for j, w := range o.values[k*o.columns : (k+1)*o.columns] {
					row[j] += v * w
				}
			}
		}
	}
	return p
}

func (m square) plus(o square) square {
	s := newSquare(m.rows, m.columns)
	for i, v := range m.values {
		s.values[i] = v + o.values[i]
	}
	return s
}

func (m square) scaled(by float64) square {
	s := newSquare(m.rows, m.columns)
	for i, v := range m.values {
		s.values[i] = by * v
	}
	return s
}

func (m square) sum() float64 {
	sum := 0.0
	for _, v := range m.values {
		sum += v
	}
	return sum
}

func (m square) most() float64 {
	most := 0.0
	for _, v := range m.values {
		most = max(most, math.Abs(v))
	}
	return most
}

// inverse is by elimination without pivots: all matrices here are M-matrices, whose diagonal dominates.
func (m square) inverse() square {
	n := m.rows
	a, b := newSquare(n, n), one(n)
	copy(a.values, m.values)
	for k := range n {
		pivot := 1 / a.values[k*n+k]
		for j := range n {
			a.values[k*n+j] *= pivot
			b.values[k*n+j] *= pivot
		}
		for i := range n {
			f := a.values[i*n+k]
			if i == k || f == 0 {
				continue
			}
			for j := range n {
				a.values[i*n+j] -= f * a.values[k*n+j]
				b.values[i*n+j] -= f * b.values[k*n+j]
			}
		}
	}
	return b
}

// stationary is the row that a generator takes to nothing, of sum 1.
func (m square) stationary() square {
	n := m.rows
	with := newSquare(n, n)
	copy(with.values, m.values)
	for i := range n { // the last of the equations follows from the others
		with.values[i*n+n-1] = 1
	}
	// x·with = (0 … 0 1): the last row of the inverse, with the rows in such order that no pivot is 0
	inverse := with.inverse()
	return square{1, n, inverse.values[(n-1)*n:]}
}
