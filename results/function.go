package results

import (
	"math"

	"headroom/model/cloud"
	"headroom/model/dataplane"
)

// functions returns what the part's functions were asked.
func (p *part) functions() []dataplane.FunctionOutcome {
	return pick(p, labelFunction, p.outcome.Functions)
}

// functionMetrics are what Lambda functions were called, and how that went.
func functionMetrics() []Metric {
	some := func(cfg *cloud.Config, _ scope) bool { return len(cfg.Functions) > 0 }
	one := func(name, unit, meaning string, read func(*part) float64) Metric {
		return Metric{Name: name, Unit: unit, Labels: []string{labelFunction}, Meaning: meaning, where: some, read: read}
	}
	count := func(name, meaning string, of func(*dataplane.FunctionOutcome) int64) Metric {
		return one(name, "count", meaning, func(p *part) float64 {
			return sum(p.functions(), func(f *dataplane.FunctionOutcome) float64 { return float64(of(f)) })
		})
	}
	share := func(name, meaning string, of, all func(*dataplane.FunctionOutcome) int64) Metric {
		return one(name, "ratio", meaning, func(p *part) float64 {
			n := sum(p.functions(), func(f *dataplane.FunctionOutcome) float64 { return float64(all(f)) })
			if n == 0 {
				return math.NaN()
			}
			return sum(p.functions(), func(f *dataplane.FunctionOutcome) float64 { return float64(of(f)) }) / n
		})
	}
	called := func(f *dataplane.FunctionOutcome) int64 { return f.Called }
	throttled := func(f *dataplane.FunctionOutcome) int64 { return f.Throttled + f.TooFast }
	cold := func(f *dataplane.FunctionOutcome) int64 { return f.Cold }
	most := one("function.concurrency.max", "count", "most calls that were served at once", func(p *part) float64 {
		return sum(p.functions(), func(f *dataplane.FunctionOutcome) float64 { return float64(f.MostBusy) })
	})
	most.whole = ifSingle
	return append([]Metric{
		count("function.invocations", "calls of functions that were not throttled, health checks among them", called),
		count("function.throttles", "calls that were throttled: as many were served at once as may be, or environments were made as fast as may be", throttled),
		count("function.throttles.scaling", "of those: environments were made as fast as may be", func(f *dataplane.FunctionOutcome) int64 { return f.TooFast }),
		share("function.throttled", "function.throttles / all calls", throttled, func(f *dataplane.FunctionOutcome) int64 { return called(f) + throttled(f) }),
		count("function.cold_starts", "calls that had an environment made", cold),
		share("function.cold", "function.cold_starts / function.invocations", cold, called),
		count("function.errors", "calls that failed, those that ran into the timeout among them", func(f *dataplane.FunctionOutcome) int64 { return f.Failed + f.TimedOut }),
		count("function.timeouts", "calls that ran into the timeout of their function", func(f *dataplane.FunctionOutcome) int64 { return f.TimedOut }),
		one("function.concurrency.mean", "count", "calls that were served at once, time-weighted", func(p *part) float64 {
			return sum(p.functions(), func(f *dataplane.FunctionOutcome) float64 { return f.Busy })
		}),
		most,
		one("function.billed_duration", "s", "what calls were billed for, cold starts included", func(p *part) float64 {
			return sum(p.functions(), func(f *dataplane.FunctionOutcome) float64 { return f.Billed.Seconds() })
		}),
	}, functionDurations(some)...)
}

// functionDurations are how long calls took, once their environments were ready.
func functionDurations(some func(*cloud.Config, scope) bool) (all []Metric) {
	of := func(name, meaning string, read func(*dataplane.FunctionOutcome) float64) {
		all = append(all, Metric{
			Name: "function.duration." + name, Unit: "s", Labels: []string{labelFunction}, Meaning: meaning, where: some, whole: ifSingle,
			read: func(p *part) float64 {
				if list := p.functions(); len(list) == 1 && list[0].Duration.Count() > 0 {
					return read(&list[0]) / 1e9
				}
				return math.NaN()
			},
		})
	}
	of("mean", "how long calls take, from when their environment is ready", func(f *dataplane.FunctionOutcome) float64 { return f.Duration.Mean() })
	of("p99", "the longest that 99 % of calls take, from when their environment is ready", func(f *dataplane.FunctionOutcome) float64 { return float64(f.Duration.Quantile(0.99)) })
	return all
}
