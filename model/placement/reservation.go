package placement

import (
	"fmt"
	"iter"
	"slices"
)

// Reservation is room that hosts hold for instances of one need: a Capacity
// Reservation, or what a zonal Reserved Instance holds. Nobody else can be
// placed there. An instance of it lies where the place is held; when it ends
// the place is held again. It is not safe for concurrent use.
type Reservation struct {
	hosts    *Hosts
	need     Need
	count    int
	unused   []Allocation // held longest first
	used     []Allocation
	canceled bool
}

// Hold holds count places for need where the policy would put that many
// instances. Running instances, whose allocations have that need, take places of it
// where they are; those beyond count stay what they were. It returns false, and
// holds nothing, if there is not room for the rest: a reservation is granted
// whole.
func (h *Hosts) Hold(need Need, count int, running []Allocation) (r *Reservation, ok bool) {
	need.check()
	running = running[:min(len(running), count)]
	r = &Reservation{hosts: h, need: need, count: count}
	for range count - len(running) {
		if !r.add() {
			r.Cancel()
			return nil, false
		}
	}
	for _, at := range running {
		h.mustHold(at, need)
		r.used = append(r.used, at)
	}
	return r, true
}

// add holds one more place.
func (r *Reservation) add() bool {
	host, ok := r.hosts.policy.Choose(r.need, r.hosts)
	if !ok {
		return false
	}
	at, ok := r.hosts.room(host, r.need)
	if !ok {
		panic(fmt.Sprintf("placement: %T chose host %d, which has no room for %+v", r.hosts.policy, host, r.need))
	}
	r.hosts.shift(at, r.need, 1, 0)
	r.hosts.hold(r.need, 1)
	r.unused = append(r.unused, at)
	return true
}

// giveUp frees the unused place i.
func (r *Reservation) giveUp(i int) {
	r.hosts.shift(r.unused[i], r.need, -1, 0)
	r.hosts.hold(r.need, -1)
	r.unused = slices.Delete(r.unused, i, i+1)
}

// hold adds to what is held.
func (h *Hosts) hold(need Need, sign int64) {
	h.heldCPU += sign * int64(need.CPU)
	h.heldMemory += sign * need.MemoryMiB
}

// Take puts an instance into the place held longest on an enabled host. It
// returns false if there is none: the instance must find room elsewhere.
func (r *Reservation) Take() (at Allocation, ok bool) {
	for i, at := range r.unused {
		if r.hosts.hosts[at.Host].disabled {
			continue
		}
		r.unused = slices.Delete(r.unused, i, i+1)
		r.used = append(r.used, at)
		r.occupy(at, 1)
		return at, true
	}
	return Allocation{}, false
}

// Return says that an instance has left its place, which is held again, or free
// once the reservation is canceled.
func (r *Reservation) Return(at Allocation) {
	i := slices.Index(r.used, at)
	if i < 0 {
		panic(fmt.Sprintf("placement: the reservation has no instance on host %d", at.Host))
	}
	r.used = slices.Delete(r.used, i, i+1)
	if r.canceled {
		r.hosts.Vacate(at, r.need)
		return
	}
	r.unused = append(r.unused, at)
	r.occupy(at, -1)
}

// occupy turns a held place into an instance's, or back.
func (r *Reservation) occupy(at Allocation, sign int32) {
	h := r.hosts
	h.leave(at.Host)
	h.count(&h.hosts[at.Host], sign)
	h.enter(at.Host)
	h.hold(r.need, int64(-sign))
	h.reservedCPU += int64(sign) * int64(r.need.CPU)
	h.reservedMemory += int64(sign) * r.need.MemoryMiB
}

// Restore moves unused places from disabled hosts to where the policy finds
// room, as far as it does, and returns how many places can be taken now.
func (r *Reservation) Restore() (available int) {
	for i := 0; i < len(r.unused); {
		switch {
		case !r.hosts.hosts[r.unused[i].Host].disabled:
			i++
		case r.add():
			r.giveUp(i)
		default:
			return r.Available()
		}
	}
	return len(r.unused)
}

// Cancel ends the reservation: unused places are free, instances go on where
// they are until [Reservation.Return].
func (r *Reservation) Cancel() {
	for len(r.unused) > 0 {
		r.giveUp(len(r.unused) - 1)
	}
	r.canceled = true
}

// Available returns how many places can be taken: unused, on enabled hosts.
func (r *Reservation) Available() int {
	n := 0
	for _, at := range r.unused {
		if !r.hosts.hosts[at.Host].disabled {
			n++
		}
	}
	return n
}

// Unused yields the allocations that are held for instances to come, held longest
// first.
func (r *Reservation) Unused() iter.Seq[Allocation] { return slices.Values(r.unused) }
