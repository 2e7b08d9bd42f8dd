package cloud

import (
	"headroom/sim"
	"headroom/sim/slab"
)

// kind says what happens. A kind is subject + verb; its handler is on + kind.
type kind uint8

const (
	requestArrives   kind = iota + 1 // on: workload
	requestDone                      // on: request handle
	stationDeparts                   // on: instance handle
	requestsExpire                   // on: workload
	requestRetries                   // on: request handle
	requestGivesUp                   // on: request handle
	instanceRuns                     // on: instance handle
	instanceBoots                    // on: instance handle
	instanceIsGone                   // on: instance handle
	targetIsChecked                  // on: target handle
	targetCheckFails                 // on: target handle
	targetIsDrained                  // on: target handle
	nodesChange                      // on: load balancer
	periodEnds                       // on: metric clock
	alarmEvaluates                   // on: alarm
	groupDecides                     // on: group
	policyWakes                      // on: group, policy
	groupLaunches                    // on: group
	groupSweeps                      // on: group
	scheduleFires                    // on: group, schedule
	marketMoves                      // on: Spot pool
	spotShocks                       // on: Spot pool
	spotNotices                      // on: instance handle
	spotReclaims                     // on: instance handle
	tenantArrives                    // on: instance workload
	tenantReturns                    // on: delayed launch
	tenantDeparts                    // on: tenant handle
	tenantNotices                    // on: tenant handle
	tenantReclaims                   // on: tenant handle
	faultStrikes                     // on: fault
	faultEnds                        // on: broken
	hourTurns
	minuteTurns
)

// event is one pending happening: 16 bytes by value. on is the bits of a
// handle, an index, or an index with a stamp.
type event struct {
	on   uint64
	kind kind
}

func indexed(k kind, i int) event { return event{uint64(i), k} }

func handled(k kind, h slab.Handle) event { return event{uint64(h), k} }

func paired(k kind, hi, lo uint32) event { return event{uint64(hi)<<32 | uint64(lo), k} }

func indexOf(h slab.Handle) uint32 { return uint32(h.Index()) }

func (e event) index() int            { return int(e.on) }
func (e event) handle() slab.Handle   { return slab.Handle(e.on) }
func (e event) pair() (hi, lo uint32) { return uint32(e.on >> 32), uint32(e.on) }

// rankOf orders the kinds that happen at one instant.
func rankOf(k kind) sim.Rank { return ranks[k] }

var ranks = [...]sim.Rank{
	requestArrives:   sim.RankArrival,
	requestDone:      sim.RankRelease,
	stationDeparts:   sim.RankRelease,
	requestsExpire:   sim.RankRelease,
	requestRetries:   sim.RankArrival,
	requestGivesUp:   sim.RankRelease,
	instanceRuns:     sim.RankState,
	instanceBoots:    sim.RankState,
	instanceIsGone:   sim.RankRelease,
	targetIsChecked:  sim.RankState,
	targetCheckFails: sim.RankState,
	targetIsDrained:  sim.RankRelease,
	nodesChange:      sim.RankState,
	periodEnds:       sim.RankPublish,
	alarmEvaluates:   sim.RankAlarm,
	groupDecides:     sim.RankDecision,
	policyWakes:      sim.RankAlarm,
	groupLaunches:    sim.RankLaunch,
	groupSweeps:      sim.RankDecision,
	scheduleFires:    sim.RankDecision,
	marketMoves:      sim.RankFailure,
	spotShocks:       sim.RankFailure,
	spotNotices:      sim.RankFailure,
	spotReclaims:     sim.RankRelease,
	tenantArrives:    sim.RankLaunch,
	tenantReturns:    sim.RankLaunch,
	tenantDeparts:    sim.RankRelease,
	tenantNotices:    sim.RankFailure,
	tenantReclaims:   sim.RankRelease,
	faultStrikes:     sim.RankFailure,
	faultEnds:        sim.RankFailure,
	hourTurns:        sim.RankObserve,
	minuteTurns:      sim.RankObserve,
}

// handle is the simulator's table of contents.
func (w *World) handle(ev event) {
	switch ev.kind {
	case requestArrives:
		w.onRequestArrives(ev)
	case requestDone:
		w.onRequestDone(ev)
	case stationDeparts:
		w.onStationDeparts(ev)
	case requestsExpire:
		w.onRequestsExpire(ev)
	case requestRetries:
		w.onRequestRetries(ev)
	case requestGivesUp:
		w.onRequestGivesUp(ev)
	case instanceRuns:
		w.onInstanceRuns(ev)
	case instanceBoots:
		w.onInstanceBoots(ev)
	case instanceIsGone:
		w.onInstanceIsGone(ev)
	case targetIsChecked:
		w.onTargetIsChecked(ev)
	case targetCheckFails:
		w.onTargetCheckFails(ev)
	case targetIsDrained:
		w.onTargetIsDrained(ev)
	case nodesChange:
		w.onNodesChange(ev)
	case periodEnds:
		w.onPeriodEnds(ev)
	case alarmEvaluates:
		w.onAlarmEvaluates(ev)
	case groupDecides:
		w.onGroupDecides(ev)
	case policyWakes:
		w.onPolicyWakes(ev)
	case groupLaunches:
		w.onGroupLaunches(ev)
	case groupSweeps:
		w.onGroupSweeps(ev)
	case scheduleFires:
		w.onScheduleFires(ev)
	case marketMoves:
		w.onMarketMoves(ev)
	case spotShocks:
		w.onSpotShocks(ev)
	case spotNotices:
		w.onSpotNotices(ev)
	case spotReclaims:
		w.onSpotReclaims(ev)
	case tenantArrives:
		w.onTenantArrives(ev)
	case tenantReturns:
		w.onTenantReturns(ev)
	case tenantDeparts:
		w.onTenantDeparts(ev)
	case tenantNotices:
		w.onTenantNotices(ev)
	case tenantReclaims:
		w.onTenantReclaims(ev)
	case faultStrikes:
		w.onFaultStrikes(ev)
	case faultEnds:
		w.onFaultEnds(ev)
	case hourTurns:
		w.onHourTurns(ev)
	case minuteTurns:
		w.onMinuteTurns(ev)
	default:
		panic("cloud: event without a handler")
	}
}
