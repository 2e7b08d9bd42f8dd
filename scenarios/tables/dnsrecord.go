package tables

import (
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// Of Route 53: what Terraform calls the policies, and how often it checks.
const (
	primary, secondary = "PRIMARY", "SECONDARY"
	invalidRecord      = "InvalidInput"
	// targetHealth is how often the health of an alias's load balancer is looked at; our
	// estimate, which AWS does not publish.
	targetHealth = 10 * sim.Second
)

// dnsKeys are those of [dns_record.NAME].
func dnsKeys() []schema.Key {
	return schema.Within("dns_record.NAME", invalidRecord, slices.Concat([]schema.Key{
		schema.Row("ttl", schema.Quantity(schema.Seconds, 0, 604800), `"60s"`, "how long clients keep an answer; AWS's own for an alias of a load balancer is 60s"),
		schema.Row("record", schema.List(), schema.Required, "what it can answer: load balancers"),
		schema.Row("record[].alias", schema.Name("load_balancer"), schema.Required, "the load balancer"),
		schema.Row("record[].set_identifier", schema.Text(), "(the load balancer's name)", "name of the record, in the activities"),
		schema.Row("record[].failover_routing_policy", schema.Inner(), "", "of two records, one of which stands in for the other"),
		schema.Row("record[].failover_routing_policy.type", schema.OneOf(primary+": the answer while it is healthy, and when neither is", secondary+": the answer while the other is not healthy"), schema.Required, "which of them it is"),
		schema.Row("record[].weighted_routing_policy", schema.Inner(), "", "of several records that share the clients"),
		schema.Row("record[].weighted_routing_policy.weight", schema.Whole(0, 255), schema.Required, "its share: its weight of the sum of those that are healthy; all alike if all are 0"),
		schema.Row("record[].evaluate_target_health", schema.Flag(), "false", "it is healthy while its load balancer is, which has a healthy target in each target group with targets; looked at each 10s, free"),
		schema.Row("record[].health_check", schema.Inner(), "", "a health check of the load balancer, which is billed"),
		schema.Row("record[].health_check.request_interval", schema.Whole(10, 30), "30", "seconds between two checks: 10 or 30"),
		schema.Row("record[].health_check.failure_threshold", schema.Whole(1, 10), "3", "checks in a row that fail, or succeed, until the record is unhealthy, or healthy"),
	}, longCacheKeys("ttl")))
}

// readRecords reads the DNS names.
func (l *loader) readRecords() {
	for _, t := range l.tables["dns_record"] {
		r := dataplane.Record{Name: t.Name, TTL: t.Duration("ttl"), Long: readLongCache(t, "ttl")}
		policies := map[string]int{}
		rows := t.Each("record")
		for _, row := range rows {
			l.readAnswer(row, &r, policies)
			row.Done()
		}
		l.checkPolicies(t, policies, len(rows))
		t.Done()
		l.cfg.Records = append(l.cfg.Records, r)
	}
}

// readAnswer reads one load balancer of a DNS name, and counts the policies.
func (l *loader) readAnswer(t *schema.Table, r *dataplane.Record, policies map[string]int) {
	a := dataplane.Answer{Balancer: t.Reference("alias")}
	if a.Balancer >= 0 {
		t.Assume("set_identifier", l.Names("load_balancer")[a.Balancer])
	}
	a.Name = tree.Printable(t.Text("set_identifier"))
	p := t.Within("failover_routing_policy")
	fails := p != nil
	if fails {
		kind := p.Choice("type")
		a.Secondary = kind == secondary
		policies[kind]++
		p.Done()
	}
	if p := t.Within("weighted_routing_policy"); p != nil {
		a.Weight = p.Whole("weight")
		policies["weighted"]++
		p.Done()
		if fails {
			t.Mistake("weighted_routing_policy", "must not be given with failover_routing_policy", "")
		}
	}
	target := t.Flag("evaluate_target_health")
	if target {
		a.Interval, a.Threshold = targetHealth, 1
	}
	if c := t.Within("health_check"); c != nil {
		interval := c.Whole("request_interval")
		a.Interval, a.Threshold = sim.Time(interval)*sim.Second, c.Whole("failure_threshold")
		if c.Sound("request_interval") && interval != 10 && interval != 30 {
			c.Wrong("request_interval", "must be 10 or 30")
		}
		r.Checks = append(r.Checks, model.StandardCheck)
		if interval == 10 {
			r.Checks = append(r.Checks, model.FastCheck)
		}
		c.Done()
		if target {
			t.Mistake("health_check", "must not be given with evaluate_target_health", "")
		}
	}
	r.Answers = append(r.Answers, a)
}

// checkPolicies verifies that the records of a name have one policy together.
func (l *loader) checkPolicies(t *schema.Table, policies map[string]int, rows int) {
	rule := ""
	switch {
	case t.Has("record") && rows == 0:
		rule = "must have a record"
	case policies[primary] > 1 || policies[secondary] > 1:
		rule = "must be one PRIMARY and one SECONDARY at most"
	case policies[secondary] > 0 && policies[primary] == 0:
		rule = "must have a PRIMARY beside its SECONDARY"
	case policies[primary]+policies[secondary] > 0 && policies["weighted"] > 0:
		rule = "must be all weighted, or failover"
	case rows > 1 && policies[primary]+policies[secondary]+policies["weighted"] < rows:
		rule = "must each have a failover_routing_policy or a weighted_routing_policy, for there are several"
	}
	if rule != "" && t.Sound("record") {
		t.Mistake("record", rule, "")
	}
}

// recordOf reads which DNS name a key names, as "dns_record.NAME" or by its bare name,
// counted from 1; 0 for something else. A bare name that something else has, too, is a fault.
func (l *loader) recordOf(t *schema.Table, key string) int {
	text, ok := textOf(t.Node.Table[key])
	name, named := strings.CutPrefix(text, "dns_record.")
	_, exists := slices.BinarySearch(l.Names("dns_record"), name)
	if !ok || !named && !exists {
		return 0
	}
	if others := l.destinationsNamed(text); len(others) > 0 {
		t.Mistake(key, "must be unambiguous: "+strings.Join(others, " or ")+" or dns_record."+name, "")
		return 0
	}
	return t.Find(key, "dns_record", name) + 1
}

// destinationsNamed lists what requests can go to by a name, DNS names aside.
func (l *loader) destinationsNamed(name string) (found []string) {
	for _, d := range destinations {
		if _, ok := slices.BinarySearch(l.Names(d.table), name); ok {
			found = append(found, d.table+"."+name)
		}
	}
	if _, ok := slices.BinarySearch(l.Names("container_service"), name); ok {
		found = append(found, "container_service."+name)
	}
	return found
}
