package results

import (
	"math"
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
)

// containers returns the ECS services of the part.
func (p *part) containers() []controlplane.GroupOutcome {
	switch p.Label {
	case "":
		return p.outcome.Groups[p.outcome.Config.ScalingGroups():]
	case labelContainer:
		return p.outcome.Groups[p.index : p.index+1]
	}
	return nil
}

// containerMetrics are the tasks of ECS services, and what CloudWatch has of them.
func containerMetrics() []Metric {
	some := func(cfg *cloud.Config, _ scope) bool { return len(cfg.Groups) > cfg.ScalingGroups() }
	of := func(name, unit, meaning string, w whole, read func(*part) float64) Metric {
		return Metric{Name: name, Unit: unit, Labels: []string{labelContainer}, Meaning: meaning, whole: w, where: some, read: read}
	}
	each := func(name, meaning string, w whole, read func(*controlplane.GroupOutcome) float64) Metric {
		return of(name, "count", meaning, w, func(p *part) float64 { return sum(p.containers(), read) })
	}
	used := of("task.memory.utilization", "ratio", "memory that tasks hold / that they reserve, mean over the time that they run: CloudWatch's MemoryUtilization", always, func(p *part) float64 {
		m := p.memory()
		if m.There == 0 {
			return math.NaN()
		}
		return m.Used / float64(m.There)
	})
	used.whole = never
	used.where = func(cfg *cloud.Config, s scope) bool { return some(cfg, s) && remembers(cfg, s) }
	deployed := func(m Metric) Metric {
		m.where = func(cfg *cloud.Config, _ scope) bool {
			return slices.ContainsFunc(cfg.Actions, func(a controlplane.Action) bool { return a.Do == controlplane.DeployService })
		}
		return m
	}
	spotty := func(m Metric) Metric {
		m.where = func(cfg *cloud.Config, _ scope) bool {
			return slices.ContainsFunc(cfg.Groups, func(g controlplane.Group) bool {
				return g.Tasks != nil && g.Tasks.OnSpot()
			})
		}
		return m
	}
	return []Metric{
		each("task.running.mean", "tasks that run, time-weighted: Container Insights' RunningTaskCount", always, func(g *controlplane.GroupOutcome) float64 { return g.InServiceMean }),
		each("task.running.min", "fewest tasks that ran", ifSingle, func(g *controlplane.GroupOutcome) float64 { return float64(g.InServiceMin) }),
		each("task.running.max", "most tasks that ran", ifSingle, func(g *controlplane.GroupOutcome) float64 { return float64(g.InServiceMax) }),
		each("task.pending.mean", "tasks that are placed and do not run yet, time-weighted: PendingTaskCount", always, func(g *controlplane.GroupOutcome) float64 { return g.PendingMean }),
		each("task.waiting.mean", "tasks that no instance has room for, time-weighted", always, func(g *controlplane.GroupOutcome) float64 { return g.WaitingMean }),
		each("task.desired.mean", "desired count, time-weighted: DesiredTaskCount", always, func(g *controlplane.GroupOutcome) float64 { return g.DesiredMean }),
		each("task.desired.max", "highest desired count", ifSingle, func(g *controlplane.GroupOutcome) float64 { return float64(g.DesiredMax) }),
		of("task.cpu.utilization", "ratio", "CPU time of tasks / CPU that they reserve, while they run: CloudWatch's CPUUtilization", always, func(p *part) float64 {
			busy := sum(p.containers(), func(g *controlplane.GroupOutcome) float64 { return g.BusyVCPUSeconds })
			return busy / sum(p.containers(), func(g *controlplane.GroupOutcome) float64 { return g.PoweredVCPUSeconds })
		}),
		used,
		each("task.started", "tasks started, those at the start of the run not among them", always, func(g *controlplane.GroupOutcome) float64 { return float64(g.Launched) }),
		each("task.stopped", "tasks stopped in good order", always, func(g *controlplane.GroupOutcome) float64 { return float64(g.Terminated) }),
		each("task.unplaced", "times that tasks began to wait, for no instance had room, or that Fargate could not start one", always, func(g *controlplane.GroupOutcome) float64 { return float64(g.LaunchFailed) }),
		each("task.lost", "tasks lost with their instances, or to faults", always, func(g *controlplane.GroupOutcome) float64 { return float64(g.Lost) }),
		spotty(each("task.interrupted", "tasks on Fargate Spot that AWS took back", always, func(g *controlplane.GroupOutcome) float64 { return float64(g.SpotInterruptions) })),
		deployed(each("task.deployments", "deployments that were completed", always, func(g *controlplane.GroupOutcome) float64 { return float64(g.Deployments.Completed) })),
		deployed(each("task.deployments.failed", "deployments that failed, by the circuit breaker or an alarm", always, func(g *controlplane.GroupOutcome) float64 { return float64(g.Deployments.Failed) })),
		deployed(of("task.deployment.duration", "s", "from the begin of a deployment until all tasks were replaced, mean over those that were completed", always, func(p *part) float64 {
			took := sum(p.containers(), func(g *controlplane.GroupOutcome) float64 { return g.Deployments.Time.Seconds() })
			return took / sum(p.containers(), func(g *controlplane.GroupOutcome) float64 { return float64(g.Deployments.Completed) })
		})),
		of("task_hours", "h", "hours from when tasks were placed to their end, summed over tasks: what Fargate bills, without rounding", always, taskHours),
	}
}

// taskHours is how long the part's tasks were there.
func taskHours(p *part) float64 {
	ledger := p.outcome.Ledger
	return sum(ledger.Tasks, func(u *model.TaskUse) float64 {
		if p.Label != "" && ledger.Owners[u.Owner] != p.Label+"."+p.Name {
			return 0
		}
		return (u.To - u.From).Seconds() / 3600
	})
}
