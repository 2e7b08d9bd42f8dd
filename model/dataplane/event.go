package dataplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
)

// kind says what happens. A kind is subject + verb; its handler is on + kind.
type kind uint8

const (
	requestArrives kind = iota + 1
	serverDeparts
	serverWakes
	requestsExpire
	requestRetries
	requestGivesUp
	stepEnds
	disksTurn
	iosPass
	diskWarms
	iosArrive
	callReturns
	callGivesUp
	targetIsChecked
	targetCheckFails
	targetIsDrained
	nodesChange
	weightsChange
	groupIsWeighed
	flowsAreReset
	visitorAsks
	socketArrives
	socketTurns
	hostIsShared
	memoryRunsOut
	applicationRestarts
	recordIsChecked
	nodesGrow
	functionTimesOut
	relayIsChecked
	requestIsInspected
	minuteEnds
	fluidSteps
	targetPasses
	targetFails
	tiersEnd
	kindCount
)

// row says all about a kind of event.
type row struct {
	name    string
	rank    sim.Rank
	operand string // what Event.On is
	handle  func(*Plane, model.Event)
}

// newTable returns the rows of all kinds: the plane's table of contents.
func newTable() [kindCount]row {
	return [kindCount]row{
		requestArrives:      {"requestArrives", sim.RankArrival, "workload", (*Plane).onRequestArrives},
		serverDeparts:       {"serverDeparts", sim.RankDeparture, "server", (*Plane).onServerDeparts},
		serverWakes:         {"serverWakes", sim.RankRelease, "server handle", (*Plane).onServerWakes},
		requestsExpire:      {"requestsExpire", sim.RankRelease, "source", (*Plane).onRequestsExpire},
		requestRetries:      {"requestRetries", sim.RankArrival, "request handle", (*Plane).onRequestRetries},
		requestGivesUp:      {"requestGivesUp", sim.RankRelease, "request handle", (*Plane).onRequestGivesUp},
		stepEnds:            {"stepEnds", sim.RankRelease, "request handle", (*Plane).onStepEnds},
		disksTurn:           {"disksTurn", sim.RankRelease, "server handle", (*Plane).onDisksTurn},
		iosPass:             {"iosPass", sim.RankRelease, "server handle", (*Plane).onIosPass},
		diskWarms:           {"diskWarms", sim.RankRelease, "disk handle", (*Plane).onDiskWarms},
		iosArrive:           {"iosArrive", sim.RankRelease, "server handle", (*Plane).onIosArrive},
		callReturns:         {"callReturns", sim.RankRelease, "request handle", (*Plane).onCallReturns},
		callGivesUp:         {"callGivesUp", sim.RankRelease, "request handle", (*Plane).onCallGivesUp},
		targetIsChecked:     {"targetIsChecked", sim.RankState, "target handle", (*Plane).onTargetIsChecked},
		targetCheckFails:    {"targetCheckFails", sim.RankState, "target handle", (*Plane).onTargetCheckFails},
		targetIsDrained:     {"targetIsDrained", sim.RankRelease, "target handle", (*Plane).onTargetIsDrained},
		weightsChange:       {"weightsChange", sim.RankState, "target group", (*Plane).onWeightsChange},
		groupIsWeighed:      {"groupIsWeighed", sim.RankObserve, "target group", (*Plane).onGroupIsWeighed},
		flowsAreReset:       {"flowsAreReset", sim.RankState, "target handle", (*Plane).onFlowsAreReset},
		visitorAsks:         {"visitorAsks", sim.RankArrival, "workload, visitor", (*Plane).onVisitorAsks},
		socketArrives:       {"socketArrives", sim.RankArrival, "workload", (*Plane).onSocketArrives},
		socketTurns:         {"socketTurns", sim.RankArrival, "WebSocket handle", (*Plane).onSocketTurns},
		hostIsShared:        {"hostIsShared", sim.RankArrival, "host", (*Plane).onHostIsShared},
		memoryRunsOut:       {"memoryRunsOut", sim.RankState, "server handle", (*Plane).onMemoryRunsOut},
		applicationRestarts: {"applicationRestarts", sim.RankState, "server handle", (*Plane).onApplicationRestarts},
		recordIsChecked:     {"recordIsChecked", sim.RankState, "record, answer", (*Plane).onRecordIsChecked},
		functionTimesOut:    {"functionTimesOut", sim.RankRelease, "function", (*Plane).onFunctionTimesOut},
		nodesGrow:           {"nodesGrow", sim.RankState, "load balancer", (*Plane).onNodesGrow},
		relayIsChecked:      {"relayIsChecked", sim.RankState, "target group", (*Plane).onRelayIsChecked},
		requestIsInspected:  {"requestIsInspected", sim.RankArrival, "request handle", (*Plane).onRequestIsInspected},
		fluidSteps:          {"fluidSteps", sim.RankFailure, "none", (*Plane).onFluidSteps},
		targetPasses:        {"targetPasses", sim.RankState, "target handle", (*Plane).onTargetPasses},
		targetFails:         {"targetFails", sim.RankState, "target handle", (*Plane).onTargetFails},
		minuteEnds:          {"minuteEnds", sim.RankObserve, "none", (*Plane).onMinuteEnds},
		tiersEnd:            {"tiersEnd", sim.RankObserve, "none", (*Plane).onTiersEnd},
		nodesChange:         {"nodesChange", sim.RankState, "load balancer", (*Plane).onNodesChange},
	}
}

// Handle plays one event of this plane.
func (p *Plane) Handle(ev model.Event) {
	switch kind(ev.Kind) {
	case requestArrives: // as most are
		p.onRequestArrives(ev)
	case serverDeparts: // or these, where services call others; nobody looks then
		if p.tiers.spell {
			p.departsInSpell(ev)
		}
		p.inRow = true
		p.onServerDeparts(ev)
	case callReturns:
		if p.tiers.spell {
			p.endSpell(p.kernel.Now())
		}
		p.inRow = true
		p.onCallReturns(ev)
	default:
		p.EndRow(p.table[ev.Kind].rank)
		p.table[ev.Kind].handle(p, ev)
	}
}

func indexed(k kind, i int) model.Event {
	return model.Event{On: uint64(i), Kind: uint8(k), Plane: model.DataPlane}
}

func handled(k kind, h slab.Handle) model.Event {
	return model.Event{On: uint64(h), Kind: uint8(k), Plane: model.DataPlane}
}

func paired(k kind, hi, lo uint32) model.Event {
	return model.Event{On: uint64(hi)<<32 | uint64(lo), Kind: uint8(k), Plane: model.DataPlane}
}

func indexOf(h slab.Handle) uint32 { return uint32(h.Index()) }

// schedule schedules an event at an instant; one beyond the end of the run would
// never be played and is dropped.
func (p *Plane) schedule(at sim.Time, ev model.Event) {
	if at <= p.frame.Duration {
		p.kernel.At(at, p.table[ev.Kind].rank, ev)
	}
}

// scheduleAfter is [Plane.schedule] for a duration from now, of whatever length.
func (p *Plane) scheduleAfter(d sim.Time, ev model.Event) {
	p.schedule(sim.Sum(p.kernel.Now(), d), ev)
}
