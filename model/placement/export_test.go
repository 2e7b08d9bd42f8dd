package placement

// Used returns how many instances are in places of the reservation.
func (r *Reservation) Used() int { return len(r.used) }

// Count returns how many places were asked for; 0 once it is canceled.
func (r *Reservation) Count() int {
	if r.canceled {
		return 0
	}
	return r.count
}

// Place allocates on hosts of one node, where the host says it all.
func (h *Hosts) Place(need Need) (host int, ok bool) {
	at, ok := h.Allocate(need)
	return at.Host, ok
}

// Release vacates a place on hosts of one node.
func (h *Hosts) Release(host int, need Need) { h.Vacate(Allocation{host, 1}, need) }
