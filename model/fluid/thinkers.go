package fluid

import (
	"math"

	"headroom/sim"
	"headroom/sim/rng"
)

// Thinkers are the clients of a closed loop who think before they ask: how many of them end it in a step. Each asks
// once its time is over, and thinks anew when it is answered ([Thinkers.Rest]).
//
// Who begins to think in a step is spread over the bins of a wheel as the law of their time says, so that clients who
// began together ask together, for as long as chance has not parted them. What comes of a bin is drawn.
type Thinkers struct {
	law    []float64 // share that ends so many bins later than it began; none in its own
	wheel  []float64 // who ends in a bin, from now on
	first  int       // bin of the law in which somebody ends
	now    int       // the bin in hand, of the wheel
	width  float64   // seconds of a bin
	begins float64   // seconds at which that bin begins
	done   float64   // seconds that have been played, and before the last step
	before float64
	mean   float64 // seconds of the law
	early  float64 // who have come by chance before their time
	alike  float64 // how alike the times of one client are, from 0 to 1
	noise  float64 // share of what comes that chance says
	stream rng.Stream

	thinking int64
	more     float64 // have come than on average, and rest again
	rested   float64 // in the present step
	delays   float64 // seconds of them all until they know
}

// Bins of a wheel at most, and points of a law for each decade of its tail.
const (
	wheelBins   = 1024
	thinkPoints = 1024
	thinkTail   = 64
	thinkLevels = 4
	lastOnWheel = 0.999
)

// NewThinkers returns so many clients, who begin to think at the beginning of the run. The law has a mean of two steps
// at least.
func NewThinkers(count int, think rng.Distribution, step sim.Time, stream rng.Stream) *Thinkers {
	t := &Thinkers{thinking: int64(count), stream: stream, mean: think.Mean()}
	if varied := math.Sqrt(think.Variance()) / t.mean; varied < 1 {
		t.alike = 1 - varied
	}
	t.width = step.Seconds() * max(1, math.Ceil(think.Quantile(lastOnWheel)/step.Seconds()/(wheelBins-2)))
	bins := min(wheelBins, int(math.Ceil(think.Quantile(1-1e-7)/t.width))+2)
	t.law, t.wheel = make([]float64, bins), make([]float64, 2*bins+wheelBins/4)
	from, part := 0.0, 1.0
	for level := range thinkLevels {
		upTo := 1 - part/thinkTail
		if level == thinkLevels-1 {
			upTo = 1
		}
		for k := range thinkPoints {
			t.add(think.Quantile(from+(upTo-from)*(float64(k)+0.5)/thinkPoints), (upTo-from)/thinkPoints)
		}
		from, part = upTo, part/thinkTail
	}
	t.keepMean(think.Mean() / t.width)
	for t.first < bins-1 && t.law[t.first] == 0 {
		t.first++
	}
	t.noise = 1
	for _, share := range t.law {
		t.noise -= share * share
	}
	t.noise = max(0, t.noise)
	t.spread(float64(count), -0.5)
	return t
}

// add gives a share of the law a time: to the bins about it, so that its mean stays.
func (t *Thinkers) add(seconds, share float64) {
	at := min(max(0, seconds/t.width), float64(len(t.law)-1))
	k := min(int(at), len(t.law)-2)
	t.law[k] += share * (float64(k+1) - at)
	t.law[k+1] += share * (at - float64(k))
}

// keepMean has nobody end in the bin in which they begin, and the law have its mean in bins all the same: what lies
// beyond the wheel is at its end.
func (t *Thinkers) keepMean(mean float64) {
	t.law[1] += t.law[0]
	t.law[0] = 0
	sum, movable := 0.0, 0.0
	for k, share := range t.law {
		if sum += float64(k) * share; k > 1 {
			movable += share
		}
	}
	if last := len(t.law) - 1; sum < mean && float64(last) > mean {
		beyond := (mean - sum) / (float64(last) - sum)
		for k := range t.law {
			t.law[k] *= 1 - beyond
		}
		t.law[last] += beyond
	}
	for range len(t.law) { // towards the beginning, by whole bins and a part
		by := min(1, (sum-mean)/movable)
		if !(by > 1e-12) {
			return
		}
		for k := 1; k+1 < len(t.law); k++ {
			if k > 1 {
				t.law[k] *= 1 - by
			}
			t.law[k] += by * t.law[k+1]
		}
		t.law[len(t.law)-1] *= 1 - by
		sum -= by * movable
		movable = 0
		for _, share := range t.law[2:] {
			movable += share
		}
	}
}

// spread has so many begin to think so many bins after the beginning of the one in hand, or before.
func (t *Thinkers) spread(n, after float64) {
	whole := math.Floor(after)
	part := after - whole
	t.lay(n*(1-part), int(whole))
	if part > 0 {
		t.lay(n*part, int(whole)+1)
	}
}

// lay adds the law of so many to the wheel, some bins from the one in hand on; who would come before comes in that, and
// who would come after all bins in the last one.
func (t *Thinkers) lay(n float64, shift int) {
	size := len(t.wheel)
	law, at := t.law[t.first:], t.first+shift
	for ; at < 0 && len(law) > 0; at++ {
		t.wheel[t.now] += n * law[0]
		law = law[1:]
	}
	for ; len(law) > 0 && at+len(law) > size; law = law[:len(law)-1] {
		t.wheel[(t.now+size-1)%size] += n * law[len(law)-1]
	}
	for len(law) > 0 {
		to := t.wheel[(t.now+at)%size:]
		to = to[:min(len(to), len(law))]
		for k := range to {
			to[k] += n * law[k]
		}
		law, at = law[len(to):], at+len(to)
	}
}

// Rest has so many think anew who are answered in the present step, and know it some time later.
func (t *Thinkers) Rest(n int64, later sim.Time) {
	t.thinking += n
	t.rested += float64(n)
	t.delays += float64(n) * later.Seconds()
}

// Thinking is how many think.
func (t *Thinkers) Thinking() int64 { return t.thinking }

// Longer is the share of them who think for longer than a time.
func (t *Thinkers) Longer(than sim.Time) (share float64) {
	bins := than.Seconds() / t.width
	for k, part := range t.law {
		share += part * min(1, max(0, float64(k)+0.5-bins))
	}
	return min(1, share)
}

// Upon is how long they think on average if each does so for a time at most, over how long they do.
func (t *Thinkers) Upon(most sim.Time) (share float64) {
	for k, part := range t.law {
		share += part * min(float64(k)*t.width, most.Seconds())
	}
	return min(1, share/t.mean)
}

// Upto implements the flow of a workload: how many ask from its last instant to another one.
func (t *Thinkers) Upto(at sim.Time) (count int64, expected float64) {
	until := (at + 1).Seconds()
	if t.rested > 0 || t.more < 0 { // who did not come by chance begins anew, though nobody was answered
		middle := (t.before+t.done)/2 + t.delays/max(1, t.rested)
		rested := max(0, t.rested-t.more)
		t.more -= t.rested - rested
		t.spread(rested, (middle-t.begins)/t.width-0.5)
		t.rested, t.delays = 0, 0
	}
	t.before = t.done
	for t.done < until {
		ends := t.begins + t.width
		end := min(ends, until)
		part := t.wheel[t.now]
		if end < ends {
			part *= (end - t.done) / (ends - t.done)
		}
		t.wheel[t.now] -= part
		expected += part
		if t.done = end; end == ends {
			t.now, t.begins = (t.now+1)%len(t.wheel), end
		}
	}
	return t.drawn(expected, until-t.before)
}

// drawn draws how many come where so many do on average. What chance adds to them it adds to who rests, and to nobody
// who comes later: how much arrivals vary is in the laws of those whom they come to. But who comes early does not come
// once more as soon, the less the more alike the times are.
func (t *Thinkers) drawn(mean, seconds float64) (count int64, expected float64) {
	expected = min(mean, float64(t.thinking))
	back := t.early * min(1, seconds/t.mean)
	likely := max(0, expected-back)
	sure := (1 - t.noise) * likely
	sure += t.byChance(likely - sure)
	count = min(int64(sure+t.stream.Uniform()), t.thinking)
	t.early += t.alike*(float64(count)-likely) - (expected - likely)
	t.more += float64(count) - mean
	t.thinking -= count
	part, power := math.Frexp(expected)
	return count, math.Ldexp(math.Round(part*asGood)/asGood, power)
}

// byChance draws how many come by chance, so many on average: of a few each by itself, who come once at most.
func (t *Thinkers) byChance(mean float64) (n float64) {
	if t.thinking > fewThink {
		return float64(t.stream.Poisson(mean))
	}
	for range t.thinking {
		if t.stream.Uniform()*float64(t.thinking) < mean {
			n++
		}
	}
	return n
}

// fewThink is how many are drawn one by one.
const fewThink = 16

// asGood is one over the share by which steps may differ that bring as good as the same: what they bring is found once.
const asGood = 1 << 13
