package results

import (
	"math"
	"strings"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/pricing"
	"headroom/sim"
)

// moneyColumns are the Spot prices by minute, and what the run costs per hour: each
// charge is spread over the minutes in which what it is for was there, instances by
// their seconds (and their price, on Spot), tasks on Fargate by theirs, what requests move
// or compute by the responses, all else evenly. The minutes sum to the invoice.
func moneyColumns(outcome *cloud.Outcome, invoice *pricing.Invoice) []Column {
	m := money{outcome: outcome, minutes: int((outcome.Config.Duration + sim.Minute - 1) / sim.Minute)}
	if m.minutes == 0 {
		return nil
	}
	var all []Column
	ledger := outcome.Ledger
	for i := range ledger.Spot {
		s := &ledger.Spot[i]
		entity := "spot." + ledger.Types[s.Type].Name + "/" + ledger.Zones[s.Zone]
		if name := s.OS.String(); name != "linux" {
			entity += "/" + name
		}
		all = append(all, Column{Entity: entity, Metric: "spot.price", Values: m.prices(s)})
	}
	m.index()
	perHour := make([]float64, m.minutes)
	for i := range invoice.Lines {
		if l := &invoice.Lines[i]; l.Effective != 0 {
			m.spread(perHour, l)
		}
	}
	return append(all, Column{Entity: EntityAll, Metric: "cost.per_hour", Values: perHour})
}

// money spreads charges over minutes.
type money struct {
	outcome   *cloud.Outcome
	minutes   int
	leases    map[tenure][]*model.Lease
	responses []float64 // by minute
	weights   []float64 // of the line that is spread
	alike     presence  // of its instances whose seconds all count alike
}

// tenure is what the charges for instances tell apart here.
type tenure struct {
	owner, kind string
	spot        bool
}

// prices is a Spot price by minute: the newest at its begin.
func (m *money) prices(s *model.SpotPrices) []float64 {
	values := make([]float64, m.minutes)
	at := 0
	for minute := range values {
		for at+1 < len(s.Steps) && s.Steps[at+1].At <= sim.Time(minute)*sim.Minute {
			at++
		}
		values[minute] = math.NaN()
		if at < len(s.Steps) {
			values[minute] = s.Steps[at].USD
		}
	}
	return values
}

// index sorts leases by what their charges tell apart.
func (m *money) index() {
	ledger := m.outcome.Ledger
	m.leases = map[tenure][]*model.Lease{}
	for i := range ledger.Leases {
		l := &ledger.Leases[i]
		key := tenure{ledger.Owners[l.Owner], ledger.Types[l.Type].Name, l.Option == model.Spot}
		m.leases[key] = append(m.leases[key], l)
	}
	m.weights = make([]float64, m.minutes)
	m.responses = make([]float64, m.minutes)
	for minute, n := range allTraffic(m.outcome).completed {
		if minute < m.minutes { // the end of the run is an instant of its own
			m.responses[minute] = float64(n)
		}
	}
}

// spread adds a line to the cost per hour of its minutes.
func (m *money) spread(perHour []float64, l *pricing.Line) {
	first := min(int(max(0, l.From)/sim.Minute), m.minutes-1)
	end := max(first+1, min(int((l.To+sim.Minute-1)/sim.Minute), m.minutes))
	clear(m.weights)
	switch {
	case l.Instances:
		m.running(l)
	case l.Service == pricing.Fargate:
		m.working(l)
	case followsRequests(l):
		copy(m.weights, m.responses)
	}
	sum := 0.0
	for _, w := range m.weights[first:end] {
		sum += w
	}
	usd := l.Effective.USD() * float64(sim.Hour/sim.Minute)
	for minute := first; minute < end; minute++ {
		share := 1 / float64(end-first)
		if sum > 0 {
			share = m.weights[minute] / sum
		}
		perHour[minute] += usd * share
	}
}

// followsRequests reports whether a line is for what requests do. Provisioned concurrency
// is billed whether there are any or not.
func followsRequests(l *pricing.Line) bool {
	switch l.PricedUnit {
	case "GB", "LCU-Hours", "NLCU-Hours", "Requests":
		return true
	case "GB-Seconds":
		return !strings.HasSuffix(l.SKU, "_provisioned_gb_second")
	}
	return false
}

// working weighs minutes by the seconds that tasks of a line were there, a minute at least.
func (m *money) working(l *pricing.Line) {
	ledger := m.outcome.Ledger
	for i := range ledger.Tasks {
		u := &ledger.Tasks[i]
		if u.Fargate && ledger.Owners[u.Owner] == l.Owner && ledger.Zones[u.Zone] == l.Zone {
			m.during(u.From, max(u.To, u.From+sim.Minute))
		}
	}
}

// during weighs the minutes of a time by its seconds in each.
func (m *money) during(from, to sim.Time) {
	for minute := int(from / sim.Minute); minute < m.minutes && sim.Time(minute)*sim.Minute < to; minute++ {
		m.weights[minute] += (min(sim.Time(minute+1)*sim.Minute, to) - max(sim.Time(minute)*sim.Minute, from)).Seconds()
	}
}

// running weighs minutes by the seconds that instances of a line ran.
func (m *money) running(l *pricing.Line) {
	m.alike = append(m.alike[:0], make([]sim.Time, m.minutes+1)...)
	for _, lease := range m.leases[tenure{l.Owner, l.ResourceType, l.Option == pricing.Spot}] {
		if lease.SpotPool < 0 || lease.Option != model.Spot {
			m.alike.add(lease.From, lease.To)
			continue
		}
		steps := &m.outcome.Ledger.Spot[lease.SpotPool]
		at := 0
		for minute := int(lease.From / sim.Minute); minute < m.minutes && sim.Time(minute)*sim.Minute < lease.To; minute++ {
			begin, end := sim.Time(minute)*sim.Minute, sim.Time(minute+1)*sim.Minute
			weight := (min(end, lease.To) - max(begin, lease.From)).Seconds()
			for at+1 < len(steps.Steps) && steps.Steps[at+1].At <= begin {
				at++
			}
			m.weights[minute] += weight * steps.Steps[at].USD
		}
	}
	m.alike.weigh(m.weights)
}

// presence is how much longer things were there in a minute than in the one before, all
// together: what was there for a month is two minutes.
type presence []sim.Time

// add adds something that was there for a time.
func (p presence) add(from, to sim.Time) {
	end := sim.Time(len(p)-1) * sim.Minute
	if to = min(to, end); from >= to {
		return
	}
	p.step(from, +1)
	p.step(to, -1)
}

// step has more there from an instant on.
func (p presence) step(at sim.Time, sign sim.Time) {
	minute := int(at / sim.Minute)
	rest := sim.Time(minute+1)*sim.Minute - at
	p[minute] += sign * rest
	if minute+1 < len(p) {
		p[minute+1] += sign * (sim.Minute - rest)
	}
}

// weigh adds the seconds of each minute to its weight.
func (p presence) weigh(weights []float64) {
	there := sim.Time(0)
	for minute := range weights {
		there += p[minute]
		weights[minute] += there.Seconds()
	}
}
