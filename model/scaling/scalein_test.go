package scaling_test

import (
	"slices"
	"testing"

	"headroom/model/scaling"
	"headroom/sim"
	"headroom/sim/rng"
)

// plainVictim is [scaling.ScaleIn] without its indexes: it looks at all members
// for each end.
func plainVictim(members []scaling.Member, by scaling.Selection) int {
	counts, onDemand, fullest := map[int]int{}, 0, 0
	for _, m := range members {
		counts[m.Zone]++
		if m.OnDemand {
			onDemand++
		}
	}
	var candidates []scaling.Member
	for _, m := range members {
		if !m.Protected {
			fullest = max(fullest, counts[m.Zone])
		}
	}
	for _, m := range members {
		if !m.Protected && counts[m.Zone] == fullest {
			candidates = append(candidates, m)
		}
	}
	if len(candidates) == 0 {
		return -1
	}
	tooMany := by.OnDemandShare != nil && onDemand > by.OnDemandShare(len(members)-1)
	keep := func(rank func(scaling.Member) sim.Time) {
		least := rank(slices.MinFunc(candidates, func(a, b scaling.Member) int { return int(rank(a) - rank(b)) }))
		candidates = slices.DeleteFunc(candidates, func(m scaling.Member) bool { return rank(m) != least })
	}
	alignment := func(m scaling.Member) sim.Time {
		if by.OnDemandShare != nil && m.OnDemand == tooMany {
			return 0
		}
		return 1
	}
	template := func(m scaling.Member) sim.Time { return sim.Time(m.Template) }
	hour := func(m scaling.Member) sim.Time { return sim.Hour - (by.Now-m.BilledFrom)%sim.Hour }
	for _, p := range by.Policies {
		switch p {
		case scaling.DefaultTermination:
			keep(alignment)
			keep(template)
			keep(hour)
		case scaling.AllocationStrategyTermination:
			keep(alignment)
		case scaling.OldestLaunchTemplate:
			keep(template)
		case scaling.ClosestToNextInstanceHour:
			keep(hour)
		case scaling.NewestInstance:
			keep(func(m scaling.Member) sim.Time { return -m.LaunchedAt })
		case scaling.OldestInstance:
			keep(func(m scaling.Member) sim.Time { return m.LaunchedAt })
		}
	}
	if len(candidates) == 1 {
		return candidates[0].Index
	}
	return candidates[by.Draw(len(candidates))].Index
}

func TestScaleInEndsWhomThePlainTwinEnds(t *testing.T) {
	for seed := range uint64(400) {
		draws := rng.New(seed, 0, "members")
		members := make([]scaling.Member, draws.Below(40))
		for i := range members {
			launched := sim.Time(draws.Below(6)) * 17 * sim.Minute
			members[i] = scaling.Member{
				Index: 100 + i, Zone: draws.Below(4), Template: draws.Below(2), LaunchedAt: launched, BilledFrom: launched,
				Protected: draws.Below(8) == 0, OnDemand: draws.Below(2) == 0,
			}
		}
		by := scaling.Selection{Now: 2 * sim.Hour}
		for range draws.Below(4) {
			by.Policies = append(by.Policies, scaling.DefaultTermination+scaling.TerminationPolicy(draws.Below(7)))
		}
		if draws.Below(2) == 0 {
			share := draws.Below(100)
			by.OnDemandShare = func(n int) int { return n * share / 100 }
		}
		one, two := rng.New(seed, 0, "ties"), rng.New(seed, 0, "ties")
		plain := by
		by.Draw, plain.Draw = one.Below, two.Below
		if len(plain.Policies) == 0 {
			plain.Policies = []scaling.TerminationPolicy{scaling.DefaultTermination}
		}
		scaleIn := scaling.NewScaleIn(members, by)
		for end := 0; ; end++ {
			got, want := scaleIn.Next(), plainVictim(members, plain)
			if got != want {
				t.Fatalf("seed %d, end %d of %v: got %d, want %d", seed, end, by.Policies, got, want)
			}
			if got < 0 {
				break
			}
			members = without(members, got)
		}
	}
}
