package model

import (
	"fmt"
	"math"
)

// Money is an amount in units of 10⁻⁹ US dollars.
type Money int64

// Dollar is one US dollar.
const Dollar Money = 1e9

// USD converts dollars to Money, rounded half away from zero.
func USD(dollars float64) Money { return Money(math.Round(dollars * 1e9)) }

// USD returns m in dollars.
func (m Money) USD() float64 { return float64(m) / 1e9 }

// Plus returns m + n, at most what Money can hold: nine billion dollars.
func (m Money) Plus(n Money) Money {
	sum := m + n
	switch {
	case m > 0 && n > 0 && sum < 0:
		return math.MaxInt64
	case m < 0 && n < 0 && sum >= 0:
		return math.MinInt64
	}
	return sum
}

// String formats m as dollars with cents, or with up to nine decimals where
// cents would hide it.
func (m Money) String() string {
	if m%(Dollar/100) == 0 || m >= Dollar || m <= -Dollar {
		return fmt.Sprintf("$%.2f", m.USD())
	}
	return fmt.Sprintf("$%.6f", m.USD())
}
