package pricing

import "math/big"

// Negotiated is the share of every price of a service that an agreement takes
// off, in [0, 1): On-Demand, Spot and commitments alike.
type Negotiated map[Service]float64

// kept is the share of a price that is paid; nil is all of it.
type kept struct{ share *big.Rat }

func (n Negotiated) kept(service Service) kept {
	if n[service] == 0 {
		return kept{}
	}
	return kept{new(big.Rat).Sub(ratio(1, 1), decimal(n[service]))}
}

func (k kept) of(amount *big.Rat) *big.Rat {
	if k.share == nil {
		return amount
	}
	return new(big.Rat).Mul(amount, k.share)
}
