package pricing

import "headroom/model"

// Units are capacity units by dimension.
type Units [dimensions]float64

// Dimensions are the names of what makes capacity units, in the order of [Units].
func Dimensions() [dimensions]string {
	return [dimensions]string{"new_connections", "active_connections", "processed_bytes", "rule_evaluations"}
}

// CapacityUnits returns what a load balancer used in an hour in capacity units, by
// dimension, and what of that is billed: the largest dimension, of each kind of flows by
// itself.
func CapacityUnits(b *model.BalancerHour) (used, billed Units) {
	add := func(rates balancerRates, amounts [dimensions]int64) {
		for d, capacity := range rates.capacity {
			if capacity > 0 {
				used[d] += float64(amounts[d]) / float64(capacity)
			}
		}
		if most := rates.most(amounts); rates.capacity[most] > 0 {
			billed[most] += float64(amounts[most]) / float64(rates.capacity[most])
		}
	}
	add(balancerOf(b.Kind), [dimensions]int64{b.NewConnections, int64(b.ActiveTime), int64(b.Processed), b.Evaluations})
	for k, u := range b.Flows {
		add(balancerOf(flowKinds[k]), [dimensions]int64{u.NewConnections, int64(u.ActiveTime), int64(u.Processed), 0})
	}
	return used, billed
}
