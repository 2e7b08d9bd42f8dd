package fluid

import (
	"math"
	"testing"

	"headroom/sim/rng"
)

// searched is the dumb twin of [Laws.Holding]: it looks at every node.
func (l *Laws) searched(number float64, targets int) Means {
	for i := range mostNode {
		from, to := l.at(i, targets), l.at(i+1, targets)
		if number < to.Number {
			return from.slope(max(0, number-from.Number)/(to.Number-from.Number), to)
		}
	}
	return l.at(mostNode-1, targets).slope(1, l.at(mostNode, targets))
}

// Numbers and loads are asked for in any order, near each other and far apart: what was asked for before makes no difference.
func TestAnswersDoNotDependOnWhatWasAskedBefore(t *testing.T) {
	demand, err := rng.Exponential(0.05)
	if err != nil {
		t.Fatal(err)
	}
	for _, split := range []Split{{Nodes: 1}, {Rule: InTurn, Nodes: 1}, {Rule: LeastWaiting}, {Rule: LeastWaiting, Other: AtRandom, Share: 0.25}} {
		for _, backlog := range []int{NoLimit, 10} {
			l := New(Station{Servers: 2, Places: 40, Backlog: backlog, Demand: demand}, split)
			draws, number, load := rng.New(3, 0, "searched"), 1.0, 0.5
			for range 400 {
				targets := []int{1, 12}[int(2*draws.Uniform())]
				if number *= 1 + 0.01*(draws.Uniform()-0.5); draws.Uniform() < 0.1 {
					number = math.Pow(1e4, draws.Uniform()-0.5)
				}
				if got, want := l.Holding(number, targets), l.searched(number, targets); got != want {
					t.Fatalf("%+v, %d wait at most, %d targets hold %v: %+v, by looking everywhere %+v", split, backlog, targets, number, got, want)
				}
				if load += 0.002 * (draws.Uniform() - 0.5); draws.Uniform() < 0.1 {
					load = 0.4 + 0.2*draws.Uniform()
				}
				got := l.Law(load, targets)
				if l.near = (nearLaw{}); l.Law(load, targets) != got {
					t.Fatalf("%+v, %d wait at most, %d targets under %v: not the law that is found anew", split, backlog, targets, load)
				}
			}
		}
	}
}

// So many targets that no more make a difference share what is known of them.
func TestMostTargetsAreAlike(t *testing.T) {
	demand, err := rng.Exponential(0.05)
	if err != nil {
		t.Fatal(err)
	}
	for _, split := range []Split{{Rule: InTurn, Nodes: 1}, {Rule: LeastWaiting}, {Nodes: 1}} {
		l := New(Station{Servers: 1, Demand: demand}, split)
		many, node, part := split.alike(9000), 0, 0.0
		node, part = split.place(9000, 0.7)
		if n, p := split.place(many, 0.7); n != node || p != part || many >= 9000 {
			t.Errorf("%+v: %d are placed at %d+%v, 9000 at %d+%v", split, many, n, p, node, part)
		}
		if l.Means(0.7, 9000) != l.Means(0.7, many) || len(l.curves) != 1 {
			t.Errorf("%+v: %d curves", split, len(l.curves))
		}
	}
}
