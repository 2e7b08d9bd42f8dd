package network_test

import (
	"flag"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"headroom/model/network"
	"headroom/sim/notebook"
)

var update = flag.Bool("update", false, "write the answers of the notebooks anew")

// TestNotebooks plays scripts. A line of "policy" declares a rule ("web in tcp 80 sg:alb"),
// gives or takes one ("authorize ...", "revoke ..."), or asks about a connection: "alb -> web
// tcp 80", from the interfaces of groups ("web+ops") or a block of addresses; "=>" is by the
// public address. The interfaces of groups have addresses in 172.31.0.0/16.
func TestNotebooks(t *testing.T) {
	notebook.Check(t, "testdata/*.txt", *update, notebook.Commands(map[string]notebook.Command{
		"policy": func(t *testing.T, _ *notebook.Arguments, input []string) string { return play(t, input) },
	}))
}

// script is a policy in the words of a notebook.
type script struct {
	t      *testing.T
	groups []network.Group
	policy *network.Policy
	flows  []network.Flow
	asked  []string
}

func play(t *testing.T, lines []string) string {
	s := &script{t: t}
	for _, line := range lines { // all groups first: rules name later ones
		words := strings.Fields(line)
		if len(words) > 1 && (words[1] == "in" || words[1] == "out") {
			s.group(words[0])
		}
	}
	var b strings.Builder
	for _, line := range lines {
		words := strings.Fields(line)
		switch {
		case words[0] == "authorize" || words[0] == "revoke":
			fmt.Fprintf(&b, "%s: %s\n", line, s.change(words))
		case words[1] == "in" || words[1] == "out":
			d, rule := s.rule(words[1:])
			g := &s.groups[s.group(words[0])]
			if rule != nil {
				g.Rules[d] = append(g.Rules[d], *rule)
			}
		default:
			fmt.Fprintf(&b, "%s: %s\n", line, s.ask(line, words))
		}
	}
	return b.String()
}

func (s *script) group(name string) int {
	i := slices.IndexFunc(s.groups, func(g network.Group) bool { return g.Name == name })
	if i < 0 {
		i = len(s.groups)
		s.groups = append(s.groups, network.Group{Name: name})
	}
	return i
}

// rule reads "in tcp 80 sg:alb", "out all 0.0.0.0/0", or "out none".
func (s *script) rule(words []string) (network.Direction, *network.Rule) {
	d := map[string]network.Direction{"in": network.Ingress, "out": network.Egress}[words[0]]
	if words[1] == "none" {
		return d, nil
	}
	r := network.Rule{To: network.MaxPort, Group: network.None}
	var ok bool
	if r.Protocol, ok = network.ProtocolOf(words[1]); !ok {
		s.t.Fatalf("unknown protocol %q", words[1])
	}
	if len(words) == 4 {
		from, to, isRange := strings.Cut(words[2], "-")
		if r.From, r.To = s.port(from), s.port(from); isRange {
			r.To = s.port(to)
		}
	}
	last := words[len(words)-1]
	if name, ok := strings.CutPrefix(last, "sg:"); ok {
		r.Group = s.group(name)
		return d, &r
	}
	r.CIDR = netip.MustParsePrefix(last)
	return d, &r
}

func (s *script) port(text string) uint16 {
	if p, ok := network.PortOf(text); ok {
		return p
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		s.t.Fatal(err)
	}
	return uint16(n)
}

// begin makes the policy of the groups, once all are known.
func (s *script) begin() {
	if s.policy == nil {
		s.policy = network.NewPolicy(s.groups)
	}
}

func (s *script) end(text string) *network.End {
	if p, err := netip.ParsePrefix(text); err == nil {
		return &network.End{Address: p}
	}
	e := &network.End{Address: netip.MustParsePrefix("172.31.0.0/16"), Public: true}
	for _, name := range strings.Split(text, "+") {
		e.Groups = append(e.Groups, s.group(name))
	}
	return e
}

func (s *script) ask(line string, words []string) string {
	s.begin()
	protocol, _ := network.ProtocolOf(words[3])
	f := network.Flow{From: s.end(words[0]), To: s.end(words[2]), Public: words[1] == "=>", Protocol: protocol, Port: s.port(words[4])}
	if !s.policy.Allows(f) {
		return "dropped"
	}
	s.flows, s.asked = append(s.flows, f), append(s.asked, line)
	if (len(f.From.Groups) == 0 || s.policy.Tracks(f, network.Egress)) && (len(f.To.Groups) == 0 || s.policy.Tracks(f, network.Ingress)) {
		return "passes, tracked"
	}
	return "passes, not tracked"
}

// change gives a group a rule or takes one, and says which connections that cuts.
func (s *script) change(words []string) string {
	s.begin()
	before := network.NewPolicy(s.policy.Groups())
	d, rule := s.rule(words[2:])
	do := s.policy.Authorize
	if words[0] == "revoke" {
		do = s.policy.Revoke
	}
	if err := do(s.group(words[1]), d, *rule); err != nil {
		return err.Error()
	}
	text := "done"
	for i, f := range s.flows {
		switch {
		case before.Cuts(f, s.policy):
			text += "; cuts " + s.asked[i]
		case !s.policy.Allows(f):
			text += "; lets live " + s.asked[i]
		}
	}
	return text
}
