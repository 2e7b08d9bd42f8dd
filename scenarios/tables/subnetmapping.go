package tables

import (
	"fmt"
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// nodeAddress is an Elastic IP of a load balancer's node.
type nodeAddress struct {
	zone    model.Zone
	elastic int
	at      *schema.Table
	key     string
}

// readSubnetMapping reads the subnets of a load balancer's nodes with their Elastic IPs,
// as Terraform has them. The subnets become those of the key of that name.
func (l *loader) readSubnetMapping(t *schema.Table) (all []nodeAddress) {
	const key = "subnet_mapping"
	var names []string
	zones := map[model.Zone]string{}
	for _, m := range t.Each(key) {
		subnet, elastic := m.Reference("subnet_id"), m.Reference("allocation_id")
		if subnet >= 0 {
			s := &l.cfg.Subnets[subnet]
			if other, twice := zones[s.Zone]; twice {
				m.Reject("subnet_id", schema.Fault{Rule: "must be one in each zone, which has one node with one address, and " + other + " is in the same", Code: invalidConfiguration})
				m.Done()
				continue
			}
			zones[s.Zone] = s.Name
			names = append(names, s.Name)
		}
		if subnet >= 0 && elastic >= 0 {
			all = append(all, nodeAddress{l.cfg.Subnets[subnet].Zone, elastic, m, "allocation_id"})
		}
		m.Done()
	}
	if len(names) == 0 {
		return all
	}
	if n := t.Node.Table["subnets"]; n != nil && !slices.EqualFunc(n.List, names, func(a *tree.Node, name string) bool { return a.Is(name) }) {
		t.Mistake("subnets", "must not be given with subnet_mapping, which has them", "")
	}
	t.AssumeNames("subnets", names)
	return all
}

// mostBits is how small a subnet of an Application Load Balancer is at most: a /27, so that it
// has the eight free addresses that its nodes grow into. (Elastic Load Balancing, "Subnets for
// your load balancer".)
const mostBits = 27

// checkSubnets refuses two subnets of a zone, and those that are too small.
func (l *loader) checkSubnets(t *schema.Table, lb *dataplane.LoadBalancer) {
	if !t.Has("subnets") || !t.Sound("subnets") {
		return
	}
	zones := map[model.Zone]string{}
	for _, i := range lb.Subnets {
		s := &l.cfg.Subnets[i]
		if other, twice := zones[s.Zone]; twice {
			t.Reject("subnets", schema.Fault{Rule: "must be one in each zone, and " + other + " is in the same", Got: tree.Quote(s.Name), Code: invalidConfiguration})
			return
		}
		zones[s.Zone] = s.Name
		if !lb.Network() && !lb.IsGateway() && s.Block.Bits > mostBits {
			t.Reject("subnets", schema.Fault{
				Rule: fmt.Sprintf("must have a block of /%d or more for an Application Load Balancer, subnet.%s has %v", mostBits, s.Name, s.Block),
				Got:  tree.Quote(s.Name), Code: "InvalidSubnet",
			})
		}
	}
}

// leastFree is how many addresses a subnet of an Application Load Balancer has to have free
// that its nodes may grow into. (The same.)
const leastFree = 8

// checkFreeAddresses refuses Application Load Balancers in subnets that are full by the time
// that they are made: of what is there, or a group wants, from the start, and of other load
// balancers' nodes. Where instances outside groups have no room themselves, that is said of them.
func (l *loader) checkFreeAddresses() {
	if len(l.cfg.Subnets) == 0 {
		return // a default VPC grows
	}
	taken := make([]int, len(l.cfg.Subnets))
	for i := range l.cfg.Instances {
		in := &l.cfg.Instances[i]
		l.takeAddresses(taken, in.Count, &in.Template, in.Subnets)
	}
	alone := slices.Clone(taken)
	for i := range l.cfg.Groups {
		if g := &l.cfg.Groups[i]; g.Template >= 0 {
			l.takeAddresses(taken, g.Desired, &l.cfg.LaunchTemplates[g.Template], g.Subnets)
		}
	}
	for _, e := range l.cfg.Interfaces {
		if e.Subnet >= 0 {
			taken[e.Subnet] += 1 + e.Secondary
		}
	}
	for _, n := range l.cfg.NATs {
		if n.Subnet >= 0 {
			taken[n.Subnet]++
		}
	}
	for i := range l.cfg.LoadBalancers {
		for _, k := range l.cfg.LoadBalancers[i].Subnets {
			taken[k]++
		}
	}
	for i := range l.cfg.LoadBalancers {
		lb, t := &l.cfg.LoadBalancers[i], l.tables["load_balancer"][i]
		if lb.Network() || lb.IsGateway() || !t.Has("subnets") || !t.Sound("subnets") {
			continue
		}
		for _, k := range lb.Subnets {
			s := &l.cfg.Subnets[k]
			if free := s.Block.Usable() - taken[k] + 1; s.Block.Bits <= mostBits && alone[k] <= s.Block.Usable() && free < leastFree {
				t.Reject("subnets", schema.Fault{
					Rule: fmt.Sprintf("must have %d free addresses in each subnet for an Application Load Balancer, subnet.%s has %d beside what else is there", leastFree, s.Name, max(0, free)),
					Got:  tree.Quote(s.Name), Code: "InvalidSubnet",
				})
			}
		}
	}
}

// takeAddresses counts the addresses of instances that are spread over the zones of their
// subnets, the first zones having one more, and in a zone fill the first subnet first.
func (l *loader) takeAddresses(taken []int, count int, of *controlplane.LaunchTemplate, subnets []int) {
	for _, c := range of.Cards {
		if c.Subnet >= 0 {
			taken[c.Subnet] += count * (1 + c.Secondary)
		}
	}
	each := of.Addresses()
	var zones []model.Zone
	byZone := map[model.Zone][]int{}
	for _, k := range subnets {
		if k < 0 {
			return // which is said elsewhere
		}
		zone := l.cfg.Subnets[k].Zone
		if len(byZone[zone]) == 0 {
			zones = append(zones, zone)
		}
		byZone[zone] = append(byZone[zone], k)
	}
	for i, zone := range zones {
		share := count / len(zones)
		if i < count%len(zones) {
			share++
		}
		choices := byZone[zone]
		for j, k := range choices {
			here := share
			if j < len(choices)-1 {
				here = max(0, min(share, (l.cfg.Subnets[k].Block.Usable()-taken[k])/each))
			}
			taken[k] += here * each
			share -= here
		}
	}
}

const noElastic = "must not be given: an Application Load Balancer has no Elastic IPs"

// readNodeAddresses reads the Elastic IPs of a Network Load Balancer's nodes, by zone, with
// those that a subnet_mapping has.
func (l *loader) readNodeAddresses(t *schema.Table, lb *dataplane.LoadBalancer, all []nodeAddress) []nodeAddress {
	const key = "elastic_ips"
	t.Pass(key)
	t.Ask(key)
	if n := t.Node.Table[key]; n != nil && n.Form != tree.TableForm {
		t.Mistake(key, `must be a table of Elastic IPs by zone: { a = "one" }`, "")
	} else if n != nil {
		n.Inline = true
		switch {
		case lb.IsGateway(): // which is refused with all that it does not have
			return nil
		case !lb.Network():
			t.Reject(key, schema.Fault{Rule: noElastic, Code: invalidConfiguration})
			return nil
		}
		all = append(all, l.readZoneAddresses(t, lb, n)...)
	}
	had := map[model.Zone]bool{}
	for _, a := range all {
		reject := func(rule, code string) { a.at.Reject(a.key, schema.Fault{Rule: rule, Code: code}) }
		switch {
		case !lb.Network():
			reject(noElastic, invalidConfiguration)
		case !lb.PublicIPs:
			reject("must not be given of an internal load balancer", invalidConfiguration)
		case had[a.zone]:
			reject("must be one Elastic IP a zone", invalidConfiguration)
		case slices.Contains(l.natElastic, a.elastic):
			reject("must not be that of nat_gateway."+l.cfg.NATs[slices.Index(l.natElastic, a.elastic)].Name, "Resource.AlreadyAssociated")
		case l.nodeElastic[a.elastic] != "":
			reject("must not be that of another node, of "+l.nodeElastic[a.elastic], "Resource.AlreadyAssociated")
		default:
			if l.nodeElastic == nil {
				l.nodeElastic = map[int]string{}
			}
			l.nodeElastic[a.elastic], had[a.zone] = t.Path, true
			continue
		}
		return nil
	}
	return all
}

// readZoneAddresses reads a table of Elastic IPs by zone.
func (l *loader) readZoneAddresses(t *schema.Table, lb *dataplane.LoadBalancer, n *tree.Node) (all []nodeAddress) {
	const key = "elastic_ips"
	for _, letter := range n.Keys() {
		if len(lb.Zones) == 0 {
			return nil
		}
		zone, there := l.zoneIn(t, key, letter, l.cfg.RegionOf(lb.Zones[0]))
		if !there {
			continue
		}
		if !slices.Contains(lb.Zones, model.Zone(zone)) {
			t.Reject(key, schema.Fault{Rule: "must name zones of the load balancer", Got: tree.Quote(letter), Hint: t.Hint(letter, l.cfg.Zones)})
			continue
		}
		name, ok := n.Table[letter].AsText()
		if !ok {
			t.Reject(key, schema.Fault{Rule: "must be one Elastic IP a zone", Got: n.Table[letter].Got(), Code: invalidConfiguration})
			continue
		}
		if i := t.Find(key, "elastic_ip", name); i >= 0 {
			all = append(all, nodeAddress{model.Zone(zone), i, t, key})
		}
	}
	return all
}
