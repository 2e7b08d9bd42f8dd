package tables

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/sim"
)

// What is asked by its name and has no load balancer, but is not all that an instance does: the
// tasks of an ECS service, as by ECS Service Connect, and an application beside the first one of
// instances. All that answer to the name are asked in turn.

// stopTimeout is how long a task that is told to stop may finish what it has begun: the default
// of ECS_CONTAINER_STOP_TIMEOUT.
const stopTimeout = 30 * sim.Second

// discovered returns the target group of a name, which is registered with those that answer to
// it.
func (l *loader) discovered(name string, service int, registered *[]int) int {
	for _, g := range *registered {
		if l.cfg.TargetGroups[g].Name == name {
			return g
		}
	}
	g := len(l.cfg.TargetGroups)
	l.cfg.TargetGroups = append(l.cfg.TargetGroups, dataplane.TargetGroup{
		Name: name, Service: service, Algorithm: "round_robin", CrossZone: true, DeregistrationDelay: stopTimeout, Discovered: true,
	})
	*registered = append(slices.Clip(*registered), g)
	return g
}

// discoverTasks finds a destination among the ECS services.
func (l *loader) discoverTasks(t *schema.Table, key, name string) (target int, ok bool) {
	const table = "container_service"
	i, ok := slices.BinarySearch(l.Names(table), strings.TrimPrefix(name, table+"."))
	if !ok {
		return 0, false
	}
	l.Use(table, i)
	g := &l.cfg.Groups[l.cfg.ScalingGroups()+i]
	if g.Service < 0 {
		if t.Sound(key) {
			t.Mistake(key, "must name an ECS service with a service", "")
		}
		return 0, true
	}
	return l.discovered(table+"."+g.Name, g.Service, &g.TargetGroups), true
}

// discoverApplication finds a destination "instance.NAME:PORT": the application of instances that
// listens there.
func (l *loader) discoverApplication(t *schema.Table, key, name string) (kind dataplane.DestinationKind, target int, ok bool) {
	instance, port, some := strings.Cut(strings.TrimPrefix(name, "instance."), ":")
	i, found := slices.BinarySearch(l.Names("instance"), instance)
	if !some || !found {
		return 0, 0, false
	}
	l.Use("instance", i)
	number, err := strconv.ParseUint(port, 10, 16)
	if kind, target, ok = l.applicationAt(i, uint16(number)); err != nil || !ok {
		t.Mistake(key, fmt.Sprintf("must name a port on which instance.%s listens", instance), "")
	}
	return kind, target, true
}

// applicationAt is who answers at a port of instances: the first of their applications as they do
// themselves, another one by its name.
func (l *loader) applicationAt(instance int, port uint16) (kind dataplane.DestinationKind, target int, ok bool) {
	f := &l.cfg.Instances[instance]
	for k, service := range f.Services() {
		switch {
		case l.portOn(f.TargetGroups, service) != port:
		case k == 0:
			return dataplane.ToInstances, instance, true
		default:
			return dataplane.ToTargetGroup, l.discovered(fmt.Sprintf("instance.%s:%d", f.Name, port), service, &f.TargetGroups), true
		}
	}
	return dataplane.ToInstances, instance, false
}

// askedAt returns where a workload goes that names instances and the port of one of their
// applications.
func (l *loader) askedAt(t *schema.Table, kind dataplane.DestinationKind, target int) (dataplane.DestinationKind, int) {
	clients := t.Node.Table["clients"]
	if kind != dataplane.ToInstances || !t.Sound("to") || clients == nil || clients.Table["port"] == nil {
		return kind, target
	}
	if port, ok := clients.Table["port"].AsWhole(); ok && port > 0 && port <= 1<<16-1 {
		kind, target, _ = l.applicationAt(target, uint16(port))
	}
	return kind, target
}
