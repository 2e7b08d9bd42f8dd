package sweep

import (
	"fmt"
	"math"
	"sync"
)

// cause is what about a point says what it plays.
type cause uint8

const (
	unknown      cause = iota
	best               // by the first metric
	onFront            // nothing beats it
	nearFront          // what beats it does so by less than is in doubt
	nearLimit          // of a threshold
	noRates            // they cannot play it
	earlier            // another run of this sweep played it, with other aims or more room
	beaten             // by more than is in doubt
	breaching          // a threshold
	ruledOut           // by a threshold that the mean of all replications does not breach
	incomparable       // it has not both aims
)

// reason is why a point of a design plays what it plays. There may be a million.
type reason struct {
	cause cause
	late  bool    // it is so since others have played requests
	cut   bool    // it plays rates for want of room
	aim   int8    // in which it is beaten, or which it has not
	of    int32   // the point that beats it, or the threshold
	by    float64 // how far it is off
	err   string  // of rates
}

// evidence is what the journal has of the points of a design.
type evidence struct {
	rates    []screened
	requests map[int]screened
}

// told is what reasons a screen gave last, for the files and tables of a sweep are written from the same journal.
type told struct {
	mu      sync.Mutex
	journal *Journal
	end     int64 // of its file
	why     []reason
}

// reasons replays the choices that led to what the journal has, and says of each point of the design why it
// was chosen, or was not. It is unknown what points that are under way may yet change; nil: all of it.
func (s *Screen) reasons(j *Journal, rule *Rule) ([]reason, error) {
	s.told.mu.Lock()
	defer s.told.mu.Unlock()
	end, complete := s.begun(j)
	if !complete {
		return nil, nil
	}
	if s.told.journal == j && s.told.end == end {
		return s.told.why, nil
	}
	e := evidence{requests: map[int]screened{}}
	err := j.Each(2*s.Points, rule, func(r *Row) error {
		if of, played := s.Of(r.Point); played == Rates {
			e.rates = append(e.rates, s.see(of, r))
		} else {
			e.requests[of] = s.see(of, r)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var why []reason
	if len(e.rates) == s.Points {
		why = s.replay(&e)
	}
	s.told.journal, s.told.end, s.told.why = j, end, why
	return why, nil
}

// begun reports where the journal ends, and whether it has something by rates of every point.
func (s *Screen) begun(j *Journal) (end int64, complete bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for of := range s.Points {
		if _, ok := j.points[s.Rates(of)]; !ok {
			return j.end, false
		}
	}
	return j.end, true
}

// replay makes the choices again, of which each waits for what the one before it has chosen.
func (s *Screen) replay(e *evidence) []reason {
	why := make([]reason, s.Points)
	all, c := e.rates, choice{points: map[int]bool{}}
	for late := false; ; late = true {
		found := s.pick(all, &c)
		for _, p := range found.next {
			why[p] = inside(&all[p], &found.off[p])
			why[p].late = late
		}
		for _, p := range found.cut {
			why[p] = inside(&all[p], &found.off[p])
			why[p].late, why[p].cut = late, true
		}
		if len(found.next) == 0 {
			e.rest(why, all, found.off)
			return why
		}
		for _, p := range found.next {
			seen, done := e.requests[p]
			if !done {
				return why
			}
			all[p] = seen
		}
	}
}

// rest gives a reason to the points that were not chosen.
func (e *evidence) rest(why []reason, all []screened, off []distance) {
	for p := range why {
		_, played := e.requests[p]
		switch {
		case played && (why[p].cause == unknown || why[p].cut):
			why[p] = reason{cause: earlier}
		case why[p].cause == unknown:
			why[p] = outside(&all[p], &off[p])
		}
	}
}

// inside is why a point is to be played by requests.
func inside(p *screened, d *distance) reason {
	switch {
	case p.err != "":
		return reason{cause: noRates, err: p.err}
	case d.best:
		return reason{cause: best}
	case d.worse == 0:
		return reason{cause: onFront}
	case d.worse <= d.thresholds:
		return reason{cause: nearFront, of: int32(d.by), aim: int8(d.aim), by: d.worse}
	}
	return reason{cause: nearLimit, of: int32(p.nearest), by: d.thresholds}
}

// outside is why a point is not.
func outside(p *screened, d *distance) reason {
	switch {
	case p.breached >= 0:
		return reason{cause: breaching, of: int32(p.breached), by: p.beyond}
	case !p.meets:
		return reason{cause: ruledOut}
	case math.IsNaN(p.aims[0].Value):
		return reason{cause: incomparable}
	case math.IsNaN(p.aims[1].Value):
		return reason{cause: incomparable, aim: 1}
	}
	return reason{cause: beaten, late: d.worse <= 1, of: int32(d.by), aim: int8(d.aim), by: d.worse}
}

// text is a reason as people read it, "" while it is unknown.
func (s *Screen) text(r *reason) string {
	text := s.plain(r)
	switch {
	case r.late:
		text += ", since others played requests"
	case best <= r.cause && r.cause <= nearLimit:
		text = "by rates " + text
	}
	if r.cut {
		text = fmt.Sprintf("beyond sweep.confirm (%d), though %s", s.Most, text)
	}
	return text
}

// plain is a reason without when it was found.
func (s *Screen) plain(r *reason) string {
	limit := func() string { return s.Thresholds[r.of].Key + " " + s.Thresholds[r.of].Text }
	switch r.cause {
	case unknown:
		return ""
	case best:
		return "the best in " + s.First
	case onFront:
		return "on the front"
	case nearFront:
		return fmt.Sprintf("near the front: point %d is better in %s by only %s", r.of, s.Aims[r.aim], doubts(r.by))
	case nearLimit:
		return fmt.Sprintf("near a threshold: %s from %s", doubts(r.by), limit())
	case noRates:
		return "rates cannot play it: " + r.err
	case earlier:
		return "an earlier run of the sweep played it"
	case beaten:
		return fmt.Sprintf("point %d is better in %s by %s", r.of, s.Aims[r.aim], doubts(r.by))
	case breaching:
		if math.IsInf(r.by, 1) {
			return "nothing observed for " + limit()
		}
		return fmt.Sprintf("breaches %s by %s", limit(), doubts(r.by))
	case ruledOut:
		return "a threshold ended it early"
	case incomparable:
		return "has no " + s.Aims[r.aim]
	default:
		panic(fmt.Sprintf("sweep: no text for cause %d", r.cause))
	}
}

// What is less is near, and what is more far, wherever it is.
const (
	leastDoubts = 0.01
	mostDoubts  = 1000
)

// doubts writes how far a point is off.
func doubts(off float64) string {
	switch {
	case off > mostDoubts:
		return fmt.Sprintf("more than %d times the doubt", mostDoubts)
	case off > 0 && off < leastDoubts:
		return fmt.Sprintf("less than %g times the doubt", leastDoubts)
	}
	return fmt.Sprintf("%.2f times the doubt", off)
}
