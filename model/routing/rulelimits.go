package routing

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Validate returns all that the rule alone breaks of the limits of AWS, joined.
func (r Rule) Validate() error {
	v := ruleFaults{priority: r.Priority}
	if r.Priority < 1 || r.Priority > MaxPriority {
		v.add("priority must be 1 to %d", MaxPriority)
	}
	v.patterns("host header", r.HostHeaders)
	v.characters("host header", r.HostHeaders, ofHosts)
	v.endings(r.HostHeaders)
	v.patterns("path pattern", r.PathPatterns)
	v.characters("path pattern", r.PathPatterns, ofPaths)
	v.count("request method", len(r.Methods))
	for _, method := range r.Methods {
		if !isMethod(method) {
			v.add("request method %q must be 1 to %d of A-Z, - and _", method, MaxNameLength)
		}
	}
	v.count("source ip", len(r.Sources))
	for _, prefix := range r.Sources {
		if !prefix.IsValid() {
			v.add("source ip must be a CIDR block, got %v", prefix)
		}
	}
	for _, h := range r.Headers {
		v.header(h)
	}
	for _, condition := range r.Queries {
		v.query(condition)
	}
	if v.values < 1 || v.values > MaxValuesPerRule {
		v.add("values of all conditions must number 1 to %d, got %d", MaxValuesPerRule, v.values)
	}
	if v.wildcards > MaxWildcardsPerRule {
		v.add("wildcards must not exceed %d, got %d", MaxWildcardsPerRule, v.wildcards)
	}
	return errors.Join(v.faults...)
}

// ruleFaults counts what a rule has, and collects what is wrong with it.
type ruleFaults struct {
	priority, values, wildcards int
	faults                      []error
}

func (v *ruleFaults) add(format string, args ...any) {
	v.faults = append(v.faults, fmt.Errorf("rule with priority %d: "+format, append([]any{v.priority}, args...)...))
}

// count adds the values of a condition.
func (v *ruleFaults) count(what string, values int) {
	v.values += values
	if values > MaxValuesPerCondition {
		v.add("%s values must not exceed %d, got %d", what, MaxValuesPerCondition, values)
	}
}

// patterns adds the values of a condition that may have wildcards.
func (v *ruleFaults) patterns(what string, patterns []string) {
	v.count(what, len(patterns))
	for _, pattern := range patterns {
		v.pattern(pattern, 1)
	}
}

func (v *ruleFaults) pattern(pattern string, least int) {
	if n := len(pattern); n < least || n > MaxPatternLength {
		v.add("pattern %q must have %d to %d characters, got %d", pattern, least, MaxPatternLength, n)
	}
	v.wildcards += strings.Count(pattern, "*") + strings.Count(pattern, "?")
}

// Characters of patterns beside letters, digits and wildcards, and of names of headers, which
// have no wildcards. (Application Load Balancers, "Condition types for listener rules" and "Add
// a listener rule".)
const (
	ofHosts   = "-_."
	ofPaths   = "_-.$/~\"'@:+&"
	ofQueries = "_-.$/~\"'@:+&()!,;="
	ofHeaders = " !\"#$%&'()+,./:;<=>@[]^_`{|}~-"
	ofNames   = "*?-!#$%&'+.^_`|~"
)

// characters refuses patterns with others than those.
func (v *ruleFaults) characters(what string, patterns []string, special string) {
	for _, pattern := range patterns {
		for _, c := range pattern {
			if !isLetter(c) && (c < '0' || c > '9') && !strings.ContainsRune("*?"+special, c) {
				v.add("%s %q must have letters, digits, * and ?, and %s, got %q", what, pattern, special, c)
				break
			}
		}
	}
}

// endings refuses hosts without a dot, or with other than letters behind the last one.
func (v *ruleFaults) endings(hosts []string) {
	for _, host := range hosts {
		last := strings.LastIndexByte(host, '.')
		if last < 0 || strings.ContainsAny(host[last+1:], "0123456789-_*?") {
			v.add("host header %q must have a dot, and letters only behind the last one", host)
		}
	}
}

func isLetter(c rune) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// IsHost reports whether a request may ask for a host: a name of letters, digits, - and _
// between dots, or an address, that of IPv6 in brackets.
func IsHost(text string) bool {
	if inner, bracketed := strings.CutPrefix(text, "["); bracketed {
		inner, closed := strings.CutSuffix(inner, "]")
		address, err := netip.ParseAddr(inner)
		return closed && err == nil && address.Is6()
	}
	return text != "" && len(text) <= MaxPatternLength && strings.IndexFunc(text, func(c rune) bool {
		return !isLetter(c) && (c < '0' || c > '9') && !strings.ContainsRune(ofHosts, c)
	}) < 0
}

func (v *ruleFaults) header(h HeaderCondition) {
	switch {
	case !isToken(h.Name):
		v.add("name of the header %q must be 1 to %d letters, digits and %s", h.Name, MaxNameLength, ofNames)
	case equalFolded(h.Name, "host"):
		v.add("header Host must be a condition host_header")
	case len(h.Values) == 0:
		v.add("header %s must have a value", h.Name)
	}
	v.patterns("header", h.Values)
	v.characters("header "+h.Name, h.Values, ofHeaders)
}

func (v *ruleFaults) query(condition QueryCondition) {
	v.count("query string", len(condition))
	for _, p := range condition {
		v.pattern(p.Key, 0)
		v.pattern(p.Value, 1)
		v.characters("query string", []string{p.Key, p.Value}, ofQueries)
	}
	if len(condition) == 0 {
		v.add("query string must have a value")
	}
}

func isMethod(text string) bool {
	return text != "" && len(text) <= MaxNameLength && strings.IndexFunc(text, func(c rune) bool {
		return (c < 'A' || c > 'Z') && c != '-' && c != '_'
	}) < 0
}

// isToken reports whether a text may be the name of a header in a condition.
func isToken(text string) bool {
	return text != "" && len(text) <= MaxNameLength && strings.IndexFunc(text, func(c rune) bool {
		return !isLetter(c) && (c < '0' || c > '9') && !strings.ContainsRune(ofNames, c)
	}) < 0
}

// Hides reports whether every request that meets the conditions of another rule meets
// those of this one, so that the other, if it comes later, never has a turn. It finds
// what a person would see: it may miss some, but is never wrong.
func (r *Rule) Hides(other *Rule) bool {
	from := func(mine, its []string, fold bool) bool {
		return len(mine) == 0 || len(its) > 0 && !slices.ContainsFunc(its, func(text string) bool {
			return !slices.ContainsFunc(mine, func(pattern string) bool { return contains(pattern, text, fold) })
		})
	}
	if !from(r.HostHeaders, other.HostHeaders, true) || !from(r.PathPatterns, other.PathPatterns, false) {
		return false
	}
	for _, m := range other.Methods {
		if len(r.Methods) > 0 && !slices.Contains(r.Methods, m) {
			return false
		}
	}
	for _, p := range other.Sources {
		within := func(mine netip.Prefix) bool { return mine.Bits() <= p.Bits() && mine.Contains(p.Addr()) }
		if len(r.Sources) > 0 && !slices.ContainsFunc(r.Sources, within) {
			return false
		}
	}
	if len(r.Methods) > 0 && len(other.Methods) == 0 || len(r.Sources) > 0 && len(other.Sources) == 0 {
		return false
	}
	for _, h := range r.Headers {
		if !slices.ContainsFunc(other.Headers, func(o HeaderCondition) bool {
			return equalFolded(h.Name, o.Name) && from(h.Values, o.Values, true)
		}) {
			return false
		}
	}
	for _, q := range r.Queries {
		if !slices.ContainsFunc(other.Queries, func(o QueryCondition) bool { return q.covers(o) }) {
			return false
		}
	}
	return true
}

// covers reports whether each parameter that meets a condition meets this one.
func (q QueryCondition) covers(other QueryCondition) bool {
	for _, o := range other {
		if !slices.ContainsFunc(q, func(p Parameter) bool {
			return (p.Key == "" || o.Key != "" && contains(p.Key, o.Key, true)) && contains(p.Value, o.Value, true)
		}) {
			return false
		}
	}
	return true
}
