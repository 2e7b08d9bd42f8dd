package results

import (
	"headroom/model/cloud"
	"headroom/model/dataplane"
)

// ErrorKind is a code that clients of a load balancer see, with its cause.
type ErrorKind struct {
	Metric string // "elb.502.refused"
	Words  string // "502: refused by the target"

	code  dataplane.Code
	cause dataplane.ErrorCause
}

// ErrorKinds lists what a load balancer answers by itself for its targets, and what it passes
// on of them.
func ErrorKinds() []ErrorKind {
	kind := func(code dataplane.Code, cause dataplane.ErrorCause, words string) ErrorKind {
		name := "elb." + code.String() + "." + cause.String()
		if cause == dataplane.CauseApplication {
			name = "target." + code.String()
		}
		return ErrorKind{Metric: name, Words: code.String() + ": " + words, code: code, cause: cause}
	}
	return []ErrorKind{
		kind(dataplane.Code502, dataplane.CauseRefused, "the target refused"),
		kind(dataplane.Code502, dataplane.CauseKeptClosed, "the target closed a kept connection"),
		kind(dataplane.Code502, dataplane.CauseDrained, "the deregistration delay was over"),
		kind(dataplane.Code502, dataplane.CauseMemory, "the application ran out of memory"),
		kind(dataplane.Code502, dataplane.CauseEnded, "the instance ended"),
		kind(dataplane.Code502, dataplane.CauseThrottled, "the function was throttled"),
		kind(dataplane.Code502, dataplane.CauseFunction, "the function failed, or answered too much"),
		kind(dataplane.Code502, dataplane.CauseFunctionTimeout, "the function ran into its timeout"),
		kind(dataplane.Code502, dataplane.CauseOther, "for other reasons"),
		kind(dataplane.Code502, dataplane.CauseApplication, "the target answered so"),
		kind(dataplane.Code503, dataplane.CauseNoTargets, "no target is registered"),
		kind(dataplane.Code503, dataplane.CauseEmptyZone, "no target in the zone of the node"),
		kind(dataplane.Code503, dataplane.CauseNoWeight, "all target groups have weight 0"),
		kind(dataplane.Code503, dataplane.CauseNodeTooSmall, "the node was too small"),
		kind(dataplane.Code503, dataplane.CauseApplication, "the target answered so"),
		kind(dataplane.Code504, dataplane.CauseConnect, "no connection to the target in time"),
		kind(dataplane.Code504, dataplane.CauseIdle, "no response within the idle timeout"),
		kind(dataplane.Code504, dataplane.CauseApplication, "the target answered so"),
	}
}

// errorMetrics are the errors that clients of load balancers see, by code and cause.
func errorMetrics() (all []Metric) {
	for _, k := range ErrorKinds() {
		all = append(all, Metric{
			Name: k.Metric, Unit: "count", Labels: []string{labelBalancer, labelTargetGroup},
			Meaning: "attempts through a load balancer that ended with " + k.Words,
			needs:   labelBalancer,
			where: func(cfg *cloud.Config, s scope) bool {
				return s.Label != labelBalancer || !cfg.LoadBalancers[s.index].Network()
			},
			read: func(p *part) float64 { return float64(p.traffic().causes.Of(k.code, k.cause)) },
		})
	}
	return all
}

func (t *traffic) failedTotal() int64 {
	n := int64(0)
	for _, f := range t.failed {
		n += f
	}
	return n
}
