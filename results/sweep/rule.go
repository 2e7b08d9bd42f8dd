package sweep

import (
	"fmt"
	"math"

	"headroom/model"
	"headroom/results"
	"headroom/sim/stat"
)

// Rule says when a point has been replicated enough.
type Rule struct {
	Replications int // without Precision: exactly so many
	Max          int // with it: at most so many
	Precision    []model.Precision
	// Thresholds stop points early that certainly breach one.
	Thresholds []model.Threshold
}

// firstLook is the least number of replications before a precision is judged:
// the variance of fewer is too uncertain, and stopping where it happens to be
// small makes intervals that are too narrow (the tests measure their coverage).
const firstLook = 10

// lookGrowth is how much longer a point runs between two looks at its
// precision: few looks bias the stopping less.
const lookGrowth = 1.25

// Looks at thresholds come at 3, 6, 12, … replications. The k-th may be wrong
// with a probability of (1 - Confidence)/(k(k+1)), which adds up to
// 1 - Confidence however often one looks.
const firstInterim = 3

// verdict says where a point stands.
type verdict struct {
	done  bool
	n     int    // replications that count if done, or that are wanted
	ruled string // the threshold that rules the point out
}

// settle judges a point by its values, replication by replication. It is a pure
// function of the values up to the replication at which the point is done.
func (r *Rule) settle(l *Layout, values [][]float64) verdict {
	n := 0
	for {
		if n = r.after(n); len(values) < n {
			return verdict{n: n}
		}
		some := values[:n]
		if ruled := r.ruledOut(l, some); ruled != "" {
			return verdict{done: true, n: n, ruled: ruled}
		}
		if n >= r.limit() || n >= r.begin() && r.looks(n) && r.precise(l, some) {
			return verdict{done: true, n: n}
		}
	}
}

// limit is the number of replications at which every point is done.
func (r *Rule) limit() int {
	if len(r.Precision) == 0 {
		return max(1, r.Replications)
	}
	return max(1, r.Replications, r.Max)
}

// begin is the number of replications at which precision is first judged.
func (r *Rule) begin() int {
	if len(r.Precision) == 0 {
		return r.limit()
	}
	return min(max(r.Replications, firstLook), r.limit())
}

// nextLook returns the look at precision after n replications.
func (r *Rule) nextLook(n int) int {
	look := r.begin()
	for look <= n {
		look = max(look+1, int(float64(look)*lookGrowth))
	}
	return look
}

func (r *Rule) looks(n int) bool { return r.nextLook(n-1) == n }

// after returns the number of replications after n at which something may be
// decided.
func (r *Rule) after(n int) int {
	next := min(r.nextLook(n), r.limit())
	if len(r.Thresholds) > 0 {
		interim := firstInterim
		for interim <= n {
			interim *= 2
		}
		next = min(next, interim)
	}
	return next
}

// precise reports whether all intervals are as narrow as they should be. A
// metric that nobody observes does not hold up the others.
func (r *Rule) precise(l *Layout, values [][]float64) bool {
	for _, p := range r.Precision {
		at := l.find(p.Key)
		if at < 0 {
			continue
		}
		e := estimate(values, at)
		if e.N > 0 && !(e.HalfWidth <= p.Relative*math.Abs(e.Value)) {
			return false
		}
	}
	return true
}

// ruledOut returns the threshold that a point certainly breaches.
func (r *Rule) ruledOut(l *Layout, values [][]float64) string {
	k := interims(len(values))
	if k == 0 || len(values) >= r.limit() {
		return ""
	}
	risk := (1 - results.Confidence) / float64(k*(k+1))
	for _, t := range r.Thresholds {
		at := l.find(t.Key)
		if at < 0 {
			continue
		}
		e := stat.Interval(observed(values, at), 1-2*risk)
		low, high := e.Value-e.HalfWidth, e.Value+e.HalfWidth
		if t.Above() && high < t.Limit || !t.Above() && low > t.Limit {
			return fmt.Sprintf("%s %s", t.Key, t.Text)
		}
	}
	return ""
}

// interims returns which look at the thresholds comes at n replications, 0 if
// none does.
func interims(n int) int {
	k := 1
	for at := firstInterim; at <= n; at *= 2 {
		if at == n {
			return k
		}
		k++
	}
	return 0
}

// estimate is the mean of a metric over replications, with its interval.
func estimate(values [][]float64, at int) stat.Estimate {
	return stat.Interval(observed(values, at), results.Confidence)
}

// observed returns the values of one metric, without those that are missing.
func observed(values [][]float64, at int) []float64 {
	return appendObserved(make([]float64, 0, len(values)), values, at)
}

// appendObserved appends them.
func appendObserved(to []float64, values [][]float64, at int) []float64 {
	for _, v := range values {
		if !math.IsNaN(v[at]) {
			to = append(to, v[at])
		}
	}
	return to
}
