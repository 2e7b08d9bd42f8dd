package results

import (
	"headroom/model"
	"headroom/model/catalog"
	"headroom/model/pricing"
)

// ListPrices lets a bill ask a catalogue for prices.
func ListPrices(c *catalog.Catalog) pricing.Prices { return listPrices{c} }

type listPrices struct{ catalog *catalog.Catalog }

// OnDemand implements [pricing.Prices].
func (p listPrices) OnDemand(instanceType string, platform model.Platform) (usd float64, estimated, ok bool) {
	price, ok := p.catalog.OnDemand(instanceType, platform)
	return price.USD, price.Estimated, ok
}

// Service implements [pricing.Prices].
func (p listPrices) Service(service, item string) (usd float64, estimated, ok bool) {
	price, ok := p.catalog.Service(catalog.Item(service + "/" + item))
	return price.USD, price.Estimated, ok
}
