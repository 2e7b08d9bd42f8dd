package controlplane

import (
	"headroom/model"
	"headroom/sim"
	"headroom/sim/slab"
)

// kind says what happens. A kind is subject + verb; its handler is on + kind.
type kind uint8

const (
	instanceRuns kind = iota + 1
	instanceBoots
	instanceIsGone
	instanceRecovers
	instanceStops
	instanceDrains
	hibernationEnds
	hookEnds
	poolTurns
	groupTurns
	serviceTurns
	periodEnds
	alarmsEvaluate
	groupDecides
	policyWakes
	groupLaunches
	groupSweeps
	scheduleFires
	marketMoves
	spotShocks
	spotNotices
	spotRisks
	spotReclaims
	spotRequestsOpen
	spotRequestsEnd
	spotRequestTries
	tenantArrives
	tenantReturns
	tenantDeparts
	tenantNotices
	tenantReclaims
	tenantsResume
	holdBegins
	holdEnds
	machinesBegin
	machinesEnd
	machineRecovers
	utilizationSteps
	faultStrikes
	faultEnds
	hourTurns
	minuteTurns
	actionFires
	zonalShiftEnds
	certificateTurns
	backupFires
	snapshotTurns
	snapshotAges
	snapshotReturns
	volumeRecovers
	interfaceTurns
	volumeChanges
	filesAge
	imageTurns
	supplyMoves
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
		instanceRuns:     {"instanceRuns", sim.RankState, "instance handle", (*Plane).onInstanceRuns},
		instanceBoots:    {"instanceBoots", sim.RankState, "instance handle", (*Plane).onInstanceBoots},
		instanceIsGone:   {"instanceIsGone", sim.RankRelease, "instance handle", (*Plane).onInstanceIsGone},
		instanceRecovers: {"instanceRecovers", sim.RankLaunch, "instance handle", (*Plane).onInstanceRecovers},
		instanceStops:    {"instanceStops", sim.RankRelease, "instance handle", (*Plane).onInstanceStops},
		instanceDrains:   {"instanceDrains", sim.RankRelease, "instance handle", (*Plane).onInstanceDrains},
		hibernationEnds:  {"hibernationEnds", sim.RankState, "instance handle", (*Plane).onHibernationEnds},
		hookEnds:         {"hookEnds", sim.RankState, "instance handle", (*Plane).onHookEnds},
		poolTurns:        {"poolTurns", sim.RankLaunch, "group", (*Plane).onPoolTurns},
		groupTurns:       {"groupTurns", sim.RankDecision, "group", (*Plane).onGroupTurns},
		serviceTurns:     {"serviceTurns", sim.RankLaunch, "group", (*Plane).onServiceTurns},
		periodEnds:       {"periodEnds", sim.RankPublish, "metric clock", (*Plane).onPeriodEnds},
		alarmsEvaluate:   {"alarmsEvaluate", sim.RankAlarm, "interval of alarms", (*Plane).onAlarmsEvaluate},
		groupDecides:     {"groupDecides", sim.RankDecision, "group", (*Plane).onGroupDecides},
		policyWakes:      {"policyWakes", sim.RankAlarm, "group, policy", (*Plane).onPolicyWakes},
		groupLaunches:    {"groupLaunches", sim.RankLaunch, "group", (*Plane).onGroupLaunches},
		groupSweeps:      {"groupSweeps", sim.RankDecision, "group", (*Plane).onGroupSweeps},
		scheduleFires:    {"scheduleFires", sim.RankDecision, "group, schedule", (*Plane).onScheduleFires},
		marketMoves:      {"marketMoves", sim.RankFailure, "Spot pool", (*Plane).onMarketMoves},
		spotShocks:       {"spotShocks", sim.RankFailure, "Spot pool", (*Plane).onSpotShocks},
		spotNotices:      {"spotNotices", sim.RankFailure, "instance handle", (*Plane).onSpotNotices},
		spotRisks:        {"spotRisks", sim.RankFailure, "instance handle", (*Plane).onSpotRisks},
		spotReclaims:     {"spotReclaims", sim.RankRelease, "instance handle", (*Plane).onSpotReclaims},
		tenantArrives:    {"tenantArrives", sim.RankLaunch, "instance workload", (*Plane).onTenantArrives},
		tenantReturns:    {"tenantReturns", sim.RankLaunch, "delayed launch", (*Plane).onTenantReturns},
		tenantDeparts:    {"tenantDeparts", sim.RankRelease, "tenant handle", (*Plane).onTenantDeparts},
		tenantNotices:    {"tenantNotices", sim.RankFailure, "tenant handle", (*Plane).onTenantNotices},
		tenantReclaims:   {"tenantReclaims", sim.RankRelease, "tenant handle", (*Plane).onTenantReclaims},
		faultStrikes:     {"faultStrikes", sim.RankFailure, "fault", (*Plane).onFaultStrikes},
		faultEnds:        {"faultEnds", sim.RankFailure, "active fault", (*Plane).onFaultEnds},
		hourTurns:        {"hourTurns", sim.RankObserve, "none", (*Plane).onHourTurns},
		minuteTurns:      {"minuteTurns", sim.RankObserve, "none", (*Plane).onMinuteTurns},
		tenantsResume:    {"tenantsResume", sim.RankLaunch, "none", (*Plane).onTenantsResume},
		holdBegins:       {"holdBegins", sim.RankLaunch, "hold", (*Plane).onHoldBegins},
		utilizationSteps: {"utilizationSteps", sim.RankState, "instances or instance workload", (*Plane).onUtilizationSteps},
		actionFires:      {"actionFires", sim.RankState, "action", (*Plane).onActionFires},
		zonalShiftEnds:   {"zonalShiftEnds", sim.RankState, "load balancer", (*Plane).onZonalShiftEnds},
		certificateTurns: {"certificateTurns", sim.RankState, "certificate", (*Plane).onCertificateTurns},
		backupFires:      {"backupFires", sim.RankState, "snapshot schedule", (*Plane).onBackupFires},
		snapshotTurns:    {"snapshotTurns", sim.RankState, "snapshot", (*Plane).onSnapshotTurns},
		snapshotAges:     {"snapshotAges", sim.RankState, "snapshot", (*Plane).onSnapshotAges},
		snapshotReturns:  {"snapshotReturns", sim.RankState, "snapshot", (*Plane).onSnapshotReturns},
		interfaceTurns:   {"interfaceTurns", sim.RankState, "network interface", (*Plane).onInterfaceTurns},
		volumeRecovers:   {"volumeRecovers", sim.RankState, "volume", (*Plane).onVolumeRecovers},
		volumeChanges:    {"volumeChanges", sim.RankState, "volume", (*Plane).onVolumeChanges},
		filesAge:         {"filesAge", sim.RankState, "file system", (*Plane).onFilesAge},
		machinesBegin:    {"machinesBegin", sim.RankRelease, "dedicated hosts", (*Plane).onMachinesBegin},
		machinesEnd:      {"machinesEnd", sim.RankRelease, "dedicated hosts", (*Plane).onMachinesEnd},
		machineRecovers:  {"machineRecovers", sim.RankRelease, "dedicated host", (*Plane).onMachineRecovers},
		imageTurns:       {"imageTurns", sim.RankState, "image, place", (*Plane).onImageTurns},
		holdEnds:         {"holdEnds", sim.RankRelease, "hold", (*Plane).onHoldEnds},
		spotRequestsOpen: {"spotRequestsOpen", sim.RankLaunch, "instances", (*Plane).onSpotRequestsOpen},
		spotRequestsEnd:  {"spotRequestsEnd", sim.RankState, "instances", (*Plane).onSpotRequestsEnd},
		supplyMoves:      {"supplyMoves", sim.RankFailure, "Spot pool", (*Plane).onSupplyMoves},
		spotRequestTries: {"spotRequestTries", sim.RankLaunch, "Spot request", (*Plane).onSpotRequestTries},
	}
}

// Handle plays one event of this plane.
func (cp *Plane) Handle(ev model.Event) { cp.table[ev.Kind].handle(cp, ev) }

// Rank returns the rank of an event of this plane.
func (cp *Plane) Rank(ev model.Event) sim.Rank { return cp.table[ev.Kind].rank }

func indexed(k kind, i int) model.Event {
	return model.Event{On: uint64(i), Kind: uint8(k), Plane: model.ControlPlane}
}

func handled(k kind, h slab.Handle) model.Event {
	return model.Event{On: uint64(h), Kind: uint8(k), Plane: model.ControlPlane}
}

func paired(k kind, hi, lo uint32) model.Event {
	return model.Event{On: uint64(hi)<<32 | uint64(lo), Kind: uint8(k), Plane: model.ControlPlane}
}

// schedule schedules an event at an instant; one beyond the end of the run would
// never be played and is dropped.
func (cp *Plane) schedule(at sim.Time, ev model.Event) {
	if at <= cp.frame.Duration {
		cp.kernel.At(at, cp.table[ev.Kind].rank, ev)
	}
}

// scheduleAfter is [Plane.schedule] for a duration from now, of whatever length.
func (cp *Plane) scheduleAfter(d sim.Time, ev model.Event) {
	cp.schedule(sim.Sum(cp.kernel.Now(), d), ev)
}
