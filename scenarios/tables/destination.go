package tables

import (
	"slices"
	"strings"

	"headroom/model/cloud"
	"headroom/model/dataplane"
	"headroom/scenarios/schema"
)

// destinations are the tables that requests can go to.
var destinations = []struct {
	table string
	kind  dataplane.DestinationKind
}{
	{"load_balancer", dataplane.ToLoadBalancer},
	{"target_group", dataplane.ToTargetGroup},
	{"instance", dataplane.ToInstances},
	{"function", dataplane.ToFunction},
	{"network_interface", dataplane.ToAddress},
	{"elastic_ip", dataplane.ToAddress},
}

// destination finds what a key names that requests go to. A bare name must be of one table
// only.
func (l *loader) destination(t *schema.Table, key string) (dataplane.DestinationKind, int) {
	name := t.Text(key)
	if !t.Sound(key) {
		return 0, 0
	}
	var found []string
	var kind dataplane.DestinationKind
	target := 0
	for _, d := range destinations {
		for _, candidate := range []string{strings.TrimPrefix(name, d.table+"."), name} {
			if i, ok := slices.BinarySearch(l.Names(d.table), candidate); ok {
				l.Use(d.table, i)
				found = append(found, d.table+"."+candidate)
				kind, target = d.kind, i
				if d.table == "elastic_ip" {
					target += len(l.Names("network_interface"))
				}
				break
			}
		}
	}
	if len(found) == 0 {
		if g, ok := l.discoverTasks(t, key, name); ok {
			return dataplane.ToTargetGroup, g
		}
		if kind, target, ok := l.discoverApplication(t, key, name); ok {
			return kind, target
		}
	}
	switch len(found) {
	case 0:
		l.leadsNowhere(t, key, name)
	case 1:
	default:
		t.Mistake(key, "must be unambiguous: "+strings.Join(found, " or "), "")
	}
	if kind == dataplane.ToInstances && t.Sound(key) && l.cfg.Instances[target].Service == cloud.None && l.tables["instance"][target].Faultless() && !l.tables["instance"][target].Broken {
		t.Mistake(key, "must name an instance with a service", "")
	}
	if kind == dataplane.ToTargetGroup && t.Sound(key) && l.cfg.TargetGroups[target].Balancer > 0 {
		t.Mistake(key, "must name the load balancer before a target group of a load balancer", "")
	}
	if kind == dataplane.ToAddress && t.Sound(key) && l.cfg.Addresses[target].Service == cloud.None {
		t.Mistake(key, "must lead to an instance with a service, now or by an action", "")
	}
	return kind, target
}

// leadsNowhere reports a name that nothing has to which requests go.
func (l *loader) leadsNowhere(t *schema.Table, key, name string) {
	var known []string
	for _, d := range destinations {
		known = append(known, l.Names(d.table)...)
	}
	known = append(known, l.Names("container_service")...)
	rule := "must name a load balancer, a target group, a function, a container service or an instance"
	if key == "to" { // calls do not ask for DNS names
		known = append(known, l.Names("dns_record")...)
		rule = "must name a load balancer, a target group, a function, a container service, an instance or a dns_record"
	}
	t.Mistake(key, rule, t.Hint(name, known))
}

// servedBy lists the services that requests to a destination can reach, without
// what those call.
func (l *loader) servedBy(to dataplane.DestinationKind, target int) []int {
	var services []int
	add := func(service int) {
		if service >= 0 && !slices.Contains(services, service) {
			services = append(services, service)
		}
	}
	switch to {
	case dataplane.ToTargetGroup:
		add(l.cfg.TargetGroups[target].Service)
	case dataplane.ToFunction:
		add(l.cfg.Functions[target].Service)
	case dataplane.ToAddress:
		add(l.cfg.Addresses[target].Service)
	case dataplane.ToInstances:
		add(l.cfg.Instances[target].Service)
	case dataplane.ToLoadBalancer:
		for _, a := range l.actionsOf(target) {
			for _, f := range a.Forward {
				if f.TargetGroup < 0 {
					continue // which has been said
				}
				add(l.cfg.TargetGroups[f.TargetGroup].Service)
			}
		}
	}
	return services
}

// actionsOf lists what the rules of a load balancer lead to, and those of one behind it.
func (l *loader) actionsOf(balancer int) []dataplane.Action {
	actions := l.cfg.LoadBalancers[balancer].Actions()
	for _, a := range actions {
		for _, f := range a.Forward {
			if f.TargetGroup < 0 {
				continue
			}
			if next := l.cfg.TargetGroups[f.TargetGroup].Balancer; next > 0 && !l.cfg.LoadBalancers[next-1].Network() {
				actions = append(actions, l.cfg.LoadBalancers[next-1].Actions()...)
			}
		}
	}
	return actions
}

// takesDemand reports whether a service computes the demand that requests bring.
func (l *loader) takesDemand(service int) bool {
	s, t := &l.cfg.Services[service], l.tables["service"][service]
	return len(s.Steps) == 0 && !t.Broken && !t.Faulty("steps") || slices.ContainsFunc(s.Steps, func(step dataplane.Step) bool {
		return step.Kind == dataplane.StepCPU && step.Time == nil
	})
}
