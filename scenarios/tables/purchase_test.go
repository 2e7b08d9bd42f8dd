package tables

import (
	"reflect"
	"strings"
	"testing"

	"headroom/model"
	"headroom/model/cloud"
)

func TestOtherWaysOfBuyingLeaveTheScenarioAlone(t *testing.T) {
	s, err := parse(good)
	if err != nil {
		t.Fatal(err)
	}
	before, err := parse(good)
	if err != nil {
		t.Fatal(err)
	}
	onDemand := s.AsOnDemand()
	spot, stays := s.AsSpot()
	mixed, _ := s.AsMixed()
	if at := difference(reflect.ValueOf(*before.Config), reflect.ValueOf(*s.Config), "Config"); at != "" {
		t.Errorf("%s of the scenario has changed", at)
	}
	if mixed != s.Config {
		t.Error("a scenario that launches Spot is mixed as it is")
	}
	for n := range 41 {
		if got := onDemand.Groups[0].Mixed.OnDemandShare(n); got != n {
			t.Fatalf("%d of %d are On-Demand, want all", got, n)
		}
		if got := spot.Groups[0].Mixed.OnDemandShare(n); got != 0 {
			t.Fatalf("%d of %d are On-Demand, want none", got, n)
		}
	}
	if len(stays) > 0 {
		t.Errorf("stays: %q", stays)
	}
}

func TestWhatHasNoSpotMarketStaysOnDemand(t *testing.T) {
	s, err := parse(`run = { duration = "1h" }
launch_template.plain.instance_type = "m5.large"
launch_template.hpc.instance_type = "hpc7g.4xlarge"
autoscaling_group.plain = { launch_template = "plain", min_size = 4, max_size = 9 }
autoscaling_group.hpc = { launch_template = "hpc", min_size = 1, max_size = 1, availability_zones = ["c"] }
instance.database.instance_type = "r5.large"
instance_workload.jobs = { arrivals = { rate = "1/h" }, size = { instance_type = "m5.large" }, lifetime = "1h" }
`)
	if err != nil {
		t.Fatal(err)
	}
	spot, stays := s.AsSpot()
	all := strings.Join(stays, "\n")
	for _, want := range []string{"autoscaling_group.hpc: stays as it is: hpc7g.4xlarge (linux) is not sold as Spot", "instance.database: "} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if spot.Groups[0].Mixed != nil {
		t.Error("what is not sold as Spot is on Spot")
	}
	if g := spot.Groups[1]; g.Mixed == nil || len(g.Types[0].SpotPool) != len(s.Config.Zones) {
		t.Errorf("the group has no Spot pools: %+v", g.Types[0])
	}
	if w := spot.InstanceWorkloads[0]; w.Option != model.Spot || len(w.SpotPool) != len(s.Config.Zones) {
		t.Errorf("the jobs have no Spot pools: %+v", w)
	}
	if len(s.Config.SpotPools) != 0 || len(spot.SpotPools) != len(s.Config.Zones) {
		t.Errorf("%d Spot pools, want one a zone, and none in the scenario", len(spot.SpotPools))
	}
	mixed, _ := s.AsMixed()
	if got := mixed.Groups[1].Mixed.OnDemandShare(8); got != 6 {
		t.Errorf("%d of 8 are On-Demand, want min_size and half of the rest", got)
	}
	for _, cfg := range []*cloud.Config{spot, mixed, s.AsOnDemand()} {
		if _, err := cloud.New(cfg, 0); err != nil {
			t.Error(err)
		}
	}
}

func TestPriceBookOfTheFileIsTheCommandsToReplace(t *testing.T) {
	dir := write(t,
		"a.toml", "run = { duration = \"1h\" }\ninstance.one.instance_type = \"m5.large\"\nprice_book = { file = \"mine.csv\", discount = \"7%\" }\n",
		"mine.csv", "item,platform,usd_per_unit\nm5.large,linux,0.09\n",
		"other.csv", "item,platform,usd_per_unit\nm5.large,linux,0.08\n")
	for book, want := range map[string]float64{"": 0.09, strings.TrimSuffix(dir, "a.toml") + "other.csv": 0.08} {
		s, err := Load(dir, Options{PriceBook: book})
		if err != nil {
			t.Fatal(err)
		}
		price, _ := s.Plan.Book.OnDemand("m5.large", model.Linux)
		if price.USD != want || s.Plan.Negotiated["ec2"] != 0.07 || s.Plan.Negotiated["vpc"] != 0.07 {
			t.Errorf("m5.large is $%v less %v, want $%v less 7 %%", price.USD, s.Plan.Negotiated["ec2"], want)
		}
	}
}
