package fluid

import (
	"math"
	"slices"
	"sort"
)

// Time is how long something takes, in seconds: a [Law], or a distribution of package rng.
type Time interface {
	Mean() float64
	Quantile(p float64) float64
}

// Choice is one way in which a [Stage] may go.
type Choice struct {
	Time   Time    // nil: none but what is longer
	Share  float64 // of those in the stage
	Longer float64 // seconds that each takes beyond
	Within float64 // share of the times that occur, the shortest; 0: all
}

// Stage is a part of a way.
type Stage struct {
	Choices []Choice // shares sum to 1
	Times   int      // one after the other
	AtOnce  bool     // all of them begin together: the stage ends with the last
}

// Points of a chain, and of how many times in a row each is a dimension of its own: of more the sum is as
// many times the mean, and varies as the sum of independent ones does.
const (
	chainPoints = 1 << 12
	chainTimes  = 6
)

// Chain returns the law of stages that follow each other, independent of each other: at points which are
// spread evenly over all of their quantiles (see [Spread]). They take about a millisecond, and are found when somebody asks for what
// the stages do not tell. The stages are the law's from then on.
func Chain(stages []Stage) *Law {
	c := &chained{stages: stages}
	law := &Law{waits: 1, made: c}
	for i := range stages {
		if s := &stages[i]; !s.AtOnce {
			law.mean += float64(s.Times) * s.mean()
		}
	}
	if slices.ContainsFunc(stages, func(s Stage) bool { return s.AtOnce }) {
		law.mean = c.points().meanBelow(math.Inf(1))
	}
	law.find = func() []float64 {
		made := c.points()
		return fill(func(seconds float64) float64 { return 1 - made.tail(seconds) })
	}
	return law
}

// chained is the stays of stages, by their points once these are asked for.
type chained struct {
	stages []Stage
	made   *points
}

func (c *chained) points() *points {
	if c.made == nil {
		c.made = newPoints(c.stays())
	}
	return c.made
}

// stays are the points in order.
func (c *chained) stays() []float64 {
	dimensions := 0
	for i := range c.stages {
		dimensions += c.stages[i].dimensions()
	}
	spread, at := NewSpread(dimensions), 0
	stays := make([]float64, chainPoints)
	for i := range c.stages {
		s := &c.stages[i]
		s.add(stays, spread, at)
		at += s.dimensions()
	}
	slices.Sort(stays)
	return stays
}

// tail needs no points for what one stage alone lets hardly anybody be done with: who is done with all is done with it.
func (c *chained) tail(seconds float64) float64 {
	for i := range c.stages {
		if c.stages[i].within(seconds) < barelyAny {
			return 1
		}
	}
	return c.points().tail(seconds)
}

// barelyAny is less than the share that half of a point has.
const barelyAny = 1e-4

func (c *chained) meanBelow(seconds float64) float64 { return c.points().meanBelow(seconds) }

func (c *chained) record(into []Into, b Batch) { c.points().record(into, b) }

// within is the share of those who are done with a stage once in so many seconds, as far as laws say so.
func (s *Stage) within(seconds float64) float64 {
	if s.Times == 0 {
		return 1
	}
	sum := 0.0
	for i := range s.Choices {
		c := &s.Choices[i]
		part := 1.0
		if c.Longer > seconds {
			part = 0
		} else if of, ok := c.Time.(*Law); ok {
			part = min(1, (1-of.Tail(seconds-c.Longer))/c.within())
		}
		sum += c.Share * part
	}
	return sum
}

func (s *Stage) dimensions() int {
	if s.AtOnce {
		return min(s.Times, 1)
	}
	return min(s.Times, chainTimes)
}

// add adds the times of a stage to stays.
func (s *Stage) add(stays []float64, spread *Spread, from int) {
	n := s.dimensions()
	if n == 0 {
		return
	}
	mean, wider := s.mean(), math.Sqrt(float64(s.Times)/float64(n))
	for k := range stays {
		switch {
		case s.AtOnce:
			stays[k] += s.at(math.Pow(spread.At(k, from), 1/float64(s.Times)))
		case s.Times > n:
			sum := 0.0
			for d := range n {
				sum += s.at(spread.At(k, from+d)) - mean
			}
			stays[k] += max(0, float64(s.Times)*mean+sum*wider)
		default:
			for d := range n {
				stays[k] += s.at(spread.At(k, from+d))
			}
		}
	}
}

// at is a quantile of the stage, choice by choice.
func (s *Stage) at(u float64) float64 {
	last := len(s.Choices) - 1
	for i := range s.Choices {
		c := &s.Choices[i]
		if u >= c.Share && i < last {
			u -= c.Share
			continue
		}
		if c.Time == nil {
			return c.Longer
		}
		inside := u / max(c.Share, 1e-12)
		return c.Longer + c.Time.Quantile(min(max(inside, 1e-9), 1-1e-9)*c.within())
	}
	return 0
}

// mean is that of the stage once.
func (s *Stage) mean() float64 {
	sum, all := 0.0, 0.0
	for i := range s.Choices {
		c := &s.Choices[i]
		all += c.Share
		sum += c.Share * c.Longer
		if c.Time == nil {
			continue
		}
		mean := c.Time.Mean()
		if l, ok := c.Time.(*Law); ok && c.Within > 0 && c.Within < 1 {
			mean = l.MeanBelow(l.Quantile(c.Within))
		}
		sum += c.Share * mean
	}
	return sum / max(all, 1e-12)
}

func (c *Choice) within() float64 {
	if c.Within <= 0 {
		return 1
	}
	return min(c.Within, 1)
}

// points is stays in order, each of the same share; between them they are spread evenly.
type points struct {
	stays []float64
	upTo  []float64 // sum of the smaller ones
}

func newPoints(sorted []float64) *points {
	p := &points{stays: sorted, upTo: make([]float64, len(sorted)+1)}
	for i, stay := range sorted {
		p.upTo[i+1] = p.upTo[i] + stay
	}
	return p
}

func (p *points) tail(seconds float64) float64 {
	n := float64(len(p.stays))
	i := sort.SearchFloat64s(p.stays, seconds)
	switch {
	case i == 0:
		return 1
	case i == len(p.stays):
		return 0
	}
	inside := (seconds - p.stays[i-1]) / max(p.stays[i]-p.stays[i-1], 1e-15)
	return 1 - (float64(i)-0.5+inside)/n
}

func (p *points) meanBelow(seconds float64) float64 {
	i := sort.SearchFloat64s(p.stays, seconds)
	if i == 0 {
		return min(seconds, p.stays[0])
	}
	return p.upTo[i] / float64(i)
}

func (p *points) quantile(share float64) float64 {
	place := share*float64(len(p.stays)) - 0.5
	i := int(math.Floor(place))
	switch {
	case i < 0:
		return p.stays[0]
	case i >= len(p.stays)-1:
		return p.stays[len(p.stays)-1]
	}
	return p.stays[i] + (place-float64(i))*(p.stays[i+1]-p.stays[i])
}

func (p *points) record(into []Into, b Batch) {
	within := 1.0
	if b.Limit > 0 {
		within = 1 - p.tail(b.Limit)
	}
	for k := range b.N {
		b.record(into, nanoseconds(p.quantile((float64(k)+b.Offset)/float64(b.N)*within)), 1)
	}
}

// Spread is points that are spread evenly in a cube: an additive recurrence of the generalised golden
// ratio (Roberts 2018, "The unreasonable effectiveness of quasirandom sequences").
type Spread struct{ steps []float64 }

// NewSpread returns those of a cube of so many dimensions.
func NewSpread(dimensions int) *Spread {
	golden := 2.0
	for range 40 {
		golden = math.Pow(1+golden, 1/float64(dimensions+1))
	}
	s := &Spread{steps: make([]float64, dimensions)}
	for i := range s.steps {
		s.steps[i] = math.Pow(golden, -float64(i+1))
	}
	return s
}

// At is where the k-th point lies in a dimension, between 0 and 1.
func (s *Spread) At(k, dimension int) float64 {
	_, part := math.Modf(0.5 + float64(k+1)*s.steps[dimension])
	return part
}
