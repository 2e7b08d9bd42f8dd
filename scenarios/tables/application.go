package tables

import (
	"cmp"
	"fmt"
	"slices"

	"headroom/model/cloud"
	"headroom/model/network"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// ordinaryPort is where an application listens of which nobody says where.
const ordinaryPort = 80

// applicationKeys are those of instances that run several applications.
func applicationKeys() []schema.Key {
	return []schema.Key{
		schema.Row("services", schema.List(), "(those of the target groups)", "the applications that run on each instance, each on a port of its own; they share its vCPUs, memory, network interface and volumes"),
		schema.Row("services[].service", schema.Name("service"), schema.Required, "what the application does with requests"),
		schema.Row("services[].port", schema.Whole(1, network.MaxPort), "(that of the service, or of its target groups)", "where it listens"),
		schema.Row("services[].target_groups", schema.Names("target_group"), "", "where it is registered, beside the target_groups of the instance"),
	}
}

// readApplications reads the services that run on each instance of a table: those of its
// target groups, to which it adds, and those that it lists.
func (l *loader) readApplications(t *schema.Table, groups *[]int) (first int, all []int) {
	add := func(service int) {
		if service >= 0 && !slices.Contains(all, service) {
			all = append(all, service)
		}
	}
	listed := l.applicationsOf(t)
	for _, a := range listed {
		service := a.Reference("service")
		add(service)
		for _, g := range a.References("target_groups") {
			if g < 0 {
				continue
			}
			if tg := &l.cfg.TargetGroups[g]; service >= 0 && tg.Service >= 0 && tg.Service != service {
				a.Mistake("target_groups", fmt.Sprintf("must be of service.%s; target_group.%s is of %s", l.cfg.Services[service].Name, tg.Name, l.cfg.Services[tg.Service].Name), "")
			}
			if !slices.Contains(*groups, g) {
				*groups = append(*groups, g)
			}
		}
		if port := uint16(a.Whole("port")); port != 0 && service >= 0 {
			s := &l.cfg.Services[service]
			if s.Port != 0 && s.Port != port {
				a.Mistake("port", fmt.Sprintf("must be the port of service.%s (%d), which listens there on all instances", s.Name, s.Port), "")
			}
			s.Port = cmp.Or(s.Port, port)
		}
		a.Done()
	}
	for _, g := range *groups {
		if g < 0 {
			continue
		}
		tg := &l.cfg.TargetGroups[g]
		if tg.Balancer > 0 {
			t.Reject("target_groups", schema.Fault{Rule: "must not name target_group." + tg.Name + ", whose target is a load balancer", Got: tree.Quote(tg.Name), Code: invalidTarget})
		}
		if isLambda(l.tables["target_group"][g]) {
			t.Reject("target_groups", schema.Fault{Rule: ofFunctions(tg.Name), Got: tree.Quote(tg.Name), Code: invalidTarget})
		}
		add(tg.Service)
	}
	switch len(all) {
	case 0:
		return cloud.None, nil
	case 1:
		return all[0], nil
	}
	l.checkPorts(t, *groups, all)
	l.sharing = append(l.sharing, sharing{t, all})
	return all[0], all
}

// applicationsOf lists the services that a table has, or its launch template where it has none.
func (l *loader) applicationsOf(t *schema.Table) []*schema.Table {
	own := t.Each("services")
	if t.Has("services") || !t.Has("launch_template") {
		return own
	}
	if i := t.Reference("launch_template"); i >= 0 {
		return l.tables["launch_template"][i].Each("services")
	}
	return own
}

// checkPorts refuses two applications on one port of an instance: the second could not bind
// it (EADDRINUSE).
func (l *loader) checkPorts(t *schema.Table, groups, services []int) {
	taken := map[uint16]int{}
	key := "target_groups"
	if t.Has("services") {
		key = "services"
	}
	for _, service := range services {
		port := l.portOn(groups, service)
		if other, ok := taken[port]; ok {
			t.Reject(key, schema.Fault{
				Rule: fmt.Sprintf("must be of one service, or of services on ports of their own: %s and %s are both on port %d",
					l.cfg.Services[other].Name, l.cfg.Services[service].Name, port),
				Code: schema.NoCode,
			})
			return
		}
		taken[port] = service
	}
}

// portOn is where a service listens on instances that are registered with these target groups.
func (l *loader) portOn(groups []int, service int) uint16 {
	port := l.cfg.Services[service].Port
	for _, g := range groups {
		if g >= 0 && l.cfg.TargetGroups[g].Service == service {
			port = cmp.Or(port, l.cfg.TargetGroups[g].Port)
		}
	}
	return cmp.Or(port, ordinaryPort)
}

// sharing is a table whose instances run several services.
type sharing struct {
	at       *schema.Table
	services []int
}

// checkApplications refuses what applications that share an instance cannot have: a swap file
// each.
func (l *loader) checkApplications() {
	for _, s := range l.sharing {
		for _, service := range s.services {
			if m := l.cfg.Services[service].Memory; m != nil && m.Swap.Size > 0 {
				s.at.Add(schema.Fault{
					Path: s.at.Path, Rule: "runs several applications, which must have no swap: service." + l.cfg.Services[service].Name + " has",
				}, s.at.Node, "")
			}
		}
	}
}
