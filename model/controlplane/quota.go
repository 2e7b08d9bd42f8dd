package controlplane

import (
	"fmt"

	"headroom/model"
)

// share returns which quota a launch counts against and how many vCPUs; class 0 is none.
// Instances on Dedicated Hosts have the quota of the hosts, and those of others are not
// the account's.
func (cp *Plane) share(w *placementRequest) (class QuotaClass, spot bool, vcpus int64) {
	q := &cp.cfg.Quotas
	if !q.on() || w.foreign || w.tenancy == model.TenancyHost {
		return 0, false, 0
	}
	return q.Classes[w.typ], w.option == model.Spot, int64(cp.frame.Types[w.typ].VCPUs)
}

// limits returns the quotas of one way of buying.
func (q *Quotas) limits(spot bool) []int64 {
	if spot {
		return q.Spot
	}
	return q.OnDemand
}

// vcpuQuota says which quota a launch would exceed. The vCPUs of Capacity Reservations
// count from their beginning, and instances in them no more.
func (cp *Plane) vcpuQuota(w *placementRequest) launchFailure {
	class, spot, vcpus := cp.share(w)
	limits := cp.cfg.Quotas.limits(spot)
	if class == 0 || limits == nil || limits[class] < 0 || cp.quotaUsed[spotIndex(spot)][class]+vcpus <= limits[class] {
		return noFailure
	}
	if spot {
		return maxSpotInstanceCountExceeded
	}
	return vcpuLimitExceeded
}

func spotIndex(spot bool) int {
	if spot {
		return 1
	}
	return 0
}

// counted is what an instance or a reservation has of a quota.
type counted struct {
	class QuotaClass
	spot  bool
	vcpus int32
}

// charge counts what a launch has of a quota.
func (cp *Plane) charge(w *placementRequest) counted {
	class, spot, vcpus := cp.share(w)
	c := counted{class, spot, int32(vcpus)}
	cp.credit(c, +1)
	return c
}

// credit counts, or with sign -1 gives back.
func (cp *Plane) credit(c counted, sign int64) {
	if c.class != 0 {
		cp.quotaUsed[spotIndex(c.spot)][c.class] += sign * int64(c.vcpus)
	}
}

// hostQuota says whether one more Dedicated Host would exceed the quota of its family.
func (cp *Plane) hostQuota(i int) launchFailure {
	if cp.cfg.Quotas.Hosts < 0 || !cp.cfg.Quotas.on() {
		return noFailure
	}
	family, n := cp.frame.Types[cp.cfg.DedicatedHosts[i].Type].Family, 0
	for k := range cp.machines {
		if m := &cp.machines[k]; !m.released && cp.frame.Types[cp.cfg.DedicatedHosts[m.host].Type].Family == family {
			n++
		}
	}
	if n >= cp.cfg.Quotas.Hosts {
		return hostLimitExceeded
	}
	return noFailure
}

// holdQuota is what a hold has of a quota: a Capacity Reservation counts whole, whether
// its instances run or not, and those that run do not count again.
func (cp *Plane) holdQuota(h *Hold) counted {
	if h.Reservation == "" {
		return counted{}
	}
	w := h.request()
	class, _, vcpus := cp.share(&w)
	return counted{class: class, vcpus: int32(vcpus * int64(h.Count))}
}

// beyondQuota reports whether a quota has no room for what a hold has of it, in which
// what runs counts no more by itself.
func (cp *Plane) beyondQuota(c counted, running []*hostPlace) bool {
	more := int64(c.vcpus)
	for _, b := range running {
		more -= int64(b.vcpus)
	}
	limits := cp.cfg.Quotas.limits(c.spot)
	return limits != nil && c.class != 0 && limits[c.class] >= 0 && cp.quotaUsed[spotIndex(c.spot)][c.class]+more > limits[c.class]
}

// verifyQuotas: what counts against a quota is what runs or is reserved, and no more than
// the quota.
func (cp *Plane) verifyQuotas() error {
	if !cp.cfg.Quotas.on() {
		return nil
	}
	var used [2][quotaClasses]int64
	add := func(c counted) { used[spotIndex(c.spot)][c.class] += int64(c.vcpus) }
	for _, in := range cp.instances.All() {
		add(in.counted)
	}
	for _, t := range cp.tenants.All() {
		add(t.counted)
	}
	for i := range cp.holds {
		add(cp.holds[i].counted)
	}
	for i := range used {
		used[i][0] = 0
		if used[i] != cp.quotaUsed[i] {
			return fmt.Errorf("quotas: %v vCPUs are in use, counted %v", used[i], cp.quotaUsed[i])
		}
		limits := cp.cfg.Quotas.limits(i == 1)
		for c := range limits {
			if limits[c] >= 0 && used[i][c] > limits[c] {
				return fmt.Errorf("quotas: %d vCPUs of class %d are in use, the quota is %d", used[i][c], c, limits[c])
			}
		}
	}
	return nil
}
