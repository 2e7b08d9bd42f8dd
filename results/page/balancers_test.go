package page

import (
	"slices"
	"testing"

	"headroom/results"
	"headroom/results/report"
	"headroom/sim/stat"
)

// Errors are listed by balancer, code and cause where there were some, rules with their shares,
// and of the dimensions of capacity units the one that bills most is named.
func TestTablesOfLoadBalancers(t *testing.T) {
	of := func(key string, value float64) results.Value {
		return results.Value{Estimate: stat.Estimate{Value: value, N: 1}, Key: key, Unit: "count"}
	}
	r := &run{Saved: &report.Saved{Replications: 1, Metrics: []results.Value{
		of("elb.502.refused{load_balancer=front}", 7), of("elb.504.connect{load_balancer=front}", 0), of("elb.503.no_targets{load_balancer=back}", 9),
		of("rule.requests{rule=front:80/1}", 30), of("rule.requests{rule=front:80/default}", 90),
		of("lcu.hours{load_balancer=front}", 5),
		of("lcu.billed.new_connections{load_balancer=front}", 2), of("lcu.billed.rule_evaluations{load_balancer=front}", 3),
	}}}
	cells := func(p *part) (all [][]string) {
		for _, row := range p.Table.Rows {
			all = append(all, row.Cells)
		}
		return all
	}
	errors := [][]string{{"front", "502: the target refused", "7"}, {"back", "503: no target is registered", "9"}}
	if got := cells(r.errors()); !slices.EqualFunc(got, errors, slices.Equal) {
		t.Errorf("errors %q, want %q", got, errors)
	}
	rules := [][]string{{"front:80/1", "30"}, {"front:80/default", "90"}}
	if got := cells(r.rules()); !slices.EqualFunc(got, rules, slices.Equal) {
		t.Errorf("rules %q, want %q", got, rules)
	}
	if got := *r.rules().Table.Rows[0].Share; got != 0.25 {
		t.Errorf("the first rule had a share of %v, want 0.25", got)
	}
	if got, want := cells(r.capacityUnits())[0][:3], []string{"front", "rule evaluations", "5"}; !slices.Equal(got, want) {
		t.Errorf("capacity units %q, want %q", got, want)
	}
}
