package fluid

import (
	"math"

	"headroom/sim/rng"
)

// Crowd is flows that share a link which carries less than is wanted of it, by when they came. Who shares it with
// others has what each of them has, so what a flow still lacks follows from its size and from when it came alone: the
// fluid limit of processor sharing with impatience (Gromoll, Robert and Zwart 2008, "Fluid limits for processor
// sharing queues with impatience"). What comes in it, passes, is given up and is left adds up, to rounding.
//
// Service is in seconds of a flow that has the link to itself. A step costs some 10 microseconds for each 16 waves.
type Crowd struct {
	Kinds []CrowdKind
	// Short reports whether flows were held back in the last step.
	Short bool

	waves []wave
	now   float64 // seconds
	had   float64 // service of a flow that has always been there
	pace  float64 // service a second in the last step
	left  float64 // flows after the last step that an audit knows
	noted bool    // it knows one
}

// CrowdKind is flows of one size and patience.
type CrowdKind struct {
	Name     int              // that the caller knows it by
	Size     rng.Distribution // seconds of one that is alone
	Patience float64          // seconds; 0: they wait for ever
	Finishes bool             // flows go on for those who have given up
	Late     float64          // seconds that those who give up are shown to have been there
	Came     float64          // in the step that is played

	// Of the last step.
	Number  float64          // at its end
	Held    float64          // the same with those that go on for nobody
	Done    float64          // have passed
	Dropped float64          // were given up
	Ended   float64          // hold the link no more
	Passed  float64          // service
	Stay    rng.Distribution // of those who ended, with those who gave up; nil: nobody has yet

	sizes  *sizes
	cut    float64 // who came before has left
	shown  []float64
	shares []float64
}

// Bounds of a crowd: numbers that are none; and how alike stays are that are the same.
const (
	noFlows    = 1e-9
	alikeStays = 0.003
	alikeParts = 0.002
)

// NewCrowd returns a crowd of so many flows of kinds in proportion to what comes of them, as they are after a long time
// in which each had a pace.
func NewCrowd(kinds []CrowdKind, number, pace float64) *Crowd {
	c := &Crowd{Kinds: kinds, pace: pace}
	asked, longest := 0.0, 0.0
	for i := range kinds {
		k := &kinds[i]
		k.sizes, k.cut = newSizes(k.Size), math.Inf(-1)
		asked += k.Came * k.Size.Mean()
		longest = max(longest, k.sizes.most())
	}
	if number < noFlows || asked <= 0 || pace <= 0 {
		return c
	}
	w := wave{from: -longest / pace, had0: -longest}
	for i := range kinds {
		w.came = append(w.came, number*kinds[i].Came/asked*longest)
	}
	c.waves = append(c.waves, w)
	return c
}

// Kind returns the kind of a name; nil: there is none.
func (c *Crowd) Kind(name int) *CrowdKind {
	for i := range c.Kinds {
		if c.Kinds[i].Name == name {
			return &c.Kinds[i]
		}
	}
	return nil
}

// Add adds a kind and returns its place.
func (c *Crowd) Add(k CrowdKind) *CrowdKind {
	k.sizes, k.cut = newSizes(k.Size), math.Inf(-1)
	c.Kinds = append(c.Kinds, k)
	return &c.Kinds[len(c.Kinds)-1]
}

// Number is how many flows there are.
func (c *Crowd) Number() (n float64) {
	for i := range c.Kinds {
		n += c.Kinds[i].Number
	}
	return n
}

// Scale leaves a part of the flows.
func (c *Crowd) Scale(part float64) {
	for i := range c.waves {
		for k := range c.waves[i].came {
			c.waves[i].came[k] *= part
		}
	}
	for i := range c.Kinds {
		c.Kinds[i].Number *= part
		c.Kinds[i].Held *= part
	}
}

// Clone returns another crowd of the same flows.
func (c *Crowd) Clone() *Crowd {
	d := *c
	d.Kinds = append([]CrowdKind(nil), c.Kinds...)
	d.waves = append([]wave(nil), c.waves...)
	for i := range d.waves {
		d.waves[i].came = append([]float64(nil), d.waves[i].came...)
	}
	return &d
}

// Advance plays a step of a link that so many flows fill which are alone.
func (c *Crowd) Advance(seconds, fits float64) {
	w := wave{from: c.now, to: c.now + seconds, had0: c.had, had1: c.had, came: make([]float64, len(c.Kinds))}
	before, held := make([]float64, len(c.Kinds)), make([]float64, len(c.Kinds))
	for i := range c.Kinds {
		w.came[i] = c.Kinds[i].Came
		before[i] = c.numberOf(i, c.had, c.Kinds[i].cut) + w.came[i]
		held[i] = c.Kinds[i].Held + w.came[i]
	}
	c.waves = append(c.waves, w)
	gets := c.share(seconds, fits)
	c.pace = gets / seconds
	for i := range c.Kinds {
		k := &c.Kinds[i]
		k.Passed, k.Dropped = c.passes(i, seconds, gets)
	}
	c.grant(gets)
	for i := range c.Kinds {
		k := &c.Kinds[i]
		k.cut = max(k.cut, c.now+seconds-k.waits())
		k.Number = min(c.numberOf(i, c.had+gets, k.cut), before[i])
		k.Dropped = min(k.Dropped, before[i]-k.Number)
		k.Done = before[i] - k.Number - k.Dropped
		k.Ended, k.Held = k.Done+k.Dropped, k.Number
		if k.Finishes {
			k.Held = c.numberOf(i, c.had+gets, math.Inf(-1))
			k.Ended = max(0, held[i]-k.Held)
		}
		c.show(i, seconds, gets)
	}
	c.now, c.had = c.now+seconds, c.had+gets
	c.forget()
}

func (k *CrowdKind) waits() float64 {
	if k.Patience <= 0 {
		return math.Inf(1)
	}
	return k.Patience
}

// grant notes what a flow has had by the end of the last wave.
func (c *Crowd) grant(gets float64) { c.waves[len(c.waves)-1].had1 = c.had + gets }

// share finds how much each flow gets in a step: all that it can take, or as much as the link carries.
func (c *Crowd) share(seconds, fits float64) float64 {
	most, carries := min(1, fits)*seconds, fits*seconds
	excess := func(gets float64) float64 {
		c.grant(gets)
		sum := -carries
		for i := range c.Kinds {
			passed, _ := c.passes(i, seconds, gets)
			sum += passed
		}
		return sum
	}
	high, over := most, excess(most)
	if c.Short = over > carries*exactly*exactly; !c.Short {
		return most
	}
	low, under := 0.0, -carries
	gets := min(max(c.pace*seconds, most*small*small), most*(1-small))
	for range attempts { // as in [Cohort.balance]
		value := excess(gets)
		if math.Abs(value) <= carries*exactly*exactly {
			return gets
		}
		if value > 0 {
			high, over = gets, value
			under /= 2
		} else {
			low, under = gets, value
			over /= 2
		}
		if gets = (low*over - high*under) / (over - under); !(gets > low && gets < high) {
			gets = (low + high) / 2
		}
	}
	return gets
}

// passes is what the flows of a kind get in a step in which each gets so much, and how many of them are given up.
func (c *Crowd) passes(kind int, seconds, gets float64) (passed, dropped float64) {
	k := &c.Kinds[kind]
	leaves := max(k.cut, c.now+seconds-k.waits())
	last := len(c.waves) - 1
	for i := range c.waves {
		w := &c.waves[i]
		if kind >= len(w.came) || w.came[kind] <= 0 || w.to <= k.cut && !k.Finishes {
			continue
		}
		stays := leaves
		if k.Finishes {
			stays = math.Inf(-1)
		}
		n, young, old := w.between(kind, stays, w.to)
		if n > 0 {
			passed += n * k.sizes.meanUpto(c.had+gets-young, c.had+gets-old)
			if i < last {
				passed -= n * k.sizes.meanUpto(c.had-young, c.had-old)
			}
		}
		n, young, old = w.between(kind, k.cut, leaves)
		switch {
		case n <= 0:
		case i == last:
			most := gets * k.Patience / seconds
			dropped += n * (1 - k.sizes.upTo(most, most))
			if !k.Finishes {
				passed += n * k.sizes.meanUpto(most, most)
			}
		default: // in the middle of the step, on average
			half := c.had + gets/2
			dropped += n * (1 - k.sizes.upTo(half-young, half-old))
			if !k.Finishes {
				passed += n * (k.sizes.meanUpto(half-young, half-old) - k.sizes.meanUpto(c.had-young, c.had-old))
			}
		}
	}
	return passed, dropped
}

// numberOf is how many of a kind there are of those that came after an instant, when one that has always been there
// has had so much.
func (c *Crowd) numberOf(kind int, had, after float64) (number float64) {
	k := &c.Kinds[kind]
	for i := range c.waves {
		number += c.waves[i].number(k.sizes, kind, had, after)
	}
	return number
}

// show finds for how long those of a kind were there who left in a step: by their size, as many of each as came when
// those came who have had that by now.
func (c *Crowd) show(kind int, seconds, gets float64) {
	k := &c.Kinds[kind]
	left := k.Done + k.Dropped
	if left <= noFlows {
		return
	}
	had, at := c.had+gets/2, c.now+seconds/2
	var stays, shares []float64
	sum, back := 0.0, len(c.waves)-1
	for _, size := range k.sizes.apart {
		for back > 0 && c.waves[back].had0 > had-size {
			back--
		}
		w := &c.waves[back]
		slope := (w.had1 - w.had0) / (w.to - w.from)
		if kind >= len(w.came) || w.came[kind] <= 0 || slope <= 0 || w.had0 > had-size {
			continue
		}
		came := w.from + (had-size-w.had0)/slope
		if came < k.cut-seconds/2 {
			break
		}
		stays, shares = append(stays, at-came), append(shares, w.came[kind]/(w.had1-w.had0))
		sum += shares[len(shares)-1]
	}
	for i := range shares {
		shares[i] *= k.Done / left / sum
	}
	if k.Dropped > noFlows || sum == 0 {
		stays, shares = append(stays, k.Late), append(shares, max(k.Dropped/left, noFlows))
	}
	k.tell(stays, shares)
}

// tell notes stays and their shares, unless they are as good as those that are known.
func (k *CrowdKind) tell(stays, shares []float64) {
	same := k.Stay != nil && len(stays) == len(k.shown)
	for i := 0; same && i < len(stays); i++ {
		same = math.Abs(stays[i]-k.shown[i]) <= alikeStays*stays[i] && math.Abs(shares[i]-k.shares[i]) <= alikeParts
	}
	if same {
		return
	}
	if d, err := rng.Empirical(stays, shares); err == nil {
		k.Stay, k.shown, k.shares = d, stays, shares
	}
}
