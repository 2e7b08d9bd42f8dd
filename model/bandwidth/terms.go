package bandwidth

import (
	"math"

	"headroom/model"
	"headroom/sim"
)

// Rate is bytes in a time, in thousands a second.
type Rate uint32

// gbps is 10⁹ bits a second.
const gbps = 125_000

// mostGbps is more than any interface has.
const mostGbps = 10_000

// Gbps returns the rate of so many 10⁹ bits a second, at most 10,000.
func Gbps(n float64) Rate { return Rate(math.Round(max(0, min(n, mostGbps)) * gbps)) }

// PerSecond returns the bytes of a second.
func (r Rate) PerSecond() float64 { return 1000 * float64(r) }

const (
	flowMost        = 5 * gbps
	clusterFlowMost = 10 * gbps
	// manyVCPUs is from how many vCPUs on an instance has half of its bandwidth to the
	// internet; smaller ones have smallInternet.
	manyVCPUs     = 32
	smallInternet = 5 * gbps
)

// DefaultBurst is how long the peak lasts from full credits.
const DefaultBurst = 30 * sim.Minute

// Terms are what a network interface can do in each direction. The zero Terms are of
// one that is never in the way.
type Terms struct {
	Base, Peak Rate // always, and while credits last; the same: without credits
	Flow       Rate // the most of one flow
	Internet   Rate // the most of all flows of the internet together
	// Burst is how long the peak lasts from full credits.
	Burst sim.Time
}

// TermsOf returns the terms of a type's interface; zero of a type whose bandwidth is not
// known. In a cluster placement group one flow has more.
func TermsOf(t *model.InstanceType, burst sim.Time, cluster bool) Terms {
	if t.NetworkPeakGbps == 0 {
		return Terms{}
	}
	terms := Terms{Base: Gbps(t.NetworkBaseGbps), Peak: Gbps(t.NetworkPeakGbps), Flow: flowMost, Burst: burst}
	if terms.Base == 0 || terms.Base > terms.Peak {
		terms.Base = terms.Peak
	}
	if cluster {
		terms.Flow = clusterFlowMost
	}
	terms.Internet = smallInternet
	if t.VCPUs >= manyVCPUs {
		terms.Internet = terms.Peak / 2
	}
	return terms
}

// credits are what a full bucket holds, in thousands of bytes.
func (t *Terms) credits() int64 {
	return int64(t.Peak-t.Base) * int64(t.Burst/sim.Second)
}
