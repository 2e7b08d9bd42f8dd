package results

import (
	"math"

	"headroom/model/dataplane"
	"headroom/sim/stat"
)

// userMetrics are those of user requests: all attempts of one request together,
// from the first arrival to the last response, with all that services ask of each
// other in between.
func userMetrics() []Metric {
	of := func(name, unit, meaning string, read func(*dataplane.UserOutcome) float64) Metric {
		return Metric{
			Name: name, Unit: unit, Meaning: meaning, Labels: []string{labelWorkload}, needs: labelWorkload,
			read: func(p *part) float64 { return read(p.user()) },
		}
	}
	all := []Metric{
		of("user.requests", "count", "user requests: all attempts of one request together",
			func(u *dataplane.UserOutcome) float64 { return float64(u.Requests) }),
		of("user.availability", "ratio", "user requests answered / (answered + given up), of those that began after the warm-up",
			func(u *dataplane.UserOutcome) float64 {
				return ratio(u.MeasuredCompleted, u.MeasuredCompleted+u.MeasuredFailed)
			}),
		of("user.latency.mean", "s", "first arrival to last response, of user requests that were answered",
			func(u *dataplane.UserOutcome) float64 { return u.Latency.Mean() / 1e9 }),
	}
	for _, q := range quantiles {
		all = append(all, of("user."+q.name, "s", q.meaning, func(u *dataplane.UserOutcome) float64 {
			return quantile(u.Latency, q.q)
		}))
	}
	goodput := Metric{
		Name: "goodput", Unit: "1/s", Labels: []string{labelWorkload}, needs: labelWorkload,
		Meaning: "user requests a second that were answered within clients.deadline, after the warm-up; without a deadline all that were answered",
		read: func(p *part) float64 {
			cfg := p.outcome.Config
			return float64(p.user().InDeadline) / (cfg.Duration - cfg.Warmup).Seconds()
		},
	}
	return append(all,
		of("user.latency.max", "s", "the longest of a replication", func(u *dataplane.UserOutcome) float64 {
			if u.Latency.Count() == 0 {
				return math.NaN()
			}
			return float64(u.Latency.Max()) / 1e9
		}), goodput)
}

// phaseMeanings says what the phases of a request's latency are, in the order of
// [dataplane.PhaseNames].
var phaseMeanings = [dataplane.PhaseCount]string{
	"the load balancer's own time",
	"time in line before service starts, or before it goes on",
	"time on the CPU, sharing it with others",
	"time that calls to other services take",
	"time that a call waits for a connection of its pool",
	"time that is somebody else's",
	"time that reading from disks and writing to them takes",
	"time that the bytes of requests and responses take through network interfaces",
}

// phasePrefix begins the names of the metrics of phases.
const phasePrefix = "phase."

// phaseMetrics are where the latency of a request goes, by service; given where
// somebody asks for them.
func phaseMetrics() []Metric {
	var all []Metric
	for k, name := range dataplane.PhaseNames() {
		add := func(suffix string, read func(*stat.Histogram) float64) {
			all = append(all, Metric{
				Name: phasePrefix + name + suffix, Unit: "s", Labels: []string{labelService}, hops: true, whole: never,
				Meaning: phaseMeanings[k] + ", of completed requests",
				read: func(p *part) float64 {
					h := p.phase(k)
					if h == nil {
						return math.NaN()
					}
					return read(h)
				},
			})
		}
		add(".mean", func(h *stat.Histogram) float64 { return h.Mean() / 1e9 })
		add(".p99", func(h *stat.Histogram) float64 { return quantile(h, 0.99) })
	}
	return all
}

// quantile reads a histogram of nanoseconds in seconds; NaN if it is empty.
func quantile(h *stat.Histogram, q float64) float64 {
	if h.Count() == 0 {
		return math.NaN()
	}
	return float64(h.Quantile(q)) / 1e9
}
