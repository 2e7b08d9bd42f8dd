package tables

import (
	"fmt"
	"net/netip"
	"slices"

	"headroom/model/addressing"
	"headroom/model/controlplane"
	"headroom/model/network"
	"headroom/scenarios/schema"
)

// wires is what is known of the network while its interfaces are read.
type wires struct {
	standard  int    // the VPC's default group
	elsewhere []bool // by group: of another VPC
	had       []bool // by group: some interface has it
}

// membershipKeys are those that give an interface its security groups; old is another name
// of the key that scenarios may have.
func membershipKeys(key, old string) []schema.Key {
	keys := []schema.Key{schema.Row(key, schema.Names("security_group"), "(the default one)", "security groups, up to 5; everything passes where the scenario has none").Coded(invalidGroup)}
	if old != "" {
		keys = append(keys, schema.Row(old, schema.Names("security_group"), "", key+" by its older name").Coded(invalidGroup))
	}
	return keys
}

// filters reports whether the scenario says which packets pass.
func (l *loader) filters() bool { return len(l.tables["security_group"]) > 0 || l.asksForPaths }

// readGroupsOf reads the security groups of an interface.
func (l *loader) readGroupsOf(t *schema.Table, key, old string) []int {
	used := key
	if old != "" && t.Has(old) {
		if used = old; t.Has(key) {
			t.Mistake(old, "must not be given with "+key, "")
		}
	}
	for _, k := range []string{key, old} {
		if k != "" && k != used {
			t.Pass(k)
		}
	}
	groups := t.References(used)
	most := 0
	for _, g := range groups {
		if l.wires.elsewhere[g] {
			t.Reject(used, schema.Fault{Rule: "must be groups of the VPC of the scenario: security_group." + l.cfg.Network.Groups[g].Name + " has a vpc_id of another", Code: invalidGroup})
		}
		most = max(most, len(l.cfg.Network.Groups[g].Rules[network.Ingress]), len(l.cfg.Network.Groups[g].Rules[network.Egress]))
	}
	switch {
	case len(groups) > l.limited.groupsEach:
		t.Reject(used, schema.Fault{Rule: fmt.Sprintf("must be at most %d groups", l.limited.groupsEach), Got: fmt.Sprint(len(groups)), Code: tooManyRules})
	case len(groups)*most > network.MostRules:
		t.Reject(used, schema.Fault{Rule: fmt.Sprintf("must be groups whose rules, times their number, are at most %d", network.MostRules), Got: fmt.Sprint(len(groups) * most), Code: tooManyRules})
	case len(groups) == 0 && len(l.tables["security_group"]) > 0:
		groups = []int{l.wires.standard}
	}
	for _, g := range groups {
		l.wires.had[g] = true
	}
	return groups
}

// end returns the number of a kind of interfaces, counted from 1; 0 where nothing is
// filtered.
func (l *loader) end(groups []int, address netip.Prefix, public bool) int {
	if !l.filters() {
		return 0
	}
	all := &l.cfg.Network.Ends
	i := slices.IndexFunc(*all, func(e network.End) bool {
		return slices.Equal(e.Groups, groups) && e.Address == address && e.Public == public
	})
	if i < 0 {
		i = len(*all)
		*all = append(*all, network.End{Groups: groups, Address: address, Public: public})
	}
	return i + 1
}

// prefix writes a block of the VPC as rules have it.
func prefix(b addressing.Block) netip.Prefix {
	a := uint32(b.First)
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}), b.Bits)
}

// wholeVPC is the block of all private addresses here.
func (l *loader) wholeVPC() netip.Prefix { return prefix(l.vpc.block) }

// readMembership reads the security groups of instances, and returns the kinds of their
// interfaces by subnet: those of the default VPC are one in each zone.
func (l *loader) readMembership(t *schema.Table, lt *controlplane.LaunchTemplate) []int32 {
	return l.membership(l.readGroupsOf(t, "vpc_security_group_ids", "vpc_security_groups"), lt)
}

// membership returns the kinds of the interfaces of what is in some security groups, by subnet.
func (l *loader) membership(groups []int, lt *controlplane.LaunchTemplate) (ends []int32) {
	if !l.filters() {
		return nil
	}
	for i := range l.cfg.Subnets {
		s := &l.cfg.Subnets[i]
		ends = append(ends, int32(l.end(groups, prefix(s.Block), lt.PublicIP || lt.PublicBySubnet && s.PublicIP)))
	}
	if len(l.cfg.Subnets) == 0 {
		for z := range l.cfg.Zones {
			ends = append(ends, int32(l.end(groups, prefix(addressing.DefaultSubnet(z)), lt.PublicIP)))
		}
	}
	return ends
}

// cardGroups reads the security groups of an interface of a template: those of the primary
// one are the instance's.
func (l *loader) cardGroups(t, card *schema.Table, number int) {
	const key, of = "security_groups", "vpc_security_group_ids"
	switch {
	case !card.Has(key):
	case number > 0:
		card.Mistake(key, "must be given of the primary interface only: nothing is sent to the others; a [network_interface.NAME] has its own", "")
	case t.Has(of):
		card.Reject(key, schema.Fault{Rule: "must not be given with " + of, Code: badCombination})
	default:
		respell(card.Node, key, of)
		t.Node.Table[of] = card.Node.Table[of]
		delete(card.Node.Table, of)
	}
	card.References(key)
}
