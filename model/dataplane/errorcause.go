package dataplane

import "fmt"

// ErrorCause is why a load balancer answered 502, 503 or 504 by itself, or passed such an
// error on (Troubleshoot your Application Load Balancers).
type ErrorCause uint8

// Causes, in the order in which outcomes list them. What is not told has the first.
const (
	CauseOther           ErrorCause = iota
	CauseRefused                    // 502: the target refused: nobody listens, or its backlog is full
	CauseKeptClosed                 // 502: the target closed the kept connection
	CauseDrained                    // 502: the deregistration delay was over
	CauseMemory                     // 502: the kernel killed the application
	CauseEnded                      // 502: the instance ended or restarted
	CauseApplication                // 502, 503, 504: the target's own answer
	CauseNoTargets                  // 503: the target group has none registered
	CauseEmptyZone                  // 503: it has, but none in the node's zone
	CauseNoWeight                   // 503: every target group of the action has weight 0
	CauseNodeTooSmall               // 503: the node has not grown yet
	CauseConnect                    // 504: no connection within 10 s
	CauseIdle                       // 504: no response within the idle timeout
	CauseThrottled                  // 502: the function was throttled
	CauseFunction                   // 502: the function failed, or answered too much
	CauseFunctionTimeout            // 502: the function ran into its timeout
	causeCount
)

// CauseCounts counts 502, 503 and 504 by their causes.
type CauseCounts [3][causeCount]int64

// Of returns how many had a code and a cause.
func (c *CauseCounts) Of(code Code, cause ErrorCause) int64 { return c[code-Code502][cause] }

// Add counts one more. The code is 502, 503 or 504.
func (c *CauseCounts) Add(code Code, cause ErrorCause, n int64) { c[code-Code502][cause] += n }

// Merge adds the counts of others.
func (c *CauseCounts) Merge(o *CauseCounts) {
	for code := range c {
		for cause := range c[code] {
			c[code][cause] += o[code][cause]
		}
	}
}

// String returns the cause as names of metrics have it.
func (c ErrorCause) String() string {
	return [...]string{
		"other", "refused", "kept_closed", "drained", "out_of_memory", "ended", "application",
		"no_targets", "empty_zone", "no_weight", "node_too_small", "connect", "idle_timeout",
		"throttled", "function_error", "function_timeout",
	}[c]
}

// failFor ends an attempt as [Plane.fail] does, and says why.
func (p *Plane) failFor(i uint32, code Code, cause ErrorCause) {
	p.meter.cause = cause
	p.fail(i, code)
}

// dropFor lets go of a request as [Plane.drop] does, and says why.
func (p *Plane) dropFor(i uint32, code Code, cause ErrorCause) {
	if p.requests.at(i).gone {
		p.free(i)
		return
	}
	p.failFor(i, code, cause)
}

// countCause counts why an attempt failed through a load balancer. A cause is told just before
// the failure that it is of, and forgotten with it.
func (m *meter) countCause(o *RouteOutcome, code Code) {
	cause := m.cause
	m.cause = CauseOther
	if o.LoadBalancer == None {
		if cause == CauseRefused {
			o.Refused++
		}
		return
	}
	switch code {
	case Code502, Code503:
	case Code504:
		if cause == CauseOther {
			cause = CauseIdle
		}
	default:
		return
	}
	o.Causes.Add(code, cause, 1)
}

// whyNone is why a scope of a target group has nobody to send a request to.
func (g *targetGroup) whyNone() ErrorCause {
	for i := range g.scopes {
		if g.scopes[i].registered > 0 {
			return CauseEmptyZone
		}
	}
	return CauseNoTargets
}

// verifyCauses: every 502, 503 and 504 through a load balancer has one cause.
func (o *RouteOutcome) verifyCauses() error {
	if o.LoadBalancer == None {
		return nil
	}
	for _, code := range []Code{Code502, Code503, Code504} {
		told := int64(0)
		for cause := range causeCount {
			told += o.Causes.Of(code, cause)
		}
		if told != o.Failed[code] {
			return fmt.Errorf("%d attempts failed with %v, of which %d have a cause", o.Failed[code], code, told)
		}
	}
	return nil
}
