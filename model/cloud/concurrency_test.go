package cloud

import (
	"fmt"
	"strings"
	"testing"

	"headroom/model/dataplane"
	"headroom/model/function"
)

// An account of 1,000 must keep 100 for functions that reserve nothing (AWS Lambda Developer
// Guide, "Configuring reserved concurrency"), in each Region by itself.
func TestReservationsLeaveTheAccountItsConcurrency(t *testing.T) {
	reserving := func(n int) dataplane.Function {
		return dataplane.Function{Name: fmt.Sprint("f", n), Terms: function.Terms{Reserved: n}}
	}
	provisioned := dataplane.Function{Name: "p", Terms: function.Terms{Reserved: function.None, Provisioned: 1}}
	for _, c := range []struct {
		functions []dataplane.Function
		want      string
	}{
		{[]dataplane.Function{reserving(500), reserving(400)}, "[]"},
		{[]dataplane.Function{reserving(500), reserving(401)}, "[1]"},
		{[]dataplane.Function{reserving(901), reserving(0)}, "[0]"},
		{[]dataplane.Function{reserving(900), provisioned}, "[1]"},
	} {
		cfg := baseConfig()
		cfg.Functions = c.functions
		if got := fmt.Sprint(cfg.OverReserved()); got != c.want {
			t.Errorf("%v: got %v, want %v", c.functions, got, c.want)
		}
		if refused := strings.Contains(fmt.Sprint(cfg.Validate()), "must leave 100 of the account's 1000"); refused != (c.want != "[]") {
			t.Errorf("%v: Validate: got %v", c.functions, cfg.Validate())
		}
	}
	cfg := baseConfig()
	cfg.Functions = []dataplane.Function{reserving(900), reserving(900)}
	cfg.Functions[1].Zone, cfg.ZoneRegions = 1, []int{0, 1}
	if got := cfg.OverReserved(); got != nil {
		t.Errorf("in two Regions: got %v", got)
	}
}
