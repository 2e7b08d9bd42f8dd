package results

import (
	"math"
	"strings"

	"headroom/model"
	"headroom/model/pricing"
)

// transferMetrics are the bytes that went where AWS looks at them, and what they cost. Each
// exists where there were such bytes, or a threshold asks for it.
func transferMetrics() []Metric {
	labels := []string{labelGroup, labelInstance, labelBalancer, labelNAT, labelFunction, labelContainer}
	bytes := func(name, meaning string, paths ...model.TransferPath) Metric {
		return Metric{
			Name: name, Unit: "B", Labels: labels, Meaning: meaning, sums: true,
			read: func(p *part) float64 { return some(p.transferred(paths)) },
		}
	}
	cost := func(name, sku, meaning string, paths ...model.TransferPath) Metric {
		return Metric{
			Name: name, Unit: "USD", Labels: labels, Meaning: meaning, sums: true,
			read: func(p *part) float64 {
				if p.transferred(paths) == 0 {
					return math.NaN()
				}
				return p.charged(func(l *pricing.Line) model.Money {
					if !strings.HasPrefix(l.SKU, sku) {
						return 0
					}
					return l.Effective
				})
			},
		}
	}
	return []Metric{
		bytes("transfer.internet_out", "bytes out to the internet", model.InternetOut),
		cost("transfer.internet_out.cost", "data-transfer.internet_out", "what bytes out to the internet cost", model.InternetOut),
		bytes("transfer.cross_zone", "bytes to and from other zones that are charged, on each side that pays", model.OneSide, model.CrossZone),
		cost("transfer.cross_zone.cost", "data-transfer.cross_zone", "what bytes between zones cost", model.OneSide, model.CrossZone),
		bytes("transfer.cross_zone.free", "bytes between nodes of load balancers and targets in other zones, which nobody is charged for", model.Uncharged),
		bytes("transfer.inter_region", "bytes to other Regions", model.InterRegion),
		cost("transfer.inter_region.cost", "data-transfer.inter_region", "what bytes to other Regions cost", model.InterRegion),
		bytes("transfer.nat", "bytes through NAT gateways, in both directions", model.ThroughNAT),
		cost("transfer.nat.cost", "vpc.nat_gateway_bytes", "what NAT gateways cost by the byte", model.ThroughNAT),
	}
}

// some is a number of bytes; none is nothing that could be observed.
func some(bytes float64) float64 {
	if bytes == 0 {
		return math.NaN()
	}
	return bytes
}

// transferred sums the part's bytes on some paths.
func (p *part) transferred(paths []model.TransferPath) float64 {
	ledger := p.outcome.Ledger
	if ledger == nil {
		return 0
	}
	total := 0.0
	for i := range p.owned(p.belongs().transfers, len(ledger.Transfers)) {
		t := &ledger.Transfers[i]
		for _, path := range paths {
			if t.Path == path {
				total += float64(t.Amount)
			}
		}
	}
	return total
}
