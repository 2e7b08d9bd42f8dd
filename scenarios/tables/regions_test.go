package tables

import (
	"os"
	"strings"
	"testing"

	"headroom/model/catalog"
	"headroom/model/pricing"
)

// TestEveryRegionRuns reads the same scenario in each Region of the catalogue, and in
// each as the second Region, and what headroom init writes.
func TestEveryRegionRuns(t *testing.T) {
	const (
		alone = `run = { duration = "1m" }
region = { name = "REGION" }
service.web = {}
instance.web = { instance_type = "m6g.large", service = "web" }
`
		beside = `run = { duration = "1m" }
service.web = {}
instance.web = { instance_type = "m6g.large", service = "web" }
instance.away = { instance_type = "m6g.large", service = "web", region = "REGION" }
`
	)
	starter, err := os.ReadFile("../../cmd/headroom/starter.toml")
	if err != nil || !strings.Contains(string(starter), `"us-east-1"`) {
		t.Fatalf("the starter names no Region: %v", err)
	}
	begun := strings.Replace(string(starter), "us-east-1", "REGION", 1)
	for _, region := range catalog.Regions() {
		if place := pricing.RegionName(region); place == region {
			t.Errorf("nobody knows where %s is", region)
		}
		for _, text := range []string{alone, beside, begun} {
			s, err := Parse("r.toml", []byte(strings.ReplaceAll(text, "REGION", region)), Options{})
			if err != nil {
				t.Errorf("%s: %v", region, err)
				continue
			}
			assumed := strings.Contains(strings.Join(s.Warnings, "\n"), "no source lists what the zones of "+region+" offer")
			if want := region == "mx-central-1" || region == "ap-southeast-7"; assumed != want {
				t.Errorf("%s: its zones are told to be assumed: %v, want %v", region, assumed, want)
			}
			if !strings.Contains(s.PriceDate(), "202") {
				t.Errorf("%s: prices of %q", region, s.PriceDate())
			}
		}
	}
}

func TestSeveralRegionsHaveTheirDates(t *testing.T) {
	s, err := Parse("r.toml", []byte("run = { duration = \"1m\" }\nservice.web = {}\ninstance.web = { instance_type = \"m6g.large\", service = \"web\" }\n"+
		"instance.away = { instance_type = \"m6g.large\", service = \"web\", region = \"eu-north-1\" }\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.PriceDate(), "2026-07-20 (us-east-1), 2025-05-28 (eu-north-1)"; got != want {
		t.Errorf("prices of %q, want %q", got, want)
	}
}
