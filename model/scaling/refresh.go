package scaling

import "headroom/sim"

// Healthy are the shares of the desired capacity, in percent, between which a group
// stays while its instances are replaced. Most 0 means 100: an instance ends before
// another is launched. With Most above 100 others are launched first (Amazon EC2 Auto
// Scaling User Guide, "Instance maintenance policies").
type Healthy struct {
	Least, Most int
}

// Batch returns how many of the instances of a group are replaced at a time: one at least.
func (h Healthy) Batch(desired int) int {
	if h.LaunchesFirst() {
		return max(1, desired*(h.Most-100)/100)
	}
	return max(1, desired*(100-h.Least)/100)
}

// LaunchesFirst reports whether others are launched before an instance ends.
func (h Healthy) LaunchesFirst() bool { return h.Most > 100 }

// Validate returns all faults of h.
func (h Healthy) Validate() []error {
	var f faults
	switch {
	case h.Least < 0 || h.Least > 100:
		f.add("min_healthy_percentage", "must be 0 to 100, got %d", h.Least)
	case h.Most != 0 && (h.Most < 100 || h.Most > 200):
		f.add("max_healthy_percentage", "must be 100 to 200, got %d", h.Most)
	case h.Most-h.Least > 100:
		f.add("max_healthy_percentage", "must be at most 100 above min_healthy_percentage (%d), got %d", h.Least, h.Most)
	}
	return f
}

// Refresh is how an instance refresh replaces the instances of a group (Amazon EC2 Auto
// Scaling User Guide, "Use an instance refresh").
type Refresh struct {
	Healthy
	Warmup      sim.Time // of a batch, from in service on; Unset: that of the group
	Checkpoints []int    // percent replaced at which it pauses; the last ends it; none: 100
	Delay       sim.Time // of a pause
}

// Limits of a refresh.
const (
	RefreshLeast    = 90
	LongestRefresh  = 14 * 24 * sim.Hour
	RefreshPatience = sim.Hour // for a batch to be healthy, and for protected instances
)

// Next returns how many instances come next, of a group that desires so many, of which so
// many of a total are replaced: a batch, or as many as lead to the next checkpoint.
func (r Refresh) Next(desired, total, done int) int {
	return max(1, min(r.Batch(desired), r.goal(total, done)-done))
}

// goal is how many are replaced at the next checkpoint.
func (r Refresh) goal(total, done int) int {
	for _, p := range r.Checkpoints {
		if n := (total*p + 99) / 100; n > done {
			return n
		}
	}
	return total
}

// Reached returns the highest checkpoint that is reached with so many of a total replaced and
// was not before; 0: none. Those that a batch leaps over are skipped.
func (r Refresh) Reached(total, before, done int) (percent int) {
	for _, p := range r.Checkpoints {
		if n := (total*p + 99) / 100; n > before && n <= done {
			percent = p
		}
	}
	return percent
}

// Ends reports whether a refresh ends with so many of a total replaced.
func (r Refresh) Ends(total, done int) bool {
	if n := len(r.Checkpoints); n > 0 {
		return done >= (total*r.Checkpoints[n-1]+99)/100
	}
	return done >= total
}

// Validate returns all faults of r.
func (r Refresh) Validate() []error {
	f := faults(r.Healthy.Validate())
	for i, p := range r.Checkpoints {
		switch {
		case p < 1 || p > 100:
			f.add("checkpoint_percentages", "must be 1 to 100, got %d", p)
		case i > 0 && p <= r.Checkpoints[i-1]:
			f.add("checkpoint_percentages", "must increase, got %d after %d", p, r.Checkpoints[i-1])
		}
	}
	return f
}
