package tables

import (
	"fmt"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strings"

	"headroom/model/dataplane"
	"headroom/model/network"
	"headroom/model/routing"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// mostClasses is how many kinds of requests a workload may have.
const mostClasses = 20_000

// readClasses reads what requests look like: every combination of hosts, paths, methods,
// queries, headers and sources, by the product of their weights.
func (l *loader) readClasses(t *schema.Table, w *dataplane.Workload) []dataplane.RequestClass {
	paths, hosts := readWeighted(t, "path"), readWeighted(t, "host")
	methods, queries, headers := readWeighted(t, "method"), orNone(readWeighted(t, "query")), readHeaders(t)
	sources, rejected := l.readSources(t, w), readRejected(t)
	for _, p := range paths {
		if !strings.HasPrefix(p.name, "/") {
			t.Mistake("path", "must begin with /", "")
		}
	}
	for _, h := range hosts {
		refuseHost(t, h.name)
	}
	for _, m := range methods {
		if err := (routing.Rule{Priority: 1, Methods: []string{m.name}}).Validate(); err != nil {
			t.Mistake("method", "must be of A-Z, - and _, at most 40", "")
		}
	}
	count, most := 1.0, "path"
	for _, dimension := range []struct {
		key string
		n   int
	}{{"path", len(paths)}, {"host", len(hosts)}, {"method", len(methods)}, {"query", len(queries)}, {"header", len(headers)}, {"clients", len(sources)}, {"rejected", len(rejected)}} {
		if count *= float64(dimension.n); dimension.n > 1 {
			most = dimension.key
		}
	}
	if count > mostClasses {
		t.Reject(most, schema.Fault{
			Rule: fmt.Sprintf("must not make more than %d combinations of paths, hosts, methods, queries, headers and sources", mostClasses),
			Got:  fmt.Sprintf("%.0f", count), Code: schema.NoCode,
		})
		return nil
	}
	var classes []dataplane.RequestClass
	for _, p := range paths {
		for _, h := range hosts {
			one := dataplane.RequestClass{Host: h.name, Path: p.name, Weight: p.weight * h.weight}
			classes = append(classes, looks{methods, queries, headers, sources, rejected}.of(one)...)
		}
	}
	return classes
}

// refuseHost refuses what no request can ask for as its host.
func refuseHost(t *schema.Table, host string) {
	if host != "" && !routing.IsHost(host) {
		t.Reject("host", schema.Fault{Rule: `must be a name such as "shop.com", of letters, digits, - and _, or an address, without a port`, Got: tree.Quote(host), Code: schema.NoCode})
	}
}

// looks are what requests look like beside host and path.
type looks struct {
	methods, queries []share
	headers          []headerShare
	sources          []sourceShare
	rejected         []rejectedShare
}

// of makes classes of one.
func (k looks) of(one dataplane.RequestClass) (all []dataplane.RequestClass) {
	weight := one.Weight
	for _, m := range k.methods {
		for _, q := range k.queries {
			for _, h := range k.headers {
				for _, s := range k.sources {
					for _, x := range k.rejected {
						one.Method, one.Query, one.Headers, one.Source, one.Rejected = m.name, q.name, h.headers, s.address, x.code
						one.Weight = weight * m.weight * q.weight * h.weight * s.weight * x.weight
						all = append(all, one)
					}
				}
			}
		}
	}
	return all
}

// share is a name with a weight.
type share struct {
	name   string
	weight float64
}

// readWeighted reads a name, or names by weight.
func readWeighted(t *schema.Table, key string) []share { return weights(t, key, t.Value(key)) }

// weights reads a name, or names by weight, at a node below a key.
func weights(t *schema.Table, key string, n *tree.Node) []share {
	if name, ok := n.AsText(); ok {
		return []share{{name, 1}}
	}
	if n.Form != tree.TableForm || len(n.Table) == 0 {
		t.Mistake(key, "must be a string, or a table of weights", "")
		return nil
	}
	n.Inline = true
	var shares []share
	sum := 0.0
	for _, name := range slices.Sorted(maps.Keys(n.Table)) {
		weight, ok := t.Measured(key, n.Table[name], schema.Share)
		if !ok {
			return nil
		}
		if weight < 0 {
			t.Reject(key, schema.Fault{Rule: "weights must not be negative", Got: n.Table[name].Got(), Code: schema.NoCode})
			return nil
		}
		sum += weight
		shares = append(shares, share{name, weight})
	}
	switch {
	case sum == 0:
		t.Mistake(key, "weights must not all be 0", "")
		return nil
	case math.IsInf(sum, 0):
		t.Mistake(key, "weights must have a finite sum", "")
		return nil
	}
	return shares
}

// orNone adds the requests without what the shares are of, where those leave some: of
// { "id=7" = 0.2 } four in five have none. Shares of 1 and more are weights.
func orNone(shares []share) []share {
	left := 1.0
	for _, s := range shares {
		if s.name == "" {
			return shares
		}
		left -= s.weight
	}
	if len(shares) == 0 || left < leastShare { // one value alone is of weight 1
		return shares
	}
	return append(shares, share{"", left})
}

// leastShare is below what decimal shares leave by rounding.
const leastShare = 1e-9

// headerShare is the headers of a share of the requests.
type headerShare struct {
	headers []routing.Header
	weight  float64
}

// readHeaders reads headers, each with values by weight, and combines them.
func readHeaders(t *schema.Table) []headerShare {
	const key = "header"
	all := []headerShare{{weight: 1}}
	n := t.Value(key)
	if n == nil {
		return all
	}
	if n.Form != tree.TableForm {
		t.Mistake(key, `must be a table of headers: { "x-canary: 1" = 0.05 }`, "")
		return nil
	}
	n.Inline = true
	tables, ok := headerTables(t, key, n)
	if !ok {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		if err := (routing.Rule{Priority: 1, Headers: []routing.HeaderCondition{{Name: name, Values: []string{"x"}}}}).Validate(); err != nil {
			t.Mistake(key, "must be of headers with names of letters, digits, - and _, at most 40; the key host has that header", "")
			return nil
		}
		values := weights(t, key, tables[name])
		if tables[name].Form == tree.TableForm {
			values = orNone(values)
		}
		if len(all)*len(values) > mostClasses {
			return slices.Repeat(all[:1], mostClasses+1) // which is too many
		}
		var more []headerShare
		for _, before := range all {
			for _, v := range values {
				next := headerShare{before.headers, before.weight * v.weight}
				if v.name != "" {
					next.headers = append(slices.Clone(before.headers), routing.Header{Name: name, Value: v.name})
				}
				more = append(more, next)
			}
		}
		all = more
	}
	return all
}

// headerTables returns the values of each header. Those that are written as packets have
// them, "x-canary: 1" = 0.05, are gathered by header, whose case does not matter.
func headerTables(t *schema.Table, key string, n *tree.Node) (map[string]*tree.Node, bool) {
	tables, whole := map[string]*tree.Node{}, map[string]bool{}
	for _, line := range slices.Sorted(maps.Keys(n.Table)) {
		name, value, packed := strings.Cut(line, ":")
		name, value = strings.ToLower(name), strings.TrimSpace(value)
		values := tables[name]
		if values != nil && (!packed || whole[name] || values.Table[value] != nil) {
			t.Mistake(key, "must not give the header "+tree.Quote(line)+" twice", "")
			return nil, false
		}
		switch {
		case !packed:
			tables[name], whole[name] = n.Table[line], true
			continue
		case values == nil:
			values = tree.NewTable(n.Table[line].At)
			tables[name] = values
		}
		values.Table[value] = n.Table[line]
	}
	return tables, true
}

// sourceShare is the share of the clients that rules take for the same source, and one of
// their addresses.
type sourceShare struct {
	address netip.Addr
	weight  float64
}

// readSources divides the block of addresses that clients come from, evenly spread over
// it, by the blocks that rules on their way speak of.
func (l *loader) readSources(t *schema.Table, w *dataplane.Workload) []sourceShare {
	whole := clientBlock(t)
	var blocks []netip.Prefix
	if w.To == dataplane.ToLoadBalancer && t.Sound("to") {
		for _, one := range l.cfg.LoadBalancers[w.Target].AllListeners() {
			for i := range one.Rules {
				blocks = append(blocks, one.Rules[i].Sources...)
			}
		}
	}
	if len(blocks) == 0 || !whole.IsValid() {
		return []sourceShare{{weight: 1}}
	}
	slices.SortFunc(blocks, func(a, b netip.Prefix) int { return b.Bits() - a.Bits() }) // smallest first
	blocks = slices.Compact(blocks)
	blocks = slices.DeleteFunc(blocks, func(b netip.Prefix) bool { return !whole.Contains(b.Addr()) || b.Bits() <= whole.Bits() })
	return divide(whole, blocks)
}

// clientBlock is the block of addresses that clients come from, once clients is read:
// anywhere if it does not say, the zero Prefix if that is wrong.
func clientBlock(t *schema.Table) netip.Prefix {
	clients := t.Node.Table["clients"]
	if clients == nil || clients.Table["cidr"] == nil {
		return network.Everywhere
	}
	text, _ := clients.Table["cidr"].AsText()
	block, _ := netip.ParsePrefix(text)
	return block.Masked()
}

// divide returns a source in each block, smaller ones first, that is in no smaller one,
// and one of the rest, by their shares of the addresses. Of blocks that smaller ones fill
// nothing is left.
func divide(whole netip.Prefix, blocks []netip.Prefix) (all []sourceShare) {
	blocks = append(slices.Clone(blocks), whole)
	for i, block := range blocks {
		if slices.Contains(blocks[:i], block) {
			continue
		}
		left := math.Exp2(float64(whole.Bits() - block.Bits()))
		var inner []netip.Prefix // the largest within
		for k, other := range slices.Backward(blocks[:i]) {
			if block.Contains(other.Addr()) && !slices.Contains(blocks[:k], other) &&
				!slices.ContainsFunc(inner, func(p netip.Prefix) bool { return p.Contains(other.Addr()) }) {
				inner = append(inner, other)
				left -= math.Exp2(float64(whole.Bits() - other.Bits()))
			}
		}
		if address, ok := outside(block, inner); ok && left > 0 {
			all = append(all, sourceShare{address, left})
		}
	}
	return all
}

// outside returns an address of a block that is in none of some blocks within it.
func outside(block netip.Prefix, inner []netip.Prefix) (netip.Addr, bool) {
	within := func(p netip.Prefix) bool { return p.Contains(block.Addr()) && p.Bits() <= block.Bits() }
	if slices.ContainsFunc(inner, within) {
		return netip.Addr{}, false
	}
	if !slices.ContainsFunc(inner, func(p netip.Prefix) bool { return block.Contains(p.Addr()) }) {
		return block.Addr(), true
	}
	for _, upper := range []bool{false, true} {
		if address, ok := outside(half(block, upper), inner); ok {
			return address, true
		}
	}
	return netip.Addr{}, false
}

// half returns the lower or the upper half of a block.
func half(block netip.Prefix, upper bool) netip.Prefix {
	bytes := block.Addr().AsSlice()
	if upper {
		bytes[block.Bits()/8] |= 0x80 >> (block.Bits() % 8)
	}
	address, _ := netip.AddrFromSlice(bytes)
	return netip.PrefixFrom(address, block.Bits()+1)
}
