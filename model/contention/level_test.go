package contention_test

import (
	"math/big"
	"math/rand/v2"
	"testing"

	. "headroom/model/contention"
)

// filled is a solver that knows nothing of levels: it fills all instances at once, as
// fast as their weights, until one has what it wants or the host is empty, and so on.
func filled(threads uint64, claims []Claim) []*big.Rat {
	got := make([]*big.Rat, len(claims))
	for i := range got {
		got[i] = new(big.Rat)
	}
	left := new(big.Rat).SetUint64(threads)
	for {
		weight := new(big.Rat)
		for i, c := range claims {
			if got[i].Cmp(new(big.Rat).SetUint64(c.Wants)) < 0 {
				weight.Add(weight, new(big.Rat).SetUint64(c.Weight))
			}
		}
		if weight.Sign() == 0 || left.Sign() == 0 {
			return got
		}
		step := new(big.Rat).Quo(left, weight) // for a unit of weight
		for i, c := range claims {
			missing := new(big.Rat).SetUint64(c.Wants)
			if missing.Sub(missing, got[i]).Sign() > 0 {
				if until := missing.Quo(missing, new(big.Rat).SetUint64(c.Weight)); until.Cmp(step) < 0 {
					step = until
				}
			}
		}
		for i, c := range claims {
			if got[i].Cmp(new(big.Rat).SetUint64(c.Wants)) < 0 {
				more := new(big.Rat).Mul(step, new(big.Rat).SetUint64(c.Weight))
				got[i].Add(got[i], more)
				left.Sub(left, more)
			}
		}
	}
}

func floor(r *big.Rat) uint64 { return new(big.Int).Div(r.Num(), r.Denom()).Uint64() }

// share is what an instance gets.
func share(level Share, c Claim) uint64 {
	if most, bounded := level.Of(c.Weight); bounded {
		return min(c.Wants, most)
	}
	return c.Wants
}

func TestLevelAgreesWithFilling(t *testing.T) {
	for seed := range uint64(3000) {
		random := rand.New(rand.NewPCG(seed, 1))
		claims := make([]Claim, random.IntN(12))
		for i := range claims {
			claims[i].Weight = 1 + random.Uint64N(8)
			if random.IntN(5) > 0 {
				claims[i].Wants = random.Uint64N(claims[i].Weight*1e6 + 1)
			}
		}
		threads := random.Uint64N(20e6)
		level := Level(threads, claims)
		total := uint64(0)
		for i, want := range filled(threads, claims) {
			got := share(level, claims[i])
			if got != floor(want) {
				t.Fatalf("seed %d: claim %d of %v gets %d of %d, want %v", seed, i, claims, got, threads, want.FloatString(3))
			}
			total += got
		}
		if total > threads || level.Bounded() && total+uint64(len(claims)) < threads {
			t.Fatalf("seed %d: %d of %d threads are shared out", seed, total, threads)
		}
	}
}

// No instance gets more but by taking from one that has less for its weight: whoever
// has less than it wants has as much for its weight as anybody.
func TestSharesAreMaxMinFair(t *testing.T) {
	for seed := range uint64(1000) {
		random := rand.New(rand.NewPCG(seed, 2))
		claims := make([]Claim, 2+random.IntN(190))
		for i := range claims {
			claims[i] = Claim{1 + random.Uint64N(8), random.Uint64N(8e6)}
		}
		level := Level(96e6, claims)
		for _, c := range claims {
			got := share(level, c)
			if got == c.Wants {
				continue
			}
			for _, o := range claims {
				if share(level, o)*c.Weight > (got+1)*o.Weight {
					t.Fatalf("seed %d: %+v has %d beside %+v with %d", seed, c, got, o, share(level, o))
				}
			}
		}
	}
}

func TestLevelAllocatesNothing(t *testing.T) {
	claims := make([]Claim, 192)
	for i := range claims {
		claims[i] = Claim{2, uint64(i) * 10_000}
	}
	if got := testing.AllocsPerRun(10, func() { Level(96e6/8, claims) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
