package tables

import (
	"fmt"
	"strings"

	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// respellPlaces takes what aws_instance says of itself into the tables that say so here.
func (l *loader) respellPlaces() {
	for _, key := range []string{"instance", "launch_template"} {
		for _, t := range l.tables[key] {
			respellPlace(t.Node)
		}
	}
	l.respellResources()
	for _, t := range l.tables["instance"] {
		zone := t.Node.Table["availability_zone"]
		if _, ok := textOf(zone); ok && t.Node.Table["availability_zones"] == nil {
			t.Node.Table["availability_zones"] = &tree.Node{At: zone.At, Form: tree.ListForm, List: []*tree.Node{zone}}
			delete(t.Node.Table, "availability_zone")
		}
	}
}

// respellPlace takes the flat keys of a placement into its table, and whether metrics are
// detailed as a word.
func respellPlace(n *tree.Node) {
	respellKeys(n, machineTable)
	v := n.Table["monitoring"]
	if v != nil && len(v.Table) == 1 && v.Table["enabled"] != nil { // a block of aws_launch_template
		v = v.Table["enabled"]
		n.Table["monitoring"] = v
	}
	if v != nil && v.Form == tree.ScalarForm {
		switch v.Scalar {
		case true:
			v.Scalar = "detailed"
		case false:
			v.Scalar = "basic"
		}
	}
}

// respellVolumes takes the volumes of Terraform's blocks into the list of a template:
// root_block_device and ebs_block_device of aws_instance, and ebs of aws_launch_template.
func respellVolumes(t *schema.Table) {
	const key = "block_device_mappings"
	list := &tree.Node{At: t.Node.At, Form: tree.ListForm}
	if n := t.Node.Table[key]; n != nil && n.Form == tree.TableForm {
		list.At, list.List = n.At, []*tree.Node{n}
	} else if n != nil {
		list = n
	}
	if list.Form != tree.ListForm {
		return
	}
	before := len(list.List)
	for _, block := range []string{"root_block_device", "ebs_block_device"} {
		n := t.Node.Table[block]
		if n == nil || n.Form == tree.ScalarForm {
			continue
		}
		delete(t.Node.Table, block)
		blocks := n.List
		if n.Form == tree.TableForm {
			blocks = []*tree.Node{n}
		}
		for _, b := range blocks {
			if b.Form == tree.TableForm && block == "root_block_device" && b.Table["root"] == nil {
				b.Table["root"] = &tree.Node{At: b.At, Form: tree.ScalarForm, Scalar: true}
			}
			list.List = append(list.List, b)
		}
	}
	for _, e := range list.List {
		if e.Form == tree.TableForm {
			respellKeys(e, mappingTable)
			respellFlag(e.Table["delete_on_termination"]) // strings in aws_launch_template
			respellFlag(e.Table["encrypted"])
		}
	}
	if before > 0 || len(list.List) > before {
		t.Node.Table[key] = list
	}
}

// respellAttachments makes tables of the names of instances that a volume is attached to.
func respellAttachments(n *tree.Node) {
	const key = "attach"
	at := n.Table[key]
	if at == nil {
		return
	}
	if _, ok := at.AsText(); ok {
		at = &tree.Node{At: at.At, Form: tree.ListForm, List: []*tree.Node{at}}
		n.Table[key] = at
	}
	for i, e := range at.List {
		if name, ok := e.AsText(); ok {
			e.Scalar = strings.TrimPrefix(name, "instance.")
			whole := tree.NewTable(e.At)
			whole.Inline = true
			whole.Table["instance"] = e
			at.List[i] = whole
		}
	}
}

// respellLifecycle reads Terraform's lifecycle_policy of a file system.
func respellLifecycle(n *tree.Node) {
	const key = "lifecycle_policy"
	policy := n.Table[key]
	if policy != nil && policy.Form == tree.ListForm && len(policy.List) == 1 {
		policy = policy.List[0]
	}
	if policy == nil || policy.Form != tree.TableForm || len(policy.Table) != 1 || policy.Table["transition_to_ia"] == nil {
		return
	}
	after := policy.Table["transition_to_ia"]
	text, _ := after.AsText()
	var days int
	if _, err := fmt.Sscanf(text, "AFTER_%d_DAY", &days); err == nil && n.Table["lifecycle_ia"] == nil {
		n.Table["lifecycle_ia"] = &tree.Node{At: after.At, Form: tree.ScalarForm, Scalar: fmt.Sprintf("%dd", days)}
		delete(n.Table, key)
	}
}

// respellFlag reads true or false in quotes.
func respellFlag(n *tree.Node) {
	if n.Is("true") || n.Is("false") {
		n.Scalar = n.Is("true")
	}
}
