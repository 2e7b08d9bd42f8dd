package container

import "slices"

// Cluster is what a capacity provider counts: the instances of its group, and the tasks
// that wait for one.
type Cluster struct {
	Used     int  // instances with a task
	Idle     int  // instances without, that take tasks
	Arriving int  // instances that will
	Shape    Need // of the largest of them: the most of each
	Least    Need // of the smallest: the least of each
	Target   float64
	Waiting  []Waiting
}

// Add counts a type among those that instances may have.
func (c *Cluster) Add(shape Need) {
	if c.Least == (Need{}) {
		c.Least = shape
	}
	c.Shape = Need{max(c.Shape.CPU, shape.CPU), max(c.Shape.MemoryMiB, shape.MemoryMiB)}
	c.Least = Need{min(c.Least.CPU, shape.CPU), min(c.Least.MemoryMiB, shape.MemoryMiB)}
}

// Waiting are the tasks of one service that wait for room.
type Waiting struct {
	Need
	Tasks int
}

// Instances is N: how many there are, those on their way among them.
func (c *Cluster) Instances() int { return c.Used + c.Idle + c.Arriving }

// Needed is M: how many instances there have to be. That is those in use and those that
// the waiting tasks need, the largest tasks first, each on the first instance that has
// room: one on its way before one that is not there yet. Waiting tasks found no room on
// those that are there. Those that the smallest instance has no room for do not count: ECS
// launches nothing for them.
func (c *Cluster) Needed() int {
	waiting := slices.Clone(c.Waiting)
	slices.SortStableFunc(waiting, func(a, b Waiting) int { return int(sign(c.share(b.Need) - c.share(a.Need))) })
	var filled []Need // free on each instance that is not there yet
	for _, w := range waiting {
		for range w.Tasks {
			if !w.Fits(c.Least) {
				break
			}
			at := slices.IndexFunc(filled, func(free Need) bool { return w.Fits(free) })
			if at < 0 {
				filled = append(filled, c.Shape)
				at = len(filled) - 1
			}
			filled[at] = filled[at].Minus(w.Need)
		}
	}
	return c.Used + len(filled)
}

// share is the larger share of an instance that a task takes.
func (c *Cluster) share(n Need) float64 {
	return max(float64(n.CPU)/float64(max(1, c.Shape.CPU)), float64(n.MemoryMiB)/float64(max(1, c.Shape.MemoryMiB)))
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// Reservation is the metric CapacityProviderReservation: M / N in percent; 100 where there
// is nothing and nothing is needed, 200 where there is nothing and something is. Where tasks
// wait and the smallest instance has room for none of them it stays at the target.
func (c *Cluster) Reservation() float64 {
	if c.stuck() {
		return c.Target
	}
	m, n := c.Needed(), c.Instances()
	switch {
	case n > 0:
		return 100 * float64(m) / float64(n)
	case m > 0:
		return 200
	}
	return 100
}

// stuck reports whether tasks wait for which ECS launches nothing, and no others.
func (c *Cluster) stuck() bool {
	for _, w := range c.Waiting {
		if w.Fits(c.Least) {
			return false
		}
	}
	return len(c.Waiting) > 0
}
