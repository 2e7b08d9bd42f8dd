package tables

import (
	"slices"
	"time"

	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// respellResources takes what Terraform's resources of the network, of groups and of
// reservations say otherwise into the keys that say so here.
func (l *loader) respellResources() {
	for _, of := range []struct{ key, table string }{{"nat_gateway", gatewayTable}, {"network_interface", cardTable}, {"capacity_reservation", holdTable}} {
		for _, t := range l.tables[of.key] {
			respellKeys(t.Node, of.table)
		}
	}
	for _, t := range l.tables["capacity_reservation"] {
		respellPlatform(t.Node.Table["instance_platform"])
		if n := t.Node.Table["until"]; n != nil {
			if text, ok := n.AsText(); ok {
				if end, err := time.Parse(time.RFC3339, text); err == nil {
					n.Scalar = end.UTC() // as end_date has it
				}
			}
		}
	}
	for _, t := range l.tables["security_group"] {
		for _, key := range []string{"ingress", "egress"} {
			for _, rule := range blocksOf(t.Node.Table[key]) {
				respellKeys(rule, peerTable)
			}
		}
	}
	for _, t := range l.tables["dns_record"] {
		for _, record := range blocksOf(t.Node.Table["record"]) {
			respellAlias(record)
		}
	}
	for _, t := range slices.Concat(l.tables["autoscaling_group"], l.tables["instance"]) {
		l.respellTemplate(t)
	}
	for _, t := range slices.Concat(l.tables["launch_template"], l.tables["instance"]) {
		for i, card := range blocksOf(t.Node.Table["network_interfaces"]) {
			if n := card.Table["device_index"]; n != nil && n.Scalar == int64(i) {
				delete(card.Table, "device_index") // its place in the list
			}
		}
	}
}

// blocksOf returns the tables of a list, or the one that stands for it.
func blocksOf(n *tree.Node) []*tree.Node {
	if n == nil {
		return nil
	}
	if n.Form == tree.TableForm {
		return []*tree.Node{n}
	}
	return slices.DeleteFunc(slices.Clone(n.List), func(e *tree.Node) bool { return e.Form != tree.TableForm })
}

// respellPlatform writes a platform as files do which EC2 calls otherwise.
func respellPlatform(n *tree.Node) {
	if n == nil {
		return
	}
	words := map[string]string{"Linux/UNIX": "linux", "Windows": "windows", "Red Hat Enterprise Linux": "rhel", "SUSE Linux": "suse"}
	if text, ok := n.AsText(); ok && words[text] != "" {
		n.Scalar = words[text]
	}
}

// respellAlias takes the name out of an alias block, and whether the health of targets
// counts, which stands beside it here; zone_id is AWS's own.
func respellAlias(record *tree.Node) {
	const key, health = "alias", "evaluate_target_health"
	block := record.Table[key]
	if block != nil && block.Form == tree.ListForm && len(block.List) == 1 {
		block = block.List[0]
	}
	if block == nil || block.Form != tree.TableForm || block.Table["name"] == nil {
		return
	}
	for inner := range block.Table {
		if inner != "name" && inner != "zone_id" && inner != health {
			return
		}
	}
	record.Table[key] = block.Table["name"]
	if record.Table[health] == nil && block.Table[health] != nil {
		record.Table[health] = block.Table[health]
	}
}

// respellTemplate takes the name out of a launch_template block: a template has one version
// here, which is the newest, the default one, and that of its number if it has one.
func (l *loader) respellTemplate(t *schema.Table) {
	const key = "launch_template"
	block := t.Node.Table[key]
	if block != nil && block.Form == tree.ListForm && len(block.List) == 1 {
		block = block.List[0]
	}
	if block == nil || block.Form != tree.TableForm {
		return
	}
	version, known := block.Table["version"], 0
	if version != nil {
		known++
	}
	for _, by := range []string{"id", "name"} {
		n := block.Table[by]
		if n == nil || len(block.Table) != known+1 {
			continue
		}
		if rule := l.versionRule(n, version); rule != "" {
			t.Add(schema.Fault{Path: t.PathOf(key) + ".version", Rule: rule, Got: version.Got()}, version, key)
		}
		t.Node.Table[key] = n
	}
}

// versionRule returns what the version in a launch_template block must be, "" if it is that or
// there is no such template.
func (l *loader) versionRule(name, version *tree.Node) string {
	if version == nil || version.Is("$Latest") || version.Is("$Default") {
		return ""
	}
	text, _ := name.AsText()
	i := slices.Index(l.Names("launch_template"), text)
	if i < 0 {
		return ""
	}
	number := "1" // of a template that was never changed
	if own := l.tables["launch_template"][i].Node.Table["version"]; own != nil {
		number = numberOf(own)
	}
	if number == numberOf(version) {
		return ""
	}
	return "must be $Latest, $Default or the version of launch_template." + text + " (" + number + ")"
}

// numberOf returns a whole number as text, which Terraform may write it as.
func numberOf(n *tree.Node) string {
	if text, ok := n.AsText(); ok {
		return text
	}
	return n.Got()
}
