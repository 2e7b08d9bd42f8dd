package tables

import (
	"net/netip"
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/network"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// pathKeys are those that say by which way clients come.
func pathKeys() []schema.Key {
	return []schema.Key{
		schema.Row("address", schema.OneOf("public: by the internet", "private: by a VPN or a peering connection"), "(public, where there is a public address)", "to which address of what they ask they go"),
		schema.Row("via", schema.OneOf("internet: to public addresses", "vpn: to private addresses", "peering: to private addresses, from another VPC"), "(internet, or vpn; peering into a [vpc] without one)", "by which way"),
		schema.Row("cidr", schema.Text(), `("0.0.0.0/0", the other end of the VPN that via names, or the VPC's block)`, "where they come from: a block of addresses, all of which a security group must let in"),
		schema.Row("port", schema.Whole(1, network.MaxPort), "(where it listens, or 80)", "the port that they ask"),
	}
}

// pathsAreAsked reports whether some clients say by which way they come, so that they may
// not arrive.
func (l *loader) pathsAreAsked() bool {
	return slices.ContainsFunc(l.tables["workload"], func(t *schema.Table) bool {
		n := t.Node.Table["clients"]
		return n != nil && n.Form == tree.TableForm && (n.Table["address"] != nil || n.Table["via"] != nil)
	})
}

// readPath reads by which way the clients of a workload come.
func (l *loader) readPath(t *schema.Table, w *dataplane.Workload) {
	w.Port = uint16(t.Whole("port"))
	if !l.filters() { // nobody looks, so that the resolved scenario does not ask, either
		t.Pass("address", "via")
		if text := t.Text("cidr"); text != "" {
			readAddresses(t, "cidr", text)
		}
		return
	}
	public := l.hasPublicAddress(w.To, w.Target)
	switch via := t.Choice("via"); {
	case !t.Has("address") && t.Sound("via"):
		public = via == "internet"
	case t.Has("address"):
		public = t.Choice("address") == "public"
	}
	t.Assume("address", map[bool]string{true: "public", false: "private"}[public])
	t.Assume("via", l.usualWay(public))
	t.Choice("address")
	if via := t.Choice("via"); t.Sound("via", "address") && (via == "internet") != public {
		t.Mistake("via", map[bool]string{true: "must be internet: nothing else leads to public addresses", false: "must be vpn or peering: the internet does not lead to private addresses"}[public], "")
	}
	w.Public = public
	address := l.wholeVPC()
	switch {
	case public:
		address = network.Everywhere
	case t.Choice("via") == "vpn":
		l.needVPN(t)
		address = l.otherEnd()
	}
	w.End = l.clientEnd(readOrigin(t, address, public))
}

// usualWay is by which way clients come who do not say it.
func (l *loader) usualWay(public bool) string {
	switch {
	case public:
		return "internet"
	case l.vpc.declared && len(l.tables["vpn_connection"]) == 0:
		return "peering"
	}
	return "vpn"
}

// needVPN refuses to come by a VPN that there is none of, where the scenario has a network of
// its own.
func (l *loader) needVPN(t *schema.Table) {
	if l.vpc.declared && len(l.tables["vpn_connection"]) == 0 {
		t.Mistake("via", "needs a [vpn_connection.NAME]: nothing else leads into [vpc]", "")
	}
}

// otherEnd is the block of addresses at the other end of the first VPN; that of the VPC
// without one.
func (l *loader) otherEnd() netip.Prefix {
	if len(l.cfg.VPNs) > 0 && l.cfg.VPNs[0].Block.Bits > 0 {
		return prefix(l.cfg.VPNs[0].Block)
	}
	return l.wholeVPC()
}

// readOrigin reads where somebody comes from.
func readOrigin(t *schema.Table, usual netip.Prefix, public bool) netip.Prefix {
	t.Assume("cidr", usual.String())
	p, ok := readAddresses(t, "cidr", t.Text("cidr"))
	if !ok {
		return usual
	}
	if !public && !network.Private(p) {
		t.Mistake("cidr", "must be private addresses (RFC 1918) for those who come by a VPN or peering connection", "")
	}
	return p
}

// clientEnd is the end of clients, who have no security groups.
func (l *loader) clientEnd(address netip.Prefix) int { return l.end(nil, address, true) }

// hasPublicAddress reports whether all that a destination stands for has public addresses.
func (l *loader) hasPublicAddress(to dataplane.DestinationKind, target int) bool {
	switch to {
	case dataplane.ToLoadBalancer:
		return l.cfg.LoadBalancers[target].PublicIPs
	case dataplane.ToAddress:
		return l.cfg.Addresses[target].Elastic
	case dataplane.ToInstances:
		f := &l.cfg.Instances[target]
		return l.public(&f.Template, f.Subnets, f.Zones)
	}
	for i := range l.cfg.Instances {
		if f := &l.cfg.Instances[i]; slices.Contains(f.TargetGroups, target) && !l.public(&f.Template, f.Subnets, f.Zones) {
			return false
		}
	}
	for i := range l.cfg.Groups {
		g := &l.cfg.Groups[i]
		if slices.Contains(g.TargetGroups, target) && g.Template >= 0 && g.Template < len(l.cfg.LaunchTemplates) && !l.public(&l.cfg.LaunchTemplates[g.Template], g.Subnets, g.Zones) {
			return false
		}
	}
	return true
}

// public reports whether all instances of a template, in some subnets or in any of some
// zones, have public addresses.
func (l *loader) public(lt *controlplane.LaunchTemplate, subnets []int, zones []model.Zone) bool {
	if !lt.PublicBySubnet {
		return lt.PublicIP
	}
	for i := range l.cfg.Subnets {
		s := &l.cfg.Subnets[i]
		used := slices.Contains(subnets, i) || len(subnets) == 0 && slices.Contains(zones, s.Zone)
		if used && !s.PublicIP {
			return false
		}
	}
	return true
}
