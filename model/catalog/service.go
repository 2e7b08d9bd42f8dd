package catalog

import "headroom/model"

// Columns of the service table.
const (
	columnItemUnit = iota + 1
	columnItemUSD
	columnItemDate
	columnItemEstimated
)

// Service returns the price of one unit of an item of a service: ("ebs",
// "gp3_storage"), a GB-month. The file services in data lists them with their units. What only us-east-1 lists
// costs that price at the Region's level, estimated.
func (c *Catalog) Service(service, item string) (model.Price, bool) {
	key := service + "/" + item
	if usd, ok := c.book[key]; ok {
		return model.Price{USD: usd, Date: bookDate}, true
	}
	r, ok := c.services.find(key)
	if !ok {
		return model.Price{}, false
	}
	return model.Price{
		USD:       mustFloat(r.cell(columnItemUSD)),
		Date:      r.cell(columnItemDate),
		Estimated: r.flag(columnItemEstimated),
	}, true
}
