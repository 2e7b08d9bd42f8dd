package routing

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// stream is a [Chooser] for tests.
type stream struct{ *rand.Rand }

func (s stream) Below(n int) int { return s.IntN(n) }

func newStream(seed uint64) stream { return stream{rand.New(rand.NewPCG(seed, 0))} }

// scan is the dumb twin of every policy: plain slices, looked through.
type scan struct {
	name        string
	chooser     Chooser
	in          []int // in rotation, as additions and removals left them
	outstanding map[int]int
	weight      map[int]int64
	last        []int // per node: the last pick
}

func newScan(name string, nodes int, chooser Chooser) *scan {
	s := &scan{name: name, chooser: chooser, outstanding: map[int]int{}, weight: map[int]int64{}}
	for range nodes {
		s.last = append(s.last, -1)
	}
	return s
}

func (s *scan) add(target int) {
	s.in = append(s.in, target)
	if _, known := s.weight[target]; !known {
		s.weight[target] = FullWeight
	}
}

func (s *scan) remove(target int) {
	i, last := slices.Index(s.in, target), len(s.in)-1
	s.in[i] = s.in[last]
	s.in = s.in[:last]
}

func (s *scan) pick(node int) (int, bool) {
	if len(s.in) == 0 {
		return 0, false
	}
	switch s.name {
	case "round_robin":
		return s.inTurn(node, s.in), true
	case "least_outstanding_requests":
		least := slices.MinFunc(s.in, func(a, b int) int { return s.outstanding[a] - s.outstanding[b] })
		var ties []int
		for _, target := range s.in {
			if s.outstanding[target] == s.outstanding[least] {
				ties = append(ties, target)
			}
		}
		return s.inTurn(node, ties), true
	case "random":
		return s.in[s.chooser.Below(len(s.in))], true
	case "power_of_two_choices":
		if len(s.in) == 1 {
			return s.in[0], true
		}
		first := s.chooser.Below(len(s.in))
		rest := slices.Delete(slices.Clone(s.in), first, first+1)
		second := rest[s.chooser.Below(len(rest))]
		if s.outstanding[second] < s.outstanding[s.in[first]] {
			return second, true
		}
		return s.in[first], true
	case "power_of_two_choices_with_replacement":
		if len(s.in) == 1 {
			return s.in[0], true
		}
		first := s.in[s.chooser.Below(len(s.in))]
		if second := s.in[s.chooser.Below(len(s.in))]; s.outstanding[second] < s.outstanding[first] {
			return second, true
		}
		return first, true
	case "weighted_random":
		return s.byWeight()
	}
	panic(s.name)
}

// inTurn picks the next higher number after the last pick, going round.
func (s *scan) inTurn(node int, among []int) int {
	sorted := slices.Sorted(slices.Values(among))
	pick := sorted[0]
	for _, target := range sorted {
		if target > s.last[node] {
			pick = target
			break
		}
	}
	s.last[node] = pick
	return pick
}

func (s *scan) byWeight() (int, bool) {
	total := int64(0)
	sorted := slices.Sorted(slices.Values(s.in))
	for _, target := range sorted {
		total += s.weight[target]
	}
	if total == 0 {
		return 0, false
	}
	draw := int64(s.chooser.Below(int(total)))
	for _, target := range sorted {
		if draw < s.weight[target] {
			return target, true
		}
		draw -= s.weight[target]
	}
	panic("unreachable")
}

// compare runs steps random operations on a policy and on its twin.
func compare(t *testing.T, entry Entry, seed uint64, steps int) {
	t.Helper()
	random := newStream(seed)
	nodes, targets := 1+random.Below(3), 1+random.Below(1+random.Below(9000))
	policy := entry.New(Setup{Nodes: nodes, Chooser: newStream(seed + 1)})
	twin := newScan(entry.Name, nodes, newStream(seed+1))
	known := targets * (1 + random.Below(5)) / 5 // seldom all in rotation
	var requests []int
	for step := range steps {
		target := random.Below(known + 1)
		switch what := random.Below(100); {
		case what < 50:
			node := random.Below(nodes)
			want, wantOK := twin.pick(node)
			got, ok := policy.Pick(node)
			if got != want || ok != wantOK {
				t.Fatalf("%s seed %d step %d: got %d %v, want %d %v", entry.Name, seed, step, got, ok, want, wantOK)
			}
			if ok {
				policy.Began(got)
				twin.outstanding[got]++
				requests = append(requests, got)
			}
		case what < 75 && len(requests) > 0:
			k := random.Below(len(requests))
			policy.Ended(requests[k])
			twin.outstanding[requests[k]]--
			requests = slices.Delete(requests, k, k+1)
		case what < 85:
			if weigher, ok := policy.(Weigher); ok {
				weight := int64(random.Below(4)) * FullWeight / 3
				weigher.SetWeight(target, weight)
				twin.weight[target] = weight
			}
		case slices.Contains(twin.in, target):
			policy.Remove(target)
			twin.remove(target)
		default:
			policy.Add(target)
			twin.add(target)
		}
	}
}

func TestPoliciesAgreeWithScans(t *testing.T) {
	for _, entry := range Policies() {
		t.Run(entry.Name, func(t *testing.T) {
			for seed := range uint64(100) {
				compare(t, entry, seed, 1000)
			}
		})
	}
}

func FuzzPoliciesAgreeWithScans(f *testing.F) {
	f.Add(uint64(1), uint8(0))
	f.Fuzz(func(t *testing.T, seed uint64, policy uint8) {
		all := Policies()
		compare(t, all[int(policy)%len(all)], seed, 500)
	})
}

// Two targets in zone A and eight in B, round robin, clients divided equally
// between the two nodes.
func TestCrossZoneDecidesTheShares(t *testing.T) {
	shares := func(policyOf [2]Policy) (served [10]int) {
		for request := range 4000 {
			target, _ := policyOf[request%2].Pick(request % 2)
			served[target]++
		}
		return served
	}
	on := NewRoundRobin(2)
	off := [2]Policy{NewRoundRobin(2), NewRoundRobin(2)}
	for target := range 10 {
		on.Add(target)
		off[min(1, target/2)].Add(target)
	}
	if got, want := shares([2]Policy{on, on}), [10]int{400, 400, 400, 400, 400, 400, 400, 400, 400, 400}; got != want {
		t.Errorf("cross-zone on: got %v, want 10 %% each", got)
	}
	if got, want := shares(off), [10]int{1000, 1000, 250, 250, 250, 250, 250, 250, 250, 250}; got != want {
		t.Errorf("cross-zone off: got %v, want 25 %% and 6.25 %%", got)
	}
}

func TestTargetReturnsWithItsOutstandingRequests(t *testing.T) {
	for _, name := range []string{"least_outstanding_requests", "power_of_two_choices"} {
		entry, _ := Find(name)
		policy := entry.New(Setup{Nodes: 1, Chooser: newStream(1)})
		policy.Add(0)
		policy.Add(1)
		for range 3 {
			policy.Began(0)
		}
		policy.Began(1)
		policy.Remove(0)
		policy.Ended(0)
		policy.Add(0) // with 2, against 1
		if got, _ := policy.Pick(0); got != 1 {
			t.Errorf("%s: got the target with 2 outstanding, want the one with 1", name)
		}
		policy.Ended(0)
		policy.Ended(0) // 0 against 1
		if got, _ := policy.Pick(0); got != 0 {
			t.Errorf("%s: got the target with 1 outstanding, want the idle one", name)
		}
	}
}

func TestRandomSharesFollowTheWeights(t *testing.T) {
	const rounds, seed = 100_000, 3
	policy := NewWeightedRandom(newStream(seed))
	for target := range 3 {
		policy.Add(target)
	}
	policy.SetWeight(1, FullWeight/2)
	policy.SetWeight(2, 0)
	var served [3]int
	for range rounds {
		target, _ := policy.Pick(0)
		served[target]++
	}
	// Two thirds: standard deviation 149; five of them either way.
	if served[2] != 0 || served[0] < 66_667-745 || served[0] > 66_667+745 {
		t.Errorf("seed %d: got %v of %d, want 66667 ± 745, the rest, 0", seed, served, rounds)
	}
}

func TestSmoothWeightsShareExactlyAndInterleave(t *testing.T) {
	w := NewWeighted(10, 20, 0) // one third, two thirds
	var turns []int
	for range 6 {
		choice, _ := w.Next()
		turns = append(turns, choice)
	}
	if want := []int{1, 0, 1, 1, 0, 1}; !slices.Equal(turns, want) {
		t.Errorf("got %v, want %v", turns, want)
	}
	if _, ok := NewWeighted(0, 0).Next(); ok {
		t.Error("a choice of weight 0 had a turn")
	}
}

func TestSlowStartShares(t *testing.T) {
	for _, tt := range []struct{ weight, want int }{{0, 0}, {500, 500}, {1000, 875}} {
		w := NewWeighted(1000, 1000, 1000, tt.weight)
		served := 0
		for range 3500 {
			if choice, _ := w.Next(); choice == 3 {
				served++
			}
		}
		if served != tt.want {
			t.Errorf("weight %d: got %d of 3500 requests, want %d", tt.weight, served, tt.want)
		}
	}
}

func TestWeightFaults(t *testing.T) {
	for _, weights := range [][]int{{}, {1, 1, 1, 1, 1, 1}, {1000}, {-1}} {
		if ValidateWeights(weights) == nil {
			t.Errorf("%v: no error", weights)
		}
	}
	if err := ValidateWeights([]int{0, 1, 999, 2, 3}); err != nil {
		t.Error(err)
	}
}

// serve makes requests of which one per target is outstanding.
func serve(policy Policy, targets int) func() {
	for target := range targets {
		policy.Add(target)
	}
	running := make([]int, targets) // a ring: each ends after targets others
	for i := range running {
		running[i], _ = policy.Pick(0)
		policy.Began(running[i])
	}
	at := 0
	return func() {
		policy.Ended(running[at])
		running[at], _ = policy.Pick(0)
		policy.Began(running[at])
		if at++; at == targets {
			at = 0
		}
	}
}

func TestRequestsAllocateNothing(t *testing.T) {
	for _, entry := range Policies() {
		request := serve(entry.New(Setup{Nodes: 1, Chooser: newStream(1)}), 1000)
		for range 10_000 {
			request()
		}
		if n := testing.AllocsPerRun(1000, request); n != 0 {
			t.Errorf("%s: %v allocations a request", entry.Name, n)
		}
	}
}

// BenchmarkRequest measures Ended, Pick and Began together.
func BenchmarkRequest(b *testing.B) {
	for _, entry := range Policies() {
		for _, targets := range []int{10, 1000, 10_000} {
			b.Run(fmt.Sprintf("%s/targets=%d", entry.Name, targets), func(b *testing.B) {
				request := serve(entry.New(Setup{Nodes: 1, Chooser: newStream(1)}), targets)
				b.ReportAllocs()
				for b.Loop() {
					request()
				}
			})
		}
	}
}

// A system that is overloaded leaves the low levels together, and comes back to them.
func TestLeastOutstandingCrossesItsLowLevels(t *testing.T) {
	const targets, rounds = 70, lowLevels + 8
	p := NewLeastOutstanding(1)
	for k := range targets {
		p.Add(k)
	}
	for n := range targets * rounds {
		got, ok := p.Pick(0)
		if !ok || got != n%targets {
			t.Fatalf("pick %d: target %d, want %d", n, got, n%targets)
		}
		p.Began(got)
	}
	for n := range rounds - 1 {
		p.Ended(3)
		if got, _ := p.Pick(0); got != 3 {
			t.Fatalf("target 3 has %d requests, all others %d: picked %d", rounds-1-n, rounds, got)
		}
	}
	p.Remove(3)
	if got, _ := p.Pick(0); got != 4 {
		t.Errorf("without target 3, target %d is picked, want 4", got)
	}
	p.Add(3)
	if got, _ := p.Pick(0); got != 3 {
		t.Errorf("target 3 has come back with one request: picked %d", got)
	}
}
