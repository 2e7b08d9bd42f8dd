package catalog

import (
	"regexp"
	"strconv"
	"testing"
)

func TestEveryTypeNameParses(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	n := 0
	for _, in := range c.Types() {
		name, ok := ParseTypeName(in.Name)
		if !ok || name.Family != in.Family || name.Size != in.Size {
			t.Errorf("%s: %+v, %v", in.Name, name, ok)
		}
		n++
	}
	if n != 1403 {
		t.Errorf("%d types, want 1403", n)
	}
}

func TestTypeNamesComeApart(t *testing.T) {
	for name, want := range map[string]TypeName{
		"c6gn.16xlarge":     {"c6gn", "c", 6, "gn", "16xlarge"},
		"t3.micro":          {"t3", "t", 3, "", "micro"},
		"u-6tb1.metal":      {"u-6tb1", "u", 6, "tb1", "metal"},
		"mac2-m2pro.metal":  {"mac2-m2pro", "mac", 2, "-m2pro", "metal"},
		"mac-m4.metal":      {"mac-m4", "mac", 0, "m4", "metal"},
		"p6-b200.48xlarge":  {"p6-b200", "p", 6, "-b200", "48xlarge"},
		"m7i.metal-24xl":    {"m7i", "m", 7, "i", "metal-24xl"},
		"m7i-flex.12xlarge": {"m7i-flex", "m", 7, "i-flex", "12xlarge"},
	} {
		if got, ok := ParseTypeName(name); !ok || got != want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, ok, want)
		}
	}
}

func TestNormalizedUnitsOfSizes(t *testing.T) {
	c := mustOpen(t, "us-east-1")
	for name, want := range map[string]float64{
		"m5.2xlarge": 16, "t3.nano": 0.25, "i3.metal": 128, "m7i.metal-24xl": 192, "c6gn.16xlarge": 128,
		"t3.micro": 0.5, "t3.small": 1, "t3.medium": 2, "m5.large": 4, "m5.xlarge": 8, "c5.9xlarge": 72,
		"c7i.48xlarge": 384, "u-6tb1.112xlarge": 896, "u-6tb1.metal": 896, "a1.metal": 32, "z1d.metal": 96,
		"c5n.metal": 144, "r5.metal": 192, "m6i.metal": 256, "c6a.metal": 384, "mac1.metal": 0, "m5": 0, "": 0,
	} {
		if got := c.NormalizedUnits(name); got != want {
			t.Errorf("NormalizedUnits(%q) = %v, want %v", name, got, want)
		}
	}
}

// FuzzParseTypeName compares the parser with the grammar as a regular
// expression.
func FuzzParseTypeName(f *testing.F) {
	grammar := regexp.MustCompile(`^([a-z]+)-?(\d*)([a-z0-9-]*)\.(nano|micro|small|medium|large|xlarge|\d+xlarge|metal(?:-\d+xl)?)$`)
	for _, name := range []string{"c6gn.16xlarge", "u-6tb1.metal", "mac-m4.metal", "m5", ".", "m5.metal-xl", "m5.xxlarge", "M5.large", "m5.large\n", "m5.-1xlarge"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if len(name) > 24 { // longer numbers overflow, which the grammar does not mind
			return
		}
		got, ok := ParseTypeName(name)
		match := grammar.FindStringSubmatch(name)
		if match != nil {
			if _, err := strconv.Atoi("0" + match[2]); err != nil {
				match = nil
			}
		}
		if ok != (match != nil) {
			t.Fatalf("%q: %+v, %v; the grammar says %q", name, got, ok, match)
		}
		if !ok {
			return
		}
		generation, _ := strconv.Atoi("0" + match[2])
		if got.Class != match[1] || got.Generation != generation || got.Attributes != match[3] || got.Size != match[4] {
			t.Fatalf("%q: %+v; the grammar says %q", name, got, match)
		}
	})
}
