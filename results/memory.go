package results

import (
	"fmt"
	"math"
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/dataplane"
	"headroom/model/memory"
)

// remembers reports whether a part has servers whose service says what it holds in
// memory.
func remembers(cfg *cloud.Config, s scope) bool {
	holds := func(service int) bool {
		return service >= 0 && service < len(cfg.Services) && cfg.Services[service].Memory != nil
	}
	for _, g := range within(s, labelGroup, cfg.Groups) {
		if slices.ContainsFunc(g.Services(), holds) {
			return true
		}
	}
	for _, g := range within(s, labelContainer, cfg.Groups) {
		if g.Tasks != nil && holds(g.Service) {
			return true
		}
	}
	for _, f := range within(s, labelInstance, cfg.Instances) {
		if slices.ContainsFunc(f.Services(), holds) {
			return true
		}
	}
	return false
}

// memory merges the memory of the part's servers.
func (p *part) memory() (all dataplane.MemoryOutcome) {
	for i := range p.outcome.Memories {
		m := &p.outcome.Memories[i]
		if p.Label == "" || p.outcome.Ledger.Owners[m.Owner] == p.Label+"."+p.Name {
			all.Merge(m)
		}
	}
	return all
}

// memoryMetrics are what servers held, and what became of it where that was too much.
func memoryMetrics() []Metric {
	of := func(name, unit, meaning string, read func(*dataplane.MemoryOutcome) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Labels: []string{labelGroup, labelInstance, labelContainer}, Meaning: meaning, where: remembers,
			read: func(p *part) float64 {
				m := p.memory()
				return read(&m)
			},
		}
	}
	return []Metric{
		of("memory.peak", "B", "the most that the application of any instance held, in RAM and swap, or tried to",
			func(m *dataplane.MemoryOutcome) float64 { return float64(m.Peak) }),
		of("memory.utilization", "ratio", "share of the RAM in use, the operating system's part with it, mean over the time that applications ran",
			func(m *dataplane.MemoryOutcome) float64 {
				if m.There == 0 {
					return math.NaN()
				}
				return m.Used / float64(m.There)
			}),
		of("memory.swap_utilization", "ratio", "share of the swap in use, mean over the time that applications ran: swap_used_percent of the CloudWatch agent; 0 without swap",
			func(m *dataplane.MemoryOutcome) float64 {
				if m.There == 0 {
					return math.NaN()
				}
				return m.Swap / float64(m.There)
			}),
		of("memory.paging_operations", "count", "page faults: reads of 4 KiB from swap",
			func(m *dataplane.MemoryOutcome) float64 { return float64(m.Faults) }),
		of("memory.paged_out", "B", "what was written to swap, as it fits into RAM no more",
			func(m *dataplane.MemoryOutcome) float64 { return float64(m.PagedOut) }),
		of("memory.paging_time", "s", "time that requests waited for pages from swap, summed over requests",
			func(m *dataplane.MemoryOutcome) float64 { return m.Paging.Seconds() }),
		of("memory.oom_kills", "count", "applications that the kernel killed because they held more than RAM and swap",
			func(m *dataplane.MemoryOutcome) float64 { return float64(m.Kills) }),
	}
}

// warnOfMemory says where servers had too little of it, and what would be enough.
func (s *Summary) warnOfMemory() {
	for _, label := range []string{labelGroup, labelInstance} {
		for i, p := range s.Labelled(label) {
			kills, ok := s.Value("memory.oom_kills", p)
			faults, _ := s.Value("memory.paging_operations", p)
			if !ok || kills.Value == 0 && faults.Value == 0 {
				continue
			}
			what := fmt.Sprintf("read %s pages a run from swap", faults.sure())
			if kills.Value > 0 {
				what = fmt.Sprintf("its application was killed for want of memory, %s times a run", kills.sure())
			}
			s.warnf("%s: %s; %s", p.title(), what, s.advice(label, i))
		}
	}
}

// advice is how much swap the instances of a group or fleet ought to have.
func (s *Summary) advice(label string, index int) string {
	var types []int
	service := model.None
	if label == labelGroup {
		g := &s.Config.Groups[index]
		service = g.Service
		for _, t := range g.Types {
			types = append(types, t.Type)
		}
	} else {
		service, types = s.Config.Instances[index].Service, []int{s.Config.Instances[index].Template.Type}
	}
	smallest := &s.Config.Types[types[0]]
	for _, t := range types {
		if s.Config.Types[t].MemoryMiB < smallest.MemoryMiB {
			smallest = &s.Config.Types[t]
		}
	}
	ram := model.Bytes(smallest.MemoryMiB) * model.MiB
	has := "none"
	if swap := &s.Config.Services[service].Memory.Swap; swap.On(false)+swap.On(true) > 0 {
		has = fmt.Sprintf("%.4g GiB", swap.Size.GiB())
	}
	return fmt.Sprintf("%s has %.4g GiB of memory and %s of swap: %.4g GiB of swap are recommended, and what pages regularly belongs on a larger type",
		smallest.Name, ram.GiB(), has, memory.RecommendedSwap(ram).GiB())
}
