package tables

import (
	"fmt"
	"strconv"

	"headroom/model/dataplane"
	"headroom/model/health"
	"headroom/scenarios/schema"
)

// groupHealthKeys are how many targets of a group must be healthy, and what follows
// where they are not.
func groupHealthKeys() []schema.Key {
	count := func(off bool) schema.Type {
		if !off {
			return schema.Either("1..1000", schema.Whole(1, health.MaxMinimum), schema.Text())
		}
		return schema.Either("1..1000 | off", schema.Whole(1, health.MaxMinimum), schema.OneOf("off: no such minimum"), schema.Text())
	}
	percent := schema.Either("1..100 | off", schema.Whole(1, 100), schema.OneOf("off: no such minimum"), schema.Text())
	return []schema.Key{
		schema.Row("target_group_health", schema.Inner(), "", "how many targets must be healthy: of each zone without cross-zone balancing, of all zones together with it"),
		schema.Row("target_group_health.dns_failover", schema.Inner(), "", "with fewer, clients are not sent to the node of the zone, unless all zones have too few; of a count and a percentage, whichever comes first"),
		schema.Row("target_group_health.dns_failover.minimum_healthy_targets_count", count(true), "(1, or that of unhealthy_state_routing)", "how many; at least as many as unhealthy_state_routing has"),
		schema.Row("target_group_health.dns_failover.minimum_healthy_targets_percentage", percent, `"off"`, "how many of 100; at least as many as unhealthy_state_routing has"),
		schema.Row("target_group_health.unhealthy_state_routing", schema.Inner(), "", "with fewer, requests go to all targets, healthy or not"),
		schema.Row("target_group_health.unhealthy_state_routing.minimum_healthy_targets_count", count(false), "1", "how many"),
		schema.Row("target_group_health.unhealthy_state_routing.minimum_healthy_targets_percentage", percent, `"off"`, "how many of 100"),
	}
}

// Keys of a minimum.
const (
	minimumCount   = "minimum_healthy_targets_count"
	minimumPercent = "minimum_healthy_targets_percentage"
)

// readGroupHealth reads how many targets of a group must be healthy.
func readGroupHealth(t *schema.Table, tg *dataplane.TargetGroup) {
	h := t.Within("target_group_health")
	if h == nil {
		return
	}
	minimum := health.DefaultGroup()
	if routing := h.Within("unhealthy_state_routing"); routing != nil {
		minimum.Routing = readMinimum(routing, health.MaxMinimum, false)
		routing.Done()
	}
	minimum.DNS.Count = minimum.Routing.Count
	if dns := h.Within("dns_failover"); dns != nil {
		if !dns.Has(minimumCount) {
			dns.Assume(minimumCount, int64(minimum.Routing.Count))
		}
		minimum.DNS = readMinimum(dns, health.MaxMinimum, true)
		for key, pair := range map[string][2]int{
			minimumCount:   {minimum.DNS.Count, minimum.Routing.Count},
			minimumPercent: {minimum.DNS.Percent, minimum.Routing.Percent},
		} {
			if dns.Sound(key) && pair[0] > 0 && pair[0] < pair[1] {
				dns.Reject(key, schema.Fault{Rule: fmt.Sprintf("must be at least that of unhealthy_state_routing (%d)", pair[1]), Code: invalidConfiguration})
			}
		}
		dns.Done()
	}
	h.Done()
	tg.Minimum = &minimum
}

// readMinimum reads a count and a percentage; the count of routing is never off.
func readMinimum(t *schema.Table, most int, off bool) health.Minimum {
	return health.Minimum{Count: readHealthy(t, minimumCount, most, off), Percent: readHealthy(t, minimumPercent, 100, true)}
}

// readHealthy reads a number of healthy targets, 0 if it is off. Terraform writes
// numbers as text, too.
func readHealthy(t *schema.Table, key string, most int, off bool) int {
	n := t.Value(key)
	if off && n.Is("off") {
		return 0
	}
	v, whole := n.AsWhole()
	if text, ok := n.AsText(); ok {
		parsed, err := strconv.Atoi(text)
		v, whole = int64(parsed), err == nil
	}
	if !whole || v < 1 || v > int64(most) {
		rule := fmt.Sprintf("must be 1..%d", most)
		if off {
			rule += ` or "off"`
		}
		t.Wrong(key, rule)
		return 1
	}
	return int(v)
}
