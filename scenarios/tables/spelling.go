package tables

import (
	"maps"
	"slices"
	"strings"

	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// spelling is a key of Terraform that is read under another name, or in another shape.
type spelling struct {
	from, to string
	how      shape
}

// shape is how a key of Terraform becomes one here.
type shape uint8

const (
	asKey    shape = iota + 1 // as the key to, "placement.host_id" in a table of its own
	opened                    // the keys in it stand beside it here, which to says
	shaped                    // by a function that knows it, into what to says
	switched                  // as shaped, of what is true or false there and a word here
)

// Tables of the vocabulary in which Terraform spells keys otherwise.
const (
	machineTable  = "launch_template.NAME"
	instanceTable = "instance.NAME"
	mappingTable  = "block_device_mappings[]"
	volumeTable   = "volume.NAME"
	policyTable   = "autoscaling_group.NAME.policy[]"
	relayTable    = "target_group.NAME"
	groupTable    = "autoscaling_group.NAME"
	gatewayTable  = "nat_gateway.NAME"
	cardTable     = "network_interface.NAME"
	holdTable     = "capacity_reservation.NAME"
	peerTable     = "security_group.NAME.ingress[]"
	answerTable   = "dns_record.NAME.record[]"
)

// spellings are the keys of Terraform that are read under another name, and values of its
// that are read beside those of the vocabulary, by their tables.
var spellings = map[string][]spelling{
	machineTable: {
		{"security_groups", "vpc_security_group_ids", asKey},
		{"host_id", "placement.host_id", asKey},
		{"placement_group", "placement.group_name", asKey},
		{"placement_partition_number", "placement.partition_number", asKey},
		{"affinity", "placement.affinity", asKey},
		{"cpu_core_count", "cpu_options.core_count", asKey},
		{"cpu_threads_per_core", "cpu_options.threads_per_core", asKey},
		{"monitoring", `"detailed" for true, "basic" for false`, switched},
		{"root_block_device", "block_device_mappings with root = true", shaped},
		{"ebs_block_device", "block_device_mappings", shaped},
	},
	instanceTable: {
		{"availability_zone", "availability_zones with one", shaped},
		{"launch_template", "the name of the template", shaped},
	},
	groupTable:   {{"launch_template", "the name of the template", shaped}},
	gatewayTable: {{"allocation_id", "elastic_ip", asKey}},
	cardTable: {
		{"private_ips_count", "ipv4_address_count", asKey},
		{"private_ip_list", "private_ips", asKey},
	},
	holdTable: {
		{"placement_group_arn", "placement_group", asKey},
		{"end_date", "until", asKey},
		{"instance_platform", "linux, windows, rhel or suse", shaped},
	},
	peerTable: {
		{"ip_protocol", "protocol", asKey},
		{"cidr_ipv4", "cidr_blocks", asKey},
		{"referenced_security_group_id", "security_groups", asKey},
	},
	answerTable: {{"alias", "alias and evaluate_target_health", shaped}},
	mappingTable: {
		{"ebs", "its inner keys", opened},
		{"volume_type", "type", asKey},
		{"volume_size", "size", asKey},
		{"snapshot_id", "snapshot", asKey},
	},
	volumeTable: {
		{"volume_type", "type", asKey},
		{"volume_size", "size", asKey},
		{"snapshot_id", "snapshot", asKey},
		{"attach", "attach, by names of instances", shaped},
	},
	"file_system.NAME": {{"lifecycle_policy", "lifecycle_ia", shaped}},
	policyTable: {
		{"target_tracking_configuration", "the policy's keys", opened},
		{"predictive_scaling_configuration", "the policy's keys", opened},
		{"metric_specification", "the policy's keys", opened},
		{"predefined_metric_specification", "the policy's keys", opened},
		{"predefined_metric_pair_specification", "the policy's keys", opened},
		{"predefined_metric_type", "metric", asKey},
		{"customized_metric_specification", "customized_metric_specification, nested", shaped},
	},
	relayTable: {
		{"target_id", "load_balancer", asKey},
		{"targets", "load_balancer", asKey},
		{"load_balancer", "load_balancer", shaped},
	},
	"alarm.NAME": {
		{"dimensions", "the keys that say of what", shaped},
		{"metric_dimension", "the keys that say of what", shaped},
		{"metric_query", "metric_query, nested", shaped},
	},
	"action[]":    {{"type", "the type of a volume or an instance", shaped}},
	actionPattern: {{"target_group_arn", "forward", asKey}},
}

// TerraformKeys are the keys of Terraform that are read under another name or mean nothing
// here, and values of its that are read beside those of the vocabulary: what an editor must
// not mark as wrong.
func TerraformKeys() []schema.Key {
	var keys []schema.Key
	for _, table := range slices.Sorted(maps.Keys(spellings)) {
		for _, s := range spellings[table] {
			for _, at := range placesOf(table) {
				form := schema.Free()
				if s.how == switched {
					form = schema.Flag()
				}
				keys = append(keys, schema.Row(at+"."+s.from, form, "", "Terraform's spelling of "+s.to))
			}
		}
	}
	for _, k := range foreignKeys() {
		keys = append(keys, schema.Row(k.Path, schema.Free(), "", k.Doc))
	}
	return keys
}

// placesOf returns where the keys of a table of spellings stand in the vocabulary.
func placesOf(table string) []string {
	switch table {
	case machineTable:
		return []string{instanceTable, machineTable}
	case mappingTable:
		return []string{instanceTable + "." + mappingTable, machineTable + "." + mappingTable}
	case peerTable:
		return []string{peerTable, "security_group.NAME.egress[]"}
	case actionPattern:
		return []string{"load_balancer.NAME.default_action", "load_balancer.NAME.rule[].action"}
	}
	return []string{table}
}

// respellKeys gives the keys of a table that Terraform spells otherwise their names here.
func respellKeys(n *tree.Node, table string) {
	for _, s := range spellings[table] {
		switch s.how {
		case asKey:
			respell(n, s.from, s.to)
		case opened:
			lift(n, s.from)
		}
	}
}

// respell gives a key of a table another name, or a place in a table of its own. Where both
// stand the other stays, and is unknown.
func respell(n *tree.Node, from, to string) {
	v := n.Table[from]
	if v == nil {
		return
	}
	if v.Is("") { // not set
		delete(n.Table, from)
		return
	}
	into := n
	if table, key, ok := strings.Cut(to, "."); ok {
		if n.Table[table] == nil {
			n.Table[table] = tree.NewTable(v.At)
			n.Table[table].Inline = true
		}
		if into, to = n.Table[table], key; into.Form != tree.TableForm {
			return
		}
	}
	if into.Table[to] == nil {
		into.Table[to] = v
		delete(n.Table, from)
	}
}

// lift takes the keys of a block, which may be the only one of a list, out of it.
func lift(n *tree.Node, block string) {
	inner := n.Table[block]
	if inner != nil && inner.Form == tree.ListForm && len(inner.List) == 1 {
		inner = inner.List[0]
	}
	if inner == nil || inner.Form != tree.TableForm {
		return
	}
	delete(n.Table, block)
	for key, v := range inner.Table {
		if n.Table[key] == nil {
			n.Table[key] = v
		}
	}
}
