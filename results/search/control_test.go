package search

import (
	"context"
	"fmt"
	"math"
	"testing"

	"headroom/model"
	"headroom/sim/rng"
)

// normals draws pairs of normal values, of requests and of rates that explain a share of their variance, and more of the latter.
func normals(seed uint64, n, m int, share float64) (requests, rates []float64) {
	draws := rng.New(seed, 0, "normals")
	normal := func() float64 { return quantile(draws.Uniform()) }
	for i := range m {
		luck := normal()
		rates = append(rates, 7+2*luck)
		if own := normal(); i < n {
			requests = append(requests, math.Sqrt(share)*luck+math.Sqrt(1-share)*own)
		}
	}
	return requests, rates
}

// The regression estimate is centred at the expectation, as exact as Cochran (1977, equation 12.51) says, and its bounds
// are crossed no more often than their risk, and less far away than those of requests alone.
func TestControlsTakeLuckOut(t *testing.T) {
	const rounds = 1000
	for _, c := range []struct {
		n, m  int
		share float64
	}{{10, 80, 0.95}, {10, 10, 0.95}, {14, 112, 0.5}, {40, 60, 0}} {
		sum, squares, closer := 0.0, 0.0, 0
		crossed := map[float64]int{0.05: 0, 0.01: 0}
		for seed := range uint64(rounds) {
			requests, rates := normals(seed, c.n, c.m, c.share)
			g, ok := regress(requests, rates, lean{})
			if !ok {
				t.Fatal("no regression")
			}
			r := g.reading()
			if alone := read(requests); r.reach(0.01, true) < alone.reach(0.01, true) {
				closer++
			}
			sum += r.value
			squares += r.value * r.value
			for risk := range crossed {
				if r.value-r.reach(risk, true) > 0 {
					crossed[risk]++
				}
			}
		}
		n, m := float64(c.n), float64(c.m)
		want := (1-c.share)*(1/n+(1/n-1/m)/(n-3)) + c.share/m
		variance := squares/rounds - sum*sum/rounds/rounds
		if !(math.Abs(variance/want-1) < 0.2) || !(math.Abs(sum/rounds) < 4*math.Sqrt(want/rounds)) {
			t.Errorf("%+v: mean %.4f, variance %.5f, want %.5f", c, sum/rounds, variance, want)
		}
		if c.share > 0.9 && c.m > c.n && closer < rounds*9/10 {
			t.Errorf("%+v: bounds are closer than those of requests alone in %d of %d", c, closer, rounds)
		}
		for risk, times := range crossed {
			if most := mostWrong(rounds, risk); times > most {
				t.Errorf("%+v: %d of %d are above the bound of risk %g, at most %d are credible", c, times, rounds, risk, most)
			}
		}
	}
}

// What rates explain without rest they are believed in but for one replication, which may be as far off as any seen; what
// they do not vary in, or do not measure, is what requests show.
func TestReadingsWithoutRest(t *testing.T) {
	requests, many := []float64{1, 3, 5, 7, 4}, []float64{10, 12, 14, 16, 13, 15, 17, 15}
	g, ok := regress(requests, many, lean{})
	r := g.reading()
	left, wide := 9.0/4, 36.0/7 // the farthest of five from their mean, squared; variance of all rates
	want := math.Sqrt(left*(1.0/5-1.0/8+1.0/20) + (wide+left)/8)
	if !ok || !(g.left < 1e-12) || !(math.Abs(r.value-5) < 1e-12) || !(math.Abs(r.deviation-want) < 1e-9) {
		t.Errorf("%+v, deviation %g, want 5 and %g", r, r.deviation, want)
	}
	for name, rates := range map[string][]float64{
		"constant": {2, 2, 2, 2, 2, 2}, "unknown": {1, 2, math.NaN(), 4, 5, 6}, "fewer": {1, 2, 3},
	} {
		if _, ok := regressed(requests, rates, lean{}); ok {
			t.Errorf("%s: there is nothing to regress on", name)
		}
	}
}

// shadow says of a queue what it does but for a bias and some noise of its own, and so tells of its luck.
type shadow struct{ queue }

func (s shadow) Replicate(ctx context.Context, replication int) ([]float64, error) {
	values, err := s.queue.Replicate(ctx, replication)
	own := rng.New(s.seed, replication, fmt.Sprint("shadow/", s.index))
	values[1] = 1.1*values[1] + 0.05*s.latency()*(own.Uniform()-0.5)
	return values, err
}

// With controls, too, a candidate that breaches by a hair must not be recommended, and one that keeps its limit by a
// little is confirmed with fewer replications by requests.
func TestControlsConfirmNoBreach(t *testing.T) {
	const searches = 20
	play := func(seed uint64, room float64, screen func(Experiment) (Experiment, error)) *Outcome {
		var all []queue
		for i := range fewest + 1 {
			all = append(all, queue{serviceHz: 2.5, price: 1 + float64(i)/10, seed: seed, index: i})
		}
		p := queues(all, room*all[0].latency())
		p.Screen = screen
		o, err := Run(t.Context(), p, usual())
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	controlled := func(of Experiment) (Experiment, error) { return shadow{of.(queue)}, nil }
	wrong, with, without := 0, 0, 0
	for seed := range uint64(searches) {
		if play(seed, 1, controlled).Best != nil {
			wrong++
		}
		if seed >= searches/5 {
			continue
		}
		if o := play(seed, 1.08, controlled); o.Best != nil {
			with += o.Best.Counted
			if o.Best.Counted >= leastPairs && o.Best.Controls <= o.Best.Counted || o.Best.Margins[0].N != o.Best.Counted {
				t.Errorf("seed %d: %+v", seed, o.Best)
			}
		} else {
			with += usual().MaxReplications
		}
		if o := play(seed, 1.08, nil); o.Best != nil {
			without += o.Best.Counted
		} else {
			without += usual().MaxReplications
		}
	}
	t.Logf("%d of %d; %d replications with controls, %d without", wrong, searches, with, without)
	if most := mostWrong(searches, 0.025); wrong > most {
		t.Errorf("%d of %d searches recommend a candidate at its limit, at most %d are credible", wrong, searches, most)
	}
	if with >= without {
		t.Errorf("%d replications confirm with controls, %d without", with, without)
	}
}

// lucky is an experiment whose metric has the expectation 0: a luck that rates share, and some of its own. Rates are off by 7.
type lucky struct {
	seed  uint64
	share float64 // of the variance, that luck has
	leans bool    // luck is exponential; else normal
	rates bool
}

func (lucky) Keys() (keys, units []string) {
	return []string{"cost.total", "latency.mean"}, []string{"$", "s"}
}

func (l lucky) Replicate(_ context.Context, replication int) ([]float64, error) {
	draws := rng.New(l.seed, replication, "lucky")
	u, v := draws.Uniform(), draws.Uniform()
	luck := quantile(u)
	if l.leans {
		luck = -math.Log(u) - 1
	}
	if l.rates {
		return []float64{1, 7 + 2*luck}, nil
	}
	return []float64{1, math.Sqrt(l.share)*luck + math.Sqrt(1-l.share)*quantile(v)}, nil
}

// A candidate at its limit is confirmed no oftener than the first attempt may be wrong, though what has been seen says how many
// controls are played.
func TestConfirmingWithControlsKeepsItsRisk(t *testing.T) {
	const confirmations = 400
	for _, of := range []lucky{{share: 0.95}, {share: 0.6}, {share: 0.95, leans: true}, {share: 0.6, leans: true}} {
		wrong, controls := 0, 0
		for seed := range uint64(confirmations) {
			of.seed = seed
			p := &Problem{
				Candidates: fewest + 1, Minimize: "cost.total", Thresholds: []model.Threshold{{Key: "latency.mean", Operator: "<", Limit: 0}},
				Build: func(int) (Experiment, error) { return of, nil },
				Screen: func(Experiment) (Experiment, error) {
					by := of
					by.rates = true
					return by, nil
				},
			}
			o := usual()
			o.Workers = 1
			s := newSearch(p, o)
			if err := s.add(t.Context(), []int{0}); err != nil {
				t.Fatal(err)
			}
			s.enter(s.contestants)
			ok, err := s.confirm(t.Context(), s.contestants[0])
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				wrong++
			}
			controls += s.contestants[0].count(confirmingControl)
		}
		t.Logf("%+v: %d of %d, %d controls each", of, wrong, confirmations, controls/confirmations)
		if most := mostWrong(confirmations, (1-usual().Confidence)/2*attempt(0)); wrong > most {
			t.Errorf("%+v: %d of %d at their limit are confirmed, at most %d are credible", of, wrong, confirmations, most)
		}
	}
}
