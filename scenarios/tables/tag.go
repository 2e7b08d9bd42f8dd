package tables

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// Limits of tags (AWS General Reference, "Tag naming limits and requirements").
const (
	mostTags       = 50
	longestTagKey  = 128
	longestTag     = 256
	reservedTagKey = "aws:"
)

// tagged are the tables of what may have tags: what is billed, or makes what is billed.
var tagged = []string{
	"launch_template", "autoscaling_group", "instance", "load_balancer", "volume", "snapshot", "snapshot_schedule", "file_system", "nat_gateway",
	"elastic_ip", "network_interface", "vpn_connection", "function", "dedicated_host", "capacity_reservation", "dns_record", "image",
}

// tagKeys are those of the tags of a thing.
func tagKeys() []schema.Key {
	var keys []schema.Key
	for _, name := range tagged {
		keys = append(keys, schema.Row(name+".NAME.tags", tags(), "", `cost allocation tags, { team = "web" }: in the column Tags of invoice.csv, beside the owner`).Coded("InvalidParameterValue"))
	}
	return keys
}

func tags() schema.Type {
	return schema.Either("table of strings", schema.TableOf(schema.Text()))
}

// readTags reads the tags of everything, by the name of its table, as invoices have it. What
// is made by a launch template has those of the template, too. It comes first of what reads
// tables, when Terraform's spellings have been replaced.
func (l *loader) readTags() {
	l.respellPlaces()
	all := map[string]map[string]string{}
	for _, key := range tagged {
		for _, t := range l.tables[key] {
			if own := readTags(t, "tags"); len(own) > 0 {
				all[key+"."+t.Name] = own
			}
		}
	}
	for _, key := range []string{"autoscaling_group", "instance"} {
		for _, t := range l.tables[key] {
			name, ok := textOf(t.Node.Table["launch_template"])
			if inherited := all["launch_template."+name]; ok && len(inherited) > 0 {
				whole := maps.Clone(inherited)
				maps.Copy(whole, all[key+"."+t.Name])
				all[key+"."+t.Name] = whole
			}
		}
	}
	if len(all) > 0 {
		l.cfg.Tags = all
	}
}

// readTags reads a table of tags; nil without.
func readTags(t *schema.Table, key string) map[string]string {
	n := t.Value(key)
	if n == nil || n.Form != tree.TableForm {
		return nil
	}
	n.Inline = true
	all := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(n.Table)) {
		value, ok := n.Table[name].AsText()
		fault := schema.Fault{Path: t.PathOf(key) + "." + tree.QuoteKey(name), Got: n.Table[name].Got()}
		switch {
		case !ok:
			fault.Rule, fault.Code = "must be a string", schema.NoCode
		case strings.HasPrefix(name, reservedTagKey):
			fault.Rule = "must not begin with " + reservedTagKey + ", which is AWS's own"
		case name == "" || len(name) > longestTagKey || len(value) > longestTag:
			fault.Rule = fmt.Sprintf("must have 1 to %d characters in its key and %d at most in its value", longestTagKey, longestTag)
		default:
			all[name] = value
			continue
		}
		t.Reject(key, fault)
	}
	if len(all) > mostTags {
		t.Reject(key, schema.Fault{Rule: fmt.Sprintf("must be at most %d tags", mostTags), Got: fmt.Sprint(len(all)), Code: "TagLimitExceeded"})
	}
	return all
}
