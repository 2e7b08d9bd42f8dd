package tables

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/spot"
	"headroom/scenarios/schema"
)

func marketKeys() []schema.Key {
	return schema.Within("spot_market", "", []schema.Key{
		schema.Row("price", schema.Inner(), "", "how prices move"),
		schema.Row("price.process", schema.Choice(priceProcesses), `"walk"`, "where prices come from"),
		schema.Row("price.reversion", schema.Quantity(schema.Number, 0, 1000), "0.02", "walk: pull towards the long-run mean, per hour"),
		schema.Row("price.volatility", schema.Quantity(schema.Number, 0, 1000), "0.02", "walk: standard deviation per square root of an hour"),
		schema.Row("price.step", schema.Quantity(schema.Seconds, 1, year), `"5m"`, "walk: time between two moves"),
		schema.Row("price.threshold", schema.Quantity(schema.Share, 0, 1), `"1%"`, "walk: relative change that is published"),
		schema.Row("price.value", schema.Quantity(schema.Dollars, 0, 1e6), "", "fixed: the price an hour of every pool, at most its On-Demand price; the average price of each without"),
		schema.Row("price.file", schema.Text(), "", "trace: a table file of prices"),
		schema.Row("price.time", schema.Text(), `"time"`, "trace: column of the instants"),
		marketClockKey("price"),
		schema.Row("price.usd", schema.Text(), `"usd"`, "trace: column of the prices an hour"),
		schema.Row("price.type", schema.Text(), "", "trace: column of the instance types; one price for all without"),
		schema.Row("price.zone", schema.Text(), "", "trace: column of the zones; one price for all without"),
		schema.Row("interruption", schema.Inner(), "", "how often capacity is taken back"),
		schema.Row("interruption.bucket", schema.Either("a bucket of the Spot Advisor, 0 to 4 or its words", schema.Whole(0, 4), schema.Text()), "", "Spot Advisor bucket of all pools: \"<5%\", \"5-10%\", \"10-15%\", \"15-20%\", \">20%\", or its number from 0; the type's own without"),
		schema.Row("interruption.intensity", schema.Quantity(schema.Number, 0, 1e6), "1", "multiplies the hazard: 0 never interrupts, 500 is a storm"),
		schema.Row("interruption.trace", schema.Text(), "", "a table file of recorded preemptions or of availability, in place of the bucket's hazard"),
		schema.Row("interruption.time", schema.Text(), `"time"`, "trace: column of the instants"),
		marketClockKey("interruption"),
		schema.Row("interruption.available", schema.Text(), "", "trace: column of how many instances a pool has room for from then on; without, each row is a preemption"),
		schema.Row("interruption.count", schema.Text(), "", "trace: column of how many instances a preemption takes; one without"),
		schema.Row("interruption.type", schema.Text(), "", "trace: column of the instance types; each pool plays all rows without"),
		schema.Row("interruption.zone", schema.Text(), "", "trace: column of the zones; each pool plays all rows without"),
		schema.Row("interruption.scale", schema.Quantity(schema.Number, 0, 1e6), "1", "trace: multiplies the counts, which are then rounded down"),
		schema.Row("rebalance_lead", schema.Quantity(schema.Seconds, 0, 86400), `"30m"`, "a rebalance recommendation comes at most so long before the interruption notice, evenly; 0s: always with it"),
		schema.Row("rebalance_share", schema.Quantity(schema.Share, 0, 1), `"70%"`, "share of the recommendations that come before the notice; the others come with it"),
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
	walk      controlplane.SpotWalk
	prices    *priceTrace // nil: prices walk
	fixed     bool        // or stay as they are
	price     float64     // that they stay at; 0: the average of each pool
	lead      spot.Lead
	bucket    *int
	intensity float64
	at        *schema.Table

	supply       *supplyTrace // nil: the bucket's hazard
	interruption *schema.Table
}

func (l *loader) readMarket(t *schema.Table) {
	price := t.Inside("price")
	l.market.at = price
	switch price.Decider("process") {
	case "walk":
		l.market.walk = controlplane.SpotWalk{
			Reversion:  price.Quantity("reversion"),
			Volatility: price.Quantity("volatility"),
			Step:       price.Duration("step"),
			Threshold:  price.Quantity("threshold"),
		}
		if price.Sound("reversion", "volatility", "step", "threshold") {
			checkWalk(price, l.market.walk)
		}
	case "fixed":
		l.market.fixed, l.market.price = true, price.Quantity("value")
		if price.Has("value") && price.Sound("value") && l.market.price == 0 {
			price.Wrong("value", "must be above $0")
		}
	case "trace":
		l.market.prices = l.readPriceTrace(price)
	}
	price.Done()
	interruption := t.Inside("interruption")
	l.market.interruption, l.market.supply = interruption, l.readSupplyTrace(interruption)
	l.market.bucket = readBucket(interruption)
	l.market.intensity = interruption.Quantity("intensity")
	if l.market.supply != nil && l.market.intensity != 1 {
		interruption.Mistake("intensity", besideTrace, "")
	}
	interruption.Done()
	l.market.lead = spot.Lead{Longest: t.Duration("rebalance_lead"), Share: t.Quantity("rebalance_share")}
	l.cfg.WaitForSpotReclaim = t.Flag("wait_for_spot_reclaim")
	l.scenario.market = l.market
	l.pools = newSpotPools(l.offer, l.market)
	t.Done()
}

// readBucket reads an interruption bucket by its number or its words; nil without.
func readBucket(t *schema.Table) *int {
	n := t.Value("bucket")
	if n == nil {
		return nil
	}
	if text, ok := n.AsText(); ok {
		words := spot.BucketWords()
		if k := slices.Index(words, strings.ReplaceAll(text, " ", "")); k >= 0 {
			return &k
		}
		t.Mistake("bucket", "must be one of "+strings.Join(words, " "), t.Hint(text, words))
		return nil
	}
	k, rule := schema.ReadQuantity(n, schema.Number)
	if rule != "" || k != math.Trunc(k) || k < 0 || k > 4 {
		t.Mistake("bucket", "must be 0..4", "")
		return nil
	}
	bucket := int(k)
	return &bucket
}

// checkWalk applies the rules of the walk on an ordinary price.
func checkWalk(t *schema.Table, w controlplane.SpotWalk) {
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

// spotPools makes the Spot pools of a Config, each when it is first asked for.
type spotPools struct {
	offer
	market  market
	numbers map[spotKey]int // in Config.SpotPools
}

// newSpotPools returns the pools that the Config has.
func newSpotPools(o offer, m market) *spotPools {
	s := &spotPools{offer: o, market: m, numbers: map[spotKey]int{}}
	for i, p := range o.cfg.SpotPools {
		s.numbers[spotKey{p.Type, p.Zone, p.Platform}] = i
	}
	return s
}

// of returns the pools of a type by zone, None in zones other than these.
func (s *spotPools) of(typ int, platform model.Platform, zones []model.Zone) []int {
	numbers := slices.Repeat([]int{cloud.None}, len(s.cfg.Zones))
	for _, z := range zones {
		numbers[z] = s.pool(spotKey{typ, z, platform})
	}
	return numbers
}

func (s *spotPools) pool(key spotKey) int {
	if i, ok := s.numbers[key]; ok {
		return i
	}
	name := s.cfg.Types[key.typ].Name
	p := controlplane.SpotPool{
		Type:        key.typ,
		Zone:        key.zone,
		Platform:    key.platform,
		Need:        s.need(key.typ),
		OnDemandUSD: s.listPrice(key.typ, key.platform, key.zone),
		MeanRatio:   s.at(key.zone).SpotMeanRatio(name, key.platform),
		Walk:        s.market.walk,
		Bucket:      s.at(key.zone).InterruptionBucket(name, key.platform),
		Intensity:   s.market.intensity,
		Lead:        s.market.lead,
	}
	p.MeanRatio = min(p.MeanRatio, 1)
	if s.market.bucket != nil {
		p.Bucket = *s.market.bucket
	}
	if s.market.fixed {
		p.Replay = []model.PriceStep{{USD: cmp.Or(s.market.price, p.MeanRatio*p.OnDemandUSD)}}
	}
	if s.market.prices != nil {
		p.Replay = s.market.prices.of(name, s.cfg.Zones[key.zone])
		if p.Replay == nil && !s.market.at.Faulty("file") {
			s.market.at.Reject("file", schema.Fault{
				Rule: "must have prices of " + name + " in zone " + s.cfg.Zones[key.zone], Code: schema.NoCode,
			})
		}
	}
	if s.market.supply != nil {
		p.Supply = s.market.supply.of(name, s.cfg.Zones[key.zone])
		if p.Supply == nil && !s.market.interruption.Faulty("trace") {
			s.market.interruption.Reject("trace", schema.Fault{
				Rule: "must have rows of " + name + " in zone " + s.cfg.Zones[key.zone], Code: schema.NoCode,
			})
		}
	}
	i := len(s.cfg.SpotPools)
	s.numbers[key] = i
	s.cfg.SpotPools = append(s.cfg.SpotPools, p)
	return i
}
