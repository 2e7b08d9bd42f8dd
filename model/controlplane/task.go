package controlplane

import (
	"cmp"
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/container"
	"headroom/sim"
	"headroom/sim/slab"
)

// A task is an instance whose order is of an ECS service: it is launched, registered,
// watched, drained and replaced as other members of groups are. It lies on an instance of
// another group, or on Fargate, never on a host; it is paid by its CPU and memory on
// Fargate, and not at all elsewhere.

// containerInstance is what an instance has for tasks, and those on it.
type containerInstance struct {
	free  container.Need
	tasks []slab.Handle
	past  model.ServerUse // of tasks that have left
}

// isTask reports whether it is a task of an ECS service.
func (in *instance) isTask() bool { return in.order.tasks != nil }

// servicesOn lists the groups whose tasks lie on the instances of a group.
func (cp *Plane) servicesOn(group int) (list []int) {
	for i := cp.cfg.ScalingGroups(); i < len(cp.cfg.Groups); i++ {
		if slices.Contains(cp.cfg.Groups[i].Tasks.Groups(), group) {
			list = append(list, i)
		}
	}
	return list
}

// becomeContainerInstance registers an instance whose port opens with its ECS cluster, if its group is one of
// such, and lets services place tasks on it.
func (cp *Plane) becomeContainerInstance(in *instance) {
	if in.order.group == None || in.isTask() || len(cp.groups[in.order.group].services) == 0 {
		return
	}
	if in.container == nil {
		in.container = &containerInstance{free: cp.capacityOf(in.order.typ)}
	}
	cp.roomForTasks(in.order.group)
}

// capacityOf is what an instance of a type has for tasks.
func (cp *Plane) capacityOf(typ int) container.Need {
	t := &cp.frame.Types[typ]
	return container.Registers(t.VCPUs, t.MemoryMiB)
}

// takesTasks reports whether ECS places tasks on an instance.
func (in *instance) takesTasks() bool {
	return in.container != nil && in.life == serving && in.inService() && !in.noticed && !in.doomed && !in.replaced && in.cutAt == sim.Never
}

// roomForTasks lets the services of a group's instances place what waits, in this instant.
func (cp *Plane) roomForTasks(group int) {
	for _, i := range cp.groups[group].services {
		if g := &cp.groups[i]; !g.turning {
			g.turning = true
			cp.scheduleAfter(0, indexed(serviceTurns, i))
		}
	}
}

// onServiceTurns places tasks that wait, and replaces those that are lost.
func (cp *Plane) onServiceTurns(ev model.Event) {
	g := &cp.groups[ev.Index()]
	g.turning = false
	if g.capacity < g.desired+g.surge {
		cp.replace(ev.Index())
	}
	cp.endDoomed(ev.Index())
}

// nodesOf lists where the tasks of a service may go, and what has tasks of it: the
// instances of a group, or the zones of Fargate, with their handles.
func (cp *Plane) nodesOf(i, on int) (nodes []container.Node, at []slab.Handle) {
	g := &cp.groups[i]
	if on == None {
		for k, z := range g.cfg.Zones {
			n := container.Node{Free: container.Unlimited, Zone: k, Tasks: g.byZone[k]}
			if cp.zoneDown[z] > 0 {
				n.Free = container.Need{}
			}
			nodes = append(nodes, n)
		}
		return nodes, make([]slab.Handle, len(nodes))
	}
	for h, in := range cp.membersOf(&cp.groups[on]) {
		if in.container == nil {
			continue
		}
		n := container.Node{Zone: g.zoneIndex(in.zone)}
		if in.takesTasks() {
			n.Free = in.container.free
		}
		for _, t := range in.container.tasks {
			if task := cp.instances.Get(t); task.order.group == i && task.counts() {
				n.Tasks++
			}
		}
		nodes, at = append(nodes, n), append(at, h)
	}
	return nodes, at
}

// launchTaskOn places one task of a service, of a line of its strategy, where its placement
// strategies say, trying the other zones when there are no addresses. It returns why none took it.
func (cp *Plane) launchTaskOn(i, line int, l launching) launchFailure {
	g := &cp.groups[i]
	t, on := g.tasks, g.cfg.Tasks.onLine(line)
	nodes, at := cp.nodesOf(i, on)
	o := cp.memberOrder(i, l)
	o.tasks, o.line, o.option, o.typ, o.need = t, int32(line), g.cfg.Tasks.optionOf(line), g.types[0].Type, Need{Pool: None}
	failure := noContainerInstance
	if t.On == None {
		failure = insufficientInstanceCapacity
	}
	var h slab.Handle
	for launched := false; !launched; {
		k := container.Place(t.Placement, nodes, t.Need, g.draws.Below)
		if k < 0 {
			return failure
		}
		o.on, o.zone = at[k], g.cfg.Zones[nodes[k].Zone]
		if o.speed = t.Share * cmp.Or(t.Speed, 1); o.on != 0 {
			o.speed = t.Share * g.cfg.Tasks.speedOn(on, cp.instances.Get(o.on).order.typ) * cmp.Or(t.Speed, 1)
		}
		if h, launched = cp.launch(o); !launched {
			failure, nodes[k].Free = cp.why, container.Need{} // its subnet is full: the next zone
		}
	}
	if cp.join(g, h); g.capacity >= g.desired+g.surge {
		g.waits = false
	}
	if l.activity != None {
		g.activities[l.activity].left++
	}
	cp.noteLaunch(h)
	return noFailure
}

// boardTask takes what a task reserves of its instance, and opens its record.
func (cp *Plane) boardTask(h slab.Handle) {
	in := cp.instances.Get(h)
	t := in.order.tasks
	if in.order.on != 0 {
		c := cp.instances.Get(in.order.on).container
		c.free = c.free.Minus(t.Need)
		c.tasks = append(c.tasks, h)
	}
	in.used = int32(len(cp.ledger.Tasks))
	cp.ledger.Tasks = append(cp.ledger.Tasks, model.TaskUse{
		From: cp.kernel.Now(), To: sim.Never, Owner: in.order.owner, Task: in.number, Zone: in.zone,
		CPU: t.CPU, MemoryMiB: t.MemoryMiB, Storage: t.Storage, ARM: t.ARM, Fargate: t.On == None,
		Spot: in.order.option == model.Spot,
	})
}

// leaveContainerInstance ends the record of a task that stops, and gives back what it reserved. An
// instance that drains may end with its last task.
func (cp *Plane) leaveContainerInstance(in *instance) {
	cp.ledger.Tasks[in.used].To = cp.kernel.Now()
	if in.order.on == 0 {
		return
	}
	host := in.order.on
	on := cp.instances.Get(host)
	c := on.container
	c.free = c.free.Plus(in.order.tasks.Need)
	c.tasks = slices.DeleteFunc(c.tasks, func(t slab.Handle) bool { return cp.instances.Get(t) == in })
	c.past = c.past.Plus(scaled(cp.data.ServerUse(in.server), in.order.tasks.Share))
	in.order.on = 0
	cp.roomForTasks(on.order.group)
	if on.life == draining && len(c.tasks) == 0 && !on.life.ended() {
		cp.scheduleAfter(0, handled(instanceDrains, host))
	}
}

// onInstanceDrains lets an instance go whose last task has left.
func (cp *Plane) onInstanceDrains(ev model.Event) {
	if in := cp.instances.Get(ev.Handle()); in == nil || in.life != draining || in.stage == heldAtEnd {
		cp.overtaken()
		return
	}
	cp.depart(ev.Handle())
}

// killTasks ends the tasks on an instance that stops.
func (cp *Plane) killTasks(in *instance, cause model.Cause) {
	if in.container == nil {
		return
	}
	for _, t := range slices.Clone(in.container.tasks) {
		task := cp.instances.Get(t)
		cp.leaveActivity(task.order.group, task)
		if cause != model.Terminated {
			cp.members[task.order.group].Lost++
		}
		cp.kill(t, cause)
	}
	cp.roomForTasks(in.order.group)
}

// evacuate has the tasks of an instance that is to end placed elsewhere first, and reports
// whether it has any.
func (cp *Plane) evacuate(in *instance) bool {
	if in.container == nil || len(in.container.tasks) == 0 || cp.groups[in.order.group].cfg.Provider == nil || !cp.groups[in.order.group].cfg.Provider.Drains {
		return false
	}
	for _, i := range cp.groups[in.order.group].services {
		var list []slab.Handle
		for _, t := range in.container.tasks {
			if task := cp.instances.Get(t); task.order.group == i && !task.life.leaves() && !task.doomed {
				task.endReason = "its container instance drains"
				list = append(list, t)
			}
		}
		if len(list) > 0 {
			cp.exchange(i, list)
		}
	}
	return true
}

// withTasks adds the tasks on the instances of a list to it.
func (cp *Plane) withTasks(list []slab.Handle) []slab.Handle {
	for _, h := range list {
		if in := cp.instances.Get(h); in.container != nil {
			for _, t := range in.container.tasks {
				if !slices.Contains(list, t) {
					list = append(list, t)
				}
			}
		}
	}
	return list
}

// chooseTasks returns which tasks of a service a scale-in by n stops.
func (cp *Plane) chooseTasks(i, n int) (victims []slab.Handle) {
	g := &cp.groups[i]
	line := 0 // of which a task ends
	nodes, at := cp.nodesOf(i, g.cfg.Tasks.On)
	for range n {
		if len(g.cfg.Tasks.Providers) > 0 {
			if line = cp.losingLine(g, victims); line < 0 {
				break
			}
			nodes, at = cp.nodesWithout(i, line, victims)
		}
		k := container.Stop(g.cfg.Tasks.Placement, nodes, g.draws.Below)
		if k < 0 {
			break
		}
		var victim slab.Handle
		for h, in := range cp.membersOf(g) {
			if in.counts() && int(in.order.line) == line && in.order.on == at[k] && in.zone == g.cfg.Zones[nodes[k].Zone] && !slices.Contains(victims, h) &&
				(victim == 0 || in.inService() == cp.instances.Get(victim).inService() || in.arrives()) {
				victim = h
			}
		}
		nodes[k].Tasks--
		if nodes[k].Free != container.Unlimited {
			nodes[k].Free = nodes[k].Free.Plus(cp.instances.Get(victim).order.tasks.Need)
		}
		victims = append(victims, victim)
	}
	return victims
}

// cluster is what the capacity provider of a group counts.
func (cp *Plane) cluster(group int) container.Cluster {
	g := &cp.groups[group]
	c := container.Cluster{Target: g.reservationTarget()}
	for k := range g.types {
		c.Add(cp.capacityOf(g.types[k].Type))
	}
	for _, in := range cp.membersOf(g) {
		switch {
		case !in.counts():
		case in.container == nil:
			c.Arriving++
		case len(in.container.tasks) > 0:
			c.Used++
		default:
			c.Idle++
		}
	}
	for _, i := range g.services {
		s, n := &cp.groups[i], 0
		for _, line := range s.waitingTasks() {
			if s.cfg.Tasks.onLine(line) == group {
				n++
			}
		}
		if n > 0 {
			c.Waiting = append(c.Waiting, container.Waiting{Need: s.tasks.Need, Tasks: n})
		}
	}
	return c
}

// whereTask says on which instance a task lies.
func (cp *Plane) whereTask(in *instance) string {
	if in.order.on == 0 {
		on := "on Fargate in zone "
		if in.order.option == model.Spot {
			on = "on Fargate Spot in zone "
		}
		return on + cp.frame.Zones[in.zone]
	}
	return fmt.Sprintf("on instance %d in zone %s", cp.instances.Get(in.order.on).number, cp.frame.Zones[in.zone])
}

// noteWaiting writes down, once, that tasks wait for room, in the words of ECS.
func (cp *Plane) noteWaiting(i int) {
	g := &cp.groups[i]
	if g.waits {
		return
	}
	g.waits = true
	cp.members[i].LaunchFailed++
	cp.note(Activity{
		Subject: g.name(), Kind: "task-waits", Cause: g.failure.String(), Instance: None,
		Detail: fmt.Sprintf("%d of %d tasks: no container instance met all of its requirements", g.capacity, g.desired),
	})
}
