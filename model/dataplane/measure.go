package dataplane

import "headroom/sim/stat"

// MeasureLevels forgets the past of what holds over time, and measures it from now on:
// healthy targets, calls of functions that are served at once, how evenly targets are asked.
func (p *Plane) MeasureLevels() {
	now := p.kernel.Now()
	for i := range p.targetGroups {
		g := &p.targetGroups[i]
		g.healthy.Reset(now)
		g.balance.requests, g.balance.sum, g.balance.worst = 0, 0, 0
	}
	for i := range p.functions {
		p.functions[i].busy.Reset(now)
		if f := p.functions[i].rates; f != nil {
			f.Reset()
			f.began = now
		}
	}
}

// RecordTimes begins a record of a target group's response times, and returns its number.
func (p *Plane) RecordTimes(index int) int {
	g := &p.targetGroups[index]
	g.times = append(g.times, &stat.Histogram{})
	return len(g.times) - 1
}

// Times is a record of a target group's response times, in nanoseconds, to read and to empty.
func (p *Plane) Times(index, record int) *stat.Histogram { return p.targetGroups[index].times[record] }
