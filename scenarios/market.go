package scenarios

import (
	"slices"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/spot"
)

func marketKeys() []Key {
	return within("spot_market", "", []Key{
		{"price", inner(), "", "how prices move", ""},
		{"price.process", choice(priceProcesses), `"walk"`, "where prices come from", ""},
		{"price.reversion", quantity(plainNumber, 0, 1000), "0.02", "walk: pull towards the long-run mean, per hour", ""},
		{"price.volatility", quantity(plainNumber, 0, 1000), "0.02", "walk: standard deviation per square root of an hour", ""},
		{"price.step", quantity(inSeconds, 1, year), `"5m"`, "walk: time between two moves", ""},
		{"price.threshold", quantity(inShares, 0, 1), `"1%"`, "walk: relative change that is published", ""},
		{"price.file", text(), "", "trace: a table file of prices", ""},
		{"price.time", text(), `"time"`, "trace: column of the instants", ""},
		{"price.usd", text(), `"usd"`, "trace: column of the prices an hour", ""},
		{"price.type", text(), "", "trace: column of the instance types; one price for all without", ""},
		{"price.zone", text(), "", "trace: column of the zones; one price for all without", ""},
		{"interruption", inner(), "", "how often capacity is taken back", ""},
		{"interruption.bucket", whole(0, 4), "", "Spot Advisor bucket of all pools; the type's own without", ""},
		{"interruption.intensity", quantity(plainNumber, 0, 1e6), "1", "multiplies the hazard: 0 never interrupts, 500 is a storm", ""},
		{"wait_for_spot_reclaim", flag(), "false", "an On-Demand launch waits for the Spot capacity that it reclaims, instead of failing", ""},
	})
}

func priceProcesses() []string {
	var names []string
	for _, k := range spot.Kinds() {
		names = append(names, k.Name)
	}
	return names
}

// market is [spot_market]: what all pools have in common.
type market struct {
	walk      cloud.SpotWalk
	prices    *priceTrace // nil: prices walk
	bucket    *int
	intensity float64
	at        *table
}

func (l *loader) readMarket(t *table) {
	price := t.inside("price")
	l.market.at = price
	process := price.choice("process")
	price.mode = "with process " + quote(process)
	switch process {
	case "walk":
		l.market.walk = cloud.SpotWalk{
			Reversion:  price.quantity("reversion"),
			Volatility: price.quantity("volatility"),
			Step:       price.duration("step"),
			Threshold:  price.quantity("threshold"),
		}
		if price.sound("reversion", "volatility", "step", "threshold") {
			price.checkWalk(l.market.walk)
		}
	case "trace":
		l.market.prices = l.readPriceTrace(price)
	}
	price.done()
	interruption := t.inside("interruption")
	l.market.bucket = interruption.optional("bucket")
	l.market.intensity = interruption.quantity("intensity")
	interruption.done()
	l.cfg.WaitForSpotReclaim = t.flag("wait_for_spot_reclaim")
	l.scenario.market = l.market
	t.done()
}

// checkWalk applies the rules of the walk on an ordinary price.
func (t *table) checkWalk(w cloud.SpotWalk) {
	spec := spot.DefaultWalk(1, 0.5)
	spec.Reversion, spec.Volatility, spec.Step, spec.Threshold = w.Reversion, w.Volatility, w.Step, w.Threshold
	if err := spec.Validate(); err != nil {
		for _, line := range lines(err) {
			t.absorb([]error{errText(line)}, "process")
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
		if p.Replay == nil && !l.market.at.bad["file"] {
			l.market.at.reject("file", Fault{
				Rule: "must have prices of " + name + " in zone " + l.cfg.Zones[key.zone], Code: noCode,
			})
		}
	}
	i := len(l.cfg.SpotPools)
	l.pools[key] = i
	l.cfg.SpotPools = append(l.cfg.SpotPools, p)
	return i
}
