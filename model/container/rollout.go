package container

// Rollout is what a deployment sees of its service: how many tasks there are of the revision
// that comes, and of others, which leave. Those of either count that run and are healthy.
type Rollout struct {
	Desired           int
	Comes, Well       int // of the new revision, and those of them that are healthy
	Leaves, LeaveWell int // of others
	Least, Most       int // percent of Desired: minimumHealthyPercent, maximumPercent
}

// Bounds returns how many healthy tasks have to stay, rounded up, and how many tasks there
// may be, rounded down.
func (r *Rollout) Bounds() (least, most int) {
	return (r.Desired*r.Least + 99) / 100, r.Desired * r.Most / 100
}

// Step returns how many tasks that leave are stopped now, and how many of the new revision
// are started then. What is not healthy is no loss, and is stopped first: there are Leaves -
// LeaveWell of it.
func (r *Rollout) Step() (stop, start int) {
	least, most := r.Bounds()
	stop = r.Leaves - r.LeaveWell + max(0, min(r.LeaveWell, r.Well+r.LeaveWell-least))
	start = max(0, min(r.Desired-r.Comes, most-r.Comes-r.Leaves+stop))
	return stop, start
}

// Done reports whether the deployment is complete: what leaves has left, and all that comes
// is healthy.
func (r *Rollout) Done() bool { return r.Leaves == 0 && r.Well >= r.Desired }

// Bounds of how many tasks of a new revision fail in a row until the deployment circuit
// breaker ends the deployment.
const (
	leastFailures = 3
	mostFailures  = 200
)

// MostFailures is that number for a service of so many tasks: half of them, rounded up.
func MostFailures(desired int) int { return min(max(leastFailures, (desired+1)/2), mostFailures) }
