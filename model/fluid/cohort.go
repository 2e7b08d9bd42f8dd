package fluid

import (
	"headroom/sim"
)

// Shape is what targets that are alike serve requests with.
type Shape struct {
	Servers  int  // of each target: what it computes with
	Sharing  bool // all in service share them; otherwise one each, and the rest wait in order
	Limit    int  // requests in service at one target; 0: no limit
	Backlog  int  // that may wait beyond; [NoLimit]
	Speed    float64
	Demand   Demand
	Split    Split
	Finishes bool // they work on for clients that have left
}

// NoLimit is a backlog without bound.
const NoLimit = 1<<31 - 1

// Split says how a load balancer divides requests among targets.
type Split struct {
	Rule    Rule
	Targets int // among which it chooses
	Nodes   int // that choose by themselves
}

// Rule is what targets are chosen by.
type Rule uint8

// Rules.
const (
	AtRandom     Rule = iota // each by itself
	InTurn                   // round robin
	LeastWaiting             // who has the fewest
)

// Cohort is targets that are alike. Shape and Targets may be changed between steps.
type Cohort struct {
	Shape
	Targets int

	// Of the last step.
	Law     *Law     // of the time at a target
	Delay   sim.Time // that the line adds to it
	Refused float64  // share of those who came
	Shed    float64  // share of those who came that will leave the line
	Content float64  // requests at all targets at its end

	Line float64 // requests of each target that wait since more come than it can do
	Busy float64 // work of each target so far, ns of one server
}

// full is the load from which on a line is kept instead of the law of the load: that law
// takes longer than any change to come true.
const full = 0.995

// Arrivals is what comes to a cohort in a step.
type Arrivals struct {
	Length   sim.Time
	Expected float64  // requests to all targets
	Patience sim.Time // that their clients have; [sim.Never]
	Other    float64  // load of each target beside them, ns of one server in this time
}

// Advance plays a step.
func (c *Cohort) Advance(laws *Laws, a Arrivals) {
	seconds := a.Length.Seconds()
	if c.Targets == 0 || seconds <= 0 {
		c.Content = 0
		return
	}
	each := a.Expected / float64(c.Targets) / seconds // per second
	other := a.Other / float64(a.Length)              // servers
	able := max(float64(c.Servers)-other, 1e-9) * c.Speed / c.Demand.Mean
	c.Refused, c.Shed, c.Delay = 0, 0, 0
	done := each
	switch {
	case each > full*able || c.Line > 0:
		done = c.queue(a, each, able, seconds)
		c.Law = laws.of(c, 0)
	default:
		c.Law = laws.of(c, each/able)
		c.Refused = c.Law.Blocked
		done *= 1 - c.Refused
	}
	c.Content = (c.Line + done*c.Law.Mean/1e9) * float64(c.Targets)
	c.Busy += min(done*c.Demand.Mean/c.Speed, float64(c.Servers))*seconds*1e9 + min(a.Other, float64(c.Servers)*float64(a.Length))
}

// queue plays a step of the line, of seconds in which so many come each second where able are
// able to be served, and returns how many are.
func (c *Cohort) queue(a Arrivals, each, able, seconds float64) (done float64) {
	before := c.Line
	c.Line = max(0, before+(each-able)*seconds)
	done = (before-c.Line)/seconds + each
	came := each * seconds
	if c.Backlog < NoLimit && c.Line > float64(c.Backlog) {
		c.Refused = min(1, (c.Line-float64(c.Backlog))/came)
		c.Line = float64(c.Backlog)
	}
	if most := able * a.Patience.Seconds(); !c.Finishes && a.Patience != sim.Never && c.Line > most {
		c.Shed = min(1, (c.Line-most)/came)
		c.Line = most
	}
	done = min(done, able)
	c.Delay = sim.Seconds((before + c.Line) / 2 / able)
	return done
}

// Late returns the share of responses that take longer than a time.
func (c *Cohort) Late(limit sim.Time) float64 {
	if limit == sim.Never || c.Law == nil {
		return 0
	}
	return max(c.Shed, c.Law.Tail(limit-c.Delay))
}
