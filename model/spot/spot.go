package spot

import "headroom/sim"

// Draws is what a market needs from a random stream: a *rng.Stream will do.
type Draws interface {
	Uniform() float64     // in (0, 1)
	Exponential() float64 // mean 1
	Normal() float64      // mean 0, standard deviation 1
}

// Prices publishes the price of one pool, in dollars an hour.
type Prices interface {
	// Start returns the price in force at time 0.
	Start() float64
	// Next returns the next publication: its instant, later than time 0 and than
	// all before it, and the price that holds from then on. ok is false when
	// nothing more will be published.
	Next() (at sim.Time, usd float64, ok bool)
}

// Kind is one way to make a pool's prices.
type Kind struct {
	Name        string // as scenarios write it
	Description string
}

// Kinds lists the kinds of market.
func Kinds() []Kind {
	return []Kind{
		{Name: "walk", Description: "mean-reverting random walk on the logarithm of the price over On-Demand"},
		{Name: "fixed", Description: "one price that never moves, at most On-Demand"},
		{Name: "trace", Description: "replay of a published price history, held to On-Demand"},
	}
}
