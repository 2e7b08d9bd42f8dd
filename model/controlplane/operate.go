package controlplane

import (
	"fmt"
	"math"
	"slices"

	"headroom/model"
	"headroom/model/lifecycle"
	"headroom/sim"
	"headroom/sim/slab"
)

// requests are what actions ask of instances.
var requests = map[ActionKind]lifecycle.Request{
	StartInstance: lifecycle.Start, StopInstance: lifecycle.Stop, RebootInstance: lifecycle.Reboot,
	HibernateInstance: lifecycle.Hibernate, ShutdownInstance: lifecycle.Shutdown, TerminateInstance: lifecycle.Terminate,
	ResizeInstance: lifecycle.Resize, ModifyCredits: lifecycle.ModifyCredits,
}

// operate does something with instances of a fleet or of a group.
func (cp *Plane) operate(a *Action) {
	request := requests[a.Do]
	chosen := cp.chosen(a, request)
	if len(chosen) == 0 {
		cp.report(cp.subjectName(a.On), a, cp.absent(a.On, request))
	}
	for _, h := range chosen {
		in := cp.instances.Get(h)
		name, number := cp.subjectOf(in), in.number
		happens, err := lifecycle.Answer(in.stateOf(), request, cp.traitsOf(in))
		if err == nil && cp.darkAt(in.zone) {
			err, happens = errDark, false
		}
		if err == nil && happens {
			err = cp.grant(h, a)
		}
		if err != nil {
			cp.refuseOf(number, name, a.Do.String(), err)
			continue
		}
		detail := ""
		if !happens {
			detail = "it is so already"
		}
		cp.note(Activity{Subject: name, Kind: a.Do.String(), Detail: detail, Cause: "action", Instance: number, By: Operator})
	}
}

// grant does what an instance was asked for and may do.
func (cp *Plane) grant(h slab.Handle, a *Action) error {
	in := cp.instances.Get(h)
	switch a.Do {
	case StartInstance:
		if in.order.bid > 0 {
			if err := cp.mayStartSpot(in); err != nil {
				return err
			}
		}
		if !cp.rise(h) {
			return &lifecycle.Refusal{Code: cp.why.String(), Text: "nothing takes the instance"}
		}
	case StopInstance:
		cp.rest(h, false)
	case HibernateInstance:
		cp.rest(h, true)
	case ShutdownInstance:
		if t := cp.traitsOf(in); t.ShutdownTerminates(in.order.template.ShutdownTerminates) {
			cp.endNow(h)
		} else {
			cp.rest(h, false)
		}
	case RebootInstance:
		cp.reboot(h)
	case TerminateInstance:
		cp.endNow(h)
	case ResizeInstance:
		in.order.typ, in.order.need, in.order.speed = a.Launch.Type, a.Launch.Need, a.Launch.Speed
	case ModifyCredits:
		cp.switchCredits(in, a.Credits)
	default:
		panic("controlplane: unknown action on an instance")
	}
	return nil
}

// traitsOf is what decides, beside its state, what may be done with an instance.
func (cp *Plane) traitsOf(in *instance) lifecycle.Traits {
	t := in.order.template
	return lifecycle.Traits{
		StoreRoot: t.StoreRoot, Spot: in.order.option == model.Spot, Protected: t.Protected, Hibernates: t.Hibernates,
		Persistent: in.order.bid > 0 && in.order.template.Spot.Persistent,
		Grouped:    in.order.group != None, Burstable: in.account.mode != 0,
	}
}

// switchCredits changes the mode of an instance's CPU credits. To standard it is charged what
// it owes.
func (cp *Plane) switchCredits(in *instance, mode model.CreditMode) {
	if !in.life.rests() {
		cp.data.SwitchCredits(in.server, mode)
		cp.chargeSurplus(in.server, &in.account, in.payer())
	}
	in.account.mode = mode
}

// chosen lists the instances that an action is done to: all of its subject, or so many of
// them, with which something happens first, in launch order.
func (cp *Plane) chosen(a *Action, request lifecycle.Request) (list []slab.Handle) {
	var ended []slab.Handle
	for h, in := range cp.instances.All() {
		if !cp.belongs(in, a.On) || in.stage.inPool() || in.stage == detached {
			continue
		}
		if in.life.ended() {
			ended = append(ended, h)
		} else {
			list = append(list, h)
		}
	}
	if len(list) == 0 && a.On.Kind == OfFleet {
		list = ended
	}
	slices.SortFunc(list, func(x, y slab.Handle) int { return int(cp.instances.Get(x).number - cp.instances.Get(y).number) })
	n := len(list)
	switch {
	case a.Share > 0:
		n = int(math.Round(a.Share * float64(n)))
	case a.Count > 0:
		n = min(n, a.Count)
	}
	if n < len(list) {
		willing := func(h slab.Handle) int {
			in := cp.instances.Get(h)
			if happens, err := lifecycle.Answer(in.stateOf(), request, cp.traitsOf(in)); happens && err == nil {
				return 0
			}
			return 1
		}
		slices.SortStableFunc(list, func(x, y slab.Handle) int { return willing(x) - willing(y) })
	}
	return list[:n]
}

// remembered is how long EC2 shows an instance that has been terminated.
const remembered = sim.Hour

// absent is what comes of a request to instances that are there no more.
func (cp *Plane) absent(on Subject, request lifecycle.Request) error {
	if on.Kind == OfFleet && cp.fleets[on.Index].ended && cp.kernel.Now()-cp.fleets[on.Index].endedAt <= remembered {
		_, err := lifecycle.Answer(lifecycle.Terminated, request, lifecycle.Traits{Hibernates: true, Burstable: true})
		return err
	}
	return &lifecycle.Refusal{Code: lifecycle.NotFound, Text: "there is no such instance"}
}

// subjectName names whose instances an action is about.
func (cp *Plane) subjectName(s Subject) string {
	if s.Kind == OfGroup {
		return cp.groups[s.Index].name()
	}
	return "instance." + cp.cfg.Instances[s.Index].Name
}

// setCapacity is an operator's new desired capacity of a group. No cooldown holds it back unless
// the operator honors it
// (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html).
func (cp *Plane) setCapacity(a *Action) error {
	g := &cp.groups[a.On.Index]
	if a.Desired < g.min || a.Desired > g.max {
		return fmt.Errorf("must be min_size to max_size (%d to %d), got %d [ValidationError]", g.min, g.max, a.Desired)
	}
	if r := cp.coolsDown(g); a.Honors && r.why != changes {
		return &lifecycle.Refusal{Code: "ScalingActivityInProgress", Text: cp.reasonText(g, r)}
	}
	cp.setDesired(a.On.Index, change{desired: a.Desired, cause: "action", cooldown: g.cfg.DefaultCooldown, warmup: g.replacementWarmup()})
	return nil
}
