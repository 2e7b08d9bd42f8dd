package fluid

import (
	"math"

	"headroom/sim/rng"
)

// So many requests are played, and more of few targets, of which one says more. With a fourth of them three targets that serve
// beside one that hangs are off by 13 % at the 99th percentile.
const (
	leastOfUnequal = 20_000
	mostOfUnequal  = 120_000
	eachOfUnequal  = 480_000 // over the number of targets
	ofBriefly      = 10_000  // of those that are not for long beside each other
)

// enoughSeen is how often a number must have been seen at the targets of a kind to say how often one with it is asked.
const enoughSeen = 100

// play plays the numbers of requests at all targets, always with the same chance.
func (f *Fewest) play(rate float64) *fewestNode {
	p := newUnequalPlay(f)
	requests := max(leastOfUnequal, min(mostOfUnequal, eachOfUnequal/len(p.of)))
	if f.briefly {
		requests = ofBriefly
	}
	stream := rng.New(1, 0, "unequal")
	warm := requests / 10
	for come := 0; come < warm+requests; {
		if p.held {
			p.now += stream.Exponential() / (rate + p.leaving)
			if p.expire() {
				continue
			}
		}
		if which := stream.Uniform() * (rate + p.leaving); which < p.leaving {
			p.lose(which)
			continue
		}
		if come++; come == warm+1 {
			p.forget()
		}
		p.take(stream.Below(f.turns))
	}
	n := &fewestNode{make([]float64, len(f.kinds)), make([][]float64, len(f.kinds))}
	for k := range f.kinds {
		of, seen := &f.kinds[k], &p.seen[k]
		for _, taken := range seen.taken {
			n.each[k] += float64(taken)
		}
		n.each[k] *= rate / float64(requests) / float64(of.Targets)
		if of.Each > 0 {
			n.asked[k] = seen.rates(rate*of.Each, p.come)
		}
	}
	return n
}

// unequalPlay is how many requests there are at each of some targets.
type unequalPlay struct {
	kinds   []Unequal
	of      []int // kind of each target
	numbers []int
	leave   []float64 // requests a second that leave each by chance
	leaving float64   // those that leave all
	turns   []int
	now     float64
	held    bool          // some are for a time
	holds   [][]untilThen // of each kind, those that leave at an instant
	come    int
	seen    []seenNumbers
}

// untilThen is a request that is at a target until an instant.
type untilThen struct {
	at     float64
	target int
}

// seenNumbers is what the targets of a kind had when requests came, by numbers.
type seenNumbers struct {
	targets []int // that have it now
	since   []int // requests that had come when that was changed
	seen    []int // targets with it, over all requests
	taken   []int // requests that came to one with it
}

func newUnequalPlay(f *Fewest) *unequalPlay {
	kinds := f.kinds
	p := &unequalPlay{kinds: kinds, turns: make([]int, f.turns), holds: make([][]untilThen, len(kinds)), seen: make([]seenNumbers, len(kinds))}
	p.of = interleaved(kinds)
	for k := range kinds {
		p.seen[k].change(0, kinds[k].Targets, 0)
	}
	p.numbers, p.leave = make([]int, len(p.of)), make([]float64, len(p.of))
	return p
}

// interleaved is the kind of each target, those of a kind evenly among all.
func interleaved(kinds []Unequal) (of []int) {
	all, given := 0, make([]int, len(kinds))
	for k := range kinds {
		all += kinds[k].Targets
	}
	for len(of) < all {
		next, most := 0, math.Inf(-1)
		for k := range kinds {
			owed := float64(kinds[k].Targets*(len(of)+1))/float64(all) - float64(given[k])
			if given[k] < kinds[k].Targets && owed > most {
				next, most = k, owed
			}
		}
		given[next]++
		of = append(of, next)
	}
	return of
}

// forget forgets what was seen so far.
func (p *unequalPlay) forget() {
	p.come = 0
	for k := range p.seen {
		clear(p.seen[k].seen)
		clear(p.seen[k].since)
		clear(p.seen[k].taken)
	}
}

// take has a request come to a target with the fewest, in turn among these for one of those who choose.
func (p *unequalPlay) take(by int) {
	best, fewest := 0, math.MaxInt
	for i := range p.of {
		t := p.turns[by] + i
		if t >= len(p.of) {
			t -= len(p.of)
		}
		if p.numbers[t] < fewest {
			best, fewest = t, p.numbers[t]
			if fewest == 0 {
				break
			}
		}
	}
	p.turns[by] = (best + 1) % len(p.of)
	k := p.of[best]
	p.come++
	p.seen[k].taken[fewest]++
	u := &p.kinds[k]
	if u.endsAtOnce() {
		return
	}
	if u.Each == 0 {
		p.held = true
		p.holds[k] = append(p.holds[k], untilThen{p.now + u.Away, best})
	}
	p.set(best, fewest+1)
}

// expire has the first request leave whose time is over, and the clock go back to then.
func (p *unequalPlay) expire() bool {
	first := -1
	for k, held := range p.holds {
		if len(held) > 0 && held[0].at < p.now && (first < 0 || held[0].at < p.holds[first][0].at) {
			first = k
		}
	}
	if first < 0 {
		return false
	}
	h := p.holds[first][0]
	p.now, p.holds[first] = h.at, p.holds[first][1:]
	p.set(h.target, p.numbers[h.target]-1)
	return true
}

// lose has a request leave, of the target that such a part of all that leave is of.
func (p *unequalPlay) lose(which float64) {
	last := -1
	for t, rate := range p.leave {
		if rate == 0 {
			continue
		}
		if last = t; which < rate {
			break
		}
		which -= rate
	}
	if last >= 0 { // or the sum was off by what rounding leaves
		p.set(last, p.numbers[last]-1)
	}
}

// set has a target have so many.
func (p *unequalPlay) set(target, number int) {
	k := p.of[target]
	p.seen[k].change(p.numbers[target], -1, p.come)
	p.seen[k].change(number, 1, p.come)
	p.numbers[target] = number
	if p.kinds[k].Each == 0 {
		return
	}
	rate := p.kinds[k].leaves(float64(number))
	p.leaving = max(0, p.leaving+rate-p.leave[target])
	p.leave[target] = rate
}

// change has so many more targets have a number, when so many requests have come.
func (s *seenNumbers) change(number, by, come int) {
	for len(s.targets) <= number {
		s.targets, s.since = append(s.targets, 0), append(s.since, 0)
		s.seen, s.taken = append(s.seen, 0), append(s.taken, 0)
	}
	s.seen[number] += s.targets[number] * (come - s.since[number])
	s.since[number] = come
	s.targets[number] += by
}

// rates is how many requests come to one target by its number, of so many that come to all, up to the last number of which there is telling.
func (s *seenNumbers) rates(rate float64, come int) []float64 {
	last := -1
	for j := range s.targets {
		if s.change(j, 0, come); s.seen[j] >= enoughSeen {
			last = j
		}
	}
	rates := make([]float64, last+1)
	for j := range rates {
		rates[j] = rate // of the first to come
		if s.seen[j] > 0 {
			rates[j] *= max(0.5, float64(s.taken[j])) / float64(s.seen[j])
		}
	}
	return rates
}
