package routing

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"headroom/sim/rng"
)

// matchByDefinition is the dumb twin of [Rules.Match]: each rule in the order of its
// priority, each condition by its definition.
func matchByDefinition(rules []Rule, request Request, none int) int {
	best := -1
	for i := range rules {
		if meets(&rules[i], request) && (best < 0 || rules[i].Priority < rules[best].Priority) {
			best = i
		}
	}
	if best < 0 {
		return none
	}
	return rules[best].Action
}

func meets(r *Rule, request Request) bool {
	fold := func(pattern, text string) bool { return matchSlowly(strings.ToLower(pattern), strings.ToLower(text)) }
	some := func(patterns []string, text string, match func(pattern, text string) bool) bool {
		for _, p := range patterns {
			if match(p, text) {
				return true
			}
		}
		return len(patterns) == 0
	}
	path, rest, _ := strings.Cut(request.Path, "?")
	ok := some(r.HostHeaders, request.Host, fold) && some(r.PathPatterns, path, matchSlowly) &&
		some(r.Methods, request.Method, func(a, b string) bool { return a == b })
	if len(r.Sources) > 0 {
		within := false
		for _, s := range r.Sources {
			within = within || s.Masked().String() == netip.PrefixFrom(request.Source, s.Bits()).Masked().String()
		}
		ok = ok && within
	}
	for _, h := range r.Headers {
		found := false
		for _, have := range request.Headers {
			found = found || strings.EqualFold(h.Name, have.Name) && some(h.Values, have.Value, fold)
		}
		ok = ok && found
	}
	for _, q := range r.Queries {
		found := false
		for _, part := range strings.Split(rest+"&"+request.Query, "&") {
			key, value, _ := strings.Cut(part, "=")
			for _, p := range q {
				found = found || part != "" && (p.Key == "" || fold(p.Key, key)) && fold(p.Value, value)
			}
		}
		ok = ok && found
	}
	return ok
}

// FuzzRulesAgreeWithTheirDefinition draws rules and requests of few letters, so that
// they meet, from a number.
func FuzzRulesAgreeWithTheirDefinition(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := ruleMaker{rng.New(seed, 0, "rules")}
		var rules []Rule
		for i := range 1 + g.Below(6) {
			if r := g.rule(i); r.Validate() == nil {
				rules = append(rules, r)
			}
		}
		compiled, err := CompileRules(rules, -1)
		if err != nil {
			t.Fatal(err)
		}
		for range 50 {
			request := g.request()
			got, processed := compiled.Match(request)
			if want := matchByDefinition(rules, request, -1); got != want {
				t.Fatalf("seed %d: %+v against %+v: got action %d after %d rules, want %d", seed, request, rules, got, processed, want)
			}
			for i := range rules {
				for k := range rules {
					if rules[i].Hides(&rules[k]) && meets(&rules[k], request) && !meets(&rules[i], request) {
						t.Fatalf("seed %d: %+v does not hide %+v from %+v", seed, rules[i], rules[k], request)
					}
				}
			}
		}
	})
}

// ruleMaker draws rules and requests.
type ruleMaker struct{ rng.Stream }

func (g *ruleMaker) text(letters string, most int) string {
	var b strings.Builder
	for range g.Below(most + 1) {
		b.WriteByte(letters[g.Below(len(letters))])
	}
	return b.String()
}

func (g *ruleMaker) texts(letters string) (all []string) {
	for range 1 + g.Below(2) {
		all = append(all, g.text(letters, 2)+letters[:1])
	}
	return all
}

func (g *ruleMaker) rule(i int) Rule {
	r := Rule{Priority: 10 - i, Action: i}
	if g.Below(3) == 0 {
		for _, host := range g.texts("aB.*") {
			r.HostHeaders = append(r.HostHeaders, host+".b")
		}
	}
	if g.Below(2) == 0 {
		r.PathPatterns = g.texts("/aA*?")
	}
	if g.Below(3) == 0 {
		r.Methods = []string{[]string{"GET", "POST"}[g.Below(2)]}
	}
	if g.Below(4) == 0 {
		r.Sources = []netip.Prefix{netip.MustParsePrefix(fmt.Sprintf("10.%d.0.0/%d", g.Below(4), []int{8, 16, 24}[g.Below(3)])).Masked()}
	}
	if g.Below(3) == 0 {
		r.Headers = append(r.Headers, HeaderCondition{[]string{"x-a", "X-B"}[g.Below(2)], g.texts("1aA*")})
	}
	for range g.Below(3) {
		var q QueryCondition
		for range 1 + g.Below(2) {
			q = append(q, Parameter{g.text("k*", 1), g.text("vV?", 1) + "v"})
		}
		r.Queries = append(r.Queries, q)
	}
	return r
}

func (g *ruleMaker) request() Request {
	r := Request{
		Host: g.text("aAbB.", 3) + []string{"", ".b", ".B", ".a"}[g.Below(4)], Path: "/" + g.text("/aA?", 3), Method: []string{"GET", "POST", "get"}[g.Below(3)],
		Query: g.text("kv=&V", 5), Source: netip.AddrFrom4([4]byte{10, byte(g.Below(4)), byte(g.Below(2)), 1}),
	}
	for _, name := range []string{"X-A", "x-b"} {
		if g.Below(2) == 0 {
			r.Headers = append(r.Headers, Header{name, g.text("1aA", 2)})
		}
	}
	return r
}

func TestRulesHideOthers(t *testing.T) {
	paths := func(p ...string) *Rule { return &Rule{PathPatterns: p} }
	prefix := func(p string) []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix(p)} }
	for _, tt := range []struct {
		first, second *Rule
		want          bool
	}{
		{paths("/a*"), paths("/api/*"), true},
		{paths("/a*", "/b"), paths("/b", "/a?c"), true},
		{paths("/a?"), paths("/a*"), false},
		{paths("/a/*/b"), paths("/a/x*y/b"), true},
		{paths("/a"), paths("/A"), false},
		{paths("/a"), &Rule{HostHeaders: []string{"a"}}, false},
		{&Rule{HostHeaders: []string{"*.Shop.com"}}, &Rule{HostHeaders: []string{"a.shop.COM"}, PathPatterns: []string{"/"}}, true},
		{&Rule{Methods: []string{"GET", "HEAD"}}, &Rule{Methods: []string{"GET"}}, true},
		{&Rule{Methods: []string{"GET"}}, paths("/"), false},
		{&Rule{Sources: prefix("10.0.0.0/8")}, &Rule{Sources: prefix("10.2.0.0/16")}, true},
		{&Rule{Sources: prefix("10.2.0.0/16")}, &Rule{Sources: prefix("10.0.0.0/8")}, false},
		{&Rule{Headers: []HeaderCondition{{"X-A", []string{"*"}}}}, &Rule{Headers: []HeaderCondition{{"x-a", []string{"1"}}}}, true},
		{&Rule{Queries: []QueryCondition{{{"", "*"}}}}, &Rule{Queries: []QueryCondition{{{"id", "?"}}}}, true},
		{&Rule{Queries: []QueryCondition{{{"id", "*"}}}}, &Rule{Queries: []QueryCondition{{{"", "1"}}}}, false},
	} {
		if got := tt.first.Hides(tt.second); got != tt.want {
			t.Errorf("%+v hides %+v: got %v, want %v", tt.first, tt.second, got, tt.want)
		}
	}
}

func TestEachConditionHasItsLimits(t *testing.T) {
	long := strings.Repeat("x", 129)
	for _, tt := range []struct {
		rule Rule
		want string // "": sound
	}{
		{Rule{Methods: []string{"GET", "PURGE-ALL", "A_B"}}, ""},
		{Rule{Methods: []string{"get"}}, `request method "get" must be 1 to 40 of A-Z, - and _`},
		{Rule{Methods: []string{strings.Repeat("A", 41)}}, "must be 1 to 40 of"},
		{Rule{Methods: []string{"G*"}}, "must be 1 to 40 of"},
		{Rule{Methods: []string{"A", "B", "C", "D"}}, "request method values must not exceed 3, got 4"},
		{Rule{Sources: []netip.Prefix{{}}}, "source ip must be a CIDR block"},
		{Rule{Sources: slices.Repeat([]netip.Prefix{netip.MustParsePrefix("::/0")}, 4)}, "source ip values must not exceed 3"},
		{Rule{Headers: []HeaderCondition{{"Host", []string{"a"}}}}, "must be a condition host_header"},
		{Rule{Headers: []HeaderCondition{{"X A", []string{"a"}}}}, "name of the header"},
		{Rule{Headers: []HeaderCondition{{"x.a+b~", []string{"Mozilla/5.0 (*; \"x\") <a|b> {1}"}}}}, ""},
		{Rule{Headers: []HeaderCondition{{"X-A", []string{"a\tb"}}}}, `header X-A "a\tb" must have letters, digits, * and ?`},
		{Rule{HostHeaders: []string{"*.com", "a.b.", "A.Co"}}, ""},
		{Rule{HostHeaders: []string{"localhost"}}, `host header "localhost" must have a dot, and letters only behind the last one`},
		{Rule{HostHeaders: []string{"shop.*"}}, `"shop.*" must have a dot, and letters only`},
		{Rule{HostHeaders: []string{"10.0.0.1"}}, `"10.0.0.1" must have a dot, and letters only`},
		{Rule{Headers: []HeaderCondition{{"X-A", nil}}}, "header X-A must have a value"},
		{Rule{Headers: []HeaderCondition{{"X-A", []string{long}}}}, "must have 1 to 128 characters, got 129"},
		{Rule{Headers: []HeaderCondition{{"A", []string{"1", "2", "3"}}, {"B", []string{"1", "2"}}}}, ""},
		{Rule{Headers: []HeaderCondition{{"A", []string{"1", "2", "3"}}, {"B", []string{"1", "2", "3"}}}}, "must number 1 to 5, got 6"},
		{Rule{Queries: []QueryCondition{{{long, "a"}}}}, "must have 0 to 128 characters, got 129"},
		{Rule{Queries: []QueryCondition{{{"a", ""}}}}, "must have 1 to 128 characters, got 0"},
		{Rule{Queries: []QueryCondition{{}}}, "query string must have a value"},
		{Rule{Queries: []QueryCondition{{{"*", "*"}, {"*", "*"}, {"*", "*"}}}}, "wildcards must not exceed 5, got 6"},
	} {
		tt.rule.Priority = 1
		err := tt.rule.Validate()
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%+v: got %v, want %q", tt.rule, err, tt.want)
		}
	}
}

func TestHosts(t *testing.T) {
	for host, want := range map[string]bool{
		"shop.com": true, "localhost": true, "a-b_c.D": true, "10.0.0.1": true, "[2001:db8::1]": true,
		"": false, "shop.com:80": false, "a b": false, "*.com": false, "[10.0.0.1]": false, "[::1": false, "münchen.de": false, strings.Repeat("a", 129): false,
	} {
		if got := IsHost(host); got != want {
			t.Errorf("%q: got %v, want %v", host, got, want)
		}
	}
}
