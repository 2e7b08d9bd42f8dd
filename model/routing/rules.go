package routing

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Limits of a listener rule: the quotas of Application Load Balancers.
const (
	MaxPriority           = 50_000
	MaxPatternLength      = 128
	MaxValuesPerCondition = 3
	MaxValuesPerRule      = 5
	MaxWildcardsPerRule   = 5
	MaxRules              = 100 // of a load balancer, default rules not counted
)

// Rule is a listener rule: requests that match one of the host patterns and one
// of the path patterns get its action. An empty list matches everything; a rule
// has at least one pattern.
type Rule struct {
	Priority     int // 1 to [MaxPriority], unique; lower goes first
	HostHeaders  []string
	PathPatterns []string
	Action       int // the caller's name for what to do
}

// Rules are the compiled rules of one listener.
type Rules struct {
	rules         []compiledRule // ascending priority
	defaultAction int
}

type compiledRule struct {
	hosts, paths []Pattern
	action       int
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
	for _, rule := range sorted {
		r := compiledRule{action: rule.Action}
		for _, host := range rule.HostHeaders {
			r.hosts = append(r.hosts, CompileHost(host))
		}
		for _, path := range rule.PathPatterns {
			r.paths = append(r.paths, CompilePath(path))
		}
		compiled.rules = append(compiled.rules, r)
	}
	return compiled, nil
}

// Match returns the action for a request and how many rules were processed to
// find it, for the rule evaluations that capacity units count: the matching rule
// counts, the default rule does not. A query in the path is left out.
func (r *Rules) Match(host, path string) (action, processed int) {
	path, _, _ = strings.Cut(path, "?")
	for i := range r.rules {
		rule := &r.rules[i]
		if matchAny(rule.hosts, host) && matchAny(rule.paths, path) {
			return rule.action, i + 1
		}
	}
	return r.defaultAction, len(r.rules)
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

// Validate returns all that the rule alone breaks of the limits of AWS, joined.
func (r Rule) Validate() error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("rule with priority %d: "+format, append([]any{r.Priority}, args...)...))
	}
	if r.Priority < 1 || r.Priority > MaxPriority {
		fault("priority must be 1 to %d", MaxPriority)
	}
	if n := len(r.HostHeaders); n > MaxValuesPerCondition {
		fault("host header values must not exceed %d, got %d", MaxValuesPerCondition, n)
	}
	if n := len(r.PathPatterns); n > MaxValuesPerCondition {
		fault("path pattern values must not exceed %d, got %d", MaxValuesPerCondition, n)
	}
	all := slices.Concat(r.HostHeaders, r.PathPatterns)
	if n := len(all); n < 1 || n > MaxValuesPerRule {
		fault("values of all conditions must number 1 to %d, got %d", MaxValuesPerRule, n)
	}
	wildcards := 0
	for _, pattern := range all {
		if n := len(pattern); n < 1 || n > MaxPatternLength {
			fault("pattern %q must have 1 to %d characters, got %d", pattern, MaxPatternLength, n)
		}
		wildcards += strings.Count(pattern, "*") + strings.Count(pattern, "?")
	}
	if wildcards > MaxWildcardsPerRule {
		fault("wildcards must not exceed %d, got %d", MaxWildcardsPerRule, wildcards)
	}
	return errors.Join(faults...)
}
