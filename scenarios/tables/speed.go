package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model/catalog"
	"headroom/model/controlplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// speedKeys say on which CPU the demand of a workload was measured.
func speedKeys() []schema.Key {
	return schema.Within("workload.NAME.demand", "", []schema.Key{
		schema.Row("measured_on", schema.Text(), "", "instance type on which all CPU time of its requests was measured, that of steps and calls too: other types then take more or less; all types are alike without"),
		schema.Row("measured", schema.OneOf("busy: all its vCPUs were at work, as under load", "alone: one request at a time"), `"busy"`, "how busy that instance was"),
	})
}

// measure is the CPU that demands were measured on.
type measure struct {
	on  string // instance type; "" without
	how catalog.Measured
	at  *schema.Table // [workload.NAME.demand]
}

func (l *loader) readMeasure(t *schema.Table) measure {
	m := measure{on: t.Text("measured_on"), at: t}
	m.how, _ = catalog.ParseMeasured(t.Choice("measured"))
	switch {
	case m.on == "":
		if m.how == catalog.Alone {
			t.Mistake("measured", "needs measured_on", "")
		}
		if t.Sound("measured_on") {
			t.Mistake("measured_on", "must be an instance type", "")
		}
	case !t.Sound("measured"):
		m.on = ""
	default:
		if _, ok := l.catalog.Type(m.on); !ok {
			hint := l.catalog.Suggest(m.on)
			if hint != "" {
				hint = tree.Quote(hint)
			}
			t.Mistake("measured_on", "must be an instance type", hint)
			m.on = ""
		} else if _, err := l.catalog.RelativeSpeed(m.on, m.on, m.how); err != nil {
			t.Mistake("measured_on", "must be of a family whose CPU somebody measured", t.Hint(l.catalog.NearestMeasured(m.on), []string{l.catalog.NearestMeasured(m.on)}))
			m.on = ""
		}
	}
	return m
}

// same reports whether demands that were measured here and there mean the same.
func (l *loader) same(a, b measure) bool {
	if a.on == "" || b.on == "" || a.how != b.how {
		return a.on == b.on
	}
	ratio, err := l.catalog.RelativeSpeed(a.on, b.on, a.how)
	return err == nil && ratio == 1
}

// connectSpeeds says how fast each type is that runs a service, relative to the one
// on which the demand of the service's workloads was measured.
func (l *loader) connectSpeeds() {
	of := make([]int, len(l.cfg.Services)) // a workload that reaches the service
	for i := range of {
		of[i] = -1
	}
	for w := range l.cfg.Workloads {
		if at := l.measures[w].at; l.tables["workload"][w].Faulty("demand") || at.Faulty("measured_on") || at.Faulty("measured") {
			continue // which has been said
		}
		for _, service := range l.reached(w) {
			if first := of[service]; first < 0 {
				of[service] = w
			} else if !l.same(l.measures[first], l.measures[w]) {
				l.measures[w].at.Mistake("measured_on", fmt.Sprintf("must be that of workload.%s (%s), for service.%s computes for both",
					l.cfg.Workloads[first].Name, l.measures[first], l.cfg.Services[service].Name), "")
			}
		}
	}
	for i := range l.cfg.Groups {
		g := &l.cfg.Groups[i]
		for k := range g.Types {
			if g.Tasks != nil {
				l.taskSpeed(g, of)
			} else if g.Service >= 0 && g.Template >= 0 {
				g.Types[k].Speed = l.speedOf(g.Types[k].Type, of[g.Service], &l.cfg.LaunchTemplates[g.Template])
			}
		}
	}
	for i := range l.cfg.Instances {
		if f := &l.cfg.Instances[i]; f.Service >= 0 {
			f.Speed = l.speedOf(f.Template.Type, of[f.Service], &f.Template)
		}
	}
	for i := range l.cfg.Actions {
		if f, a := l.resized(i); f != nil && f.Service >= 0 {
			a.Launch.Speed = l.speedOf(a.Launch.Type, of[f.Service], &f.Template)
		}
	}
}

// speedOf returns how fast a type is for the demand of a workload, 0 where all are
// alike or the template says it.
func (l *loader) speedOf(typ, workload int, template *controlplane.LaunchTemplate) float64 {
	if typ < 0 || workload < 0 || template.Speed != 0 || l.measures[workload].on == "" {
		return 0
	}
	m := l.measures[workload]
	speed, err := l.catalog.RelativeSpeed(l.cfg.Types[typ].Name, m.on, m.how)
	if err != nil {
		if !m.at.Faulty("measured_on") {
			m.at.Mistake("measured_on", "must be comparable with "+l.cfg.Types[typ].Name+
				", whose CPU nobody measured: speed in its launch template says how fast it is", "")
		}
		return 0
	}
	return speed
}

// String names the type and, if it was alone, that.
func (m measure) String() string {
	switch {
	case m.on == "":
		return "which has none"
	case m.how == catalog.Alone:
		return m.on + ", alone"
	default:
		return m.on
	}
}

// reached lists the services that compute for a workload, those that others call
// too.
func (l *loader) reached(workload int) []int {
	w := &l.cfg.Workloads[workload]
	all := l.servedBy(w.To, w.Target)
	for i := 0; i < len(all); i++ {
		for _, c := range l.calls {
			if c.service != all[i] {
				continue
			}
			call := &l.cfg.Services[c.service].Steps[c.step].Call
			for _, callee := range l.servedBy(call.To, call.Target) {
				if !slices.Contains(all, callee) {
					all = append(all, callee)
				}
			}
		}
	}
	return all
}

// crew is the instance types that do the same work without it being known how fast
// each is.
type crew struct {
	work  string // "workload.users", or with the service that it reaches by calls
	types []string
}

// crews lists who serves the workloads that do not say what their demand was
// measured on.
func (l *loader) crews() []crew {
	var all []crew
	served := l.typesByService()
	for i := range l.cfg.Workloads {
		if l.measures[i].on != "" {
			continue
		}
		name := "workload." + l.cfg.Workloads[i].Name
		own := crew{work: name}
		direct := l.servedBy(l.cfg.Workloads[i].To, l.cfg.Workloads[i].Target)
		for _, service := range l.reached(i) {
			types := served[service]
			if slices.Contains(direct, service) && l.takesDemand(service) {
				own.types = append(own.types, types...)
				continue
			}
			all = append(all, crew{name + ", service." + l.cfg.Services[service].Name, types})
		}
		all = append(all, own)
	}
	return all
}

// typesByService lists the types that run each service, each once, without those
// whose speed is given.
func (l *loader) typesByService() map[int][]string {
	all := map[int][]string{}
	add := func(service, typ int, template *controlplane.LaunchTemplate) {
		if name := l.cfg.Types[typ].Name; template.Speed == 0 && !slices.Contains(all[service], name) {
			all[service] = append(all[service], name)
		}
	}
	for i := range l.cfg.Groups {
		g := &l.cfg.Groups[i]
		if g.Tasks != nil {
			continue
		}
		for _, t := range g.Types {
			add(g.Service, t.Type, &l.cfg.LaunchTemplates[g.Template])
		}
	}
	for i := range l.cfg.Instances {
		f := &l.cfg.Instances[i]
		add(f.Service, f.Template.Type, &f.Template)
	}
	for i := range l.cfg.Actions {
		if f, a := l.resized(i); f != nil {
			add(f.Service, a.Launch.Type, &f.Template)
		}
	}
	return all
}

// speedWarnings says of which work some types do more than others although they
// count as alike. What is said of several is said once.
func speedWarnings(c *catalog.Catalog, crews []crew) []string {
	together := map[string]*crew{}
	var order []*crew
	for _, one := range crews {
		all := together[one.work]
		if all == nil {
			all = &crew{work: one.work}
			together[one.work] = all
			order = append(order, all)
		}
		all.types = append(all.types, one.types...)
	}
	var said, warnings []string
	for _, all := range order {
		slices.Sort(all.types) // whoever comes first
		text := c.SpeedWarning(slices.Compact(all.types))
		if text != "" && !slices.Contains(said, text) {
			said = append(said, text)
			warnings = append(warnings, all.work+": "+text)
		}
	}
	return warnings
}

// SpeedWarnings says where two scenarios that are compared have the same work done
// by types of different speed that count as alike. What either says alone is not
// repeated.
func SpeedWarnings(a, b *Scenario) []string {
	return news(speedWarnings(a.Catalog, slices.Concat(a.crews, b.crews)), a, b)
}

// SpaceWarnings is [SpeedWarnings] for the points of a sweep, or the candidates of a
// search, and the scenario itself.
func (s *Scenario) SpaceWarnings() []string {
	if s.origin == nil {
		return nil
	}
	return news(speedWarnings(s.Catalog, slices.Concat(s.crews, s.origin.shared.tried())), s)
}

// news leaves out the warnings that scenarios have already.
func news(warnings []string, of ...*Scenario) []string {
	return slices.DeleteFunc(warnings, func(text string) bool {
		return slices.ContainsFunc(of, func(s *Scenario) bool {
			return slices.ContainsFunc(s.Warnings, func(known string) bool { return strings.Contains(known, text) })
		})
	})
}
