package tables

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"headroom/model/controlplane"
	"headroom/model/network"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// Codes of what EC2 refuses.
const (
	invalidPorts   = "InvalidParameterValue"
	invalidGroup   = "InvalidParameter"
	tooManyRules   = "RulesPerSecurityGroupLimitExceeded"
	groupReference = "sg:" // before the name of a group among addresses
)

// securityGroupKeys are those of [security_group.NAME]: Terraform's aws_security_group.
func securityGroupKeys() []schema.Key {
	return schema.Within("security_group.NAME", "", slices.Concat([]schema.Key{
		schema.Row("description", schema.Text(), "", "what it is for, for those who read the file"),
		schema.Row("vpc_id", schema.Text(), "", "of another VPC than that of the scenario: rules may name the group, interfaces may not have it"),
		schema.Row("ingress", schema.List(), "", "what may come in; nothing without"),
		schema.Row("egress", schema.List(), "(everything)", "what may go out"),
	}, ruleKeys("ingress[]"), ruleKeys("egress[]")))
}

// ruleKeys are those of one rule, below a path.
func ruleKeys(path string) []schema.Key {
	peer := schema.Row("source", schema.Texts(), "", `who may: "sg:NAME" of a security group, or blocks such as "10.0.0.0/8"`)
	if strings.HasPrefix(path, "egress") {
		peer = schema.Row("destination", schema.Texts(), "", `to whom: "sg:NAME" of a security group, or blocks such as "10.0.0.0/8"`)
	}
	return schema.Within(path, "", []schema.Key{
		schema.Row("port", ports(), "", `the port, by number or name, or several: "8000-8010", or "all", also of every protocol`),
		schema.Row("description", schema.Text(), "", "what it is for, for those who read the file"),
		schema.Row("from_port", schema.Whole(0, network.MaxPort), "", "the first port, instead of port").Coded(invalidPorts),
		schema.Row("to_port", schema.Whole(0, network.MaxPort), "", "the last port").Coded(invalidPorts),
		schema.Row("protocol", schema.Text(), `("tcp"; "all" with port = "all")`, `tcp, udp, icmp, or all ("-1")`),
		peer,
		schema.Row("cidr_blocks", schema.Texts(), "", "the same, as Terraform has it: blocks"),
		schema.Row("security_groups", schema.Names("security_group"), "", "the same: security groups"),
		schema.Row("self", schema.Flag(), "false", "the same: the group itself"),
		schema.Row("action", schema.OneOf("allow: packets that it is about pass", "deny: refused, as security groups only allow"), `"allow"`, "what the rule does: there is no other kind"),
	})
}

// ports is what a rule says of ports.
func ports() schema.Type {
	return schema.Either(`port, "from-to", name or "all"`, schema.Whole(0, network.MaxPort), schema.Choice(func() []schema.Word {
		words := []schema.Word{{Name: "all", Meaning: "every port"}}
		for _, s := range network.Services() {
			words = append(words, schema.Word{Name: s.Name, Meaning: fmt.Sprintf("%d: %s", s.Port, s.Meaning)})
		}
		return words
	}), schema.Text())
}

// readSecurityGroups reads the groups. The last is the VPC's default one, which interfaces
// without a group have, unless the scenario has its own of that name.
func (l *loader) readSecurityGroups() {
	tables := l.tables["security_group"]
	if len(tables) == 0 {
		return
	}
	w := &l.wires
	for i, t := range tables {
		g := network.Group{Name: t.Name}
		t.Text("description")
		w.elsewhere = append(w.elsewhere, t.Text("vpc_id") != "")
		g.Rules[network.Ingress] = l.readGroupRules(t, network.Ingress, i)
		if g.Rules[network.Egress] = l.readGroupRules(t, network.Egress, i); !t.Has("egress") {
			g.Rules[network.Egress] = []network.Rule{network.Everything}
		}
		for d, rules := range g.Rules {
			if len(rules) > l.limited.rules {
				t.Reject(network.Direction(d).String(), schema.Fault{
					Rule: fmt.Sprintf("must be at most %d rules, counting each block and group", l.limited.rules),
					Got:  fmt.Sprint(len(rules)), Code: tooManyRules,
				})
			}
		}
		t.Done()
		l.cfg.Network.Groups = append(l.cfg.Network.Groups, g)
	}
	if w.standard = slices.IndexFunc(l.cfg.Network.Groups, func(g network.Group) bool { return g.Name == "default" }); w.standard < 0 {
		w.standard = len(l.cfg.Network.Groups)
		l.cfg.Network.Groups = append(l.cfg.Network.Groups, network.DefaultGroup(w.standard))
		w.elsewhere = append(w.elsewhere, false)
	}
	w.had = make([]bool, len(l.cfg.Network.Groups))
}

// readGroupRules reads the rules of one direction, of a group.
func (l *loader) readGroupRules(t *schema.Table, d network.Direction, group int) (rules []network.Rule) {
	for _, r := range t.Each(d.String()) {
		for _, rule := range l.readRule(r, d, group) {
			if slices.Contains(rules, rule) {
				r.Add(schema.Fault{Path: r.Path, Rule: "must not be there twice", Got: tree.Quote(rule.Text(l.groupNames())), Code: "InvalidPermission.Duplicate"}, r.Node, "port")
				continue
			}
			rules = append(rules, rule)
		}
		r.Done()
	}
	return rules
}

// groupNames are the groups by number, before all are read.
func (l *loader) groupNames() []network.Group {
	var groups []network.Group
	for _, t := range l.tables["security_group"] {
		groups = append(groups, network.Group{Name: t.Name})
	}
	return groups
}

// readRule reads one table of rules: as many as it names blocks and groups.
func (l *loader) readRule(t *schema.Table, d network.Direction, group int) []network.Rule {
	t.Text("description")
	if t.Choice("action") == "deny" {
		t.Reject("action", schema.Fault{Rule: "must be allow: rules of security groups only allow, what none allows is dropped", Code: tooManyRules})
	}
	base := network.Rule{Group: network.None}
	l.readPorts(t, &base)
	peers := l.readPeers(t, d, group)
	rules := make([]network.Rule, len(peers))
	for i, p := range peers {
		rules[i] = base
		rules[i].CIDR, rules[i].Group = p.CIDR, p.Group
	}
	return rules
}

// readPorts reads the protocol and the ports of a rule.
func (l *loader) readPorts(t *schema.Table, r *network.Rule) {
	if n := t.Node.Table["port"]; n.Is("all") {
		t.Assume("protocol", "all")
	}
	t.Assume("protocol", "tcp")
	var ok bool
	if r.Protocol, ok = network.ProtocolOf(t.Text("protocol")); !ok && t.Sound("protocol") {
		t.Mistake("protocol", `must be tcp, udp, icmp or all ("-1")`, t.Hint(t.Text("protocol"), []string{"tcp", "udp", "icmp", "all"}))
	}
	whole := ok && (r.Protocol == network.AllProtocols || r.Protocol == network.ICMP)
	switch {
	case t.Has("port") && (t.Has("from_port") || t.Has("to_port")):
		t.Mistake("port", "must not be given with from_port and to_port", "")
		t.Pass("from_port", "to_port")
	case t.Has("port"):
		t.Pass("from_port", "to_port")
		r.From, r.To = readPort(t)
	case t.Has("from_port") || t.Has("to_port"):
		t.Pass("port")
		t.Mode = "with the other one"
		t.Require("from_port")
		t.Require("to_port")
		r.From, r.To = uint16(t.Whole("from_port")), uint16(t.Whole("to_port"))
		if t.Sound("from_port", "to_port") && r.From > r.To {
			t.Reject("from_port", schema.Fault{Rule: fmt.Sprintf("must not be above to_port (%d)", r.To), Code: invalidPorts})
		}
	case whole:
		t.Pass("port", "from_port", "to_port")
	default:
		t.Pass("port", "from_port", "to_port")
		t.Add(schema.Fault{Path: t.PathOf("port"), Rule: "is required, or from_port and to_port"}, t.Node, "port")
	}
	if whole {
		if r.From != 0 || r.To != 0 && r.To != network.MaxPort {
			t.Mistake("protocol", "must be tcp or udp for a rule of some ports", "")
		}
		r.From, r.To = 0, network.MaxPort
	}
}

// readPort reads the key port.
func readPort(t *schema.Table) (from, to uint16) {
	n := t.Value("port")
	if v, ok := n.AsWhole(); ok && v >= 0 && v <= network.MaxPort {
		return uint16(v), uint16(v)
	}
	text, ok := n.AsText()
	if !ok {
		t.Reject("port", schema.Fault{Rule: "must be 0..65535, or a name", Code: invalidPorts})
		return 0, 0
	}
	if p, ok := network.PortOf(text); ok {
		return p, p
	}
	if text == "all" {
		return 0, network.MaxPort
	}
	low, high, ranged := strings.Cut(text, "-")
	if !ranged {
		high = low
	}
	a, errA := strconv.ParseUint(strings.TrimSpace(low), 10, 16)
	b, errB := strconv.ParseUint(strings.TrimSpace(high), 10, 16)
	switch {
	case errA != nil || errB != nil:
		names := []string{"all"}
		for _, s := range network.Services() {
			names = append(names, s.Name)
		}
		t.Reject("port", schema.Fault{Rule: "must be 0..65535, a range of that, or a name", Hint: t.Hint(text, names), Code: invalidPorts})
		return 0, 0
	case a > b:
		t.Reject("port", schema.Fault{Rule: "must not begin above its last port", Code: invalidPorts})
		return 0, 0
	}
	return uint16(a), uint16(b)
}

// readPeers reads who a rule is about: rules without ports.
func (l *loader) readPeers(t *schema.Table, d network.Direction, group int) (peers []network.Rule) {
	key := [...]string{"source", "destination"}[d]
	for _, text := range t.Texts(key) {
		if name, ok := strings.CutPrefix(text, groupReference); ok {
			if g := l.groupOfRule(t, key, name); g >= 0 {
				peers = append(peers, network.Rule{Group: g})
			}
			continue
		}
		peers = l.appendBlock(peers, t, key, text)
	}
	for _, text := range t.Texts("cidr_blocks") {
		peers = l.appendBlock(peers, t, "cidr_blocks", text)
	}
	for _, g := range t.References("security_groups") {
		peers = append(peers, network.Rule{Group: g})
	}
	if t.Flag("self") {
		peers = append(peers, network.Rule{Group: group})
	}
	if len(peers) == 0 && !t.Faulty(key) && !t.Faulty("cidr_blocks") && !t.Faulty("security_groups") {
		t.Add(schema.Fault{Path: t.PathOf(key), Rule: "is required, or cidr_blocks, security_groups or self"}, t.Node, key)
	}
	return peers
}

// groupOfRule finds a group that a rule names; the VPC's default one is always there.
func (l *loader) groupOfRule(t *schema.Table, key, name string) int {
	if i, ok := slices.BinarySearch(l.Names("security_group"), name); ok {
		return i
	}
	if name == "default" {
		return len(l.tables["security_group"])
	}
	return t.Find(key, "security_group", name)
}

func (l *loader) appendBlock(peers []network.Rule, t *schema.Table, key, text string) []network.Rule {
	if name := groupReference + text; !strings.HasPrefix(key, "cidr") && slices.Contains(l.Names("security_group"), text) {
		t.Reject(key, schema.Fault{Rule: `must be blocks of addresses, or "sg:NAME"`, Got: tree.Quote(text), Hint: tree.Quote(name), Code: schema.NoCode})
		return peers
	}
	block, ok := readAddresses(t, key, text)
	if !ok {
		return peers
	}
	return append(peers, network.Rule{CIDR: block, Group: network.None})
}

// readAddresses reads a block of IPv4 addresses.
func readAddresses(t *schema.Table, key, text string) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		t.Reject(key, schema.Fault{Rule: `must be blocks of addresses such as "10.0.0.0/8"`, Got: tree.Quote(text), Code: schema.NoCode})
	case !p.Addr().Is4():
		t.Reject(key, schema.Fault{Rule: "must be blocks of IPv4 addresses", Got: tree.Quote(text), Code: schema.NoCode})
	case p != p.Masked():
		t.Reject(key, schema.Fault{Rule: "must begin at the first address of the block, " + p.Masked().String(), Got: tree.Quote(text), Code: schema.NoCode})
	default:
		return p, true
	}
	return netip.Prefix{}, false
}

// readRuleAction reads which rules a group is given, or loses.
func (l *loader) readRuleAction(t *schema.Table, a *controlplane.Action) {
	names := l.subjects(t, "security_group")
	if len(names) > 1 {
		t.Mistake("on", "must be one security group", "")
	}
	if len(names) == 0 {
		t.Pass("ingress", "egress")
		return
	}
	a.Rules = controlplane.RuleChange{Name: names[0], Group: l.groupOfRule(t, "on", names[0])}
	if t.Has("egress") {
		a.Rules.Direction = network.Egress
	}
	if t.Has("ingress") == t.Has("egress") {
		t.Add(schema.Fault{Path: t.PathOf("ingress"), Rule: "is required, or egress, and not both"}, t.Node, "ingress")
		t.Pass("ingress", "egress")
		return
	}
	if a.Rules.Rules = l.readGroupRules(t, a.Rules.Direction, a.Rules.Group); len(a.Rules.Rules) == 0 && t.Faultless() {
		t.Mistake(a.Rules.Direction.String(), "must have rules", "")
	}
	words := []string{a.Rules.Direction.String()}
	for _, r := range a.Rules.Rules {
		words = append(words, r.Text(l.cfg.Network.Groups))
	}
	a.Rules.Text = words[0] + " " + strings.Join(words[1:], ", ")
}
