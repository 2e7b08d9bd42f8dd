package tables

import (
	"fmt"
	"slices"
	"time"

	"headroom/model"
	"headroom/model/alarm"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/scaling"
	"headroom/scenarios/schema"
)

// referred are the tables that do nothing unless something refers to them.
var referred = []string{"image", "key_pair", "launch_template", "service", "target_group", "task_definition"}

// warnOfUnused warns of tables that nothing refers to.
func (l *loader) warnOfUnused() {
	if l.scenario.Sweep != nil || l.scenario.Search != nil {
		return // one of its points may
	}
	for _, of := range referred {
		for i, t := range l.tables[of] {
			if !l.Used(of, i) {
				l.warnAt(t.Node, t.Path+": nothing refers to it")
			}
		}
	}
}

// warnOfNoEffect warns of what is well formed and changes nothing.
func (l *loader) warnOfNoEffect() {
	for i := range l.cfg.Faults {
		l.warnOfCount(i)
	}
	for i := range l.cfg.InstanceWorkloads {
		l.warnOfWait(i)
	}
	for i := range l.cfg.Workloads {
		l.warnOfLooks(i)
		l.warnOfHosts(i)
		l.warnOfUsers(i)
	}
	for i := range l.tables["target_group"] {
		l.warnOfStickiness(i)
		l.warnOfNoFunction(i)
	}
	for i := range l.cfg.Outside {
		l.warnOfZone(i)
	}
	for i := range l.cfg.LoadBalancers {
		l.warnOfWeights(i)
		l.warnOfRules(i)
	}
	for i := range l.cfg.Services {
		l.warnOfPlaces(i)
	}
	for i := range l.cfg.Alarms {
		l.warnOfPercent(i)
	}
	l.warnOfDroppedPackets()
	l.warnOfNoWaysOut()
	for i := range l.cfg.Volumes {
		l.warnOfSharedVolume(i)
	}
	l.warnOfSearchSeed()
	l.warnOfBlended()
	for i := range l.cfg.FileSystems {
		l.warnOfIdleFileSystem(i)
	}
}

// warnOfSearchSeed warns of a seed of the first candidates where all are compared.
func (l *loader) warnOfSearchSeed() {
	const path = "search.seed"
	s, at := l.scenario.Search, l.scenario.root.Nearest(path)
	if s == nil || s.Seed == 0 || s.Fluid { // 0 is what it is without
		return
	}
	if n := s.Len(); n <= s.Points && n*s.Replications <= s.Budget/2 {
		l.warnAt(at, fmt.Sprintf("%s: has no effect: all %d candidates are compared, none is chosen by a surrogate; search.points below that has it choose", path, n))
	}
}

// warnOfIdleFileSystem warns of a file system that nobody uses and nothing is paid for.
func (l *loader) warnOfIdleFileSystem(number int) {
	f := &l.cfg.FileSystems[number]
	paid := f.Standard+f.Infrequent+f.Archived > 0 || f.Mode == model.Provisioned
	used := slices.ContainsFunc(l.cfg.Services, func(s dataplane.Service) bool {
		return slices.Contains(s.Disks, model.FileSystemPrefix+f.Name)
	})
	if t := l.tables["file_system"][number]; !paid && !used && l.scenario.Sweep == nil && l.scenario.Search == nil {
		l.warnAt(t.Node, t.Path+": nothing is stored there, and no step reads or writes it")
	}
}

// warnOfCount warns of a fault that is to strike more instances than there can be.
func (l *loader) warnOfCount(fault int) {
	f := &l.cfg.Faults[fault]
	if f.Count == 0 {
		return
	}
	most := 0
	for i := range l.cfg.Groups {
		if g := &l.cfg.Groups[i]; strikes(f.On, mark{controlplane.OfGroup, i, g.TargetGroups, g.Services()}) {
			most += max(g.Max, mostOfSchedules(g))
		}
	}
	for i := range l.cfg.Instances {
		if in := &l.cfg.Instances[i]; strikes(f.On, mark{controlplane.OfFleet, i, in.TargetGroups, in.Services()}) {
			most += in.Count
		}
	}
	for i := range l.cfg.Outside {
		if o := &l.cfg.Outside[i]; f.Kind == controlplane.ApplicationFault && strikes(f.On, mark{controlplane.OfOutside, i, o.Groups, []int{o.Service}}) {
			most += o.Count
		}
	}
	if f.Count > most {
		t := l.outages[fault]
		l.warnAt(t.Node.Table["count"], fmt.Sprintf("%s: there are never more than %d such instances", t.PathOf("count"), most))
	}
}

// mostOfSchedules is the highest max_size that a scheduled action gives a group.
func mostOfSchedules(g *controlplane.Group) (most int) {
	for _, s := range g.Schedules {
		if s.Max != nil {
			most = max(most, *s.Max)
		}
	}
	return most
}

// mark is a group or a fleet that a fault may strike.
type mark struct {
	kind         controlplane.SubjectKind
	index        int
	targetGroups []int
	services     []int
}

// strikes reports whether a fault may strike the instances of a mark.
func strikes(on controlplane.Subject, m mark) bool {
	switch on.Kind {
	case controlplane.OfTargetGroup:
		return slices.Contains(m.targetGroups, on.Index)
	case controlplane.OfService:
		return slices.Contains(m.services, on.Index)
	case controlplane.Everybody:
		return true
	}
	return on.Kind == m.kind && on.Index == m.index
}

// warnOfWait warns of launches that would wait for room where there always is.
func (l *loader) warnOfWait(workload int) {
	w := &l.cfg.InstanceWorkloads[workload]
	finite := func(s controlplane.TenantSize) bool { return s.Need.Pool != cloud.None }
	if !w.Wait || slices.ContainsFunc(w.Sizes, finite) {
		return
	}
	for _, t := range l.tables["instance_workload"] {
		if t.Name == w.Name {
			l.warnAt(t.Node.Table["wait"], t.PathOf("wait")+": has no effect: no [hosts.NAME] limits the room for its sizes")
		}
	}
}

// forwardedTo lists the target groups that requests to a destination can reach.
func (l *loader) forwardedTo(to dataplane.DestinationKind, target int) (groups []int) {
	switch to {
	case dataplane.ToTargetGroup:
		return []int{target}
	case dataplane.ToLoadBalancer:
		for _, a := range l.actionsOf(target) {
			for _, f := range a.Forward {
				groups = append(groups, f.TargetGroup)
			}
		}
	}
	return groups
}

// warnOfUsers warns of clients that are told apart for nothing.
func (l *loader) warnOfUsers(workload int) {
	w, t := &l.cfg.Workloads[workload], l.tables["workload"][workload]
	if lb := l.balancerOf(w); lb != nil && lb.Gateway > 0 { // whose flows they are
		return
	}
	sticky := func(g int) bool { return l.cfg.TargetGroups[g].Stickiness.Kind != 0 }
	if w.Visitors.Count == 0 || w.Visitors.Think != nil && w.Visitors.Stay == nil || slices.ContainsFunc(l.forwardedTo(w.To, w.Target), sticky) ||
		w.To == dataplane.ToLoadBalancer && slices.ContainsFunc(l.actionsOf(w.Target), func(a dataplane.Action) bool { return a.Sticky > 0 }) {
		return
	}
	for _, key := range []string{"users", "session_duration"} {
		if n := t.Node.Table["clients"].Table[key]; n != nil {
			l.warnAt(n, t.PathOf("clients")+"."+key+": has no effect: neither a target group nor an action on its way is sticky")
		}
	}
}

// warnOfStickiness warns of a sticky target group whose clients are never the same.
func (l *loader) warnOfStickiness(group int) {
	t := l.tables["target_group"][group]
	if l.cfg.TargetGroups[group].Stickiness.Kind == 0 {
		return
	}
	for i := range l.cfg.Workloads {
		w := &l.cfg.Workloads[i]
		if w.Visitors.Count > 0 && slices.Contains(l.forwardedTo(w.To, w.Target), group) {
			return
		}
	}
	l.warnAt(t.Node.Table["stickiness"], t.PathOf("stickiness")+": has no effect: each request comes from a new client, unless a workload has clients.users or clients.sessions")
}

// warnOfPlaces warns of what a service of functions alone says of the places of a server: each
// environment has one, and nobody waits for it.
func (l *loader) warnOfPlaces(service int) {
	ofFunctions := slices.ContainsFunc(l.cfg.Functions, func(f dataplane.Function) bool { return f.Service == service })
	if !ofFunctions || len(l.serversOf(service)) > 0 {
		return
	}
	t := l.tables["service"][service]
	for _, usual := range []struct {
		key   string
		value any
	}{{"discipline", "ps"}, {"workers", nil}, {"concurrency", "unlimited"}, {"backlog", int64(1024)}} {
		if n := t.Node.Table[usual.key]; n != nil && n.Scalar != usual.value {
			l.warnAt(n, t.PathOf(usual.key)+": has no effect: an environment of a function serves one call at a time")
		}
	}
}

// warnOfPercent warns of an alarm on a utilization that never is above its threshold.
func (l *loader) warnOfPercent(number int) {
	a := &l.cfg.Alarms[number]
	never := a.Config.Threshold > 100 || a.Config.Threshold == 100 && a.Config.Comparison == alarm.GreaterThanThreshold
	if a.Metric.Kind != controlplane.CPUUtilization || a.Metric.Statistic == controlplane.Sum || !a.Config.Comparison.Upward() || !never {
		return
	}
	at := l.groupTable(a.Metric.Subject).Node
	if number < len(l.tables["alarm"]) {
		at = l.tables["alarm"][number].Node
	}
	l.warnAt(at, fmt.Sprintf("alarm %s: never rises: CPU utilization is at most 100 percent, its threshold is %g", a.Name, a.Config.Threshold))
}

// warnOfRecurrence warns of a key with a cron expression that no day of the calendar
// matches.
func (l *loader) warnOfRecurrence(t *schema.Table, key string, s *scaling.Schedule) {
	if s.Recurrence == "" || !t.Faultless() {
		return
	}
	timetable, err := scaling.NewTimetable(*s)
	if err != nil {
		return
	}
	if _, ok := timetable.Next(l.cfg.Start.Add(-time.Nanosecond)); !ok {
		l.warnAt(t.Node.Table[key], t.PathOf(key)+": never runs: no instant that it may run at matches")
	}
}
