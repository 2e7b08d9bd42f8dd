package controlplane

// stage is where a member of a group stands, beside its life (Amazon EC2 Auto Scaling
// User Guide, "Instance lifecycle").
type stage uint8

const (
	inRanks      stage = iota // Pending, InService or Terminating, as its life says
	heldAtLaunch              // Pending:Wait
	heldAtEnd                 // Terminating:Wait
	standingBy                // Standby
	detached                  // no member any more, unless it is attached again
	warms                     // Warmed:Pending
	heldInPool                // Warmed:Pending:Wait
	warmed                    // Warmed:Stopped, Warmed:Hibernated or Warmed:Running, or on its way there
)

// inService reports whether an instance is in service: a group's member is from the
// moment it is running and its launch hooks have let it go, whether or not its
// application answers yet.
func (in *instance) inService() bool { return in.life.runs() && in.stage == inRanks }

// arrives reports whether an instance is on its way into the service of its group.
func (in *instance) arrives() bool {
	return in.stage == inRanks && in.life == pending || in.stage == heldAtLaunch && !in.life.leaves()
}

// counts reports whether a group counts the instance as capacity.
func (in *instance) counts() bool {
	return !in.life.leaves() && !in.replaced && (in.stage == inRanks || in.stage == heldAtLaunch)
}

// units is what an instance adds to the capacity of its group: its weight.
func (in *instance) units() int { return max(1, in.order.weight) }

// advance takes a member of a group from one stage to the next.
func (cp *Plane) advance(in *instance, s stage) {
	cp.tally(in, -1)
	in.stage = s
	cp.tally(in, +1)
}
