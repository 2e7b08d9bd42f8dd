package results

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"headroom/sim"
	"headroom/sim/stat"
)

// saturation is the utilization beyond which a station has no steady state to
// speak of: at 98 % the mean wait of M/M/1 is 49 service times.
const saturation = 0.98

// warn says what a reader should know before trusting the numbers.
func (s *Summary) warn(meter *Meter, measured []*Measurement) {
	if end := measured[0].cut; end > 0 {
		s.warnf("cut short: memory ran out after %s of %s, before any replication finished; all numbers are of that time alone",
			end-end%sim.Second, s.Config.Duration)
	} else if s.Interrupted {
		s.warnf("interrupted: %d of %d replications finished", s.Replications, s.Asked)
	}
	if s.Replications == 1 {
		s.warnf("one replication: no intervals; `--replications 10` gives them")
	}
	s.warnOfQueues(meter, measured)
	s.warnOfWarmup(measured)
	s.warnOfQuantiles(meter, measured)
	s.warnOfCapacity()
	s.warnOfMemory()
	s.warnOfNetwork(meter, measured)
	s.warnOfCredits()
	s.warnOfAudit()
	s.warnOfPrices(measured)
	for _, v := range s.Thresholds {
		switch {
		case !v.Observed:
			s.warnf("threshold %s %s: nothing was observed, so it counts as breached", v.Key, v.Text)
		case v.Close && s.Replications > 1:
			s.warnf("threshold %s %s: the limit lies inside the interval; more replications would decide", v.Key, v.Text)
		}
	}
}

func (s *Summary) warnf(format string, args ...any) {
	s.Warnings = append(s.Warnings, fmt.Sprintf(format, args...))
}

// title names a part in a sentence.
func (p Part) title() string {
	if p.Label == "" {
		return "the scenario"
	}
	return p.Label + "." + p.Name
}

// sure writes a value with what is known of its error.
func (v Value) sure() string {
	if math.IsNaN(v.HalfWidth) {
		return fmt.Sprintf("%.4g (n %d)", v.Value, v.N)
	}
	return fmt.Sprintf("%.4g ± %.2g (n %d)", v.Value, v.HalfWidth, v.N)
}

func (s *Summary) warnOfQueues(meter *Meter, measured []*Measurement) {
	for i, sc := range meter.scopes {
		if sc.Label != labelTargetGroup && sc.Label != labelWorkload {
			continue
		}
		n := 0
		for _, m := range measured {
			if m.growing[i] {
				n++
			}
		}
		if 2*n > len(measured) {
			s.warnf("%s: the queue still grows at the end of the run (in %d of %d replications): its latency depends on the run's length",
				sc.title(), n, len(measured))
		}
	}
	for _, p := range s.Labelled(labelGroup) {
		if v, ok := s.Value("scaling.time_at_max", p); ok && v.Value > 0 {
			v.Value, v.HalfWidth = v.Value/3600, v.HalfWidth/3600
			s.warnf("%s: %s hours at its max_size while its policies wanted more", p.title(), v.sure())
		}
	}
	for _, label := range []string{labelGroup, labelInstance} {
		for _, p := range s.Labelled(label) {
			if u, ok := s.Value("cpu.utilization", p); ok && u.Value > saturation {
				u.Value, u.HalfWidth = 100*u.Value, 100*u.HalfWidth
				s.warnf("%s: saturated, %s %% of its vCPU-time is busy", p.title(), u.sure())
			}
		}
	}
}

// A bias of the mean latency is worth a warning when it is certain and larger
// than leastBias, or, without intervals, larger than clearBias.
const (
	leastBias = 0.02
	clearBias = 0.10
)

func (s *Summary) warnOfWarmup(measured []*Measurement) {
	var biases []float64
	var cuts []sim.Time
	for _, m := range measured {
		if m.start.ok {
			biases = append(biases, m.start.bias)
			cuts = append(cuts, m.start.cut)
		}
	}
	if 2*len(biases) <= len(measured) {
		return
	}
	bias := stat.Interval(biases, Confidence)
	size := math.Abs(bias.Value)
	certain := size > leastBias && size > bias.HalfWidth || math.IsNaN(bias.HalfWidth) && size > clearBias
	if !certain {
		return
	}
	slices.Sort(cuts)
	s.warnf("the warm-up is too short by MSER-5: the start of the run shifts the mean latency by %s %%; try warmup = %q",
		Value{Estimate: stat.Estimate{Value: 100 * bias.Value, HalfWidth: 100 * bias.HalfWidth, N: bias.N}}.sure(), short(cuts[len(cuts)/2]))
}

// short writes a duration of whole minutes without zero parts.
func short(t sim.Time) string {
	text := t.String()
	text = strings.TrimSuffix(text, "0s")
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// warnOfQuantiles names the quantiles with too few requests behind them: those
// of the whole scenario, and of its parts those for which the whole has enough.
// A part with as many requests as one that was named is most likely the same
// traffic by another name.
func (s *Summary) warnOfQuantiles(meter *Meter, measured []*Measurement) {
	totals := make([]int64, len(meter.scopes))
	for _, m := range measured {
		for i, n := range m.samples {
			totals[i] += n
		}
	}
	named := map[int64]bool{0: true}
	for i, sc := range meter.scopes {
		if !sc.carriesRequests() || named[totals[i]] {
			continue
		}
		var lacking []string
		for _, q := range quantiles {
			whole := sc.Label == "" || stat.EnoughFor(q.q, totals[0])
			if whole && !stat.EnoughFor(q.q, totals[i]) {
				lacking = append(lacking, q.name)
			}
		}
		if len(lacking) > 0 {
			named[totals[i]] = true
			s.warnf("%s: %d measured requests are too few for %s", sc.title(), totals[i], strings.Join(lacking, ", "))
		}
	}
}

func (s *Summary) warnOfCapacity() {
	for _, of := range []struct{ label, what string }{
		{labelGroup, "failed, for want of capacity or of a higher maximum Spot price; activities.csv has the causes"},
		{labelTenant, "found no capacity (InsufficientInstanceCapacity)"},
	} {
		for _, p := range s.Labelled(of.label) {
			if v, ok := s.Value("instances.launch_failed", p); ok && v.Value > 0 {
				s.warnf("%s: %s launches a run %s", p.title(), v.sure(), of.what)
			}
		}
	}
}

// warnOfCredits names who was slowed down, or short of its host's CPU.
func (s *Summary) warnOfCredits() {
	for _, label := range []string{labelGroup, labelInstance} {
		for _, p := range s.Labelled(label) {
			for _, of := range []struct{ metric, what string }{
				{"cpu.throttled_time", "instance-hours at the baseline, out of CPU credits with more to do"},
				{"cpu.contended_time", "instance-hours short of CPU: the hosts have promised more than they have"},
			} {
				if v, ok := s.Value(of.metric, p); ok && v.Value > 0 {
					v.Value, v.HalfWidth = v.Value/3600, v.HalfWidth/3600
					s.warnf("%s: %s %s", p.title(), v.sure(), of.what)
				}
			}
		}
	}
}

func (s *Summary) warnOfPrices(measured []*Measurement) {
	if text := EstimatedPrices(s.Charges); text != "" {
		s.warnf("%s", text)
	}
	var missing []string
	for _, m := range measured {
		for _, u := range m.unpriced {
			if text := u.SKU + " (" + u.Reason + ")"; !slices.Contains(missing, text) {
				missing = append(missing, text)
			}
		}
	}
	if len(missing) > 0 {
		s.warnf("not in the cost, because it has no price: %s", Listed(missing))
	}
}

// EstimatedPrices names the charges whose prices are estimates, and what stands in for the
// lists of their Regions; "" without any.
func EstimatedPrices(charges []Charge) string {
	var skus, regions []string
	for i := range charges {
		c := &charges[i]
		if !c.Estimated {
			continue
		}
		if !slices.Contains(skus, c.SKU) {
			skus = append(skus, c.SKU)
		}
		if c.Region != "" && c.Region != "us-east-1" && !slices.Contains(regions, c.Region) {
			regions = append(regions, c.Region)
		}
	}
	if len(skus) == 0 {
		return ""
	}
	standIn := ""
	if len(regions) > 0 {
		slices.Sort(regions)
		standIn = fmt.Sprintf(" (what no list of %s has: the price of us-east-1 at the Region's level)", strings.Join(regions, ", "))
	}
	return fmt.Sprintf("estimated prices: %s%s; `--price-book` replaces them", Listed(skus), standIn)
}

// Listed joins the first few names and counts the rest.
func Listed(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
