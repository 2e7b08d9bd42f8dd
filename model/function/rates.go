package function

import "math"

// Rates is the environments of a function to which calls come at a rate, at random: what a [Pool] has on average.
//
// How many calls are served at once follows from how many came when, and from how long each keeps its environment
// (an M/G/∞ queue in the transient). Their number is that of a Poisson law that is held to what may be served at
// once, which is how many find no room: for good, Erlang's loss formula, whatever the law of their times. A call is a
// cold start if as many calls as there are with it were not served at once for as long as an environment waits (levels.go).
type Rates struct {
	Busy float64 // calls that are served now
	Area float64 // of Busy, by seconds

	terms   Terms
	account *Shares
	mine    float64 // of the account's calls
	levels  levels
	pieces  []piece // of those who came lately
	now     float64 // seconds
	offered float64 // mean of the Poisson law that is held to the limit
	blocked float64
	cold    float64 // share of those let in lately
	begins  float64 // chance that there is no environment that is ready, but one that begins
	tokens  float64
	step    float64 // seconds, to be tried next
}

// piece is calls that came evenly between two instants, a second.
type piece struct{ from, to, warm, cold float64 }

// Calls is what comes in a step of so many seconds.
type Calls struct {
	Rate, Seconds float64 // calls a second
	Warm, Cold    *Holding
}

// Counts is what became of them.
type Counts struct {
	Throttled, TooFast float64
	Cold               float64
	Ready              float64 // served by provisioned environments
	Taken              float64 // all that were let in
}

// Shares is what the functions of an account serve at once in a Region, on average.
type Shares struct{ size, busy float64 }

// NewShares is [NewAccount].
func NewShares(concurrency int, functions []Terms) *Shares {
	return &Shares{size: float64(NewAccount(concurrency, functions).size)}
}

// NewRates returns the environments of a function at time 0: those that are provisioned.
func NewRates(terms Terms, account *Shares) *Rates {
	r := &Rates{terms: terms, tokens: float64(terms.ScalingRate)}
	if terms.Reserved == None {
		r.account = account
	}
	r.levels.start(terms.Idle.Seconds())
	return r
}

// Most is how many calls were served at once at most, on average over all runs.
func (r *Rates) Most() float64 { return r.levels.most() }

// Reset measures Area and Most from now on.
func (r *Rates) Reset() {
	r.Area = 0
	r.levels.forget()
}

// limit is how many calls are served at once at most, and how many of others are among them.
func (r *Rates) limit() (most int, others float64) {
	switch {
	case r.terms.Reserved != None:
		return r.terms.Reserved, 0
	case r.account != nil:
		return int(r.account.size) + r.terms.Provisioned, max(0, r.account.busy-r.mine)
	}
	return math.MaxInt32, 0
}

// Advance plays a step.
func (r *Rates) Advance(in Calls) (all Counts) {
	if r.step == 0 {
		r.step = in.Warm.Mean() / 4
	}
	for left := in.Seconds; left > leastStep/2; {
		t := r.take(&in, min(left, max(r.step, leastStep), r.levels.longest()))
		r.accept(&in, &t)
		all.Throttled += t.counts.Throttled
		all.TooFast += t.counts.TooFast
		all.Cold += t.counts.Cold
		all.Ready += t.counts.Ready
		all.Taken += t.counts.Taken
		left -= t.seconds
	}
	return all
}

// How much may change in a part of a step: calls, and the share of those that find no room; and how long it is at least.
const (
	mostMore    = 0.25
	mostOfBusy  = 0.03
	mostBlocked = 0.1
	leastStep   = 1e-4
)

// part is a part of a step as it would be.
type part struct {
	seconds, busy, offered, blocked, cold float64
	counts                                Counts
	made                                  float64 // of the environments that are asked for
	begins                                float64
}

// take finds a part of a step, no longer than so many seconds, in which not much changes.
func (r *Rates) take(in *Calls, seconds float64) part {
	for {
		t := r.try(in, seconds)
		room := mostMore + mostOfBusy*max(r.Busy, t.busy)
		changes := max(math.Abs(t.busy-r.Busy)/room, math.Abs(t.blocked-r.blocked)/mostBlocked,
			math.Abs(t.cold-r.cold)*in.Rate*min(seconds, in.Cold.Mean())/room)
		if changes > 1 && seconds > leastStep {
			seconds = max(seconds/2, leastStep)
			continue
		}
		if r.step = max(r.step, seconds); changes > 0.5 {
			r.step = seconds
		} else {
			r.step = seconds * 2
		}
		return t
	}
}

// rounds are how often it is found out how many cold starts there are, which keep their environments longer.
const rounds = 3

// try plays so many seconds.
func (r *Rates) try(in *Calls, seconds float64) part {
	t := part{seconds: seconds, cold: r.cold, made: 1}
	before, n := r.left(in, r.now+seconds), in.Rate*seconds
	_, others := r.limit()
	tokens := math.Inf(1)
	if r.terms.ScalingRate > 0 {
		tokens = r.filled(seconds)
	}
	for range rounds {
		here, was := r.find(in, &t, before, others), t.cold
		t.counts.Throttled = n * t.blocked
		t.counts.Cold = min(r.coldOf(in, &t, here), n-t.counts.Throttled)
		if t.cold = 0; n > t.counts.Throttled {
			t.cold = min(1, t.counts.Cold/(n-t.counts.Throttled))
		}
		if math.Abs(t.cold-was) <= alike*t.cold {
			break
		}
	}
	if t.counts.Cold > tokens { // those who ask for more find nothing, and are not there
		t.counts.TooFast, t.made, t.counts.Cold = t.counts.Cold-tokens, tokens/t.counts.Cold, tokens
		t.cold = t.counts.Cold / max(n-t.counts.Throttled-t.counts.TooFast, 1e-12)
		r.coldOf(in, &t, r.find(in, &t, before, others))
	}
	t.counts.Taken = max(0, n-t.counts.Throttled-t.counts.TooFast)
	if p := r.terms.Provisioned; p > 0 {
		t.counts.Ready = t.counts.Taken * (1 - Blocked(t.offered, p))
	}
	return t
}

// find finds how many are there at the end of a part of a step, and their law.
func (r *Rates) find(in *Calls, t *part, before, others float64) *law {
	limit, _ := r.limit()
	each := (1-t.cold)*in.Warm.within(t.seconds) + t.cold*in.Cold.within(t.seconds)
	let := in.Rate - t.counts.TooFast/t.seconds
	t.offered, t.blocked = closure(before+others, let*each, limit)
	t.busy = before + let*(1-t.blocked)*each
	if in.rare() {
		return r.levels.at(others+in.Rate*in.Warm.Mean(), others, limit)
	}
	return r.levels.at(t.offered, others, limit)
}

// rare reports whether calls seldom meet, but for those that wait for a cold start: these are not there by chance, but because there
// was no environment, and whoever meets them finds the others idle.
func (c *Calls) rare() bool { return c.Rate*c.Warm.Mean() < seldom }

// seldom is how many calls are served at once where they seldom meet.
const seldom = 0.25

// coldOf is how many cold starts there are in a part of a step. Where calls are rare, all that come while the first environment of
// all begins, after a time without any, are cold starts, too.
func (r *Rates) coldOf(in *Calls, t *part, here *law) float64 {
	alone, more := r.levels.cold(here, in, t.seconds, r.terms.Provisioned)
	t.begins = 0
	starts := in.Cold.Mean() - in.Warm.Mean()
	if !in.rare() || r.terms.Idle == 0 || starts <= 0 {
		return alone + more
	}
	t.begins = (r.begins + alone) / (1 + alone + t.seconds/starts) // it begins where none does, and is over after a cold start's mean
	return alone*(1-t.begins) + in.Rate*t.seconds*t.begins + more
}

// accept makes a part of a step true.
func (r *Rates) accept(in *Calls, t *part) {
	r.levels.note(t.seconds, in.Rate, t.made)
	if r.terms.ScalingRate > 0 {
		r.tokens = r.filled(t.seconds) - t.counts.Cold
	}
	come := piece{from: r.now, to: r.now + t.seconds, warm: (t.counts.Taken - t.counts.Cold) / t.seconds, cold: t.counts.Cold / t.seconds}
	r.now = come.to
	oldest := r.now - max(in.Warm.most(), in.Cold.most())
	kept := r.pieces[:0]
	for _, p := range r.pieces {
		if p.to > oldest {
			kept = append(kept, p)
		}
	}
	r.pieces = kept
	if k := len(kept) - 1; k >= 0 && math.Abs(kept[k].warm-come.warm) <= alike*come.warm && math.Abs(kept[k].cold-come.cold) <= alike*(come.warm+come.cold) {
		old, new := kept[k].to-kept[k].from, t.seconds
		kept[k].warm = (kept[k].warm*old + come.warm*new) / (old + new)
		kept[k].cold = (kept[k].cold*old + come.cold*new) / (old + new)
		kept[k].to = come.to
	} else {
		r.pieces = append(r.pieces, come)
	}
	for off := alike; len(r.pieces) > mostPieces; off *= 2 {
		r.join(in, off)
	}
	r.Area += (r.Busy + t.busy) / 2 * t.seconds
	r.Busy, r.offered, r.blocked, r.cold, r.begins = t.busy, t.offered, t.blocked, t.cold, t.begins
	if r.account != nil {
		r.account.busy -= r.mine
		r.mine = max(0, r.Busy-float64(r.terms.Provisioned))
		r.account.busy += r.mine
	}
}

// alike is how near rates are that are as good as the same.
const alike = 1e-3

// mostPieces is how many pieces there are, at most; of more, neighbours are joined.
const mostPieces = 128

// join joins neighbours none of which has come by more than such a part of its age later or sooner for it. As many are left as there
// were.
func (r *Rates) join(in *Calls, off float64) {
	kept := r.pieces[:0]
	for i := 0; i < len(r.pieces); i++ {
		p := r.pieces[i]
		if i+1 < len(r.pieces) && r.pieces[i+1].to-p.from <= off*(r.now-p.from) {
			p = r.joined(in, &p, &r.pieces[i+1])
			i++
		}
		kept = append(kept, p)
	}
	r.pieces = kept
}

func (r *Rates) joined(in *Calls, a, b *piece) piece {
	p := piece{from: a.from, to: b.to}
	if now := in.Warm.among(&p, r.now); now > 0 {
		p.warm = (a.warm*in.Warm.among(a, r.now) + b.warm*in.Warm.among(b, r.now)) / now
	}
	if now := in.Cold.among(&p, r.now); now > 0 {
		p.cold = (a.cold*in.Cold.among(a, r.now) + b.cold*in.Cold.among(b, r.now)) / now
	}
	return p
}

// among is how many of those who came in a piece, one a second, are there at an instant.
func (h *Holding) among(p *piece, at float64) float64 { return h.within(at-p.from) - h.within(at-p.to) }

// left is how many of those who have come will be there at an instant.
func (r *Rates) left(in *Calls, at float64) float64 {
	sum := 0.0
	for i := range r.pieces {
		p := &r.pieces[i]
		if p.warm > 0 {
			sum += p.warm * in.Warm.among(p, at)
		}
		if p.cold > 0 {
			sum += p.cold * in.Cold.among(p, at)
		}
	}
	return sum
}

// filled is how many environments may be made in the next seconds.
func (r *Rates) filled(seconds float64) float64 {
	rate := float64(r.terms.ScalingRate)
	return min(rate, r.tokens) + rate*seconds/ScalingPeriod.Seconds()
}

// closure finds the Poisson law that, held to so many, has as many as are there and those of come who find room; it
// returns its mean and the share of those who find none.
func closure(there, come float64, limit int) (offered, blocked float64) {
	if limit <= 0 {
		return 0, 1
	}
	low, high := come, there+come
	if high+farOut*math.Sqrt(high)+farOut < float64(limit) {
		return high, 0
	}
	excess := func(x float64) float64 { return (1-Blocked(x, limit))*(x-come) - there }
	for range 40 {
		if excess(high) >= 0 {
			break
		}
		low, high = high, 2*high
	}
	under, over := excess(low), excess(high)
	x := high
	for range 60 { // the false position, with half the weight for an end that stays (Illinois)
		if high-low < 1e-9*high {
			break
		}
		if x = high - over*(high-low)/(over-under); !(x > low && x < high) {
			x = (low + high) / 2
		}
		value := excess(x)
		if math.Abs(value) <= 1e-9*(there+come) {
			return x, Blocked(x, limit)
		}
		if value < 0 {
			low, under = x, value
			over /= 2
		} else {
			high, over = x, value
			under /= 2
		}
	}
	return high, Blocked(high, limit)
}

// farOut is how many standard deviations from its mean nothing of a law is.
const farOut = 8

// Blocked is Erlang's loss formula: which share of calls finds all of so many busy, where so many would be on average
// if none did (A. K. Erlang 1917).
func Blocked(offered float64, servers int) float64 {
	if offered <= 0 {
		return 0
	}
	first := max(0, int(offered-farOut*math.Sqrt(offered))-farOut) // up to there nobody finds room for long
	first = min(first, servers)
	b := max(0, 1-float64(first)/offered)
	if first == 0 {
		b = 1
	}
	for k := first + 1; k <= servers; k++ {
		b = offered * b / (float64(k) + offered*b)
		if b < 1e-15 {
			return 0
		}
	}
	return b
}
