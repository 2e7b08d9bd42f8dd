package tree

import (
	"reflect"
	"testing"
)

// The decoder of TOML is the twin of what reads plain values.
func TestPlainValuesAreReadAsTOMLReadsThem(t *testing.T) {
	plain := 0
	for _, value := range []string{
		"true", "false", "0", "7", "300", "123456789012345", "\"\"", "\"default\"", "\"1.5 MiB\"", "\"a'b\"", "\"é\"",
		"1234567890123456", "007", "1_000", "-1", "+1", "0x10", "1.0", "inf", `"a\tb"`, `'a'`, `"""a"""`, `[1, 2]`, "{ a = 1 }", "1e3", "2026-01-01",
	} {
		got, err := ParseValue(value, Position{})
		if err != nil && value != "007" {
			t.Fatalf("%s: %v", value, err)
		}
		as, is := literal(value)
		if !is {
			continue
		}
		plain++
		if is := newNode(as, nil, Position{}); !reflect.DeepEqual(is, got) {
			t.Errorf("%s: read as %+v, by TOML as %+v", value, is, got)
		}
	}
	if plain != 11 {
		t.Errorf("%d values are read without TOML, want the first 11", plain)
	}
	for _, broken := range []string{`"`, `"a`, `a"`, "tru", ""} {
		if as, is := literal(broken); is {
			t.Errorf("%s is read as %v", broken, as)
		}
	}
}
