package scaling_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"headroom/model/forecast"
	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/notebook"
)

// minutes reads a number of minutes, "75m".
func minutes(t *testing.T, text string) sim.Time {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return sim.Time(d)
}

// victims reads members and lets them leave one by one.
func victims(t *testing.T, a *notebook.Arguments, input []string) string {
	by := scaling.Selection{Now: minutes(t, a.Text("now", "0m")), Draw: noDraw(t)}
	for _, name := range strings.Fields(a.Text("policies", "")) {
		policy, err := scaling.ParseTerminationPolicy(name)
		if err != nil {
			t.Fatal(err)
		}
		by.Policies = append(by.Policies, policy)
	}
	var members []scaling.Member
	var names []string
	for i, line := range input {
		m := notebook.Split(line)
		billed := minutes(t, m.Text("billed", "0m"))
		names = append(names, m.Name)
		members = append(members, scaling.Member{
			Index: i, Zone: int(m.Text("zone", "a")[0] - 'a'), Template: m.Integer("template", 1),
			LaunchedAt: billed, BilledFrom: billed, Protected: slices.Contains(m.Words, "protected"),
		})
	}
	var left []string
	for range a.Integer("count", len(members)) {
		victim := victim(members, by)
		if victim < 0 {
			break
		}
		left = append(left, names[victim])
		members = without(members, victim)
	}
	if left == nil {
		return "none"
	}
	return strings.Join(left, " ")
}

func share(_ *testing.T, a *notebook.Arguments, _ []string) string {
	m := scaling.MixedInstances{OnDemandBase: a.Integer("base", 0), OnDemandPercentage: a.Integer("percent", 0)}
	n := a.Integer("instances", 0)
	return fmt.Sprintf("%d On-Demand, %d Spot", m.OnDemandShare(n), n-m.OnDemandShare(n))
}

// spotPools reads pools and says which ones a strategy launches from.
func spotPools(t *testing.T, a *notebook.Arguments, input []string) string {
	strategy, err := scaling.ParseAllocationStrategy(a.Text("strategy", ""))
	if err != nil {
		t.Fatal(err)
	}
	m := scaling.MixedInstances{OnDemandStrategy: scaling.Prioritized, SpotStrategy: strategy, SpotPools: a.Integer("pools", 0)}
	expectFaults(t, "mix", m.Validate(), nil)
	var pools []scaling.Pool
	var names, chosen []string
	for _, line := range input {
		p := notebook.Split(line)
		names = append(names, p.Name)
		pools = append(pools, scaling.Pool{PricePerUnit: p.Number("price", 0) / p.Number("weight", 1), CapacityScore: p.Number("capacity", 0), Dear: p.Number("dear", 0) == 1})
	}
	for cursor := range a.Integer("launches", 1) {
		chosen = append(chosen, names[m.ChooseSpot(pools, cursor)])
	}
	return strings.Join(chosen, " ")
}

func next(t *testing.T, a *notebook.Arguments, _ []string) string {
	at, ok := timetable(t, a.Words[0], a.Text("zone", "")).Next(instant(t, a.Text("after", "")))
	if !ok {
		return "never"
	}
	return at.Format(time.RFC3339)
}

// limits reads "min,desired,max".
func limits(t *testing.T, text string) scaling.Limits {
	t.Helper()
	var l scaling.Limits
	if _, err := fmt.Sscanf(text, "%d,%d,%d", &l.Min, &l.Desired, &l.Max); err != nil {
		t.Fatal(err)
	}
	return l
}

func shown(l scaling.Limits) string {
	return fmt.Sprintf("min %d, desired %d, max %d", l.Min, l.Desired, l.Max)
}

func applied(t *testing.T, a *notebook.Arguments, _ []string) string {
	number := func(key string) *int {
		if !a.Has(key) {
			return nil
		}
		n := a.Integer(key, 0)
		return &n
	}
	s := scaling.Schedule{Min: number("min"), Desired: number("desired"), Max: number("max")}
	l, err := s.Apply(limits(t, a.Text("from", "")))
	if err != nil {
		return err.Error()
	}
	return shown(l)
}

func forecasts(t *testing.T, a *notebook.Arguments, _ []string) string {
	p := scaling.Predictive{
		Target: a.Number("target", 0), Scales: true, BufferTime: scaling.BufferTimeDefault, Forecaster: forecast.Default,
		IncreaseMax: slices.Contains(a.Words, "increase-max"), MaxBuffer: a.Integer("buffer", 0),
	}
	expectFaults(t, "forecast", p.Validate(), nil)
	l := limits(t, a.Text("from", ""))
	var lines []string
	for _, text := range strings.Split(a.Text("loads", ""), ",") {
		load, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		d := p.Provide(scaling.View{Min: l.Min, Desired: l.Desired, Max: l.Max}, p.Capacity(load))
		l.Desired, l.Max = d.Wanted, max(l.Max, d.Max)
		lines = append(lines, text+"  "+shown(l))
	}
	return strings.Join(lines, "\n")
}
