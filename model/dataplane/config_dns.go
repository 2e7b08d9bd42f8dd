package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// Record is a DNS name whose answers are load balancers, maybe of several Regions.
type Record struct {
	Name    string
	TTL     sim.Time // how long clients keep an answer
	Long    LongCache
	Answers []Answer
	Checks  []model.CheckKind // of Answers, that are paid
}

// LongCache is of clients who keep answers of DNS for longer than their time to live, as some
// resolvers and run-time libraries do. Nobody does in the zero LongCache.
type LongCache struct {
	Percent int // of all clients, 0 to 100
	Kept    sim.Time
}

// verify checks clients who keep answers longer than a time to live.
func (c LongCache) verify(v *validator, ttl sim.Time, path string) {
	path += ".long_dns_cache"
	v.Check(c.Percent >= 0 && c.Percent <= 100, path+".percentage", "must be 0 to 100, got %d", c.Percent)
	v.Check(c.Percent == 0 || c.Kept > ttl && c.Kept <= sim.Horizon/4, path+".duration", "must be longer than the time to live, %v, and %v at most, got %v", ttl, sim.Horizon/4, c.Kept)
}

// Answer is a load balancer that a DNS name can lead to.
type Answer struct {
	Name      string
	Balancer  int      // index into LoadBalancers
	Weight    int      // among those of its rank; 0 of all: alike
	Secondary bool     // given only when no other is healthy
	Interval  sim.Time // from one health check to the next; 0: it counts as healthy always
	Threshold int      // checks in a row that say otherwise until it is believed
}
