package results

import (
	"math"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/pricing"
	"headroom/sim/stat"
)

// Labels of metric keys, named after the tables of a scenario where they stand
// for one.
const (
	labelBalancer    = "load_balancer"
	labelTargetGroup = "target_group"
	labelWorkload    = "workload"
	labelGroup       = "autoscaling_group"
	labelInstance    = "instance"
	labelTenant      = "instance_workload"
	labelHosts       = "hosts"
	labelCode        = "code"
	labelService     = "service"
	labelModel       = "model"
	labelZone        = "zone"
	labelType        = "instance_type"
	labelVolume      = "volume"
	labelNAT         = "nat_gateway"
	labelFunction    = "function"
	labelContainer   = "container_service"
)

// Part is a part of a scenario that results tell apart, or, without a label,
// the whole of it.
type Part struct {
	Label string // "target_group"
	Name  string // "web"
}

// Key returns the key of a metric of the part: "latency.p99{target_group=web}".
func (p Part) Key(metric string) string {
	if p.Label == "" {
		return metric
	}
	return metric + "{" + p.Label + "=" + p.Name + "}"
}

// scope is a part with its place in the scenario.
type scope struct {
	Part
	index       int            // in the config's slice of such parts, or in the list of codes
	disk        cloud.DiskName // of a volume
	rule        model.RuleName // of a load balancer, of whose node zone is the zone
	zone        model.Zone
	application bool // a service of the scenario, not one of the cloud's that stand on bills
}

// scopes lists the parts of a scenario, the whole first.
func scopes(cfg *cloud.Config) []scope {
	all := []scope{{}}
	add := func(label string, n int, name func(int) string) {
		for i := range n {
			all = append(all, scope{Part: Part{Label: label, Name: name(i)}, index: i})
		}
	}
	codes, services, options := dataplane.Codes(), servicesOf(cfg), pricing.Options()
	add(labelCode, len(codes), func(i int) string { return codes[i].String() })
	add(labelBalancer, len(cfg.LoadBalancers), func(i int) string { return cfg.LoadBalancers[i].Name })
	add(labelTargetGroup, len(cfg.TargetGroups), func(i int) string { return cfg.TargetGroups[i].Name })
	add(labelWorkload, len(cfg.Workloads), func(i int) string { return cfg.Workloads[i].Name })
	scaling := cfg.ScalingGroups()
	add(labelGroup, scaling, func(i int) string { return cfg.Groups[i].Name })
	add(labelInstance, len(cfg.Instances), func(i int) string { return cfg.Instances[i].Name })
	for i := range cfg.InstanceWorkloads {
		if w := &cfg.InstanceWorkloads[i]; !background(w) {
			all = append(all, scope{Part: Part{Label: labelTenant, Name: w.Name}, index: i})
		}
	}
	for i, d := range cfg.Disks() {
		all = append(all, scope{Part: Part{Label: labelVolume, Name: d.String()}, index: i, disk: d})
	}
	for i, v := range cfg.Volumes {
		own := func(s scope) bool { return s.Label == labelVolume && s.disk == cloud.DiskName{Disk: v.Name} }
		if v.Backed && !slices.ContainsFunc(all, own) {
			all = append(all, scope{Part: Part{Label: labelVolume, Name: v.Name}, index: i, disk: cloud.DiskName{Disk: v.Name}})
		}
	}
	add(labelNAT, len(cfg.NATs), func(i int) string { return cfg.NATs[i].Name })
	add(labelFunction, len(cfg.Functions), func(i int) string { return cfg.Functions[i].Name })
	for i := scaling; i < len(cfg.Groups); i++ { // among the groups, behind Auto Scaling's
		all = append(all, scope{Part: Part{Label: labelContainer, Name: cfg.Groups[i].Name}, index: i})
	}
	add(labelHosts, len(cfg.HostPools), func(i int) string { return cfg.HostPools[i].Name })
	add(labelService, len(services), func(i int) string { return string(services[i]) })
	add(labelModel, len(options), func(i int) string { return string(options[i]) })
	return slices.Concat(all, rules(cfg), nodes(cfg), observed(cfg))
}

// observed lists the parts that results tell apart only where somebody asked, or
// where requests are passed on from one service to another.
func observed(cfg *cloud.Config) []scope {
	var all []scope
	if cfg.Observe.Phases || cfg.Journeys() {
		for i := range cfg.Services {
			all = append(all, scope{Part: Part{Label: labelService, Name: cfg.Services[i].Name}, index: i, application: true})
		}
	}
	if cfg.Observe.Zones {
		for i, name := range cfg.Zones {
			all = append(all, scope{Part: Part{Label: labelZone, Name: name}, index: i})
		}
	}
	if cfg.Observe.Types {
		for i := range cfg.Types {
			all = append(all, scope{Part: Part{Label: labelType, Name: cfg.Types[i].Name}, index: i})
		}
	}
	return all
}

// background reports whether instances are the anonymous load of a host pool,
// which has no table of its own: "hosts.m6i.a".
func background(w *controlplane.InstanceWorkload) bool {
	return w.Foreign && strings.HasPrefix(w.Name, labelHosts+".")
}

// part is a part of a scenario as one replication left it: what metrics read.
type part struct {
	scope
	outcome *cloud.Outcome
	invoice *pricing.Invoice
	belongs func() *belongings
	merged  *traffic
	users   *dataplane.UserOutcome
}

// pick returns the outcomes of one kind that belong to the part.
func pick[T any](p *part, label string, all []T) []T { return within(p.scope, label, all) }

// within returns those of one kind that lie in a scope.
func within[T any](s scope, label string, all []T) []T {
	switch s.Label {
	case "":
		return all
	case label:
		return all[s.index : s.index+1]
	}
	return nil
}

// groups returns the Auto Scaling groups.
func (p *part) groups() []controlplane.GroupOutcome {
	return pick(p, labelGroup, p.outcome.Groups[:p.outcome.Config.ScalingGroups()])
}

func (p *part) fleets() []controlplane.FleetOutcome { return pick(p, labelInstance, p.outcome.Fleets) }

func (p *part) targets() []dataplane.TargetGroupOutcome {
	return pick(p, labelTargetGroup, p.outcome.Targets)
}

func (p *part) pools() []controlplane.HostPoolOutcome {
	return pick(p, labelHosts, p.outcome.HostPools)
}

// tenants leaves instances that belong to others out of the whole.
func (p *part) tenants() []controlplane.TenantOutcome {
	if p.Label != "" {
		return pick(p, labelTenant, p.outcome.Tenants)
	}
	var own []controlplane.TenantOutcome
	for i := range p.outcome.Tenants {
		if !p.outcome.Config.InstanceWorkloads[i].Foreign {
			own = append(own, p.outcome.Tenants[i])
		}
	}
	return own
}

// has reports whether a route's requests belong to the part.
func (s scope) has(r *dataplane.RouteOutcome) bool {
	switch s.Label {
	case labelBalancer:
		return r.LoadBalancer == s.index
	case labelTargetGroup:
		return r.TargetGroup == s.index
	case labelWorkload:
		return r.Workload == s.index
	case labelService:
		return s.application && r.Callee == s.index
	}
	return s.Label == "" || s.Label == labelCode
}

// traffic is the requests of a part: its routes, merged.
type traffic struct {
	arrived, completed, inFlight, retried, spotLost, dropped, refused int64
	failed                                                            []int64 // by code
	causes                                                            dataplane.CauseCounts

	latency                          *stat.Histogram // of others while shared
	shared                           bool
	wait                             stat.Tally
	waited, measured, measuredFailed int64
}

func (p *part) traffic() *traffic {
	if p.merged == nil {
		p.merged = &traffic{failed: make([]int64, len(dataplane.Codes())), latency: &stat.Histogram{}}
		for i := range p.travelled(p.belongs().routes, len(p.outcome.Routes)) {
			if r := &p.outcome.Routes[i]; p.has(r) {
				p.merged.add(r)
			}
		}
		p.addHops()
		if p.Label == labelCode {
			for c := range p.merged.failed {
				if c != p.index {
					p.merged.failed[c] = 0
				}
			}
		}
	}
	return p.merged
}

// addHops adds what services ask of each other, which counts only where it
// happens; and what is observed of whole zones and instance types.
func (p *part) addHops() {
	switch p.Label {
	case labelBalancer, labelTargetGroup, labelService:
		for i := range p.travelled(p.belongs().hops, len(p.outcome.Hops)) {
			if r := &p.outcome.Hops[i]; p.has(r) {
				p.merged.add(r)
			}
		}
	case labelZone:
		p.merged.addLatency(p.outcome.Observed.Zones[p.index])
	case labelType:
		p.merged.addLatency(p.outcome.Observed.Types[p.index])
	}
}

// user merges the user requests of the part's workloads.
func (p *part) user() *dataplane.UserOutcome {
	if p.users != nil {
		return p.users
	}
	users := pick(p, labelWorkload, p.outcome.Users)
	if len(users) == 1 {
		p.users = &users[0]
		return p.users
	}
	p.users = &dataplane.UserOutcome{Latency: &stat.Histogram{}}
	for i := range users {
		p.users.Merge(&users[i])
	}
	return p.users
}

// phase returns the histogram of a phase of the part's service, nil unless it is
// observed.
func (p *part) phase(k int) *stat.Histogram {
	if !p.application || p.outcome.Observed.Phases == nil {
		return nil
	}
	return p.outcome.Observed.Phases[p.index][k]
}

func (t *traffic) add(r *dataplane.RouteOutcome) {
	t.arrived += r.Arrived
	t.completed += r.Completed
	t.inFlight += r.InFlight
	t.retried += r.Retried
	t.spotLost += r.SpotLost
	t.dropped += r.Dropped
	t.refused += r.Refused + r.Failed[dataplane.CodeRefused]
	for _, c := range dataplane.Codes() {
		t.failed[c] += r.Failed[c]
	}
	t.causes.Merge(&r.Causes)
	if r.Latency != nil {
		t.addLatency(r.Latency)
	}
	t.wait.Merge(&r.Wait)
	t.waited += r.Waited
	t.measured += r.MeasuredCompleted
	t.measuredFailed += r.MeasuredFailed
}

// addLatency merges the latency of others, or shares it where there was none: histograms
// are large, and most parts have one.
func (t *traffic) addLatency(h *stat.Histogram) {
	switch {
	case h.Count() == 0:
		return
	case t.latency.Count() == 0:
		t.latency, t.shared = h, true
		return
	case t.shared:
		merged := &stat.Histogram{}
		merged.Merge(t.latency)
		t.latency, t.shared = merged, false
	}
	t.latency.Merge(h)
}

// owns reports whether what stands on the bill of an owner, of a service and of
// a way of buying is the part's.
func (p *part) owns(owner string, service pricing.Service, option pricing.Option) bool {
	switch p.Label {
	case "":
		return true
	case labelService:
		return string(service) == p.Name
	case labelModel:
		return string(option) == p.Name
	}
	return owner == p.Label+"."+p.Name
}

// cost returns what the part costs, in dollars, what is paid upfront being spread
// over its term.
func (p *part) cost() float64 {
	return p.charged(func(l *pricing.Line) model.Money { return l.Effective })
}

// lasting returns the cost of the whole with allowances prorated, in dollars.
func (p *part) lasting() float64 { return p.invoice.Lasting.USD() }

// list returns what the part would cost at list prices, in dollars.
func (p *part) list() float64 {
	return p.charged(func(l *pricing.Line) model.Money {
		if l.Category == pricing.Purchase {
			return 0 // its usage has a line of its own
		}
		return l.List
	})
}

func (p *part) charged(amount func(*pricing.Line) model.Money) float64 {
	var total model.Money
	beyond := 0.0 // what Money cannot hold
	for i := range p.owned(p.belongs().lines, len(p.invoice.Lines)) {
		if l := &p.invoice.Lines[i]; p.owns(l.Owner, l.Service, l.Option) {
			m := amount(l)
			if total.Plus(m) == math.MaxInt64 {
				beyond, total = beyond+total.USD(), 0
			}
			total += m
		}
	}
	return beyond + total.USD()
}

// instanceHours is the length of the part's leases, or, of what is no way to
// launch instances, the hours that it pays for.
func instanceHours(p *part) float64 {
	if option := pricing.Option(p.Name); p.Label == labelModel && option != pricing.OnDemand && option != pricing.Spot {
		return sum(p.invoice.Lines, func(l *pricing.Line) float64 {
			if l.Option != option || !l.Instances {
				return 0
			}
			return l.Priced
		})
	}
	hours := stat.Sum{}
	ledger := p.outcome.Ledger
	for i := range p.owned(p.belongs().leases, len(ledger.Leases)) {
		l := &ledger.Leases[i]
		if p.owns(ledger.Owners[l.Owner], pricing.EC2, pricing.Option(l.Option.String())) {
			hours.Add(int64(l.To - l.From))
		}
	}
	return hours.Float64() / 3600e9
}

// utilization is the share of the part's powered vCPU-time that was busy.
func utilization(p *part) float64 {
	busy := sum(p.groups(), func(g *controlplane.GroupOutcome) float64 { return g.BusyVCPUSeconds }) +
		sum(p.fleets(), func(f *controlplane.FleetOutcome) float64 { return f.BusyVCPUSeconds }) +
		sum(p.tenants(), func(t *controlplane.TenantOutcome) float64 { return t.BusyVCPUSeconds })
	powered := sum(p.groups(), func(g *controlplane.GroupOutcome) float64 { return g.PoweredVCPUSeconds }) +
		sum(p.fleets(), func(f *controlplane.FleetOutcome) float64 { return f.PoweredVCPUSeconds }) +
		sum(p.tenants(), func(t *controlplane.TenantOutcome) float64 { return t.PoweredVCPUSeconds })
	if powered == 0 {
		return math.NaN()
	}
	return busy / powered
}
