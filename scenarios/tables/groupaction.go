package tables

import (
	"fmt"

	"headroom/model/controlplane"
	"headroom/model/scaling"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim"
)

// groupWords are what an operator does with groups and their members.
func groupWords() []string {
	return []string{
		"suspend: stop processes of a group",
		"resume: let them go on",
		"protect: protect members from scale-in, or end that",
		"standby: take members out of service that run on",
		"exit-standby: put them back; desired_capacity rises with them",
		"detach: take members out of the group; they run on, on its bill",
		"refresh: begin an instance refresh, by the preferences of the group's instance_refresh",
		"cancel-refresh: end it where it is",
		"rollback-refresh: have it go back to the launch template before",
		"set-launch-template: have the group launch from another launch template; what runs stays",
		"attach: put them back; desired_capacity rises with them",
		"deploy: replace the tasks of an ECS service by others, of another task_definition or of its own",
	}
}

// mostProtected is how many instances one SetInstanceProtection call names at most.
const mostProtected = 50

// groupActionKeys are the keys of actions on groups.
func groupActionKeys() []schema.Key {
	const code = "ValidationError"
	return []schema.Key{
		schema.Row("scaling_processes", schema.TextsOf(processWords), "(all)", "suspend, resume: which processes").Coded(code),
		schema.Row("launch_template", schema.Name("launch_template"), "", "set-launch-template, refresh: what the group launches from then on").Coded(code),
		schema.Row("task_definition", schema.Name("task_definition"), "(as before)", "deploy: the new revision").Coded(invalidTask),
		schema.Row("protected_from_scale_in", schema.Flag(), "true", "protect: whether scale-in spares them").Coded(code),
		schema.Row("honor_cooldown", schema.Flag(), "false", "set-desired-capacity: whether a cooldown of the group refuses it").Coded(code),
		schema.Row("should_decrement_desired_capacity", schema.Flag(), "true", "standby, detach: whether desired_capacity falls with them; else others are launched").Coded(code),
	}
}

func processWords() []schema.Word {
	var words []schema.Word
	for _, p := range scaling.Processes() {
		words = append(words, schema.Word{Name: p.Name, Meaning: p.Description})
	}
	return words
}

// readProcesses reads names of processes.
func readProcesses(t *schema.Table, key string) (all scaling.Process) {
	var known []string
	for _, p := range scaling.Processes() {
		known = append(known, p.Name)
	}
	for _, name := range t.Texts(key) {
		p, err := scaling.ParseProcess(name)
		if err != nil {
			t.Reject(key, schema.Fault{Rule: "unknown process", Got: tree.Quote(name), Hint: t.Hint(name, known)})
		}
		all |= p
	}
	return all
}

// readGroupAction reads what is done to a group, or to members of it.
func (l *loader) readGroupAction(t *schema.Table, a *controlplane.Action) {
	switch a.Do {
	case controlplane.SuspendProcesses, controlplane.ResumeProcesses:
		a.Processes = scaling.AllProcesses
		if t.Has("scaling_processes") {
			a.Processes = readProcesses(t, "scaling_processes")
		}
		t.Pass("scaling_processes")
	case controlplane.StartRefresh:
		a.Template = l.groupTemplate(t, &l.cfg.Groups[a.On.Index])
		if a.Refresh = l.cfg.Groups[a.On.Index].Refresh; a.Refresh == nil {
			a.Refresh = &controlplane.Refresh{At: sim.Never, Refresh: scaling.Refresh{
				Healthy: scaling.Healthy{Least: scaling.RefreshLeast}, Warmup: scaling.Unset,
			}}
		}
	case controlplane.SetTemplate:
		t.Require("launch_template")
		a.Template = l.groupTemplate(t, &l.cfg.Groups[a.On.Index])
	case controlplane.DeployService:
		l.readDeployment(t, a)
	case controlplane.ProtectInstances:
		a.Protected = t.Flag("protected_from_scale_in")
		if a.Count > mostProtected {
			t.Reject("count", schema.Fault{Rule: fmt.Sprintf("must be at most %d: one SetInstanceProtection call names no more", mostProtected), Code: "ValidationError"})
		}
	case controlplane.EnterStandby, controlplane.DetachInstances:
		a.Decrement = t.Flag("should_decrement_desired_capacity")
		l.checkSetAside(t, a)
	}
}

// checkSetAside refuses what takes a group below its smallest size whatever happens before.
func (l *loader) checkSetAside(t *schema.Table, a *controlplane.Action) {
	g := &l.cfg.Groups[a.On.Index]
	if a.Decrement && a.Count > 0 && g.Max-a.Count < g.Min && !limitsMove(g) {
		t.Reject("count", schema.Fault{Code: "ValidationError", Rule: fmt.Sprintf("must leave min_size of the group (%d..%d) without should_decrement_desired_capacity = false", g.Min, g.Max)})
	}
}
