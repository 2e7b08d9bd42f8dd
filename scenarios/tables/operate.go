package tables

import (
	"fmt"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/credits"
	"headroom/model/lifecycle"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// operationWords are what an operator does with instances and groups.
func operationWords() []string {
	return []string{
		"start: start stopped instances",
		"stop: stop instances; their volumes stay, and are billed",
		"reboot: boot instances anew, where they are",
		"hibernate: save their memory to the root volume and stop them",
		"shutdown: they shut themselves down: instance_initiated_shutdown_behavior says what follows",
		"terminate: end them",
		"resize: give stopped instances another type",
		"modify-credit-specification: change how they spend CPU credits",
		"set-desired-capacity: change the desired capacity of a group",
	}
}

// operationKeys are those of actions on instances and groups.
func operationKeys() []schema.Key {
	return []schema.Key{
		schema.Row("instance_type", schema.Text(), "", "resize: the new type, of the same architecture; type is read as well").Coded(unsupported),
		schema.Row("cpu_credits", schema.OneOf("standard: without credits it falls to its baseline", "unlimited: without credits it goes on, for money"), "",
			"modify-credit-specification: what they do when their credits are spent").Coded(badCombination),
		schema.Row("desired_capacity", schema.Whole(0, mostInstances), "", "set-desired-capacity: how many instances the group is to have").Coded("ValidationError"),
	}
}

// readOperations reads what is done to instances, or to groups: an action for each of them.
func (l *loader) readOperations(t *schema.Table, a controlplane.Action) (all []controlplane.Action) {
	l.readPortion(t, &a)
	for _, name := range t.Texts("on") {
		on, ok := l.operatedOn(t, name, a.Do)
		if !ok {
			continue
		}
		b := a
		b.On = on
		l.readOperation(t, &b)
		all = append(all, b)
	}
	if len(all) == 0 {
		t.PassAll()
		if t.Sound("on") && t.Has("on") && len(t.Texts("on")) == 0 {
			t.Mistake("on", "must name something", "")
		}
	}
	return all
}

// readPortion reads how many of something an action is done to.
func (l *loader) readPortion(t *schema.Table, a *controlplane.Action) {
	if t.Has("count") {
		a.Count = t.Whole("count")
	}
	if t.Has("share") {
		if a.Share = t.Quantity("share"); t.Sound("share") && a.Share == 0 {
			t.Wrong("share", "must be above 0")
		}
	}
	t.Pass("count", "share")
	if t.Has("count") && t.Has("share") {
		t.Mistake("share", "must not be given with count", "")
	}
}

// operatedOn reads whom an action is done to.
func (l *loader) operatedOn(t *schema.Table, name string, do controlplane.ActionKind) (s controlplane.Subject, ok bool) {
	table, rest, _ := strings.Cut(name, ".")
	switch {
	case do == controlplane.DeployService:
		if table != "container_service" {
			t.Mistake("on", "must be container_service.NAME "+t.Mode, "")
			return s, false
		}
		s = controlplane.Subject{Kind: controlplane.OfGroup, Index: t.Find("on", table, rest)}
		if s.Index >= 0 {
			s.Index += l.cfg.ScalingGroups()
		}
	case table == "autoscaling_group" && do != controlplane.ResizeInstance:
		s = controlplane.Subject{Kind: controlplane.OfGroup, Index: t.Find("on", table, rest)}
	case table == "instance" && do < controlplane.SetDesiredCapacity:
		s = controlplane.Subject{Kind: controlplane.OfFleet, Index: t.Find("on", table, rest)}
	case do >= controlplane.SetDesiredCapacity:
		t.Mistake("on", "must be autoscaling_group.NAME "+t.Mode, "")
		return s, false
	case do == controlplane.ResizeInstance:
		t.Mistake("on", "must be instance.NAME "+t.Mode+": the type of a group's instances is that of its launch template", "")
		return s, false
	default:
		t.Mistake("on", "must be instance.NAME or autoscaling_group.NAME "+t.Mode, "")
		return s, false
	}
	return s, s.Index >= 0
}

// readOperation reads what an action has of its own, and refuses what is known to fail.
func (l *loader) readOperation(t *schema.Table, a *controlplane.Action) {
	if a.Do.OfGroups() {
		l.readGroupAction(t, a)
		return
	}
	switch a.Do {
	case controlplane.StopInstance:
		l.checkStops(t, a.On)
	case controlplane.HibernateInstance:
		l.checkHibernates(t, a.On)
	case controlplane.ResizeInstance:
		l.readResize(t, a)
	case controlplane.ModifyCredits:
		l.readCreditSwitch(t, a)
	case controlplane.SetDesiredCapacity:
		t.Pass("count", "share")
		t.Require("desired_capacity")
		a.Desired, a.Honors = t.Whole("desired_capacity"), t.Flag("honor_cooldown")
		g := &l.cfg.Groups[a.On.Index]
		if t.Sound("desired_capacity") && t.Has("desired_capacity") && !limitsMove(g) && (a.Desired < g.Min || a.Desired > g.Max) {
			t.Wrong("desired_capacity", fmt.Sprintf("must be min_size to max_size of the group (%d..%d)", g.Min, g.Max))
		}
	}
}

// limitsMove reports whether a schedule or a policy changes the limits of a group.
func limitsMove(g *controlplane.Group) bool {
	return slices.ContainsFunc(g.Schedules, func(s controlplane.Schedule) bool { return s.Min != nil || s.Max != nil }) ||
		slices.ContainsFunc(g.Policies, func(p controlplane.ScalingPolicy) bool {
			return p.Spec != nil && p.Spec.Mechanism().RaisesMax
		})
}

// checkStops refuses to stop, or to give another type, what has its root on a disk of the
// machine.
func (l *loader) checkStops(t *schema.Table, on controlplane.Subject) {
	var lt *controlplane.LaunchTemplate
	if on.Kind == controlplane.OfFleet {
		lt = &l.cfg.Instances[on.Index].Template
	} else if i := l.cfg.Groups[on.Index].Template; i >= 0 {
		lt = &l.cfg.LaunchTemplates[i]
	}
	if lt != nil && lt.StoreRoot {
		t.Reject("on", schema.Fault{Rule: "must not have its root on an instance store: such an instance runs or ends, and never stops", Code: lifecycle.Unsupported})
	}
}

// checkHibernates refuses to hibernate what cannot.
func (l *loader) checkHibernates(t *schema.Table, on controlplane.Subject) {
	if on.Kind == controlplane.OfGroup {
		t.Reject("on", schema.Fault{Rule: "must not be a group: its members hibernate only in a warm pool", Code: lifecycle.HibernateInGroup})
		return
	}
	if !l.cfg.Instances[on.Index].Template.Hibernates {
		t.Reject("on", schema.Fault{Rule: "must have hibernation_options: hibernation is enabled at launch only", Code: lifecycle.BadHibernation})
	}
}

// readResize reads the type that instances are given.
func (l *loader) readResize(t *schema.Table, a *controlplane.Action) {
	if n := t.Node.Table["type"]; n != nil && !t.Has("instance_type") {
		t.AssumeNode("instance_type", n.Clone(n.At))
	}
	t.Pass("type")
	t.Require("instance_type")
	f := &l.cfg.Instances[a.On.Index]
	l.checkStops(t, a.On)
	typ := l.instanceType(t, "instance_type", f.Zones)
	if f.Template.Hibernates {
		t.Reject("on", schema.Fault{Rule: "must not have hibernation enabled: such an instance keeps its type", Code: lifecycle.Unsupported})
	}
	if typ < 0 || f.Template.Type < 0 {
		return
	}
	was, is := &l.cfg.Types[f.Template.Type], &l.cfg.Types[typ]
	if was.Arch != is.Arch {
		t.Reject("instance_type", schema.Fault{Rule: fmt.Sprintf("must be of the architecture of %s, %s; %s is %s", was.Name, was.Arch, is.Name, is.Arch), Code: "InvalidParameterValue"})
		return
	}
	l.checkAttachments(t, "instance_type", typ, len(f.Template.Volumes))
	usd := l.onDemand(t, typ, f.Template.Platform)
	a.Launch = l.launchType(typ, f.Template.Platform, usd)
}

// resized returns the instances that an action gives another type, nil if it does not.
func (l *loader) resized(action int) (*controlplane.Fleet, *controlplane.Action) {
	a := &l.cfg.Actions[action]
	if a.Do != controlplane.ResizeInstance {
		return nil, a
	}
	return &l.cfg.Instances[a.On.Index], a
}

// readCreditSwitch reads how instances spend CPU credits from then on.
func (l *loader) readCreditSwitch(t *schema.Table, a *controlplane.Action) {
	t.Require("cpu_credits")
	word := t.Choice("cpu_credits")
	a.Credits = model.CreditsStandard
	if word == "unlimited" {
		a.Credits = model.CreditsUnlimited
	}
	if a.On.Kind != controlplane.OfFleet || word == "" {
		return
	}
	lt := &l.cfg.Instances[a.On.Index].Template
	resized := func(b controlplane.Action) bool { return b.Do == controlplane.ResizeInstance && b.On == a.On }
	if lt.Type < 0 || slices.ContainsFunc(l.cfg.Actions, resized) {
		return
	}
	if rule := credits.Refusal(&l.cfg.Types[lt.Type], lt.Tenancy, a.Credits); rule != "" {
		t.Reject("cpu_credits", schema.Fault{Rule: rule, Code: badCombination})
	}
}

// lifeKeys are those of how an instance may end, stop and hibernate.
func lifeKeys() []schema.Key {
	return []schema.Key{
		schema.Row("disable_api_termination", schema.Flag(), "false", "whether terminate is refused; a group's scale-in does not ask"),
		schema.Row("instance_initiated_shutdown_behavior", schema.OneOf("stop: it is stopped", "terminate: it ends"), `"stop"`, "what follows when an instance shuts itself down"),
		schema.Row("hibernation_options", schema.Inner(), "", "whether instances can hibernate").Coded(lifecycle.BadHibernation),
		schema.Row("hibernation_options.configured", schema.Flag(), "false", "whether they can: of some types, with an encrypted root that takes their memory, too"),
		schema.Row("hibernation", schema.Flag(), "false", "hibernation_options.configured, as aws_instance has it").Coded(lifecycle.BadHibernation),
		schema.Row("launch_error", schema.Inner(), "", "launches that fail while the instance is pending"),
		schema.Row("launch_error.probability", schema.Quantity(schema.Share, 0, 1), "0", "share of the launches that end so; those of the start do not"),
		schema.Row("launch_error.reason", schema.OneOf(
			"Client.VolumeLimitExceeded: the account has its most of EBS volumes",
			"Client.InvalidSnapshot.NotFound: the snapshot of a volume is corrupt or gone",
			"Client.InternalError: the key of an encrypted volume cannot be used",
			"Server.InternalError: a fault of AWS's own",
		), `"Server.InternalError"`, "what EC2 says of them"),
	}
}

// readLife reads how instances of a template may end, stop and hibernate.
func (l *loader) readLife(t *schema.Table, lt *controlplane.LaunchTemplate) {
	lt.Protected = t.Flag("disable_api_termination")
	lt.ShutdownTerminates = t.Choice("instance_initiated_shutdown_behavior") == "terminate"
	failing := t.Inside("launch_error")
	lt.LaunchFails, lt.LaunchError = failing.Quantity("probability"), failing.Choice("reason")
	failing.Done()
	options := t.Inside("hibernation_options")
	lt.Hibernates = options.Flag("configured")
	options.Done()
	key := "hibernation_options"
	if t.Flag("hibernation") {
		lt.Hibernates, key = true, "hibernation"
	}
	if lt.Hibernates && lt.Type >= 0 {
		l.checkHibernation(t, key, lt)
	}
}

// checkHibernation refuses hibernation of what AWS does not launch with it.
func (l *loader) checkHibernation(t *schema.Table, key string, lt *controlplane.LaunchTemplate) {
	h := lifecycle.Hibernation{Type: &l.cfg.Types[lt.Type], Windows: lt.Platform == model.Windows, StoreRoot: lt.StoreRoot}
	if len(lt.Volumes) > 0 {
		h.Root = lt.Volumes[0]
	}
	if err, _ := h.Refuse(); err != nil {
		refusal := err.(*lifecycle.Refusal)
		t.Reject(key, schema.Fault{Rule: "must not be given: " + refusal.Text, Got: tree.Quote(h.Type.Name), Code: refusal.Code})
	}
}
