package tables

import (
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/spot"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

func marketKeys() []schema.Key {
	return schema.Within("spot_market", "", []schema.Key{
		schema.Row("price", schema.Inner(), "", "how prices move"),
		schema.Row("price.process", schema.Choice(priceProcesses), `"walk"`, "where prices come from"),
		schema.Row("price.reversion", schema.Quantity(schema.Number, 0, 1000), "0.02", "walk: pull towards the long-run mean, per hour"),
		schema.Row("price.volatility", schema.Quantity(schema.Number, 0, 1000), "0.02", "walk: standard deviation per square root of an hour"),
		schema.Row("price.step", schema.Quantity(schema.Seconds, 1, year), `"5m"`, "walk: time between two moves"),
		schema.Row("price.threshold", schema.Quantity(schema.Share, 0, 1), `"1%"`, "walk: relative change that is published"),
		schema.Row("price.file", schema.Text(), "", "trace: a table file of prices"),
		schema.Row("price.time", schema.Text(), `"time"`, "trace: column of the instants"),
		schema.Row("price.usd", schema.Text(), `"usd"`, "trace: column of the prices an hour"),
		schema.Row("price.type", schema.Text(), "", "trace: column of the instance types; one price for all without"),
		schema.Row("price.zone", schema.Text(), "", "trace: column of the zones; one price for all without"),
		schema.Row("interruption", schema.Inner(), "", "how often capacity is taken back"),
		schema.Row("interruption.bucket", schema.Whole(0, 4), "", "Spot Advisor bucket of all pools; the type's own without"),
		schema.Row("interruption.intensity", schema.Quantity(schema.Number, 0, 1e6), "1", "multiplies the hazard: 0 never interrupts, 500 is a storm"),
		schema.Row("wait_for_spot_reclaim", schema.Flag(), "false", "an On-Demand launch waits for the Spot capacity that it reclaims, instead of failing"),
	})
}

func priceProcesses() []schema.Word {
	var words []schema.Word
	for _, e := range spot.Kinds() {
		words = append(words, schema.Word{Name: e.Name, Meaning: e.Description})
	}
	return words
}

// market is [spot_market]: what all pools have in common.
type market struct {
	walk      cloud.SpotWalk
	prices    *priceTrace // nil: prices walk
	bucket    *int
	intensity float64
	at        *schema.Table
}

func (l *loader) readMarket(t *schema.Table) {
	price := t.Inside("price")
	l.market.at = price
	process := price.Choice("process")
	price.Mode = "with process " + tree.Quote(process)
	switch process {
	case "walk":
		l.market.walk = cloud.SpotWalk{
			Reversion:  price.Quantity("reversion"),
			Volatility: price.Quantity("volatility"),
			Step:       price.Duration("step"),
			Threshold:  price.Quantity("threshold"),
		}
		if price.Sound("reversion", "volatility", "step", "threshold") {
			checkWalk(price, l.market.walk)
		}
	case "trace":
		l.market.prices = l.readPriceTrace(price)
	}
	price.Done()
	interruption := t.Inside("interruption")
	l.market.bucket = interruption.Optional("bucket")
	l.market.intensity = interruption.Quantity("intensity")
	interruption.Done()
	l.cfg.WaitForSpotReclaim = t.Flag("wait_for_spot_reclaim")
	l.scenario.market = l.market
	t.Done()
}

// checkWalk applies the rules of the walk on an ordinary price.
func checkWalk(t *schema.Table, w cloud.SpotWalk) {
	spec := spot.DefaultWalk(1, 0.5)
	spec.Reversion, spec.Volatility, spec.Step, spec.Threshold = w.Reversion, w.Volatility, w.Step, w.Threshold
	if err := spec.Validate(); err != nil {
		for _, line := range lines(err) {
			t.Absorb([]error{errText(line)}, "process")
		}
	}
}

// spotKey names a Spot pool.
type spotKey struct {
	typ      int
	zone     model.Zone
	platform model.Platform
}

// spotPools returns the pools of a type by zone, None in zones other than these.
// They are made when first asked for.
func (l *loader) spotPools(typ int, platform model.Platform, zones []model.Zone) []int {
	numbers := slices.Repeat([]int{cloud.None}, len(l.cfg.Zones))
	for _, z := range zones {
		numbers[z] = l.spotPool(spotKey{typ, z, platform})
	}
	return numbers
}

func (l *loader) spotPool(key spotKey) int {
	if l.pools == nil {
		l.pools = map[spotKey]int{}
	}
	if i, ok := l.pools[key]; ok {
		return i
	}
	name := l.cfg.Types[key.typ].Name
	p := cloud.SpotPool{
		Type:        key.typ,
		Zone:        key.zone,
		Platform:    key.platform,
		Need:        l.need(key.typ),
		OnDemandUSD: l.listPrice(key.typ, key.platform),
		MeanRatio:   l.catalog.SpotMeanRatio(name, key.platform),
		Walk:        l.market.walk,
		Bucket:      l.catalog.InterruptionBucket(name, key.platform),
		Intensity:   l.market.intensity,
	}
	p.MeanRatio = min(p.MeanRatio, 1)
	if l.market.bucket != nil {
		p.Bucket = *l.market.bucket
	}
	if l.market.prices != nil {
		p.Replay = l.market.prices.of(name, l.cfg.Zones[key.zone])
		if p.Replay == nil && !l.market.at.Spoilt("file") {
			l.market.at.Reject("file", schema.Fault{
				Rule: "must have prices of " + name + " in zone " + l.cfg.Zones[key.zone], Code: schema.NoCode,
			})
		}
	}
	i := len(l.cfg.SpotPools)
	l.pools[key] = i
	l.cfg.SpotPools = append(l.cfg.SpotPools, p)
	return i
}
