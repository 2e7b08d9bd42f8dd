package main

import (
	"slices"
	"strings"
)

// reservedCells are the reserved columns in order: class, term, payment.
func reservedCells(model func(class, term, payment string) string) []string {
	var cells []string
	for _, class := range []string{"standard", "convertible"} {
		for _, term := range []string{"1y", "3y"} {
			for _, payment := range []string{"no", "partial", "all"} {
				cells = append(cells, model(class, term, payment))
			}
		}
	}
	return cells
}

// instances derives one row for each type and system that is offered or priced
// in the Region. The zones stand in the linux row.
func (in *source) instances(region string) output {
	return in.priced(region, "instances", "linux", "windows")
}

// licensed derives the same of systems with a licence, which few scenarios have.
func (in *source) licensed(region string) output {
	return in.priced(region, "licensed", "rhel", "suse")
}

func (in *source) priced(region, name string, systems ...string) output {
	reserved := reservedCells(func(class, term, payment string) string {
		return class + "_" + term + "_" + payment
	})
	out := output{
		path: region + "/" + name + ".csv.gz",
		header: "type,platform,zones,usd,date,estimated,rates_usd,rates_date," + strings.Join(reserved, ",") +
			",spot_min,spot_avg,spot_max,interruption_bucket,savings_percent",
	}
	for _, r := range in.catalog {
		for _, os := range systems {
			key := priceKey{r["type"], region, os}
			newest, listed, estimated := in.newest(key)
			zones := ""
			if os == "linux" {
				zones = in.offered(r["type"], region)
			}
			advice := in.advisor[key]
			if zones == "" && newest.usd == "" && advice.bucket == "" {
				continue
			}
			cells := []string{r["type"], os, zones, newest.usd, newest.date, flag01(estimated), listed.usd, listed.date}
			cells = append(cells, reservedCells(func(class, term, payment string) string {
				return in.rates[rateKey{key, "reserved_" + class, term, payment}].usd
			})...)
			for _, model := range []string{"spot_min", "spot_avg", "spot_max"} {
				cells = append(cells, in.rates[rateKey{key, model, "", ""}].usd)
			}
			out.rows = append(out.rows, row(append(cells, advice.bucket, advice.savingsPercent)...))
		}
	}
	return out
}

// ratesDate is the date of every reserved and spot rate of the source.
const ratesDate = "2025-05-28"

// newest returns the newest on-demand price, or an estimate, and the price of
// the date of the reserved and spot rates.
func (in *source) newest(key priceKey) (newest, listed dated, estimated bool) {
	for _, price := range in.onDemand[key] {
		if price.date > newest.date {
			newest = price
		}
		if price.date == ratesDate {
			listed = price
		}
	}
	if newest.usd == "" {
		if usd := in.estimate(key); usd != "" {
			return dated{usd, homeDate}, dated{}, true
		}
	}
	return newest, listed, false
}

// hosts derives the price of a Dedicated Host of each family that the Region
// offers. Families that the source lacks cost the us-east-1 price times the
// family's price ratio (or the Region's), else 1.10 times the largest virtual
// size; both are marked estimated.
func (in *source) hosts(region string) output {
	terms := []string{"reserved_1y", "reserved_3y"}
	payments := []string{"no", "partial", "all"}
	out := output{
		path: region + "/hosts.csv",
		header: "family,usd,date,estimated,reserved_1y_no,reserved_1y_partial,reserved_1y_all," +
			"reserved_3y_no,reserved_3y_partial,reserved_3y_all",
	}
	for _, family := range in.hostFamilies(region) {
		from, ratio, estimated := region, 1.0, false
		if _, ok := in.hostPrice[hostKey{family, region, "ondemand", ""}]; !ok {
			from, ratio, estimated = "us-east-1", in.ratio(family, region), true
		}
		scaled := func(model, payment string) dated {
			price := in.hostPrice[hostKey{family, from, model, payment}]
			if estimated && price.usd != "" {
				price.usd = number(parse(price.usd) * ratio)
			}
			return price
		}
		price := scaled("ondemand", "")
		if price.usd == "" {
			price = in.hostFromLargest(family, region)
		}
		if price.usd == "" {
			continue
		}
		cells := []string{family, price.usd, price.date, flag01(estimated)}
		for _, term := range terms {
			for _, payment := range payments {
				cells = append(cells, scaled(term, payment).usd)
			}
		}
		out.rows = append(out.rows, row(cells...))
	}
	return out
}

// hostFamilies lists the families that go on Dedicated Hosts and are offered or
// priced in the Region.
func (in *source) hostFamilies(region string) []string {
	var families []string
	for _, r := range in.catalog {
		_, priced := in.hostPrice[hostKey{r["family"], region, "ondemand", ""}]
		if priced || r["dedicated_host"] == "1" && in.offered(r["type"], region) != "" {
			families = append(families, r["family"])
		}
	}
	slices.Sort(families)
	return slices.Compact(families)
}

// hostMarkup is a Dedicated Host's price over that of the largest virtual size:
// right for 83 of 100 listed families.
const hostMarkup = 1.10

// hostFromLargest prices a host by the family's largest virtual size.
func (in *source) hostFromLargest(family, region string) dated {
	var price dated
	mostVCPUs := 0.0
	for _, r := range in.catalog {
		if r["family"] != family || r["bare_metal"] == "1" || parse(r["vcpu"]) <= mostVCPUs {
			continue
		}
		newest, _, _ := in.newest(priceKey{r["type"], region, "linux"})
		if newest.usd == "" {
			continue
		}
		mostVCPUs = parse(r["vcpu"])
		price = dated{number(parse(newest.usd) * hostMarkup), newest.date}
	}
	return price
}
