package fluid

import (
	"math"
	"testing"

	"headroom/sim"
	"headroom/sim/fluid"
	"headroom/sim/rng"
)

// placed is requests one by one at places that share servers, whose clients wait for so long in all.
type placed struct {
	servers, places          int
	each, patience           float64
	demand                   rng.Distribution
	now                      float64
	inside, line             []placedRequest
	answered, givenUp, stays float64
}

type placedRequest struct{ came, left float64 }

// play plays so many seconds, of which what happens after some counts.
func (p *placed) play(seconds, from float64, stream rng.Stream) {
	for next := stream.Exponential() / p.each; p.now < seconds; {
		at, rate := next, 1/max(1, float64(len(p.inside))/float64(p.servers))
		who, done := -1, false
		for i, r := range p.inside {
			if end := p.now + r.left/rate; end < at {
				at, who, done = end, i, true
			}
			if r.came+p.patience < at {
				at, who, done = r.came+p.patience, i, false
			}
		}
		inLine := len(p.line) > 0 && p.line[0].came+p.patience < at
		if inLine {
			at = p.line[0].came + p.patience
		}
		for i := range p.inside {
			p.inside[i].left -= rate * (at - p.now)
		}
		p.now = at
		counts := boolean(at > from)
		switch {
		case inLine:
			p.line, p.givenUp = p.line[1:], p.givenUp+counts
		case who < 0:
			p.line, next = append(p.line, placedRequest{at, stream.Draw(p.demand)}), at+stream.Exponential()/p.each
		case done:
			p.answered, p.stays = p.answered+counts, p.stays+counts*(at-p.inside[who].came)
			p.inside = append(p.inside[:who], p.inside[who+1:]...)
		default:
			p.givenUp += counts
			p.inside = append(p.inside[:who], p.inside[who+1:]...)
		}
		for len(p.line) > 0 && len(p.inside) < p.places {
			p.inside, p.line = append(p.inside, p.line[0]), p.line[1:]
		}
	}
}

// In a lasting overload of few places chance alone says who is answered of those who ask for about the same, in order of arrival and
// where places share servers.
func TestChanceServesWhoWaitsNearlyTooLong(t *testing.T) {
	fixed, err := rng.Fixed(1)
	if err != nil {
		t.Fatal(err)
	}
	alike, err := rng.Lognormal(1, 0.3)
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []struct {
		what            string
		demand          rng.Distribution
		servers, places int
		load, patience  float64
	}{
		{"constant, in order of arrival", fixed, 8, 8, 1.25, 60},
		{"constant, one server", fixed, 1, 1, 1.3, 20},
		{"constant, 16 places", fixed, 2, 16, 1.2, 24},
		{"constant, 64 places", fixed, 2, 64, 1.2, 96},
		{"of a coefficient of variation of 0.3, 16 places", alike, 2, 16, 1.5, 24},
		{"of a coefficient of variation of 0.3, in order of arrival", alike, 8, 8, 1.4, 30},
	} {
		p := placed{servers: of.servers, places: of.places, each: of.load * float64(of.servers), patience: of.patience, demand: of.demand}
		p.play(500*of.patience, 10*of.patience, rng.New(5, 0, of.what))
		c := &Cohort{Targets: 1, Shape: Shape{
			Station: fluid.Station{Servers: of.servers, Places: of.places, Backlog: NoLimit, Demand: of.demand},
			Split:   fluid.Split{Nodes: 1}, Sharing: of.places > of.servers,
		}}
		laws, limit := NewLaws(), sim.Seconds(of.patience)
		for range int(20 * of.patience) {
			c.Advance(laws, Arrivals{Length: sim.Second, Expected: p.each, Patience: limit})
		}
		if got, want := c.Late(limit), p.givenUp/(p.givenUp+p.answered); !(math.Abs(got-want) <= 0.025) {
			t.Errorf("demands %s: %v give up, want %v", of.what, got, want)
		}
		if got, want := c.Mean().Seconds(), p.stays/p.answered; !(math.Abs(got/want-1) <= 0.02) {
			t.Errorf("demands %s: those who are answered stay for %v s, want %v", of.what, got, want)
		}
	}
}

// Where nobody is answered, who has a place has had it since so many came as there are places: a gamma law.
func TestNobodyIsAnsweredWhomPlacesHoldForTooLong(t *testing.T) {
	demand, err := rng.Fixed(1)
	if err != nil {
		t.Fatal(err)
	}
	const places, each, patience = 16, 6.0, 24 * sim.Second
	c := &Cohort{Targets: 1, Shape: Shape{Station: fluid.Station{Servers: 2, Places: places, Backlog: NoLimit, Demand: demand}, Split: fluid.Split{Nodes: 1}, Sharing: true}}
	for laws, steps := NewLaws(), 0; steps < 500; steps++ {
		c.Advance(laws, Arrivals{Length: sim.Second, Expected: each, Patience: patience})
	}
	mean, squares := 0.0, 0.0
	for i, has := range c.walk.has {
		mean, squares = mean+c.walk.shares[i]*has, squares+c.walk.shares[i]*has*has
	}
	if want := places / each; !(math.Abs(mean/want-1) <= 0.01) {
		t.Errorf("clients have %v s left when their turn comes, want %v", mean, want)
	}
	if got, want := squares-mean*mean, places/each/each; !(math.Abs(got/want-1) <= 0.1) {
		t.Errorf("of a variance of %v s², want %v", got, want)
	}
	if got := c.Late(patience); !(got >= 0.99) {
		t.Errorf("%v give up, want all", got)
	}
}
