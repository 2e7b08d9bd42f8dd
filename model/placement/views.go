package placement

// views are all the views of the hosts of one pool.
type views struct{ all []*Hosts }

// Beside returns the hosts of h as somebody sees them who shares no host with
// what is placed in h, nor in any other view of them: the tenancy `dedicated`
// of one account. A host with an instance or a held place in one view receives
// nothing from the others until it is empty. [Hosts.SetEnabled] is for all
// views, everything else of a view is its own: the hosts in use are those of
// all views together. A view costs as much as the pool itself, and each first
// and last instance of a host an update of every view.
func (h *Hosts) Beside(policy Policy) *Hosts {
	if h.views == nil {
		h.views = &views{all: []*Hosts{h}}
	}
	view := NewDivided(h.shape, h.NodeCount(), len(h.hosts), policy)
	view.views = h.views
	for i := range h.hosts {
		excluded := false
		for _, other := range h.views.all {
			excluded = excluded || other.hosts[i].freeCPU < h.shape.CPU
		}
		view.setClosed(i, h.hosts[i].disabled, excluded)
	}
	h.views.all = append(h.views.all, view)
	return view
}

// exclude closes host to all views but one, or opens it again.
func (v *views) exclude(owner *Hosts, host int, excluded bool) {
	for _, view := range v.all {
		if view != owner {
			view.setClosed(host, view.hosts[host].disabled, excluded)
		}
	}
}
