package results

import (
	"headroom/model/catalog"
	"headroom/model/pricing"
)

// ListPrices bills what ran at a catalogue's prices, without commitments.
func ListPrices(c *catalog.Catalog) pricing.Plan { return pricing.AsRun{Prices: c} }
