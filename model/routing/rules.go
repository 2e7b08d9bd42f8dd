package routing

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Limits of a listener rule: the quotas of Application Load Balancers.
const (
	MaxPriority           = 50_000
	MaxPatternLength      = 128
	MaxNameLength         = 40 // of a method, and of the name of a header
	MaxValuesPerCondition = 3
	MaxValuesPerRule      = 5
	MaxWildcardsPerRule   = 5
	MaxRules              = 100 // of a load balancer, default rules not counted
)

// Rule is a listener rule: requests that meet all of its conditions get its action.
// A condition is met by any of its values; an empty list matches everything. A rule
// has at least one value.
type Rule struct {
	Priority     int // 1 to [MaxPriority], unique; lower goes first
	HostHeaders  []string
	PathPatterns []string
	Methods      []string // as they are written, without wildcards
	Sources      []netip.Prefix
	Headers      []HeaderCondition
	Queries      []QueryCondition
	Action       int // the caller's name for what to do
}

// HeaderCondition is met by a header of a name, whose case does not matter, with one
// of some values.
type HeaderCondition struct {
	Name   string
	Values []string
}

// QueryCondition is met by one of some parameters of a query.
type QueryCondition []Parameter

// Parameter is a part of a query, key=value. In a condition both are patterns, and an
// empty key stands for any.
type Parameter struct{ Key, Value string }

// Request is what rules look at.
type Request struct {
	Host, Path string // what follows a ? of the path is part of the query
	Query      string // key=value, joined by &
	Method     string
	Headers    []Header
	Source     netip.Addr // the zero Addr is in no prefix
}

// Header is a header of a request.
type Header struct{ Name, Value string }

// Rules are the compiled rules of one listener.
type Rules struct {
	rules         []compiledRule // ascending priority
	defaultAction int
}

type compiledRule struct {
	hosts, paths []Pattern
	methods      []string
	sources      []netip.Prefix
	headers      []compiledHeader
	queries      [][]compiledParameter
	action       int
}

type compiledHeader struct {
	name   string
	values []Pattern
}

type compiledParameter struct {
	anyKey     bool
	key, value Pattern
}

// CompileRules returns the rules in the order of their priorities, with the
// action for requests that match none of them; or all faults, joined.
func CompileRules(rules []Rule, defaultAction int) (*Rules, error) {
	if err := validateRules(rules); err != nil {
		return nil, err
	}
	sorted := slices.Clone(rules)
	slices.SortFunc(sorted, func(a, b Rule) int { return cmp.Compare(a.Priority, b.Priority) })
	compiled := &Rules{defaultAction: defaultAction}
	for i := range sorted {
		compiled.rules = append(compiled.rules, compile(&sorted[i]))
	}
	return compiled, nil
}

func compile(rule *Rule) compiledRule {
	r := compiledRule{
		hosts: folded(rule.HostHeaders), methods: rule.Methods, sources: rule.Sources, action: rule.Action,
	}
	for _, path := range rule.PathPatterns {
		r.paths = append(r.paths, CompilePath(path))
	}
	for _, h := range rule.Headers {
		r.headers = append(r.headers, compiledHeader{h.Name, folded(h.Values)})
	}
	for _, condition := range rule.Queries {
		var all []compiledParameter
		for _, p := range condition {
			all = append(all, compiledParameter{p.Key == "", CompileHost(p.Key), CompileHost(p.Value)})
		}
		r.queries = append(r.queries, all)
	}
	return r
}

// folded compiles patterns that ignore case.
func folded(texts []string) (patterns []Pattern) {
	for _, text := range texts {
		patterns = append(patterns, CompileHost(text))
	}
	return patterns
}

// Match returns the action for a request and how many rules were processed to
// find it, for the rule evaluations that capacity units count: the matching rule
// counts, the default rule does not.
func (r *Rules) Match(request Request) (action, processed int) {
	path, rest, _ := strings.Cut(request.Path, "?")
	query := parameters(rest, request.Query)
	for i := range r.rules {
		if r.rules[i].matches(&request, path, query) {
			return r.rules[i].action, i + 1
		}
	}
	return r.defaultAction, len(r.rules)
}

// parameters takes queries apart.
func parameters(queries ...string) (all []Parameter) {
	for _, query := range queries {
		for part := range strings.SplitSeq(query, "&") {
			if part != "" {
				key, value, _ := strings.Cut(part, "=")
				all = append(all, Parameter{key, value})
			}
		}
	}
	return all
}

func (r *compiledRule) matches(request *Request, path string, query []Parameter) bool {
	if !matchAny(r.hosts, request.Host) || !matchAny(r.paths, path) {
		return false
	}
	if len(r.methods) > 0 && !slices.Contains(r.methods, request.Method) {
		return false
	}
	from := func(p netip.Prefix) bool { return p.Contains(request.Source) }
	if len(r.sources) > 0 && !slices.ContainsFunc(r.sources, from) {
		return false
	}
	for i := range r.headers {
		if !r.headers[i].matches(request.Headers) {
			return false
		}
	}
	for _, condition := range r.queries {
		if !slices.ContainsFunc(condition, func(c compiledParameter) bool { return c.matches(query) }) {
			return false
		}
	}
	return true
}

func (c *compiledHeader) matches(headers []Header) bool {
	return slices.ContainsFunc(headers, func(h Header) bool {
		return equalFolded(h.Name, c.name) && matchAny(c.values, h.Value)
	})
}

func (c *compiledParameter) matches(query []Parameter) bool {
	return slices.ContainsFunc(query, func(p Parameter) bool {
		return (c.anyKey || c.key.Match(p.Key)) && c.value.Match(p.Value)
	})
}

func matchAny(patterns []Pattern, text string) bool {
	for i := range patterns {
		if patterns[i].Match(text) {
			return true
		}
	}
	return len(patterns) == 0
}

func validateRules(rules []Rule) error {
	var faults []error
	if len(rules) > MaxRules {
		faults = append(faults, fmt.Errorf("rules must not exceed %d, got %d", MaxRules, len(rules)))
	}
	var priorities []int
	for _, rule := range rules {
		if slices.Contains(priorities, rule.Priority) {
			faults = append(faults, fmt.Errorf("rule with priority %d: priority must be unique", rule.Priority))
		}
		priorities = append(priorities, rule.Priority)
		if err := rule.Validate(); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}
