package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// Record is a DNS name whose answers are load balancers, maybe of several Regions.
type Record struct {
	Name    string
	TTL     sim.Time // how long clients keep an answer
	Answers []Answer
	Checks  []model.CheckKind // of Answers, that are paid
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
