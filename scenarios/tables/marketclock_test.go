package tables

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/spot"
	"headroom/sim"
)

// replayed is a run from 2026-01-05T00:00:00Z for two hours, in a market that replays trace.csv.
func replayed(t *testing.T, market, trace string) (*Scenario, []string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "trace.csv"), []byte(trace), 0o600); err != nil {
		t.Fatal(err)
	}
	text := `run = { duration = "2h" }
spot_market = { ` + market + ` }
region = { name = "us-east-1", zones = ["a"] }
launch_template.bid = { instance_type = "m5.large", instance_market_options = { market_type = "spot" } }
instance.bid = { launch_template = "bid" }
`
	s, err := Parse(filepath.Join(dir, "s.toml"), []byte(text), Options{})
	var said []string
	if err != nil {
		said = messages(t, err)
	} else {
		said = slices.Clone(s.Warnings)
	}
	for i := range said {
		said[i] = strings.ReplaceAll(said[i], dir+string(filepath.Separator), "")
	}
	return s, said
}

func TestCalendarPricesComeWhenTheySay(t *testing.T) {
	const trace = "time,usd\n2026-01-04T00:00:00Z,0.05\n2026-01-04T23:30:00.25Z,0.02\n2026-01-05T01:00:00Z,0.03\n"
	for clock, first := range map[string]sim.Time{"calendar": -sim.Day, "start": 0} {
		s, said := replayed(t, `price = { process = "trace", file = "trace.csv", clock = "`+clock+`" }`, trace)
		if len(said) > 0 {
			t.Fatal(clock, said)
		}
		want := []model.PriceStep{{At: first, USD: 0.05}, {At: first + 23*sim.Hour + 30*sim.Minute + 250*sim.Millisecond, USD: 0.02}, {At: first + 25*sim.Hour, USD: 0.03}}
		if got := s.Config.SpotPools[0].Replay; !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", clock, got, want)
		}
	}
}

func TestHistoriesMayBeginWithTheNewest(t *testing.T) {
	const market = `price = { process = "trace", file = "trace.csv", clock = "calendar", zone = "zone" }`
	const newest = "time,usd,zone\n2026-01-05T01:00:00Z,0.03,us-east-1a\n2026-01-05T01:00:00Z,0.04,us-east-1b\n" +
		"2026-01-05T00:30:00Z,0.02,us-east-1a\n2026-01-05T00:30:00Z,0.02,us-east-1a\n2026-01-04T00:00:00Z,0.01,us-east-1a\n"
	s, said := replayed(t, market, newest)
	if len(said) > 0 {
		t.Fatal(said)
	}
	want := []model.PriceStep{{At: -sim.Day, USD: 0.01}, {At: 30 * sim.Minute, USD: 0.02}, {At: sim.Hour, USD: 0.03}}
	if got := s.Config.SpotPools[0].Replay; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, c := range []struct{ trace, want string }{
		{"time,usd\n60,0.05\n0,0.04\n", "trace.csv:3: column usd: must be later than the price before it of the same type and zone"},
		{"time,usd\n2026-01-05T00:00:00Z,0.05\n2026-01-05T00:00:00Z,0.04\n", "trace.csv:3: column usd: must be one price an instant of a type in a zone, got a second: of another platform?"},
	} {
		if _, said := replayed(t, `price = { process = "trace", file = "trace.csv" }`, c.trace); !slices.Equal(said, []string{c.want}) {
			t.Errorf("%q: got %q, want %q", c.trace, said, c.want)
		}
	}
}

func TestRoomMayBeginWithTheNewest(t *testing.T) {
	s, said := replayed(t, `interruption = { trace = "trace.csv", clock = "calendar", available = "room" }`,
		"time,room\n2026-01-05T00:10:00Z,3\n2026-01-05T00:05:00Z,2\n2026-01-05T00:05:00Z,1\n")
	if len(said) > 0 {
		t.Fatal(said)
	}
	want := []spot.Step{{At: 5 * sim.Minute, Count: 1}, {At: 10 * sim.Minute, Count: 3}}
	if got := s.Config.SpotPools[0].Supply.Room; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCalendarPreemptionsComeWhenTheySay(t *testing.T) {
	s, said := replayed(t, `interruption = { trace = "trace.csv", clock = "calendar" }`, "time\n2026-01-04T23:59:00Z\n2026-01-05T00:10:00Z\n")
	if len(said) > 0 {
		t.Fatal(said)
	}
	want := []spot.Step{{At: -sim.Minute, Count: 1}, {At: 10 * sim.Minute, Count: 1}}
	if got := s.Config.SpotPools[0].Supply.Taken; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFaultsOfMarketClocks(t *testing.T) {
	const moved = "s.toml:2: spot_market.price.clock: is start: the first row of trace.csv is played at run.start, whatever its timestamp says; with calendar each is played when it says"
	for _, c := range []struct{ clock, trace, want string }{
		{``, "time,usd\n0,0.05\n", ""},
		{``, "time,usd\n2026-01-05T00:00:00Z,0.05\n", ""},
		{``, "time,usd\n2026-01-04T00:00:00Z,0.05\n", moved},
		{`, clock = "calendar"`, "time,usd\n2026-01-05T02:00:00Z,0.05\n", ""},
		{`, clock = "calendar"`, "time,usd\n2026-01-04T00:00:00Z,0.05\n3600,0.05\n", "trace.csv:3: column time: must be a timestamp where clock is calendar, got 3600"},
		{`, clock = "calendar"`, "time,usd\n2026-01-04T23:59:59Z,0.05\n", `s.toml:2: spot_market.price.clock: must be start, or run.start earlier: no row of trace.csv is at 2026-01-05T00:00:00Z or later, got "calendar"`},
		{`, clock = "calendar"`, "time,usd\n2026-01-05T02:00:01Z,0.05\n", `s.toml:2: spot_market.price.clock: must be start, or run.start later: the first row of trace.csv is after the end of the run, got "calendar"`},
		{`, clock = "calendar"`, "time,usd\nsoon,0.05\n", `trace.csv:2: column time: must be a number, got "soon"`},
	} {
		_, said := replayed(t, `price = { process = "trace", file = "trace.csv"`+c.clock+` }`, c.trace)
		if got := strings.Join(said, "\n"); got != c.want {
			t.Errorf("%q %q: got %q, want %q", c.clock, c.trace, got, c.want)
		}
	}
	for market, want := range map[string]string{
		`interruption = { clock = "calendar" }`: `s.toml:2: spot_market.interruption.clock: needs trace, got "calendar"`,
		`price = { clock = "calendar" }`:        `s.toml:2: spot_market.price.clock: does not apply with process "walk"`,
	} {
		if _, said := replayed(t, market, ""); !slices.Equal(said, []string{want}) {
			t.Errorf("%s: got %q, want %q", market, said, want)
		}
	}
}
