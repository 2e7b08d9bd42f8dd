package network_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"headroom/model/network"
)

// Packets by the book: a connection passes if each of its packets does, and a packet if
// somebody's rule, read aloud, lets it. It knows neither blocks nor directions as values.
type book struct{ groups []network.Group }

func (b book) says(rules []network.Rule, f network.Flow, address netip.Addr, groups []int) bool {
	for _, r := range rules {
		about := r.Protocol == network.AllProtocols || r.Protocol == f.Protocol
		if r.Protocol == network.TCP || r.Protocol == network.UDP {
			about = about && f.Port >= r.From && f.Port <= r.To
		}
		if !about {
			continue
		}
		if r.Group == network.None {
			if r.CIDR.Contains(address) {
				return true
			}
			continue
		}
		for _, g := range groups {
			if g == r.Group {
				return true
			}
		}
	}
	return false
}

func (b book) allows(f network.Flow) bool {
	if f.Public && !f.To.Public {
		return false
	}
	far := netip.MustParseAddr("203.0.113.77") // in no block of the policies but 0.0.0.0/0
	fromGroups, toGroups := f.From.Groups, f.To.Groups
	sources, destinations := addresses(f.From.Address), addresses(f.To.Address)
	if f.Public {
		destinations = append(destinations, far)
		if len(f.From.Groups) > 0 {
			sources = append(sources, far)
		}
		fromGroups, toGroups = nil, nil
	}
	for _, source := range sources {
		if len(f.To.Groups) > 0 && !b.any(f.To.Groups, network.Ingress, f, source, fromGroups) {
			return false
		}
	}
	for _, destination := range destinations {
		if len(f.From.Groups) > 0 && !b.any(f.From.Groups, network.Egress, f, destination, toGroups) {
			return false
		}
	}
	return true
}

func (b book) any(own []int, d network.Direction, f network.Flow, address netip.Addr, groups []int) bool {
	for _, g := range own {
		if b.says(b.groups[g].Rules[d], f, address, groups) {
			return true
		}
	}
	return false
}

func addresses(p netip.Prefix) (all []netip.Addr) {
	for a := p.Addr(); p.Contains(a); a = a.Next() {
		all = append(all, a)
	}
	return all
}

// randomBlock is a block of at most 16 addresses within 10.0.0.0/28.
func randomBlock(r *rand.Rand) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(r.IntN(16))}), 28+r.IntN(5)).Masked()
}

func randomRule(r *rand.Rand, groups int) network.Rule {
	rule := network.Rule{Group: network.None}
	if rule.Protocol = []network.Protocol{network.AllProtocols, network.TCP, network.TCP, network.UDP}[r.IntN(4)]; rule.Protocol == network.AllProtocols {
		rule.To = network.MaxPort
	} else {
		rule.From = uint16(r.IntN(4))
		rule.To = rule.From + uint16(r.IntN(3))
	}
	switch r.IntN(5) {
	case 0, 1:
		rule.Group = r.IntN(groups)
	case 2:
		rule.CIDR = network.Everywhere
	default:
		rule.CIDR = randomBlock(r)
	}
	return rule
}

func randomWorld(r *rand.Rand) ([]network.Group, []network.End) {
	groups := make([]network.Group, 1+r.IntN(4))
	for i := range groups {
		for d := range groups[i].Rules {
			for range r.IntN(4) {
				groups[i].Rules[d] = append(groups[i].Rules[d], randomRule(r, len(groups)))
			}
		}
	}
	ends := make([]network.End, 2+r.IntN(70))
	for i := range ends {
		ends[i] = network.End{Address: randomBlock(r), Public: r.IntN(2) == 0}
		for range r.IntN(3) {
			ends[i].Groups = append(ends[i].Groups, r.IntN(len(groups)))
		}
	}
	return groups, ends
}

func TestCompiledPoliciesSayWhatEachPacketIsTold(t *testing.T) {
	passed := 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		groups, ends := randomWorld(r)
		var senders []network.Sender
		for range 6 {
			senders = append(senders, network.Sender{
				From: r.IntN(len(ends)), Public: r.IntN(2) == 0, Port: uint16(r.IntN(5)),
				Protocol: []network.Protocol{network.TCP, network.UDP}[r.IntN(2)],
			})
		}
		matrix := network.Compile(senders, ends, network.NewPolicy(groups).Allows)
		for s := range senders {
			for e := range ends {
				want := book{groups}.allows(senders[s].Flow(ends, e))
				if got := matrix.Says(s, e); got != want {
					t.Fatalf("seed %d: %+v to %+v of %+v: got %v, want %v", seed, senders[s], ends[e], groups, got, want)
				}
				if want {
					passed++
				}
			}
		}
	}
	if passed < 500 {
		t.Errorf("only %d connections passed: the test tries too little", passed)
	}
}

// A rule more lets no less pass, and taking it away again is as if it had never been.
func TestRulesOnlyAllow(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 8))
		groups, ends := randomWorld(r)
		before, after := network.NewPolicy(groups), network.NewPolicy(groups)
		group, d, rule := r.IntN(len(groups)), network.Direction(r.IntN(2)), randomRule(r, len(groups))
		added := after.Authorize(group, d, rule) == nil
		for range 200 {
			s := network.Sender{From: r.IntN(len(ends)), Public: r.IntN(2) == 0, Port: uint16(r.IntN(5)), Protocol: network.TCP}
			f := s.Flow(ends, r.IntN(len(ends)))
			if before.Allows(f) && !after.Allows(f) {
				t.Fatalf("seed %d: %v more of group %d forbids %+v", seed, rule, group, f)
			}
			if before.Cuts(f, after) && before.Allows(f) {
				t.Fatalf("seed %d: %v more of group %d cuts %+v", seed, rule, group, f)
			}
		}
		if !added {
			continue
		}
		if err := after.Revoke(group, d, rule); err != nil {
			t.Fatal(err)
		}
		if after.Revoke(group, d, rule) == nil {
			t.Errorf("seed %d: %v is revoked twice", seed, rule)
		}
	}
}

func TestSeveralBlocksCoverWhatNoneDoes(t *testing.T) {
	block := netip.MustParsePrefix
	for _, c := range []struct {
		blocks []netip.Prefix
		of     netip.Prefix
		want   bool
	}{
		{nil, block("0.0.0.0/0"), false},
		{[]netip.Prefix{block("0.0.0.0/1"), block("128.0.0.0/1")}, block("0.0.0.0/0"), true},
		{[]netip.Prefix{block("0.0.0.0/1"), block("128.0.0.0/2")}, block("0.0.0.0/0"), false},
		{[]netip.Prefix{block("10.0.0.0/8")}, block("10.1.2.3/32"), true},
		{[]netip.Prefix{block("10.0.0.0/9")}, block("10.0.0.0/8"), false},
		{[]netip.Prefix{block("10.0.0.0/32")}, block("0.0.0.0/0"), false},
	} {
		if got := network.Covers(c.blocks, c.of); got != c.want {
			t.Errorf("%v cover %v: got %v, want %v", c.blocks, c.of, got, c.want)
		}
	}
}

func TestAPolicyDoesNotChangeItsGroups(t *testing.T) {
	groups := []network.Group{network.DefaultGroup(0)}
	p := network.NewPolicy(groups)
	if err := p.Revoke(0, network.Egress, network.Everything); err != nil {
		t.Fatal(err)
	}
	if len(groups[0].Rules[network.Egress]) != 1 || len(p.Groups()[0].Rules[network.Egress]) != 0 {
		t.Errorf("got %v and %v", groups, p.Groups())
	}
}
