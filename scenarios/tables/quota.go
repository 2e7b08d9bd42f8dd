package tables

import (
	"fmt"
	"strings"

	"headroom/model/addressing"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/network"
	"headroom/scenarios/schema"
)

// vcpuQuotas are the quotas of vCPUs by class: their keys, AWS's defaults for a new account
// and what they are for (Service Quotas, "Amazon EC2"; the defaults are not confirmed for
// every account).
var vcpuQuotas = []struct {
	key     string
	class   controlplane.QuotaClass
	preset  int
	subject string
}{
	{"standard", controlplane.StandardQuota, 5, "A, C, D, H, I, M, R, T and Z families"},
	{"f", controlplane.FQuota, 0, "F families"},
	{"g", controlplane.GQuota, 0, "G and VT families"},
	{"inf", controlplane.InfQuota, 0, "Inf families"},
	{"p", controlplane.PQuota, 0, "P families"},
	{"x", controlplane.XQuota, 0, "X families"},
	{"high_memory", controlplane.HighMemoryQuota, 448, "U families"},
	{"dl", controlplane.DLQuota, 0, "DL families"},
	{"trn", controlplane.TrnQuota, 0, "Trn families"},
	{"hpc", controlplane.HPCQuota, 768, "HPC families"},
}

// Defaults of the other quotas.
const (
	usualHosts           = 2
	usualPlacementGroups = 500
	usualGroups          = 500
	usualTargets         = 1000 // of a target group
	usualSecurityGroups  = 2500 // of a Region
	usualIO1             = 300_000
	usualIO2             = 100_000
)

// limited is what quotas say of the network; -1 is not checked.
type limited struct{ elastic, groups, rules, groupsEach int }

// limitKeys are those of the network and of targets.
func limitKeys() []schema.Key {
	return []schema.Key{
		schema.Row("elastic_ips", schema.Whole(0, 100_000), "(not checked)", fmt.Sprintf("Elastic IPs of a Region; AWS's default is %d", addressing.ElasticIPs)),
		schema.Row("security_groups", schema.Whole(0, 100_000), "(not checked)", fmt.Sprintf("security groups of a Region; AWS's default is %d", usualSecurityGroups)).Coded("SecurityGroupLimitExceeded"),
		schema.Row("rules_per_security_group", schema.Whole(1, network.MostRules), fmt.Sprint(network.RulesPerGroup), "rules of a security group in each direction: always checked"),
		schema.Row("security_groups_per_network_interface", schema.Whole(1, network.MostGroupsPerInterface), fmt.Sprint(network.GroupsPerInterface), "security groups of a network interface: always checked"),
		schema.Row("lambda_concurrent_executions", schema.Whole(1, dataplane.MaxConcurrency), "1000", "calls of functions at once in a Region; those of functions that reserve some are among them"),
		schema.Row("targets_per_target_group", schema.Whole(0, 1_000_000), "(not checked)", fmt.Sprintf("targets of a target group; AWS's default is %d, and without this a group that may have more is warned of", usualTargets)).Coded("TooManyTargets"),
	}
}

// readLimits reads what quotas say of the network, before the network is read, and returns
// their table; nil without.
func (l *loader) readLimits(top *schema.Table) *schema.Table {
	t := top.Within("quotas")
	l.limited = limited{elastic: -1, groups: -1, rules: network.RulesPerGroup, groupsEach: network.GroupsPerInterface}
	if t == nil {
		return nil
	}
	usual := t.Flag("default")
	q := &l.limited
	for _, k := range []struct {
		key    string
		preset int
		into   *int
	}{{"elastic_ips", addressing.ElasticIPs, &q.elastic}, {"security_groups", usualSecurityGroups, &q.groups}} {
		if usual {
			t.Assume(k.key, int64(k.preset))
		}
		if n := t.Optional(k.key); n != nil {
			*k.into = *n
		}
	}
	q.rules, q.groupsEach = t.Whole("rules_per_security_group"), t.Whole("security_groups_per_network_interface")
	l.cfg.Network.Rules = q.rules
	l.cfg.FunctionConcurrency = t.Whole("lambda_concurrent_executions")
	if n := len(l.tables["security_group"]); q.groups >= 0 && n > q.groups {
		t.Wrong("security_groups", fmt.Sprintf("must be at least the security groups of the scenario (%d)", n))
	}
	return t
}

func quotaKeys() []schema.Key {
	keys := []schema.Key{
		schema.Row("default", schema.Flag(), "false", "check AWS's default of every quota that is not given here"),
	}
	const most = 100_000_000
	for _, q := range vcpuQuotas {
		keys = append(keys,
			schema.Row(q.key+"_vcpus", schema.Whole(0, most), "(not checked)", fmt.Sprintf("On-Demand vCPUs of %s; AWS's default is %d", q.subject, q.preset)),
			schema.Row("spot_"+q.key+"_vcpus", schema.Whole(0, most), "(not checked)", "Spot vCPUs of "+q.subject),
		)
	}
	keys = append(append(keys, targetQuotaKeys()...), limitKeys()...)
	return schema.Within("quotas", "", append(keys,
		schema.Row("dedicated_hosts", schema.Whole(0, 100_000), "(not checked)", fmt.Sprintf("Dedicated Hosts of each family; AWS's default is %d", usualHosts)),
		schema.Row("io1_iops", schema.Whole(0, most), "(not checked)", fmt.Sprintf("IOPS provisioned for all volumes of io1; AWS's default is %d", usualIO1)),
		schema.Row("io2_iops", schema.Whole(0, most), "(not checked)", fmt.Sprintf("the same of io2; AWS's default is %d", usualIO2)),
		schema.Row("placement_groups", schema.Whole(0, 100_000), "(not checked)", fmt.Sprintf("placement groups; AWS's default is %d", usualPlacementGroups)).Coded("PlacementGroupLimitExceeded"),
		schema.Row("autoscaling_groups", schema.Whole(0, 100_000), "(not checked)", fmt.Sprintf("Auto Scaling groups; AWS's default is %d", usualGroups)).Coded("LimitExceeded"),
	))
}

// readQuotas reads what the account may have, when all types are known.
func (l *loader) readQuotas(t *schema.Table) {
	l.checkFlowTargets(readTargetQuotas(t))
	if t == nil {
		l.warnOfTargets()
		return
	}
	usual := t.Flag("default")
	q := &l.cfg.Quotas
	q.Hosts = -1
	limit := func(key string, preset int) int {
		if usual {
			t.Assume(key, int64(preset))
		}
		if n := t.Optional(key); n != nil {
			return *n
		}
		return -1
	}
	onDemand, spot := []int64{-1}, []int64{-1}
	any := false
	for _, v := range vcpuQuotas {
		preset := v.preset
		onDemand = append(onDemand, int64(limit(v.key+"_vcpus", preset)))
		if v.key == "high_memory" || v.key == "hpc" {
			preset = 0
		}
		spot = append(spot, int64(limit("spot_"+v.key+"_vcpus", preset)))
		any = any || onDemand[v.class] >= 0 || spot[v.class] >= 0
	}
	q.Hosts = limit("dedicated_hosts", usualHosts)
	if io1, io2 := limit("io1_iops", usualIO1), limit("io2_iops", usualIO2); io1 >= 0 || io2 >= 0 {
		q.IOPS = []int64{int64(io1), int64(io2)}
	}
	groups, sets := limit("placement_groups", usualPlacementGroups), limit("autoscaling_groups", usualGroups)
	if n := len(l.cfg.PlacementGroups); groups >= 0 && n > groups {
		t.Wrong("placement_groups", fmt.Sprintf("must be at least the placement groups of the scenario (%d)", n))
	}
	if n := len(l.cfg.Groups); sets >= 0 && n > sets {
		t.Wrong("autoscaling_groups", fmt.Sprintf("must be at least the Auto Scaling groups of the scenario (%d)", n))
	}
	if targets := limit("targets_per_target_group", usualTargets); targets >= 0 {
		l.checkTargets(t, targets)
	} else {
		l.warnOfTargets()
	}
	t.Done()
	if any || q.Hosts >= 0 {
		q.OnDemand, q.Spot = onDemand, spot
		for i := range l.cfg.Types {
			q.Classes = append(q.Classes, quotaClass(l.cfg.Types[i].Family))
		}
	}
}

// quotaClass returns the class whose quota a family counts against.
func quotaClass(family string) controlplane.QuotaClass {
	letters := strings.ToLower(family[:strings.IndexFunc(family+"0", func(r rune) bool { return r < 'a' || r > 'z' })])
	switch letters {
	case "f":
		return controlplane.FQuota
	case "g", "gr", "vt":
		return controlplane.GQuota
	case "inf":
		return controlplane.InfQuota
	case "p":
		return controlplane.PQuota
	case "x":
		return controlplane.XQuota
	case "u":
		return controlplane.HighMemoryQuota
	case "dl":
		return controlplane.DLQuota
	case "trn":
		return controlplane.TrnQuota
	case "hpc":
		return controlplane.HPCQuota
	default:
		return controlplane.StandardQuota
	}
}
