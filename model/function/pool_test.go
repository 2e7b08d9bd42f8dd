package function

import (
	"testing"

	"headroom/sim"
	"headroom/sim/rng"
)

func TestScalingRate(t *testing.T) {
	terms := Terms{Reserved: None, Idle: sim.Minute, Timeout: sim.Second, ScalingRate: ScalingRate}
	p := NewPool(terms, NewAccount(5000, []Terms{terms}))
	count := func(now sim.Time) (cold int) {
		for {
			if _, answer := p.Take(now); answer != Cold {
				return cold
			}
			cold++
		}
	}
	for _, c := range []struct {
		at   sim.Time
		cold int
	}{{0, 1000}, {5 * sim.Second, 500}, {25 * sim.Second, 1000}, {26 * sim.Second, 100}} {
		if got := count(c.at); got != c.cold {
			t.Errorf("at %v %d environments are made, want %d", c.at, got, c.cold)
		}
	}
}

func TestAccountIsShared(t *testing.T) {
	reserved := Terms{Reserved: 300, Timeout: sim.Second}
	shares := Terms{Reserved: None, Provisioned: 50, Timeout: sim.Second}
	account := NewAccount(AccountConcurrency, []Terms{reserved, shares})
	fill := func(p *Pool) (n int) {
		for {
			if _, answer := p.Take(0); answer == Throttled {
				return n
			}
			n++
		}
	}
	if got := fill(NewPool(reserved, account)); got != 300 {
		t.Errorf("a reservation of 300 serves %d", got)
	}
	if got := fill(NewPool(shares, account)); got != 700 { // 50 of them provisioned
		t.Errorf("the rest of the account serves %d, want 700", got)
	}
	if got := fill(NewPool(Terms{Reserved: None, Timeout: sim.Second}, account)); got != 0 {
		t.Errorf("an account that is used up serves %d", got)
	}
}

func TestIdleEnvironmentsEnd(t *testing.T) {
	p := NewPool(Terms{Reserved: 2, Idle: sim.Minute, Timeout: sim.Second}, nil)
	first, _ := p.Take(0)
	p.Begin(first, 0)
	p.Release(first, 1, false)
	if _, answer := p.Take(sim.Minute); answer != Warm {
		t.Errorf("just before its end it is %v, want Warm", answer)
	}
	p.Release(first, sim.Minute+1, false)
	if _, answer := p.Take(2*sim.Minute + 1); answer != Cold {
		t.Errorf("a minute later it is %v, want Cold", answer)
	}
}

func TestPoolsInAnyOrder(t *testing.T) {
	draws := rng.New(5, 0, "function")
	for range 200 {
		terms := Terms{Reserved: draws.Below(8) - 1, Provisioned: draws.Below(3), Idle: sim.Time(draws.Below(50)), Timeout: 20, ScalingRate: draws.Below(4)}
		if terms.Reserved != None {
			terms.Provisioned = min(terms.Provisioned, terms.Reserved)
		}
		p := NewPool(terms, NewAccount(6, []Terms{terms}))
		var cold, warm []uint32
		now := sim.Time(0)
		for range 300 {
			now += sim.Time(draws.Below(5))
			switch k := draws.Below(3); {
			case k == 0:
				switch id, answer := p.Take(now); answer {
				case Cold:
					cold = append(cold, id)
				case Warm:
					warm = append(warm, id)
				}
			case k == 1 && len(cold) > 0:
				p.Begin(cold[0], now)
				warm, cold = append(warm, cold[0]), cold[1:]
			case len(warm) > 0:
				p.Release(warm[0], now, draws.Below(5) == 0)
				warm = warm[1:]
			}
			if err := p.Verify(); err != nil {
				t.Fatalf("%+v at %v: %v", terms, now, err)
			}
		}
	}
}

func TestBilled(t *testing.T) {
	for duration, want := range map[sim.Time]sim.Time{
		0: sim.Millisecond, 1: sim.Millisecond, sim.Millisecond: sim.Millisecond, sim.Millisecond + 1: 2 * sim.Millisecond,
	} {
		if got := Billed(duration); got != want {
			t.Errorf("%v is billed as %v, want %v", duration, got, want)
		}
	}
}
