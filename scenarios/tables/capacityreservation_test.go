package tables

import (
	"slices"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/pricing"
	"headroom/sim"
)

func TestCapacityReservationsJoinThePlan(t *testing.T) {
	s, err := Load("testdata/full.toml", Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []pricing.CapacityReservation{
		{Name: "db", Type: "r5.large", Platform: model.Linux, Tenancy: model.TenancyDefault, Zone: "a", Count: 2},
		{
			Name: "standby", Type: "r5.large", Platform: model.Linux, Tenancy: model.TenancyDedicated, Zone: "b", Count: 3,
			From: 6 * sim.Hour, To: 24 * sim.Hour,
		},
	}
	if !slices.Equal(s.Plan.Capacity, want) {
		t.Errorf("got  %+v\nwant %+v", s.Plan.Capacity, want)
	}
	for _, r := range s.Plan.Capacity {
		if faults := r.Validate(s.Plan.Book); len(faults) > 0 {
			t.Errorf("%s: the plan finds %v", r.Name, faults)
		}
	}
}

func TestReservationsEndWithTheRun(t *testing.T) {
	for until, warned := range map[string]bool{"24h": false, "25h": true} {
		s, err := parse(good + "[capacity_reservation.web]\ninstance_type = \"m5.large\"\navailability_zone = \"a\"\ninstance_count = 1\nuntil = \"" + until + "\"\n")
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Plan.Capacity[0].To; got != 0 {
			t.Errorf("until %s: ends at %v, want 0 for the end of the run", until, got)
		}
		if got := strings.Contains(strings.Join(s.Warnings, "\n"), "capacity_reservation.web.until: never happens"); got != warned {
			t.Errorf("until %s: warnings %q, want one: %v", until, s.Warnings, warned)
		}
	}
}

func TestAReservationThatNothingFillsIsAWarning(t *testing.T) {
	for typ, warned := range map[string]bool{"m5.large": false, "m5.xlarge": true} {
		s, err := parse(good + "[capacity_reservation.web]\ninstance_type = \"" + typ + "\"\navailability_zone = \"a\"\ninstance_count = 1\n")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(strings.Join(s.Warnings, "\n"), "can fill it"); got != warned {
			t.Errorf("%s: warnings %q, want one: %v", typ, s.Warnings, warned)
		}
	}
}
