package tables

import (
	"fmt"
	"runtime"

	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/sim"
	"headroom/sim/memory"
)

// What the things of a run take in memory, in bytes, as measured: at the least, for
// an estimate is to be believed.
const (
	waitingBytes  = 115  // a request that waits
	instanceBytes = 2000 // an instance that runs, with its records
	leaseBytes    = 150  // an instance that has ended: its records
	routeBytes    = 40   // a minute of a workload, or of one at one target group
	levelBytes    = 8    // a minute of a level of a group: three of them
)

// portion is what some key asks for.
type portion struct {
	table *schema.Table
	key   string
	what  string
	bytes float64
}

// checkFootprint refuses what no run could begin with: more than the memory limit
// is taken by the instances that run at the start, and by series for each minute.
func (l *loader) checkFootprint() {
	if len(l.Faults) > 0 {
		return
	}
	all, largest := 0.0, portion{}
	for _, p := range l.portions() {
		all += p.bytes
		if p.bytes > largest.bytes {
			largest = p
		}
	}
	if limit := l.options.Memory.Limit(); all > float64(limit) {
		largest.table.Wrong(largest.key, fmt.Sprintf("must leave the start of a run below run.memory (%s): %s take about %s",
			memory.Text(limit), largest.what, memory.Text(int64(largest.bytes))))
	}
}

// portions lists what a run has from its start.
func (l *loader) portions() []portion {
	var all []portion
	instances := func(t *schema.Table, key string, n float64) {
		all = append(all, portion{t, key, fmt.Sprintf("%.0f instances", n), n * instanceBytes})
	}
	for i := range l.cfg.Groups {
		instances(l.groupTable(i), desiredKey(&l.cfg.Groups[i]), float64(l.cfg.Groups[i].Desired))
	}
	for i := range l.cfg.Instances {
		instances(l.tables["instance"][i], "count", float64(l.cfg.Instances[i].Count))
	}
	minutes := float64(l.cfg.Duration / sim.Minute)
	series := minutes * (routeBytes*float64(len(l.cfg.Workloads)) + 3*levelBytes*float64(len(l.cfg.Groups)))
	what := fmt.Sprintf("series by minute of %d workloads and %d groups", len(l.cfg.Workloads), len(l.cfg.Groups))
	return append(all, portion{l.run, "duration", what, series})
}

// atOnce is how many replications are under way at a time.
func (l *loader) atOnce() float64 {
	return float64(min(l.scenario.Replications, runtime.GOMAXPROCS(0)))
}

// warnOfBacklog warns of a line that grows for as long as the run lasts, and beyond
// memory: of requests that nobody gives up, for so many vCPUs where there are less.
func (l *loader) warnOfBacklog(workload int, busy, capacity float64, services []int) {
	w := &l.cfg.Workloads[workload]
	if w.Clients.Timeout > 0 || w.To == dataplane.ToLoadBalancer { // whose idle timeout ends them
		return
	}
	for _, i := range services {
		s := &l.cfg.Services[i]
		if s.Backlog != dataplane.NoLimit && (s.Discipline == dataplane.FCFS || s.Concurrency > 0) {
			continue
		}
		requests := (1 - capacity/busy) * l.loads[workload].mean * l.cfg.Duration.Seconds()
		l.warnOfGrowth("service."+s.Name+".backlog: without a limit, it", fmt.Sprintf("%.3g requests of workload.%s", requests, w.Name), requests*waitingBytes)
		return
	}
}

// warnOfRecords warns of instances that come and go until their records are more
// than fits into memory.
func (l *loader) warnOfRecords() {
	for i := range l.cfg.InstanceWorkloads {
		w := &l.cfg.InstanceWorkloads[i]
		if w.Arrivals == nil || w.Foreign {
			continue
		}
		n := w.Arrivals.Mean(l.cfg.Duration) * l.cfg.Duration.Seconds()
		l.warnOfGrowth("instance_workload."+w.Name+".arrivals: what is billed", fmt.Sprintf("%.3g instances", n), n*leaseBytes)
	}
}

// warnOfGrowth warns of what grows to so many bytes in each replication, if they are
// more than there are.
func (l *loader) warnOfGrowth(subject, what string, bytes float64) {
	limit := l.options.Memory.Limit()
	if bytes*l.atOnce() <= float64(limit) {
		return
	}
	l.warn(fmt.Sprintf("%s grows to %s, about %s in each of %.0f replications at a time, and run.memory is %s: the run will end early, with what is finished",
		subject, what, memory.Text(int64(min(bytes, 1<<60))), l.atOnce(), memory.Text(limit)))
}
