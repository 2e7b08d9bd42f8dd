package model

// Price is the price of one unit of something in one Region.
type Price struct {
	USD  float64 // an hour, or a unit of what is sold by another
	Date string  // of the price list, as far as its source dates it; "book" for an overridden price
	// Estimated marks a number that AWS did not publish in a source we read: a
	// price ratio, a default discount, or a figure that nobody confirmed.
	Estimated bool
}
