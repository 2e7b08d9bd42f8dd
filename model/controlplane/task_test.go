package controlplane

import (
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/addressing"
	"headroom/model/alarm"
	"headroom/model/container"
	"headroom/model/scaling"
	"headroom/sim"
)

// fargateEstate is an ECS service of n tasks on Fargate, in both zones.
func fargateEstate(n int) *Estate {
	e := baseEstate()
	g := e.addGroup(1, n, n)
	g.Tasks = &Tasks{On: None, Need: container.Need{CPU: 1024, MemoryMiB: 2048}, Share: 1, Placement: container.Usual(), Storage: container.FreeStorage}
	return e
}

func TestSilencesOfServicesAreToldUnderTheirTables(t *testing.T) {
	e := fargateEstate(2)
	e.Groups[0].Policies = []ScalingPolicy{{Name: "out", Spec: scaling.Simple{Type: scaling.ChangeInCapacity, Adjustment: 1}}}
	e.alwaysInAlarm()
	e.Alarms[0].Config.Threshold, e.Alarms[0].Config.TreatMissing = 1000, alarm.MissingIsMissing
	b := start(t, baseFrame(), e)
	b.newStory()
	b.until(10 * sim.Minute)
	lines := b.closeStory()
	if len(lines) == 0 {
		t.Fatal("no silence is told")
	}
	for _, d := range lines {
		if d.Group != "container_service.web" {
			t.Errorf("a decision is told of %q, want container_service.web", d.Group)
		}
	}
}

// Two failures more than 24 hours apart, with a task that starts between them: the second
// waits no longer than the first, and ECS never gives up, however long they fail.
func TestFailuresOfTasksAreForgottenWhenOneStarts(t *testing.T) {
	frame := baseFrame()
	frame.Duration = 4 * 24 * sim.Hour
	b := start(t, frame, fargateEstate(2))
	g := &b.groups[0]
	fails := func(at, clears sim.Time) {
		b.until(at)
		b.zoneDown[0], b.zoneDown[1] = 1, 1
		b.leaveOne()
		if wait := g.retryAt - at; wait != firstBackoff {
			t.Errorf("at %v: the first retry comes after %v, want %v", at, wait, firstBackoff)
		}
		b.until(clears)
		if g.capacity != 1 || g.suspended != 0 {
			t.Errorf("at %v: %d tasks and %v suspended, want 1 and nothing", clears, g.capacity, g.suspended)
		}
		b.zoneDown[0], b.zoneDown[1] = 0, 0
		if b.until(clears + sim.Hour); g.capacity != 2 {
			t.Errorf("at %v: %d tasks, want 2", clears+sim.Hour, g.capacity)
		}
	}
	fails(sim.Hour, sim.Hour+sim.Minute)
	fails(26*sim.Hour, 80*sim.Hour)
	for _, a := range b.activities {
		if a.Kind != "capacity-short" {
			continue
		}
		if _, ok := a.Call(); ok || a.Detail != "1 of 2 tasks" {
			t.Errorf("%+v, want 1 of 2 tasks and no call of Auto Scaling's", a)
		}
	}
}

// leaveOne kills a member of the first group, and has it replaced.
func (b bench) leaveOne() {
	b.t.Helper()
	for h, in := range b.membersOf(&b.groups[0]) {
		if in.inService() {
			b.kill(h, model.Failed)
			break
		}
	}
	b.lost(0)
}

// A warm start ends a row of failures as a launch does.
func TestWarmStartsEndRowsOfFailures(t *testing.T) {
	e := baseEstate()
	e.addGroup(1, 9, 2).Pool = &WarmPool{State: PoolStopped, WarmPool: scaling.WarmPool{Least: 1, Prepared: 3}}
	b := start(t, baseFrame(), e)
	b.until(10 * sim.Minute)
	b.groups[0].retries = 5
	b.leaveOne()
	if b.members[0].WarmStarts != 1 || b.groups[0].retries != 0 {
		t.Errorf("after %d warm starts %d failures in a row, want 1 and 0", b.members[0].WarmStarts, b.groups[0].retries)
	}
}

// A subnet of 16 addresses has 11 for tasks; the others go to the other zone.
func TestTasksGoWhereThereAreAddresses(t *testing.T) {
	e := fargateEstate(30)
	e.Subnets = []Subnet{
		{Name: "small", Zone: 0, Block: must(addressing.ParseBlock("172.31.0.0/28")), NAT: None},
		{Name: "large", Zone: 1, Block: must(addressing.ParseBlock("172.31.1.0/24")), NAT: None},
	}
	e.Groups[0].Subnets = []int{0, 1}
	b := start(t, baseFrame(), e)
	if got := b.groups[0].byZone; got[0] != 11 || got[1] != 19 {
		t.Errorf("%v tasks by zone, want 11 and 19", got)
	}
	e.Subnets[1].Block = must(addressing.ParseBlock("172.31.1.0/28"))
	b = start(t, baseFrame(), e)
	if g := &b.groups[0]; g.capacity != 22 || g.failure != insufficientFreeAddresses {
		t.Errorf("%d tasks and %v where both are small, want 22 and %v", g.capacity, g.failure, insufficientFreeAddresses)
	}
}

func TestServicesAreValidated(t *testing.T) {
	for want, spoil := range map[string]func(*Estate){
		"":                                func(*Estate) {},
		"must not stand behind":           func(e *Estate) { e.addGroup(1, 1, 1) },
		"cpu: must be 0.5 of a vCPU each": func(e *Estate) { e.Groups[0].Tasks.CPU, e.Groups[0].Tasks.MemoryMiB = 512, 1024 },
		"ephemeral_storage":               func(e *Estate) { e.Groups[0].Tasks.Storage = 201 },
		"ordered_placement_strategy":      func(e *Estate) { e.Groups[0].Tasks.Placement = []container.Strategy{99} },
	} {
		e := fargateEstate(1)
		spoil(e)
		errs := e.Validate(World{Zones: 2, Types: 1, TargetGroups: 1, Services: 1})
		if want == "" && len(errs) > 0 || want != "" && (len(errs) != 1 || !strings.Contains(errs[0].Error(), want)) {
			t.Errorf("found %v, want %q alone", errs, want)
		}
	}
}

// A Spot instance that stops and starts again has another life: what was foretold of the
// former one does not come, and it may be recommended again.
func TestRecommendationsAreOfOneLife(t *testing.T) {
	frame := baseFrame()
	e := spotEstate(frame, 1)
	e.Instances = []Fleet{{Name: "spot", Count: 1, Template: e.LaunchTemplates[0], Need: Need{Pool: None}, Zones: e.Groups[0].Zones, SpotPool: []int{0, 1}}}
	e.Instances[0].Template.Spot = &SpotOptions{Persistent: true, Behavior: SpotStops, ValidUntil: sim.Never}
	e.Instances[0].Template.Launch = LaunchTimes{}
	b := start(t, frame, e)
	h := b.spotRequests[0].handle
	again := func(stops, starts sim.Time) {
		b.until(stops)
		b.rest(h, false)
		b.until(starts)
		if !b.rise(h) {
			t.Fatal("it does not start again")
		}
	}
	recommended := func(at sim.Time, want int64) {
		t.Helper()
		if b.until(at); b.uses[0].SpotRecommendations != want {
			t.Errorf("%d recommendations at %v, want %d", b.uses[0].SpotRecommendations, at, want)
		}
	}
	b.recommend(h, 100*sim.Second, sim.Hour)
	again(50*sim.Second, 60*sim.Second)
	recommended(200*sim.Second, 0)
	b.recommend(h, 300*sim.Second, sim.Hour)
	recommended(301*sim.Second, 1)
	again(400*sim.Second, 410*sim.Second)
	b.recommend(h, 500*sim.Second, sim.Hour)
	recommended(501*sim.Second, 2)
}
