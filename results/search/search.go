package search

import (
	"context"
	"errors"
	"fmt"

	"headroom/model"
	"headroom/scenarios/space"
	"headroom/sim/stat"
)

// Experiment measures a candidate one replication at a time; *run.Experiment
// is one. Replication k of every candidate must use the same random streams. It
// must be safe for concurrent use.
type Experiment interface {
	Keys() (keys, units []string)
	Replicate(ctx context.Context, replication int) ([]float64, error)
}

// Problem is among what to look for what.
type Problem struct {
	Candidates int
	// Build returns the experiment of a candidate; its error makes the candidate
	// one that cannot be. It is called from many goroutines.
	Build func(candidate int) (Experiment, error)
	// Screen returns an experiment that plays rates where that of a candidate plays
	// requests: exploring measures it instead. Its error leaves the candidate to requests.
	// nil: exploring plays requests.
	Screen     func(Experiment) (Experiment, error)
	Reference  Experiment // what there is now, to compare with; nil: nothing
	Minimize   string     // key of the metric to minimise
	Thresholds []model.Threshold
	// Features places candidates where those that behave alike are near each
	// other; all have equally many coordinates, in [0, 1].
	Features func(candidate int) []float64
	// Neighbours returns the candidates that differ in one choice.
	Neighbours func(candidate int) []int
}

// Options say how to search.
type Options struct {
	Confidence      float64 // of the outcome: 0.95
	Indifference    float64 // share of the cost below which differences do not matter
	Replications    int     // of a candidate before it is judged
	MaxReplications int     // of a candidate at most, in each phase
	Points          int     // candidates tried at most; exploring tries no more than 300
	Budget          int     // replications at most
	Seed            uint64  // of what is explored first
	Workers         int     // without an engine: replications under way at a time; 0: one per core
	Engine          Engine  // nil: this process
	Progress        func(Progress)
}

// Progress is where a search stands.
type Progress struct {
	Phase        Phase
	Tried        int // candidates
	Replications int // finished
	Round        int // replications of this round, of which
	Done         int // so many are finished
	Best         int // candidate that leads; -1: none yet
	Cost         float64
}

// Phase is a part of a search.
type Phase string

// Phases.
const (
	Exploring  Phase = "exploring"  // a surrogate chooses which candidates to try
	Comparing  Phase = "comparing"  // ranking and selection among those that were tried
	Confirming Phase = "confirming" // fresh replications for the one that was selected
)

// checking is exploring by requests what exploring by rates found.
const checking Phase = "checking"

// Result is what became of a candidate that was tried.
type Result string

// Results.
const (
	Recommended Result = "recommended"
	Dearer      Result = "dearer"      // certainly not cheaper by more than the indifference
	Breaching   Result = "breaching"   // certainly beyond a threshold
	Undecided   Result = "undecided"   // might be cheaper and meet the thresholds
	Dropped     Result = "dropped"     // after exploring: improbable, but not tested
	Impossible  Result = "impossible"  // cannot be built or simulated, or has no cost
	Unnecessary Result = "unnecessary" // not compared, for the search ended before
)

// Margin is where a candidate stands against a threshold.
type Margin struct {
	model.Threshold
	stat.Estimate // of the metric, with its 95 % interval; N 0: never observed
	Unit          string
	// Sure is the confidence that the metric's expectation keeps the limit, by Student's distribution
	// and how far the metric's own leans: one-sided, for this look alone.
	Sure float64
}

// Candidate is one that was tried.
type Candidate struct {
	Index        int // -1: the reference
	Result       Result
	Why          string        // the threshold that it breaches, or the error
	NoRates      string        // of a search that screens: why rates cannot play it; empty: they can
	Cost         stat.Estimate // what is minimised, with its 95 % interval
	Unit         string        // of Cost
	Margins      []Margin      // by threshold
	Replications int           // all that it got
	Counted      int           // of them in Cost and Margins
	From         Phase         // the phase that they are of
	Rates        bool          // rates were played for them, not requests
	Controls     int           // replications by rates that tell of the luck of those counted; 0: none
}

// Reruns is how many replications of it show by requests about as much as what is known of it.
func (c *Candidate) Reruns() int { return max(c.Counted, c.Controls) }

// Surrogate is what exploring learnt.
type Surrogate struct {
	Untried   int     // candidates
	Asked     int     // of them, about which the surrogate was asked in the end
	Likeliest float64 // the largest probability of one asked about to be feasible and cheaper by more than the indifference
	CostError float64 // relative error of costs predicted for candidates left out, root mean square
}

// Outcome is what a search found.
type Outcome struct {
	Best      *Candidate // nil: none could be shown to meet the thresholds
	Second    *Candidate // nil: none
	Leader    *Candidate // without Best: the cheapest that seems to meet the thresholds so far; nil: none
	Nearest   *Candidate // without Best: the one that breaches least; nil: none can be simulated
	Reference *Candidate // nil without one
	// Gap is by how much Second costs more than Best, and Saving by how much the
	// reference does, paired over the replications of confirming that both have.
	Gap, Saving stat.Estimate
	Twins       int // others that measured the same as Best in every replication

	Candidates   int         // there are
	Tried        []Candidate // by index
	Replications int         // simulated, the reference's included
	Screened     int         // of them, by rates
	Compared     int         // candidates, by requests; 0: rates say which is the cheapest
	Exhaustive   int         // that all candidates would take at the recommendation's precision
	Surrogate    *Surrogate  // nil where all candidates were compared

	// Decided says that the statement of the package holds without exception; else
	// candidates with the result Undecided are excepted.
	Decided     bool
	Exhausted   bool // the budget was
	Interrupted bool
	Confidence  float64
	Warnings    []string
}

// Count returns how many candidates had a result.
func (o *Outcome) Count(r Result) int {
	n := 0
	for i := range o.Tried {
		if o.Tried[i].Result == r {
			n++
		}
	}
	return n
}

// NoneMeets reports whether every candidate certainly breaches a threshold, or
// cannot be simulated.
func (o *Outcome) NoneMeets() bool {
	return !o.Interrupted && o.Count(Breaching)+o.Count(Impossible) == o.Candidates
}

// Run searches. The error is that of a problem in which nothing can be simulated,
// or, if ctx is done first or the engine cannot go on, the cause; then the outcome is what
// is known so far.
// Apart from that it depends on the problem and the options alone, not on the
// number of workers.
func Run(ctx context.Context, p *Problem, o Options) (*Outcome, error) {
	if err := o.check(p); err != nil {
		return nil, err
	}
	s := newSearch(p, o)
	err := s.run(ctx)
	outcome := s.outcome()
	switch {
	case err != nil:
		outcome.Interrupted = true
		return outcome, err
	case len(outcome.Tried) == outcome.Count(Impossible):
		return nil, fmt.Errorf("none of the %d candidates tried can be judged; the first: %s", len(outcome.Tried), outcome.Tried[0].Why)
	}
	return outcome, nil
}

func (o *Options) check(p *Problem) error {
	switch {
	case p.Candidates < 1:
		return errors.New("search: no candidates")
	case !(o.Confidence > 0 && o.Confidence < 1):
		return fmt.Errorf("search: confidence must be between 0 and 1, got %v", o.Confidence)
	case !(o.Indifference >= 0):
		return fmt.Errorf("search: indifference must not be negative, got %v", o.Indifference)
	case o.Replications < 3 || o.MaxReplications < o.Replications:
		return fmt.Errorf("search: replications must be at least 3 and at most their maximum, got %d and %d", o.Replications, o.MaxReplications)
	case o.Points < 1:
		return errors.New("search: must try at least one candidate")
	case o.Budget < space.LeastBudget(o.Replications):
		return fmt.Errorf("search: budget must be at least %d, got %d", space.LeastBudget(o.Replications), o.Budget)
	}
	return nil
}
