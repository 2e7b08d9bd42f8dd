package main

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// source is the gathered data, read whole.
type source struct {
	catalog   []record
	zones     map[[2]string]string // letters, by type and Region
	onDemand  map[priceKey][]dated // every date, in file order
	rates     map[rateKey]dated    // reserved and spot
	estimated map[priceKey]string
	kin       map[string][]string  // by family without a list price: those whose price levels estimate it, best first
	ratios    map[priceKey]float64 // by family ("*" for all) instead of type
	advisor   map[priceKey]advice
	hostPrice map[hostKey]dated
	shape     []record
	service   []record
	transfers map[string][]string // prices of a GB to each other Region, by Region
	speed     []record
	plan      []record
}

// record is one CSV row by column name.
type record map[string]string

type priceKey struct{ name, region, os string }

type rateKey struct {
	priceKey
	model, term, payment string
}

type hostKey struct{ family, region, model, payment string }

type dated struct{ usd, date string }

type advice struct{ bucket, savingsPercent string }

// read loads all source files below dir.
func read(dir string) (*source, error) {
	in := &source{
		zones:     map[[2]string]string{},
		onDemand:  map[priceKey][]dated{},
		rates:     map[rateKey]dated{},
		estimated: map[priceKey]string{},
		kin:       map[string][]string{},
		transfers: map[string][]string{},
		advisor:   map[priceKey]advice{},
		hostPrice: map[hostKey]dated{},
	}
	files := []struct {
		path string
		take func(record)
	}{
		{"ec2/catalog.csv", func(r record) { in.catalog = append(in.catalog, r) }},
		{"ec2/prices.csv.gz", in.takePrice},
		{"ec2/prices_all_regions.csv.gz", in.takePrice},
		{"ec2/offerings_all_regions.csv.gz", func(r record) { in.zones[[2]string{r["type"], r["region"]}] = r["azs"] }},
		{"ec2/prices_estimated_ondemand.csv", in.takeEstimate},
		{"ec2/dedicated_hosts.csv.gz", in.takeHostPrice},
		{"ec2/host_shapes_derived.csv", func(r record) { in.shape = append(in.shape, r) }},
		{"ec2/cpu_speed.csv", func(r record) { in.speed = append(in.speed, r) }},
		{"prices/savings_plans.csv", func(r record) { in.plan = append(in.plan, r) }},
		{"prices/service_prices.csv", func(r record) { in.service = append(in.service, r) }},
		{"prices/service_prices_all_regions.csv", in.takeService},
		{"prices/inter_region_transfer.csv", in.takeTransfer},
		{"spot/spot_advisor_2025-06.csv.gz", func(r record) {
			in.advisor[priceKey{r["type"], r["region"], r["os"]}] = advice{r["interrupt_bucket"], r["savings_pct"]}
		}},
	}
	for _, f := range files {
		if err := eachRecord(filepath.Join(dir, filepath.FromSlash(f.path)), f.take); err != nil {
			return nil, err
		}
	}
	in.ratios = in.levels()
	return in, nil
}

func (in *source) takePrice(r record) {
	key := priceKey{r["type"], r["region"], r["os"]}
	value := dated{r["usd_per_hour"], r["date"]}
	if r["model"] == "ondemand" {
		in.onDemand[key] = append(in.onDemand[key], value)
		return
	}
	in.rates[rateKey{key, r["model"], r["term"], r["payment"]}] = value
}

// takeHostPrice drops the reserved rates of two families that the source lists
// above their on-demand price.
func (in *source) takeHostPrice(r record) {
	if r["model"] != "ondemand" && (r["family"] == "u-18tb1" || r["family"] == "u-24tb1") {
		return
	}
	in.hostPrice[hostKey{r["family"], r["region"], r["model"], r["payment"]}] = dated{r["usd_per_hour"], r["date"]}
}

// eachRecord calls take with every row of a CSV file, which may be compressed.
func eachRecord(path string, take func(record)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var text io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		zip, err := gzip.NewReader(file)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		text = zip
	}
	rows, err := csv.NewReader(text).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	header := rows[0]
	for _, cells := range rows[1:] {
		r := make(record, len(header))
		for i, name := range header {
			r[name] = cells[i]
		}
		take(r)
	}
	return nil
}
