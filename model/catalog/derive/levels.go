package main

import (
	"maps"
	"math"
	"slices"
	"strings"
)

const (
	home     = "us-east-1"  // the Region whose prices stand in for others
	homeDate = "2026-07-20" // of its newest list
)

// levels derives what each Region costs against us-east-1: the median ratio of the
// On-Demand prices of the same date, by family and system, and of all families ("*").
func (in *source) levels() map[priceKey]float64 {
	all := map[priceKey][]float64{}
	for key, prices := range in.onDemand {
		here, there := listedOf(prices), listedOf(in.onDemand[priceKey{key.name, home, key.os}])
		if key.region == home || here == "" || there == "" {
			continue
		}
		family, _, _ := strings.Cut(key.name, ".")
		for _, name := range []string{family, "*"} {
			of := priceKey{name, key.region, key.os}
			all[of] = append(all[of], parse(here)/parse(there))
		}
	}
	levels := map[priceKey]float64{}
	for of, ratios := range all {
		slices.Sort(ratios)
		n := len(ratios)
		levels[of] = math.Round((ratios[(n-1)/2]+ratios[n/2])/2*1e4) / 1e4
	}
	return levels
}

// listedOf returns the price of the date of the lists of all Regions.
func listedOf(prices []dated) string {
	for _, price := range prices {
		if price.date == ratesDate {
			return price.usd
		}
	}
	return ""
}

// ratio is the Linux price level of a family in the Region against us-east-1.
func (in *source) ratio(family, region string) float64 {
	if x, ok := in.ratios[priceKey{family, region, "linux"}]; ok {
		return x
	}
	return in.regionRatio(region)
}

// regionRatio is the Linux price level of the Region against us-east-1.
func (in *source) regionRatio(region string) float64 {
	if region == home {
		return 1
	}
	x, ok := in.ratios[priceKey{"*", region, "linux"}]
	if !ok {
		panic("derive: no price ratio for " + region)
	}
	return x
}

// takeEstimate keeps an estimate of the source, and which family it took the level of.
func (in *source) takeEstimate(r record) {
	in.estimated[priceKey{r["type"], r["region"], r["os"]}] = r["usd_per_hour_est"]
	family, _, _ := strings.Cut(r["type"], ".")
	if like := r["ratio_family"]; like != "*" && !slices.Contains(in.kin[family], like) {
		in.kin[family] = append(in.kin[family], like)
	}
}

// estimate prices a Linux type that a Region offers and does not list, "" where
// nothing can be said: the source's own estimate, and in Regions for which it has
// none the same rule, the price of us-east-1 times the Region's level of the
// family, else of the relatives by which the source estimates it elsewhere, else of
// all families.
func (in *source) estimate(key priceKey) string {
	if usd := in.estimated[key]; usd != "" || key.os != "linux" || slices.Contains(gathered, key.region) {
		return usd
	}
	if in.zones[[2]string{key.name, key.region}] == "" {
		return ""
	}
	newest, _, _ := in.newest(priceKey{key.name, home, key.os})
	if newest.date != homeDate {
		return ""
	}
	family, _, _ := strings.Cut(key.name, ".")
	level := in.regionRatio(key.region)
	for _, like := range append([]string{family}, in.kin[family]...) {
		if x, ok := in.ratios[priceKey{like, key.region, key.os}]; ok {
			level = x
			break
		}
	}
	return number(parse(newest.usd) * level)
}

// assumedZones are those of the Regions whose offers no source lists: each has three.
const assumedZones = "abc"

// offersListed reports whether the source lists which zones of a Region offer what.
func offersListed(region string) bool { return region != "ap-southeast-7" && region != "mx-central-1" }

// offered returns the letters of the zones that offer a type. Where no source says,
// every type with a list price is in each zone.
func (in *source) offered(name, region string) string {
	if !offersListed(region) && len(in.onDemand[priceKey{name, region, "linux"}]) > 0 {
		return assumedZones
	}
	return in.zones[[2]string{name, region}]
}

// regions derives the table of Regions.
func (in *source) regions() output {
	out := output{path: "regions.csv", header: "region,level,zones_listed,zones,date"}
	for _, region := range regions {
		out.rows = append(out.rows, row(region, number(in.regionRatio(region)), flag01(offersListed(region)), in.zonesOf(region), in.dateOf(region)))
	}
	return out
}

// zonesOf returns the letters of the zones in which any type is offered, sorted.
func (in *source) zonesOf(region string) string {
	seen := map[rune]bool{}
	for _, line := range in.instances(region).rows {
		for _, letter := range strings.Split(line, ",")[2] {
			seen[letter] = true
		}
	}
	return string(slices.Sorted(maps.Keys(seen)))
}

// dateOf returns the date of the newest On-Demand price of Linux that a source states.
func (in *source) dateOf(region string) string {
	newest := ""
	for _, line := range in.instances(region).rows {
		if cells := strings.Split(line, ","); cells[1] == "linux" && cells[3] != "" && cells[5] == "0" {
			newest = max(newest, cells[4])
		}
	}
	return newest
}
