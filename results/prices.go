package results

import (
	"headroom/model/catalog"
	"headroom/model/pricing"
	"headroom/model/tariff"
)

// ListPrices bills what ran at a catalogue's prices, without commitments.
func ListPrices(c *catalog.Catalog) pricing.Plan { return pricing.AsRun{Prices: tariff.Of(c)} }
