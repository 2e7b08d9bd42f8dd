package catalog

import "sync"

const regionColumns = "region,level,zones_listed,zones,date"

// regions is the table of Regions.
var regions = sync.OnceValue(func() table { return open("regions.csv", regionColumns) })

// Regions lists the Regions that the catalogue covers, sorted.
func Regions() []string {
	var names []string
	for r := range regions().all() {
		names = append(names, r.cell(0))
	}
	return names
}

// Level returns what the Region's Linux instances cost against those of us-east-1 in
// the median: what an item that only us-east-1 lists is multiplied by.
func (c *Catalog) Level() float64 { return mustFloat(c.about.cell(1)) }

// ZonesListed reports whether the data says which zones of the Region offer which
// types. Where it does not, every type with a price is taken to be in three zones.
func (c *Catalog) ZonesListed() bool { return c.about.flag(2) }
