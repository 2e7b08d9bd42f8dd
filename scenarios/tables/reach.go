package tables

import (
	"cmp"
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/network"
	"headroom/scenarios/tree"
)

// usualPort is asked where nobody says which, as in the data plane.
const usualPort = 80

// party is who sends packets or gets them: instances, a load balancer, a file system.
type party struct {
	name string
	at   *tree.Node
	ends []int // counted from 1
}

// warnOfDroppedPackets warns of ways by which no packet passes, and of groups that nobody
// has. Where an action changes rules, it may be meant so.
func (l *loader) warnOfDroppedPackets() {
	if !l.filters() || l.scenario.Sweep != nil || l.scenario.Search != nil {
		return
	}
	for i, t := range l.tables["security_group"] {
		if !l.wires.had[i] && !l.wires.elsewhere[i] {
			l.warnAt(t.Node, t.Path+": no instance, load balancer or file system has it")
		}
	}
	if slices.ContainsFunc(l.cfg.Actions, func(a controlplane.Action) bool { return a.Do == controlplane.AuthorizeRules }) {
		return
	}
	for i := range l.cfg.Workloads {
		w := &l.cfg.Workloads[i]
		from := party{"clients of workload." + w.Name, l.tables["workload"][i].Node, []int{w.End}}
		l.warnOfWay(from, w.To, w.Target, way{w.Public, w.Port})
		l.warnOfShown(i)
	}
	for i := range l.cfg.LoadBalancers {
		lb := &l.cfg.LoadBalancers[i]
		from := party{"load_balancer." + lb.Name, l.tables["load_balancer"][i].Node, []int{lb.End}}
		for _, a := range l.cfg.LoadBalancers[i].Actions() {
			for _, f := range a.Forward {
				l.warnOfWay(from, dataplane.ToTargetGroup, f.TargetGroup, way{})
			}
		}
	}
	for i := range l.cfg.Services {
		l.warnOfCalls(i)
	}
}

// warnOfCalls warns of what the instances of a service call, or mount, in vain.
func (l *loader) warnOfCalls(service int) {
	s := &l.cfg.Services[service]
	for _, from := range l.parties(func(o owned) bool { return o.service == service }) {
		for k := range s.Steps {
			if c := &s.Steps[k].Call; s.Steps[k].Kind == dataplane.StepCall {
				l.warnOfWay(from, c.To, c.Target, way{public: c.To == dataplane.ToLoadBalancer && l.cfg.LoadBalancers[c.Target].PublicIPs})
			}
		}
		for _, disk := range s.Disks {
			if f := model.FindFileSystem(l.cfg.FileSystems, disk); f >= 0 && len(l.cfg.Network.Mounts) > 0 {
				to := party{"file_system." + l.cfg.FileSystems[f].Name, nil, []int{l.cfg.Network.Mounts[f]}}
				l.warnUnless(from, to, network.Sender{Protocol: network.TCP, Port: network.NFS})
			}
		}
	}
}

// way is how something is asked.
type way struct {
	public bool
	port   uint16
}

// warnOfWay warns if no packet passes from somebody to a destination.
func (l *loader) warnOfWay(from party, to dataplane.DestinationKind, target int, w way) {
	sender := network.Sender{Public: w.public, Protocol: network.TCP, Port: w.port}
	port := func(p uint16) uint16 { return cmp.Or(w.port, p, usualPort) }
	switch to {
	case dataplane.ToLoadBalancer:
		lb := &l.cfg.LoadBalancers[target]
		if l := lb.ListenerFor(int(w.port)); l != cloud.None {
			w.port = uint16(lb.AllListeners()[l].Port)
		}
		sender.Port = port(0)
		l.warnUnless(from, party{"load_balancer." + lb.Name, nil, []int{lb.End}}, sender)
	case dataplane.ToTargetGroup:
		g := &l.cfg.TargetGroups[target]
		sender.Port = port(g.Port)
		if g.Service != cloud.None {
			sender.Port = port(cmp.Or(g.Port, l.cfg.Services[g.Service].Port))
		}
		for _, to := range l.parties(func(o owned) bool { return slices.Contains(o.targetGroups, target) }) {
			l.warnUnless(from, to, sender)
		}
	case dataplane.ToInstances:
		f := &l.cfg.Instances[target]
		if sender.Port = port(0); f.Service != cloud.None {
			sender.Port = port(l.cfg.Services[f.Service].Port)
		}
		for _, to := range l.parties(func(o owned) bool { return o.name == "instance."+f.Name }) {
			l.warnUnless(from, to, sender)
		}
	}
}

// warnOfShown warns of clients whose addresses a Network Load Balancer shows to targets that
// do not let them in.
func (l *loader) warnOfShown(workload int) {
	w := &l.cfg.Workloads[workload]
	if w.To != dataplane.ToLoadBalancer || !l.cfg.LoadBalancers[w.Target].Network() {
		return
	}
	lb := &l.cfg.LoadBalancers[w.Target]
	listener := lb.ListenerFor(int(w.Port))
	if listener == cloud.None || len(lb.AllListeners()[listener].Default.Forward) == 0 {
		return
	}
	target := lb.AllListeners()[listener].Default.Forward[0].TargetGroup
	g := &l.cfg.TargetGroups[target]
	if !g.Flows.PreserveClientIP || g.Service == cloud.None {
		return
	}
	ends := l.cfg.Network.Ends
	shown := network.End{Groups: ends[lb.End-1].Groups, Address: ends[w.End-1].Address}
	flow := network.Flow{From: &shown, Protocol: network.TCP, Port: cmp.Or(g.Port, l.cfg.Services[g.Service].Port, usualPort)}
	if lb.AllListeners()[listener].Protocol == dataplane.UDP {
		flow.Protocol = network.UDP
	}
	policy := network.NewPolicy(l.cfg.Network.Groups)
	for _, to := range l.parties(func(o owned) bool { return slices.Contains(o.targetGroups, target) }) {
		for _, e := range to.ends {
			if flow.To = &ends[e-1]; policy.Lets(flow, network.Egress) && !policy.Lets(flow, network.Ingress) {
				l.warnAt(l.tables["workload"][workload].Node, fmt.Sprintf("clients of workload.%s: no packet arrives at %s by load_balancer.%s, which shows their addresses there: none of its security groups lets port %d in from %v",
					w.Name, to.name, lb.Name, flow.Port, shown.Address))
				return
			}
		}
	}
}

// warnUnless warns if packets do not pass from one party to another.
func (l *loader) warnUnless(from, to party, s network.Sender) {
	policy := network.NewPolicy(l.cfg.Network.Groups)
	for _, a := range from.ends {
		for _, b := range to.ends {
			s.From = a - 1
			f := s.Flow(l.cfg.Network.Ends, b-1)
			why := ""
			switch {
			case policy.Allows(f):
				continue
			case !policy.Reaches(f):
				why = "it has no public address"
			case !policy.Lets(f, network.Egress):
				why = fmt.Sprintf("no security group of the former lets tcp %d out", s.Port)
			default:
				why = fmt.Sprintf("none of its security groups lets tcp %d in from %v", s.Port, f.Source())
			}
			l.warnAt(from.at, fmt.Sprintf("%s: no packet arrives at %s: %s", from.name, to.name, why))
			return
		}
	}
}

// owned is what is known of the instances of an owner.
type owned struct {
	name         string
	service      int
	targetGroups []int
}

// parties lists the groups and fleets that somebody wants.
func (l *loader) parties(wanted func(owned) bool) (all []party) {
	for i := range l.cfg.Groups {
		g := &l.cfg.Groups[i]
		if o := (owned{g.Path(), g.Service, g.TargetGroups}); wanted(o) {
			all = append(all, party{o.name, l.groupTable(i).Node, l.endsOf(g)})
		}
	}
	for i := range l.cfg.Instances {
		f := &l.cfg.Instances[i]
		if o := (owned{"instance." + f.Name, f.Service, f.TargetGroups}); wanted(o) {
			all = append(all, party{o.name, l.tables["instance"][i].Node, l.endsIn(&f.Template, f.Subnets, f.Zones)})
		}
	}
	return all
}

// endsOf lists the kinds of interfaces that the members of a group have: tasks those of the
// instances that they are on.
func (l *loader) endsOf(g *controlplane.Group) (ends []int) {
	if g.Tasks == nil || g.Tasks.On == cloud.None {
		return l.endsIn(&l.cfg.LaunchTemplates[g.Template], g.Subnets, g.Zones)
	}
	for _, i := range g.Tasks.Groups() {
		if on := &l.cfg.Groups[i]; on.Template >= 0 {
			for _, e := range l.endsOf(on) {
				if !slices.Contains(ends, e) {
					ends = append(ends, e)
				}
			}
		}
	}
	return ends
}

// endsIn lists the kinds of interfaces of a template in subnets, or else in zones.
func (l *loader) endsIn(lt *controlplane.LaunchTemplate, subnets []int, zones []model.Zone) (ends []int) {
	for k, e := range lt.Ends {
		zone := model.Zone(k)
		if len(l.cfg.Subnets) > 0 {
			zone = l.cfg.Subnets[k].Zone
		}
		if slices.Contains(subnets, k) || len(subnets) == 0 && slices.Contains(zones, zone) {
			ends = append(ends, int(e))
		}
	}
	return ends
}
