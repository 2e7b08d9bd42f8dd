package routing

import (
	"strings"
	"testing"
)

func TestFirstMatchingRuleByPriorityWins(t *testing.T) {
	const notFound, users, posts = 404, 1, 2
	rules, err := CompileRules([]Rule{
		{Priority: 2, PathPatterns: []string{"/posts/*"}, Action: posts},
		{Priority: 1, HostHeaders: []string{"*.shop.com"}, PathPatterns: []string{"/users*"}, Action: users},
	}, notFound)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		host, path        string
		action, processed int
	}{
		{"one.shop.com", "/users?id=1", users, 1},
		{"ONE.Shop.com", "/users/7", users, 1},
		{"shop.com", "/users", notFound, 2},
		{"one.shop.com", "/posts/1", posts, 2},
		{"anything", "/posts/1?x=/users", posts, 2},
		{"anything", "/Posts/1", notFound, 2},
		{"anything", "/?p=/posts/1", notFound, 2},
	} {
		if action, processed := rules.Match(Request{Host: tt.host, Path: tt.path}); action != tt.action || processed != tt.processed {
			t.Errorf("%s%s: got %d after %d rules, want %d after %d", tt.host, tt.path, action, processed, tt.action, tt.processed)
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"*.example.com", "test.example.com", true},
		{"*.example.com", "example.com", false},
		{"*.example.com", ".example.com", true},
		{"/img/*.jp?g", "/img/a/b.jpeg", true},
		{"/img/*.jp?g", "/img/a.jpg", false},
		{"/a*a", "/a", false},
		{"*", "", true},
		{"?", "", false},
		{"a**b", "ab", true},
		{"/a*b*c", "/abxbxc", true},
		{"/a*bc*c", "/abc", false},
	} {
		if got := CompilePath(tt.pattern).Match(tt.text); got != tt.want {
			t.Errorf("%q against %q: got %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
	}
}

// matchSlowly is the dumb twin of [Pattern.Match]: the definition, by recursion.
func matchSlowly(pattern, text string) bool {
	switch {
	case pattern == "":
		return text == ""
	case pattern[0] == '*':
		return matchSlowly(pattern[1:], text) || text != "" && matchSlowly(pattern, text[1:])
	}
	return text != "" && (pattern[0] == '?' || pattern[0] == text[0]) && matchSlowly(pattern[1:], text[1:])
}

func FuzzPatternAgreesWithRecursion(f *testing.F) {
	f.Add("a*b?c", "aXXbXc")
	f.Add("*a*a*", "aa")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 12 || len(text) > 24 {
			t.Skip("the twin is exponential")
		}
		if got, want := CompilePath(pattern).Match(text), matchSlowly(pattern, text); got != want {
			t.Errorf("%q against %q: got %v, want %v", pattern, text, got, want)
		}
	})
}

func TestAllShortPatternsAgreeWithRecursion(t *testing.T) {
	words := func(letters string, length int) (all []string) {
		all = []string{""}
		for from := 0; length > 0; length-- {
			to := len(all)
			for _, word := range all[from:to] {
				for _, letter := range letters {
					all = append(all, word+string(letter))
				}
			}
			from = to
		}
		return all
	}
	texts := words("ab", 6)
	for _, pattern := range words("ab*?", 5) {
		compiled := CompilePath(pattern)
		for _, text := range texts {
			if got, want := compiled.Match(text), matchSlowly(pattern, text); got != want {
				t.Fatalf("%q against %q: got %v, want %v", pattern, text, got, want)
			}
		}
	}
}

func TestHostileTextIsMatchedInLinearTime(t *testing.T) {
	pattern := CompilePath("/*a*a*a*a*b")
	if pattern.Match("/" + strings.Repeat("a", 1<<20)) { // exponential backtracking would not end
		t.Error("matched without a b")
	}
}

func TestRuleFaultsAreAllReported(t *testing.T) {
	_, err := CompileRules([]Rule{
		{Priority: 1, PathPatterns: []string{"/a"}},
		{Priority: 1, PathPatterns: []string{"/b"}},
		{Priority: 0, PathPatterns: []string{"/c"}},
		{Priority: 50001, PathPatterns: []string{"/c"}},
		{Priority: 2},
		{Priority: 3, PathPatterns: []string{"/1", "/2", "/3", "/4"}},
		{Priority: 4, PathPatterns: []string{"/1", "/2", "/3"}, HostHeaders: []string{"a.com", "b.com", "c.com"}},
		{Priority: 5, PathPatterns: []string{"/*?*?*", "/?"}},
		{Priority: 6, PathPatterns: []string{strings.Repeat("x", 129)}},
		{Priority: 7, PathPatterns: []string{strings.Repeat("x", 128), "/**?", "/??"}, HostHeaders: []string{"a.com", "b.com"}},
		{Priority: 8, HostHeaders: []string{"shop/com"}},
		{Priority: 9, PathPatterns: []string{"/a b"}},
		{Priority: 10, Queries: []QueryCondition{{{Key: "id", Value: "<1>"}}}},
		{Priority: 11, HostHeaders: []string{"*.my-shop_1.com"}, PathPatterns: []string{"/_-.$/~\"'@:+&?*"}, Queries: []QueryCondition{{{Key: "a(", Value: "!,;=)"}}}},
	}, 0)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"priority 1: priority must be unique",
		"priority 0: priority must be 1 to 50000",
		"priority 50001: priority must be",
		"priority 2: values of all conditions must number 1 to 5, got 0",
		"priority 3: path pattern values must not exceed 3, got 4",
		"priority 4: values of all conditions must number 1 to 5, got 6",
		"priority 5: wildcards must not exceed 5, got 6",
		"priority 6: pattern", "must have 1 to 128 characters, got 129",
		`priority 8: host header "shop/com" must have letters, digits, * and ?, and -_., got '/'`,
		`priority 9: path pattern "/a b" must have letters, digits, * and ?, and _-.$/~"'@:+&, got ' '`,
		`priority 10: query string "<1>" must have`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in:\n%v", want, err)
		}
	}
	for _, sound := range []string{"priority 7", "priority 11"} {
		if strings.Contains(err.Error(), sound) {
			t.Errorf("a rule at its limits was refused:\n%v", err)
		}
	}
}
