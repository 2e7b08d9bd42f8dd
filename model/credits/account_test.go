package credits

import (
	"math/rand/v2"
	"testing"

	"headroom/model"
	"headroom/sim"
)

// slow is an account as one would write it first: amounts are moved every second, at
// rates at which all amounts of a second are whole.
type slow struct {
	terms                            model.CreditTerms
	launch, earned, charged, expired model.Credits
}

// second lets a second pass in which the instance wants to compute at a rate, and
// returns at which rate it does: out of credits it has what it earns.
func (s *slow) second(wants uint64) {
	full := 24 * s.terms.Earn
	earn, spend := s.terms.Earn/3600, model.Credits(wants*1000)
	if s.terms.Mode == model.CreditsStandard && s.launch+s.earned <= 0 {
		spend = min(spend, earn)
	}
	given := min(spend, s.launch)
	s.launch -= given
	s.earned += earn - (spend - given)
	if s.earned > full {
		s.expired += s.earned - full
		s.earned = full
	}
	if s.terms.Mode == model.CreditsUnlimited && s.earned < -full {
		s.charged += -full - s.earned
		s.earned = -full
	}
}

// TestAccountsAgreeWithTheSecondHand plays weeks of random load to an account and to
// one that moves every second. The two may differ by what is spent in the second in
// which the twin runs out, for it cannot do so within one.
func TestAccountsAgreeWithTheSecondHand(t *testing.T) {
	for seed := range uint64(12) {
		random := rand.New(rand.NewPCG(seed, 1))
		typ := model.InstanceType{Family: []string{"t2", "t3"}[seed%2], VCPUs: 2, CreditsPerHour: 36, Burstable: true}
		mode := []model.CreditMode{model.CreditsStandard, model.CreditsUnlimited}[seed/2%2]
		terms := model.CreditTerms{Mode: mode, Earn: Earn(&typ), Launch: Launch(&typ, mode), Keeps: Keeps(&typ)}
		a, s := Open(0, terms), slow{terms: terms, launch: terms.Launch}
		crossings := model.Credits(1)
		for now := sim.Time(0); now < 7*sim.Day; {
			wants := uint64(random.Int64N(2_000_001))
			if random.IntN(3) == 0 {
				wants = 0
			}
			end := now + sim.Second + sim.Time(random.Int64N(3600*6))*sim.Second
			a.Use(now, wants)
			if out := a.OutAt(); out < end {
				a.Use(out, a.Baseline())
				crossings++
			}
			for ; now < end; now += sim.Second {
				s.second(wants)
			}
			tolerance := crossings * model.Credits(2*sim.Second)
			apart := func(what string, got, want model.Credits) {
				if got-want > tolerance || want-got > tolerance {
					t.Fatalf("seed %d: %s %.6f at %v, by the second %.6f", seed, what, got.Float64(), now, want.Float64())
				}
			}
			apart("balance", a.Balance(now), max(0, s.launch+s.earned))
			apart("surplus", a.Surplus(now), max(0, -s.earned))
			apart("charged", a.Charged(now), s.charged)
			if got, want := a.earned.Lost(now), int64(s.expired); got-want > int64(tolerance) || want-got > int64(tolerance) {
				t.Fatalf("seed %d: %d above the limit, by the second %d", seed, got, want)
			}
		}
	}
}

// What was given, earned and charged is what was spent, lost and is left, to the
// rounding of a unit at each end and at each time that it ran out.
func TestCreditsAreConserved(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 2))
		typ := model.InstanceType{Family: []string{"t2", "t3"}[seed%2], VCPUs: 4, CreditsPerHour: 54, Burstable: true}
		mode := []model.CreditMode{model.CreditsStandard, model.CreditsUnlimited}[seed/2%2]
		a := Open(0, model.CreditTerms{Mode: mode, Earn: Earn(&typ), Launch: Launch(&typ, mode)})
		spent, least, now := 0.0, a.Balance(0), sim.Time(0)
		slack := 100.0
		for range 200 {
			rate := uint64(random.Int64N(4_000_001))
			end := now + 1 + sim.Time(random.Int64N(int64(9*sim.Hour)))
			a.Use(now, rate)
			if out := a.OutAt(); out < end {
				spent += float64(out-now) * float64(rate) / 1e6
				rate = a.Baseline()
				now = out
				a.Use(now, rate)
				slack += 8
				if got := a.Balance(now); got != 0 {
					t.Fatalf("seed %d: out of credits with %d left", seed, got)
				}
			}
			spent += float64(end-now) * float64(rate) / 1e6
			now = end
			least = min(least, a.Balance(now))
		}
		if got := float64(a.Spent(now, 0)); got-spent > slack+spent*1e-12 || spent-got > slack+spent*1e-12 {
			t.Errorf("seed %d: %.0f vCPU-ns are gone, %.0f were spent", seed, got, spent)
		}
		if got := a.Least(now); got > least {
			t.Errorf("seed %d: least %d, seen %d", seed, got, least)
		}
	}
}

// Whoever looks changes nothing, not even where the launch's credits end.
func TestLooksChangeNothing(t *testing.T) {
	typ := model.InstanceType{Family: "t2", VCPUs: 1, CreditsPerHour: 6, Burstable: true}
	terms := model.CreditTerms{Mode: model.CreditsStandard, Earn: Earn(&typ), Launch: Launch(&typ, model.CreditsStandard)}
	seen, unseen := Open(0, terms), Open(0, terms)
	random := rand.New(rand.NewPCG(1, 1))
	for now := sim.Time(0); now < sim.Day; {
		rate := uint64(random.Int64N(200_001))
		seen.Use(now, rate)
		unseen.Use(now, rate)
		end := min(seen.OutAt(), now+sim.Time(random.Int64N(int64(sim.Hour))))
		for range 10 {
			if now < end {
				now += sim.Time(random.Int64N(int64(end-now) + 1))
			}
			seen.Balance(now)
		}
		now = end + 1
		seen.Use(end, 0)
		unseen.Use(end, 0)
		if got, want := seen.Balance(now), unseen.Balance(now); got != want || seen.Least(now) > want {
			t.Fatalf("at %v: %d, and %d without looking", now, got, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	t3 := model.InstanceType{Name: "t3.micro", Family: "t3", Burstable: true}
	m5 := model.InstanceType{Name: "m5.large", Family: "m5"}
	for _, c := range []struct {
		typ     *model.InstanceType
		tenancy model.Tenancy
		mode    model.CreditMode
		want    string
	}{
		{&t3, model.TenancyDefault, model.CreditsUnlimited, ""},
		{&t3, model.TenancyDedicated, model.CreditsUnlimited, ""},
		{&t3, model.TenancyHost, model.CreditsStandard, ""},
		{&t3, model.TenancyHost, model.CreditsUnlimited, "must be standard on a Dedicated Host"},
		{&t3, model.TenancyHost, 0, ""},
		{&m5, model.TenancyDefault, 0, ""},
		{&m5, model.TenancyDefault, model.CreditsStandard, "must be of a T family: m5.large has no CPU credits"},
	} {
		if got := Refusal(c.typ, c.tenancy, c.mode); got != c.want {
			t.Errorf("%s, tenancy %v, %v: %q, want %q", c.typ.Name, c.tenancy, c.mode, got, c.want)
		}
	}
	if got := Mode(&t3, model.TenancyHost); got != model.CreditsStandard {
		t.Errorf("T3 on a Dedicated Host is %v by itself", got)
	}
	if got := Mode(&m5, model.TenancyDefault); got != 0 || Earn(&m5) != 0 {
		t.Errorf("m5.large is %v and earns %d", got, Earn(&m5))
	}
}
