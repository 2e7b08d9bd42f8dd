package container

// Provider is one line of a capacity provider strategy: over the two that Fargate has, or over
// those of groups.
type Provider struct {
	Group  int  // on whose instances, from 1; 0: on Fargate
	Spot   bool // FARGATE_SPOT, else FARGATE
	Base   int  // of the tasks, so many first
	Weight int  // of those beyond all bases, its part
}

// Bounds of a line (Amazon ECS API Reference, CapacityProviderStrategyItem).
const (
	MostBase   = 100_000
	MostWeight = 1000
	MostLines  = 20 // of a strategy
)

// NextProvider returns the line of a strategy that gets the next task, where each has so many:
// one that lacks some of its base, else of those with a weight the one with the fewest beyond
// its base for its weight, the first of equal ones. From none on that keeps the weights: each
// line has its part to within a task.
func NextProvider(strategy []Provider, has []int) int {
	best := -1
	for k := range strategy {
		if has[k] < strategy[k].Base {
			return k
		}
		if strategy[k].Weight > 0 && (best < 0 || beyond(strategy, has, k)*strategy[best].Weight < beyond(strategy, has, best)*strategy[k].Weight) {
			best = k
		}
	}
	return best
}

// Wait returns to which lines of a strategy tasks go that have no place yet, in order, where each
// has so many with one. They wait there, and nowhere else, whether there is room or not.
func Wait(strategy []Provider, has []int, tasks int) (lines []int) {
	has = append([]int(nil), has...)
	for range tasks {
		k := NextProvider(strategy, has)
		has[k]++
		lines = append(lines, k)
	}
	return lines
}

// LosingProvider returns the line that loses a task: the one that would get it last, which is that
// with the most beyond its base for its weight; one within its base only if no other has any.
func LosingProvider(strategy []Provider, has []int) int {
	worst := -1
	for k := range strategy {
		switch {
		case has[k] == 0:
		case worst < 0:
			worst = k
		case beyond(strategy, has, k) <= 0:
		case beyond(strategy, has, worst) <= 0 || strategy[k].Weight == 0 ||
			strategy[worst].Weight > 0 && beyond(strategy, has, k)*strategy[worst].Weight >= beyond(strategy, has, worst)*strategy[k].Weight:
			worst = k
		}
	}
	return worst
}

func beyond(strategy []Provider, has []int, k int) int { return has[k] - strategy[k].Base }
