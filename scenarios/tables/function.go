package tables

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/dataplane"
	"headroom/model/function"
	"headroom/model/health"
	"headroom/scenarios/schema"
	"headroom/sim"
)

// invalidParameter is what Lambda answers to a value that it does not take.
const invalidParameter = "InvalidParameterValueException"

// functionKeys are those of [function.NAME]: Terraform's aws_lambda_function, with how its
// environments behave.
func functionKeys() []schema.Key {
	return schema.Within("function.NAME", invalidParameter, []schema.Key{
		schema.Row("service", schema.Name("service"), schema.Required, "what it does with a call"),
		schema.Row("memory_size", schema.Whole(function.MinMemory, function.MaxMemory), "128", "MB: its price, and its speed, one vCPU at 1769"),
		schema.Row("threads", schema.Quantity(schema.Number, 0.01, function.MaxThreads), "1", "vCPUs that its code can use: more memory makes it no faster beyond that"),
		schema.Row("architectures", schema.OneOf("x86_64: Intel and AMD", "arm64: Graviton, cheaper"), `"x86_64"`, "what it runs on; the demand is that of either"),
		schema.Row("timeout", schema.Quantity(schema.Seconds, 1, function.MaxTimeout.Seconds()), "3", "how long a call may take; one that takes longer is ended, and fails"),
		schema.Row("reserved_concurrent_executions", schema.Whole(-1, dataplane.MaxConcurrency), "-1", "calls at once, of its own: more are throttled; -1: it shares what the account has"),
		schema.Row("provisioned_concurrent_executions", schema.Whole(0, dataplane.MaxConcurrency), "0", "environments that are always ready, and paid for all the time"),
		schema.Row("ephemeral_storage", schema.Whole(function.FreeStorage, function.MaxStorage), "512", "MB of /tmp, free up to 512"),
		schema.Row("cold_start", schema.Law(schema.Seconds), `"0s"`, "how long the making of an environment takes, which a call waits for that finds none idle"),
		schema.Row("idle", schema.Quantity(schema.Seconds, 0, year), `"10m"`, "how long an environment waits for the next call before it ends; our estimate: AWS names no time"),
		schema.Row("scaling_rate", schema.Whole(0, dataplane.MaxConcurrency), fmt.Sprint(function.ScalingRate), "environments that are made in 10 s at most; 0: any number"),
		schema.Row("target_groups", schema.Names("target_group"), "", "target groups of target_type lambda, of which it is the target"),
		schema.Row("vpc_config", schema.Inner(), "", "its network interfaces in the VPC; without, it reaches nothing there but what is public"),
		schema.Row("vpc_config.subnet_ids", schema.Names("subnet"), "", "the subnets where they are"),
		schema.Row("vpc_config.security_group_ids", schema.Names("security_group"), "", "their security groups").Coded(invalidGroup),
		regionKey(),
	})
}

// readFunctions reads the functions, before what may call them.
func (l *loader) readFunctions() {
	l.cfg.Functions = make([]dataplane.Function, len(l.tables["function"]))
	l.outsideVPC = make([]bool, len(l.cfg.Functions))
	for i, t := range l.tables["function"] {
		f := &l.cfg.Functions[i]
		*f = dataplane.Function{
			Name: t.Name, Service: t.Reference("service"), Memory: t.Whole("memory_size"), Threads: t.Quantity("threads"),
			Storage: t.Whole("ephemeral_storage"), ARM: t.Choice("architectures") == "arm64", ColdStart: l.law(t, "cold_start"),
			Groups: t.References("target_groups"), Zone: l.firstZone(l.region(t)),
			Terms: function.Terms{
				Reserved: t.Whole("reserved_concurrent_executions"), Provisioned: t.Whole("provisioned_concurrent_executions"),
				Idle: t.Duration("idle"), Timeout: t.Duration("timeout"), ScalingRate: t.Whole("scaling_rate"),
			},
		}
		f.Timeout = max(f.Timeout, sim.Second)
		if f.Reserved != function.None && f.Provisioned > f.Reserved {
			t.Wrong("provisioned_concurrent_executions", fmt.Sprintf("must be at most reserved_concurrent_executions (%d)", f.Reserved))
		}
		l.outsideVPC[i] = !t.Has("vpc_config")
		if v := t.Within("vpc_config"); v != nil {
			v.Require("subnet_ids")
			v.References("subnet_ids")
			f.End = l.end(l.readGroupsOf(v, "security_group_ids", ""), l.wholeVPC(), false)
			v.Done()
		}
		l.registerFunction(t, i)
		t.Done()
	}
	l.checkConcurrency()
	l.readOutside() // which are targets as well
}

// firstZone is the first zone of a Region.
func (l *loader) firstZone(region int) model.Zone {
	for z := range l.cfg.Zones {
		if l.cfg.RegionOf(model.Zone(z)) == region {
			return model.Zone(z)
		}
	}
	return 0
}

// registerFunction verifies the target groups of a function: each has it alone.
func (l *loader) registerFunction(t *schema.Table, index int) {
	const key = "target_groups"
	f := &l.cfg.Functions[index]
	for _, g := range f.Groups {
		if g < 0 {
			continue
		}
		tg := l.tables["target_group"][g]
		if !isLambda(tg) {
			t.Reject(key, schema.Fault{Rule: `must be target groups of target_type "lambda", as ` + tg.Path + " is not", Code: "InvalidTarget"})
		}
		if l.cfg.TargetGroups[g].Service != f.Service && t.Sound("service") && tg.Sound("service") {
			t.Reject(key, schema.Fault{Rule: "must be target groups of its service, as " + tg.Path + " is not", Code: "InvalidTarget"})
		}
		for k := range index {
			if slices.Contains(l.cfg.Functions[k].Groups, g) {
				t.Reject(key, schema.Fault{Rule: tg.Path + " must have one function, and function." + l.cfg.Functions[k].Name + " is that", Code: "TooManyTargets"})
			}
		}
	}
}

// checkConcurrency refuses reservations that leave the account too little.
func (l *loader) checkConcurrency() {
	for _, i := range l.cfg.OverReserved() {
		t, key := l.tables["function"][i], l.cfg.Functions[i].Claims()
		if t.Sound(key) {
			t.Reject(key, schema.Fault{Rule: fmt.Sprintf("must leave %d of the account's %d concurrent executions to other functions (quotas.lambda_concurrent_executions)", function.LeastUnreserved, l.cfg.AccountConcurrency())})
		}
	}
}

// connectFunctions gives functions the one step that a service without steps means, and
// refuses calls that lead nowhere.
func (l *loader) connectFunctions() {
	for i := range l.cfg.Functions {
		f := &l.cfg.Functions[i]
		if f.Service < 0 || f.Service >= len(l.cfg.Services) {
			continue
		}
		s := &l.cfg.Services[f.Service]
		if len(s.Steps) == 0 {
			s.Steps = []dataplane.Step{{Kind: dataplane.StepCPU}}
		}
		if l.outsideVPC[i] {
			l.refuseVPC(i)
		}
	}
}

// checkFunctions refuses functions that do what only instances can, once that is known of all
// services.
func (l *loader) checkFunctions() {
	for i, t := range l.tables["function"] {
		f := &l.cfg.Functions[i]
		if f.Service < 0 || f.Service >= len(l.cfg.Services) || !t.Sound("service") {
			continue
		}
		switch s := &l.cfg.Services[f.Service]; {
		case len(s.Disks) > 0 || s.Memory != nil:
			t.Reject("service", schema.Fault{Rule: "must be a service without reads, writes and memory: those are of instances"})
		case s.Bandwidth:
			t.Reject("service", schema.Fault{Rule: `must be a service whose bytes pass no interface of instances: say bandwidth = "unlimited" of service.` + s.Name})
		}
	}
}

// refuseVPC refuses calls of a function into a VPC in which it is not.
func (l *loader) refuseVPC(index int) {
	f := &l.cfg.Functions[index]
	for _, c := range l.calls {
		if c.service != f.Service || !c.at.Sound("call") {
			continue
		}
		call := &l.cfg.Services[c.service].Steps[c.step].Call
		reaches := call.Public
		switch call.To {
		case dataplane.ToFunction:
			reaches = true
		case dataplane.ToLoadBalancer:
			reaches = l.cfg.LoadBalancers[call.Target].PublicIPs
		case dataplane.ToAddress:
			reaches = l.cfg.Addresses[call.Target].Elastic
		}
		if !reaches {
			c.at.Reject("call", schema.Fault{Rule: fmt.Sprintf("must not be of something private: function.%s has no vpc_config, and so no way into the VPC", f.Name), Code: invalidParameter})
		}
	}
}

// isLambda reports whether the target of a target group is a function.
func isLambda(group *schema.Table) bool {
	n := group.Node.Table["target_type"]
	return n != nil && n.Is("lambda")
}

// warnOfNoFunction warns of a target group of functions that has none: whoever comes to it is
// answered 503.
func (l *loader) warnOfNoFunction(group int) {
	t := l.tables["target_group"][group]
	has := func(f dataplane.Function) bool { return slices.Contains(f.Groups, group) }
	if isLambda(t) && l.Used("target_group", group) && !slices.ContainsFunc(l.cfg.Functions, has) {
		l.warnAt(t.Node, t.Path+": no function has it among its target_groups: requests that come here fail with 503")
	}
}

// ofFunctions is the rule that what is no function breaks in a target group of one.
func ofFunctions(group string) string {
	return "must not name target_group." + group + `, whose target_type is "lambda": its target is a [function.NAME]`
}

// assumeFunction sets the defaults of a target group whose target is a function, and
// refuses what it does not have.
func assumeFunction(t *schema.Table) bool {
	if !isLambda(t) {
		return false
	}
	assumeCheckOf(t, map[string]any{"enabled": false})
	assumeCheckTimes(t, health.ALBLambda)
	for _, refused := range []struct{ key, rule string }{
		{"port", "must not be given: a function has none"},
		{"load_balancing_anomaly_mitigation", "must not be given: a function is one target"},
		{"slow_start", "must not be given: a function is one target"},
		{"load_balancing_algorithm_type", "must not be given: a function is one target"},
		{"deregistration_delay", "must not be given: a function drains no connections"},
		{"target_group_health", "must not be given: a function is one target"},
	} {
		if t.Has(refused.key) {
			t.Reject(refused.key, schema.Fault{Rule: refused.rule, Code: invalidConfiguration})
			t.Pass(refused.key)
		}
	}
	if n := t.Node.Table["stickiness"]; n != nil && (n.Table["enabled"] == nil || n.Table["enabled"].Scalar != false) {
		t.Reject("stickiness", schema.Fault{Rule: "must not be given: a function is one target", Code: invalidConfiguration})
		t.Pass("stickiness")
	}
	if speaksHTTPS(t) && !t.Faulty("protocol") {
		t.Reject("protocol", schema.Fault{Rule: "must not be given: a function is invoked", Code: invalidConfiguration})
	}
	if takesFlows(t) {
		t.Reject("target_type", schema.Fault{Rule: "must be instance or ip behind a Network Load Balancer", Code: invalidConfiguration})
	}
	if crossZone(t) == "false" {
		t.Reject("load_balancing_cross_zone_enabled", schema.Fault{Rule: "must not be false: a function is in every zone", Code: invalidConfiguration})
	}
	return true
}

// isFunction reports whether a service is that of a function.
func (l *loader) isFunction(service int) bool {
	return slices.ContainsFunc(l.cfg.Functions, func(f dataplane.Function) bool { return f.Service == service })
}
