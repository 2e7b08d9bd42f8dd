package network

import (
	"fmt"
	"net/netip"
	"slices"
)

// End is a kind of network interfaces. One without groups drops nothing.
type End struct {
	Groups  []int        // indexes of its security groups
	Address netip.Prefix // its addresses are in this block
	Public  bool         // it has public addresses, too
}

// Flow is a connection.
type Flow struct {
	From, To *End
	Public   bool // to the public address, so that neither end sees the groups of the other
	Protocol Protocol
	Port     uint16 // at To
}

// Policy is the rules of security groups at an instant.
type Policy struct {
	groups []Group
	most   int // rules of a group in each direction
}

// NewPolicy returns the policy of groups, which it does not change.
func NewPolicy(groups []Group) *Policy {
	p := &Policy{groups: slices.Clone(groups), most: RulesPerGroup}
	for i := range p.groups {
		g := &p.groups[i]
		g.Rules[Ingress], g.Rules[Egress] = slices.Clone(g.Rules[Ingress]), slices.Clone(g.Rules[Egress])
	}
	return p
}

// Limit changes how many rules a group may have in each direction.
func (p *Policy) Limit(rules int) { p.most = rules }

// Groups returns the groups as they are now, not to be changed.
func (p *Policy) Groups() []Group { return p.groups }

// Allows reports whether a connection can be made: the groups of the end that begins it
// let it out, those of the other end in, and it finds an address to go to.
func (p *Policy) Allows(f Flow) bool {
	return p.Reaches(f) && p.Lets(f, Egress) && p.Lets(f, Ingress)
}

// Reaches reports whether a connection finds its address, whatever the rules say.
func (p *Policy) Reaches(f Flow) bool { return !f.Public || f.To.Public }

// Lets reports whether the groups of one end let a connection pass: those of To let it
// in, those of From out.
func (p *Policy) Lets(f Flow, d Direction) bool {
	own, other, address := f.sides(d)
	if len(own.Groups) == 0 {
		return true
	}
	var blocks []netip.Prefix
	for _, g := range own.Groups {
		for _, r := range p.groups[g].Rules[d] {
			switch {
			case !r.takes(f.Protocol, f.Port):
			case r.Group == None:
				blocks = append(blocks, r.CIDR)
			case !f.Public && slices.Contains(other.Groups, r.Group):
				return true
			}
		}
	}
	return Covers(blocks, address)
}

// LetsOut reports whether the groups of an end let it ask somebody on the internet by HTTPS.
// Who that is the file does not say: it is enough that a rule lets the port out to some
// public address.
func (p *Policy) LetsOut(from *End) bool {
	if len(from.Groups) == 0 {
		return true
	}
	for _, g := range from.Groups {
		for _, r := range p.groups[g].Rules[Egress] {
			if r.takes(TCP, HTTPS) && r.Group == None && !Private(r.CIDR) {
				return true
			}
		}
	}
	return false
}

// sides returns the end whose rules of a direction are asked, the other one, and the
// addresses by which it is seen there. Who goes to a public address, or comes from inside
// by one, is seen by addresses that no rule can tell from others.
func (f Flow) sides(d Direction) (own, other *End, address netip.Prefix) {
	own, other = f.To, f.From
	if d == Egress {
		own, other = f.From, f.To
	}
	address = other.Address
	if f.Public && (d == Egress || len(f.From.Groups) > 0) {
		address = Everywhere
	}
	return own, other, address
}

// Source returns the addresses that the end which is asked sees the connection come from.
func (f Flow) Source() netip.Prefix {
	_, _, address := f.sides(Ingress)
	return address
}

// Tracks reports whether the groups of one end keep track of a connection that they let
// pass. They need not where all that is like it passes in both directions: a rule allows
// it to or from everywhere, and one in the other direction everything on all ports.
func (p *Policy) Tracks(f Flow, d Direction) bool {
	if f.Protocol != TCP && f.Protocol != UDP {
		return true
	}
	own, _, _ := f.sides(d)
	open := [2]bool{}
	for _, g := range own.Groups {
		for way := range open {
			for _, r := range p.groups[g].Rules[way] {
				if r.Group != None || r.CIDR.Bits() != 0 || !r.takes(f.Protocol, f.Port) {
					continue
				}
				open[way] = open[way] || Direction(way) == d || r.Protocol == AllProtocols || r.From == 0 && r.To == MaxPort
			}
		}
	}
	return !(open[Ingress] && open[Egress])
}

// Cuts reports whether a connection that was made under a policy ends with the change to
// another: it is not allowed any more, at an end that did not keep track of it.
func (p *Policy) Cuts(f Flow, after *Policy) bool {
	for _, d := range []Direction{Ingress, Egress} {
		if own, _, _ := f.sides(d); len(own.Groups) > 0 && !p.Tracks(f, d) && !after.Lets(f, d) {
			return true
		}
	}
	return false
}

// Authorize adds a rule to a group. It fails when the group has it, or has as many as it
// may.
func (p *Policy) Authorize(group int, d Direction, r Rule) error {
	rules := &p.groups[group].Rules[d]
	switch {
	case slices.Contains(*rules, r):
		return fmt.Errorf("the group has the rule %s [InvalidPermission.Duplicate]", r.Text(p.groups))
	case len(*rules) >= p.most:
		return fmt.Errorf("the group has %d rules, and may not have more [RulesPerSecurityGroupLimitExceeded]", len(*rules))
	}
	*rules = append(*rules, r)
	return nil
}

// Revoke takes a rule from a group. It fails when the group does not have it.
func (p *Policy) Revoke(group int, d Direction, r Rule) error {
	rules := &p.groups[group].Rules[d]
	i := slices.Index(*rules, r)
	if i < 0 {
		return fmt.Errorf("the group does not have the rule %s [InvalidPermission.NotFound]", r.Text(p.groups))
	}
	*rules = slices.Delete(*rules, i, i+1)
	return nil
}
