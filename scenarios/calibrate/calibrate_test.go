package calibrate

import (
	"math"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"headroom/scenarios/imports/cloudwatch"
)

// system is a group of vCPUs that serves requests first come, first served, simulated by
// its servers' free times: a twin that shares nothing with the program.
type system struct {
	vcpus      int
	demand, cv float64
	base       float64
	rates      []float64 // per second, by minute
}

// measure returns the requests that arrive in each minute and the share of the vCPUs that
// was busy.
func (s system) measure(random *rand.Rand) (requests, busy []float64) {
	minutes := len(s.rates)
	requests, busy = make([]float64, minutes), make([]float64, minutes)
	free := make([]float64, s.vcpus)
	sigma := math.Sqrt(math.Log1p(s.cv * s.cv))
	for at := 0.0; ; {
		minute := int(at / 60)
		if minute >= minutes {
			break
		}
		at += random.ExpFloat64() / s.rates[minute]
		if minute = int(at / 60); minute >= minutes {
			break
		}
		requests[minute]++
		first := 0
		for i := range free {
			if free[i] < free[first] {
				first = i
			}
		}
		begin := max(at, free[first])
		end := begin + s.demand*math.Exp(sigma*random.NormFloat64()-sigma*sigma/2)
		free[first] = end
		for m := int(begin / 60); m < minutes && float64(m)*60 < end; m++ {
			busy[m] += (min(end, float64(m+1)*60) - max(begin, float64(m)*60)) / 60 / float64(s.vcpus)
		}
	}
	for m := range busy {
		busy[m] += s.base + 0.002*random.NormFloat64() // what else is at work there
	}
	return requests, busy
}

// randomSystem is one of any size and load below saturation.
func randomSystem(random *rand.Rand) system {
	s := system{vcpus: 1 + random.Intn(8), demand: 0.2 * math.Exp(0.7*random.NormFloat64()), cv: 0.3 + 2*random.Float64(), base: 0.05 * random.Float64()}
	peak := (0.4 + 0.3*random.Float64()) * float64(s.vcpus) / s.demand
	for m := range 90 {
		s.rates = append(s.rates, peak*(0.55+0.45*math.Sin(float64(m)/14)))
	}
	return s
}

// measured returns what CloudWatch would say of a system.
func measured(requests, busy []float64, vcpus int) Measured {
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	m := Measured{Count: 1, VCPUs: float64(vcpus)}
	m.Requests.Period = time.Minute
	for i := range requests {
		at := start.Add(time.Duration(i) * time.Minute)
		m.Requests.Points = append(m.Requests.Points, cloudwatch.Point{At: at, Value: requests[i]})
		m.CPU.Points = append(m.CPU.Points, cloudwatch.Point{At: at, Value: 100 * max(0, busy[i])})
	}
	m.CPU.Unit = "Percent"
	return m
}

// Of 100 systems, the intervals of 88 at least hold the demand, and those of 88 what is
// busy without requests. 95 are expected; 88 is three standard deviations below.
func TestDemandsOf100SystemsAreRecovered(t *testing.T) {
	demands, bases := 0, 0
	for seed := range int64(100) {
		random := rand.New(rand.NewSource(seed))
		s := randomSystem(random)
		requests, busy := s.measure(random)
		samples, _ := Match(measured(requests, busy, s.vcpus))
		fit, err := Utilization(samples)
		if err != nil {
			t.Logf("seed %d: %v", seed, err)
			continue
		}
		if math.Abs(fit.Slope.Value-s.demand) <= fit.Slope.HalfWidth {
			demands++
		}
		if math.Abs(fit.Intercept.Value-s.base) <= fit.Intercept.HalfWidth {
			bases++
		}
		if math.Abs(fit.Slope.Value/s.demand-1) > 0.25 {
			t.Errorf("seed %d: a demand of %g, want %g within a quarter", seed, fit.Slope.Value, s.demand)
		}
	}
	if demands < 88 || bases < 88 {
		t.Errorf("%d intervals hold the demand and %d what is busy anyway, want 88 of 100", demands, bases)
	}
	t.Logf("%d and %d of 100", demands, bases)
}

// What the data cannot tell is said, not guessed.
func TestWhatCannotBeToldIsSaid(t *testing.T) {
	flat, follow, many := make([]float64, 40), make([]float64, 40), make([]float64, 40)
	random := rand.New(rand.NewSource(1))
	for i := range flat {
		flat[i], follow[i], many[i] = 600+random.NormFloat64(), 0.3+0.001*random.NormFloat64(), 600*float64(1+i%5)
	}
	unrelated := slices.Clone(follow)
	for i := range unrelated {
		unrelated[i] += 0.2 * random.NormFloat64()
	}
	for name, c := range map[string]struct {
		requests, busy []float64
		want           string
	}{
		"a load that hardly varies":  {flat, follow, "at most 30ms"},
		"a CPU that does not follow": {many, unrelated, "the CPU does not follow the requests"},
		"too little":                 {many[:7], follow[:7], "needs at least 8 periods"},
		"no requests":                {make([]float64, 40), follow, "there were no requests"},
	} {
		samples, _ := Match(measured(c.requests, c.busy, 1))
		if _, err := Utilization(samples); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want it to say %q", name, err, c.want)
		}
	}
}

// Periods in which the law cannot hold are left out and counted.
func TestPeriodsThatSayNothingAreLeftOut(t *testing.T) {
	m := measured([]float64{60, 120, 180, 240, 300}, []float64{0.1, 0.2, 0.99, 0.4, 0.5}, 2)
	m.CPU.Points = m.CPU.Points[:4]
	m.Instances = &cloudwatch.Series{Points: slices.Clone(m.CPU.Points)}
	for i, n := range []float64{1, 1, 1, 2} {
		m.Instances.Points[i].Value = n
	}
	samples, left := Match(m)
	if len(samples) != 2 || left != (Left{Unpaired: 1, Saturated: 1, Scaling: 1}) {
		t.Errorf("got %v and %+v left out, want the first two and one of each", samples, left)
	}
	if samples[1].PerS != 1 || samples[1].Share != 0.2 {
		t.Errorf("got %+v, want one request per second and vCPU at 20 %%", samples[1])
	}
}

func TestLawsAreToldFromLatenciesAtLowLoad(t *testing.T) {
	random := rand.New(rand.NewSource(5))
	draw := map[string]func() float64{
		"exponential": func() float64 { return 0.02 * random.ExpFloat64() },
		"lognormal":   func() float64 { return 0.02 * math.Exp(0.8*random.NormFloat64()-0.32) },
		"gamma": func() float64 { // Erlang of four stages: cv ½
			return 0.005 * (random.ExpFloat64() + random.ExpFloat64() + random.ExpFloat64() + random.ExpFloat64())
		},
	}
	cvs := map[string]float64{"exponential": 1, "lognormal": math.Sqrt(math.Expm1(0.64)), "gamma": 0.5}
	for name, one := range draw {
		right, held := 0, 0
		for range 40 {
			xs := make([]float64, 2000)
			for i := range xs {
				xs[i] = one()
			}
			law, err := FitLaw(xs, 0.05, 0.02)
			if err != nil {
				t.Fatal(err)
			}
			if law.Name == name || slices.Contains(law.Rivals, name) {
				right++
			}
			if math.Abs(law.CV.Value-cvs[name]) <= max(law.CV.HalfWidth, 0.05) && math.Abs(law.Mean.Value-0.02) <= law.Mean.HalfWidth*1.5 {
				held++
			}
		}
		if right < 38 || held < 34 {
			t.Errorf("%s: told in %d and with its spread in %d of 40", name, right, held)
		}
	}
}

// Latencies in which there is more than computing are refused.
func TestLawsAreNotGuessedFromWaiting(t *testing.T) {
	random := rand.New(rand.NewSource(6))
	xs := make([]float64, 1000)
	for i := range xs {
		xs[i] = 0.05 + 0.01*random.ExpFloat64()
	}
	for _, c := range []struct {
		xs           []float64
		busy, demand float64
		want         string
	}{
		{xs, 0.6, 0.02, "the CPU was 60 % busy"},
		{xs, 0.02, 0.01, "a pause or a call of"},
		{xs[:10], 0.02, 0.06, "needs at least 200 latencies"},
	} {
		if _, err := FitLaw(c.xs, c.busy, c.demand); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want it to say %q", err, c.want)
		}
	}
}

// ψ and ψ' at 1 are those of the tables: -γ and π²/6.
func TestPolygammas(t *testing.T) {
	if got := digamma(1); math.Abs(got+0.5772156649) > 1e-9 {
		t.Errorf("digamma(1) = %g", got)
	}
	if got := trigamma(1); math.Abs(got-math.Pi*math.Pi/6) > 1e-7 {
		t.Errorf("trigamma(1) = %g", got)
	}
}
