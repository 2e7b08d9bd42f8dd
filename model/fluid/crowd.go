package fluid

import (
	"math"

	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// Crowd is flows that share a link which carries less than is wanted of it, by when they came. Who shares it with
// others has what each of them has, so what a flow still lacks follows from its size and from when it came alone: the
// fluid limit of processor sharing with impatience (Gromoll, Robert and Zwart 2008, "Fluid limits for processor
// sharing queues with impatience"). What comes in it, passes, is given up and is left adds up, to rounding.
//
// Service is in seconds of a flow that has the link to itself. There are no more than 128 waves, and a step costs some 60
// microseconds, however many flows there are and however long they stay.
type Crowd struct {
	Kinds []CrowdKind
	// Short reports whether flows were held back in the last step.
	Short bool
	// Fastest is the service that one may have in a second; 0: 1.
	Fastest float64

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
	before float64 // the step that is played, with who comes
	held   float64 // the same of Held
	had    float64 // service of those before
	shown  []float64
	shares []float64
	inTime int // of these, those who did not give up
	law    *fluid.Law
	lawFor rng.Distribution // Stay that it is of
}

// Bounds of a crowd: numbers that are none; and by how much stays are off that are as good as the same, in the mean and in the
// probability of each.
const (
	noFlows    = 1e-9
	alikeStays = 0.006
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
	for i := range c.Kinds {
		k := &c.Kinds[i]
		w.came[i] = k.Came
		k.before = c.numberOf(i, c.had, k.cut) + k.Came
		k.held = k.Held + k.Came
		k.had = c.hadBy(i)
	}
	c.waves = append(c.waves, w)
	gets := c.share(seconds, fits)
	c.pace = gets / seconds
	c.grant(gets)
	for i := range c.Kinds {
		k := &c.Kinds[i]
		f := c.passes(i, seconds, gets)
		k.Passed = f.passed
		k.cut = max(k.cut, c.now+seconds-k.waits())
		k.Number = min(c.numberOf(i, c.had+gets, k.cut), k.before)
		k.Dropped = min(f.dropped, k.before-k.Number)
		k.Done = k.before - k.Number - k.Dropped
		k.Ended, k.Held = k.Done+k.Dropped, k.Number
		if k.Finishes {
			k.Held = c.numberOf(i, c.had+gets, math.Inf(-1))
			k.Ended = max(0, k.held-k.Held)
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
	fastest := 1.0
	if c.Fastest > 0 {
		fastest = c.Fastest
	}
	most, carries := min(fastest, fits)*seconds, fits*seconds
	over, _ := c.excess(seconds, most, carries)
	if c.Short = over > carries*exactly*exactly; !c.Short {
		return most
	}
	low, high := 0.0, most
	gets := min(max(c.pace*seconds, most*small*small), most*(1-small))
	for range attempts { // Newton's, between what is too little and too much
		value, slope := c.excess(seconds, gets, carries)
		if math.Abs(value) <= carries*exactly*exactly {
			return gets
		}
		if value > 0 {
			high = gets
		} else {
			low = gets
		}
		if gets -= value / slope; !(gets > low && gets < high) {
			gets = (low + high) / 2
		}
	}
	return gets
}

// excess is what passes beyond what the link carries if each flow gets so much, and how it rises with that.
func (c *Crowd) excess(seconds, gets, carries float64) (value, slope float64) {
	c.grant(gets)
	value = -carries
	for i := range c.Kinds {
		f := c.passes(i, seconds, gets)
		value += f.passed
		slope += f.slope
	}
	return value, slope
}

// passing is what becomes of the flows of a kind in a step in which each gets so much.
type passing struct {
	passed, dropped float64
	slope           float64 // of passed, in what each gets
}

func (c *Crowd) passes(kind int, seconds, gets float64) (f passing) {
	k := &c.Kinds[kind]
	leaves := max(k.cut, c.now+seconds-k.waits())
	last, had := len(c.waves)-1, c.had+gets
	now, amid := reading{of: k.sizes}, reading{of: k.sizes}
	f.passed = -k.had
	for i := range c.waves {
		w := &c.waves[i]
		if kind >= len(w.came) || w.came[kind] <= 0 || w.to <= k.cut && !k.Finishes {
			continue
		}
		stays, part := leaves, 1.0
		if k.Finishes {
			stays = math.Inf(-1)
		}
		if i == last { // they had half of the step
			part = 0.5
		}
		if n, young, old := w.between(kind, stays, w.to); n > 0 {
			share, mean := now.upTo(had-young, had-old)
			f.passed += n * mean
			f.slope += n * (1 - share) * part
		}
		n, young, old := w.between(kind, k.cut, leaves)
		if n <= 0 {
			continue
		}
		from, to := had-gets/2-young, had-gets/2-old // in the middle of the step, on average
		if i == last {
			from = gets * k.Patience / seconds
			to = from
		}
		share, mean := amid.upTo(from, to)
		f.dropped += n * (1 - share)
		if !k.Finishes {
			f.passed += n * mean
			f.slope += n * (1 - share) / 2
		}
	}
	return f
}

// hadBy is what the flows of a kind had before the step that is played.
func (c *Crowd) hadBy(kind int) (had float64) {
	k := &c.Kinds[kind]
	r, after := reading{of: k.sizes}, k.cut
	if k.Finishes {
		after = math.Inf(-1)
	}
	for i := range c.waves {
		w := &c.waves[i]
		if kind >= len(w.came) || w.came[kind] <= 0 {
			continue
		}
		if n, young, old := w.between(kind, after, w.to); n > 0 {
			_, mean := r.upTo(c.had-young, c.had-old)
			had += n * mean
		}
	}
	return had
}

// numberOf is how many of a kind there are of those that came after an instant, when one that has always been there
// has had so much.
func (c *Crowd) numberOf(kind int, had, after float64) (number float64) {
	r := reading{of: c.Kinds[kind].sizes}
	for i := range c.waves {
		w := &c.waves[i]
		if kind >= len(w.came) || w.came[kind] <= 0 || w.to <= after {
			continue
		}
		n, young, old := w.between(kind, after, w.to)
		share, _ := r.upTo(had-young, had-old)
		number += n * (1 - share)
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
	for i, size := range k.sizes.apart {
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
		stays, shares = append(stays, at-came), append(shares, (k.sizes.share[i+1]-k.sizes.share[i])*w.came[kind]/(w.had1-w.had0))
		sum += shares[len(shares)-1]
	}
	for i := range shares {
		shares[i] *= k.Done / left / sum
	}
	inTime := len(stays)
	if k.Dropped > noFlows || sum == 0 {
		stays, shares = append(stays, k.Late), append(shares, max(k.Dropped/left, noFlows))
	}
	k.tell(stays, shares, inTime)
}

// tell notes stays and their shares, unless they are as good as those that are known.
func (k *CrowdKind) tell(stays, shares []float64, inTime int) {
	same := k.Stay != nil && len(stays) == len(k.shown) && inTime == k.inTime
	mean, moved, apart := 0.0, 0.0, 0.0
	for i := 0; same && i < len(stays); i++ {
		mean += shares[i] * stays[i]
		moved += shares[i] * math.Abs(stays[i]-k.shown[i])
		apart += shares[i] - k.shares[i]
		same = math.Abs(apart) <= alikeParts
	}
	if same && moved <= alikeStays*mean {
		return
	}
	if d, err := rng.Empirical(stays, shares); err == nil {
		k.Stay, k.shown, k.shares, k.inTime = d, stays, shares, inTime
	}
}
