package tariff

import (
	"headroom/model"
	"headroom/model/catalog"
	"headroom/model/pricing"
)

// Of lets bills ask a catalogue for prices.
func Of(c *catalog.Catalog) pricing.Book { return book{c} }

type book struct{ catalog *catalog.Catalog }

// OnDemand implements [pricing.Prices].
func (b book) OnDemand(instanceType string, platform model.Platform) (usd float64, estimated, ok bool) {
	return asked(b.catalog.OnDemand(instanceType, platform))
}

// Service implements [pricing.Prices].
func (b book) Service(service, item string) (usd float64, estimated, ok bool) {
	return asked(b.catalog.Service(catalog.Item(service + "/" + item)))
}

// Reserved implements [pricing.Book].
func (b book) Reserved(instanceType string, platform model.Platform, o pricing.Offering) (usd float64, estimated, ok bool) {
	return asked(b.catalog.Reserved(instanceType, platform, catalog.Offering{
		Class: catalog.Class(o.Class), Term: catalog.Term(o.Term), Payment: catalog.Payment(o.Payment),
	}))
}

// NormalizedUnits implements [pricing.Book].
func (b book) NormalizedUnits(instanceType string) float64 {
	return b.catalog.NormalizedUnits(instanceType)
}

// DedicatedHost implements [pricing.Book].
func (b book) DedicatedHost(family string) (usd float64, estimated, ok bool) {
	return asked(b.catalog.DedicatedHost(family))
}

// ReservedHost implements [pricing.Book].
func (b book) ReservedHost(family string, o pricing.Offering) (usd float64, estimated, ok bool) {
	return asked(b.catalog.DedicatedHostReserved(family, catalog.Term(o.Term), catalog.Payment(o.Payment)))
}

// HostShape implements [pricing.Book].
func (b book) HostShape(family string) (pricing.HostShape, bool) {
	shape, ok := b.catalog.DedicatedShape(family)
	return pricing.HostShape(shape), ok
}

func asked(price catalog.Price, ok bool) (usd float64, estimated, found bool) {
	return price.USD, price.Estimated, ok
}
