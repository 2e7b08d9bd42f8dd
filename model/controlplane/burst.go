package controlplane

import (
	"cmp"

	"headroom/model"
	"headroom/model/credits"
	"headroom/sim"
	"headroom/sim/slab"
)

// creditTerms returns by what an instance earns and spends CPU credits that is launched
// now, or started in a mode; 0: as its template says.
func (cp *Plane) creditTerms(o *order, mode model.CreditMode) model.CreditTerms {
	terms := cp.termsOf(o.typ, cmp.Or(mode, o.template.Credits, credits.Mode(&cp.frame.Types[o.typ], o.template.Tenancy)))
	switch {
	case terms.Mode == 0:
	case o.initial && o.template.InitialCredits > 0:
		terms.Start, terms.Launch = o.template.InitialCredits, 0
	case terms.Launch > 0 && !cp.launchQuota.Grant(cp.kernel.Now()):
		terms.Launch = 0
	}
	return terms
}

// tenantTerms is [Plane.creditTerms] for an instance of an instance workload: others have
// launches of their own.
func (cp *Plane) tenantTerms(f *tenantFlow, typ int) model.CreditTerms {
	terms := cp.termsOf(typ, cmp.Or(f.cfg.Credits, credits.Mode(&cp.frame.Types[typ], model.TenancyDefault)))
	if terms.Mode != 0 && cp.kernel.Now() == 0 && f.cfg.InitialCredits > 0 {
		terms.Start, terms.Launch = f.cfg.InitialCredits, 0
		return terms
	}
	if terms.Launch > 0 && !f.cfg.Foreign && !cp.launchQuota.Grant(cp.kernel.Now()) {
		terms.Launch = 0
	}
	return terms
}

// termsOf returns the terms of a type in a mode, with launch credits.
func (cp *Plane) termsOf(typ int, mode model.CreditMode) model.CreditTerms {
	t := &cp.frame.Types[typ]
	if !t.Burstable {
		return model.CreditTerms{}
	}
	return model.CreditTerms{Mode: mode, Earn: credits.Earn(t), Launch: credits.Launch(t, mode), Keeps: credits.Keeps(t)}
}

// account is what the books know of an instance's CPU credits.
type account struct {
	mode    model.CreditMode // 0: it has none
	charged model.Credits    // that are in the ledger
}

// payer is who pays for surplus credits.
type payer struct {
	owner, instance int32
	typ             int
	platform        model.Platform
}

func (in *instance) payer() payer {
	return payer{in.order.owner, in.number, in.order.typ, in.order.template.Platform}
}

// chargeSurplus records the surplus credits that were charged since it was last asked.
func (cp *Plane) chargeSurplus(server slab.Handle, a *account, who payer) {
	if a.mode != model.CreditsUnlimited {
		return
	}
	charged := cp.data.Burst(server).Charged
	if charged == a.charged {
		return
	}
	cp.ledger.Surplus = append(cp.ledger.Surplus, model.SurplusUse{
		From: cp.surplusFrom, To: cp.kernel.Now(), Owner: who.owner, Instance: who.instance,
		Type: int32(who.typ), Platform: who.platform, Amount: charged - a.charged,
	})
	a.charged = charged
}

// closeSurplus records what each instance was charged in the clock hour that ends now.
func (cp *Plane) closeSurplus() {
	for _, in := range cp.instances.All() {
		if in.account.mode == model.CreditsUnlimited && !in.life.ended() {
			cp.chargeSurplus(in.server, &in.account, in.payer())
		}
	}
	for _, t := range cp.tenants.All() {
		if t.account.mode == model.CreditsUnlimited && t.lease != None {
			cp.chargeSurplus(t.server, &t.account, cp.payerOf(t))
		}
	}
	cp.surplusFrom = cp.kernel.Now()
}

// credits returns an instance's value of a metric of its CPU credits, in credits; what
// is of a period, since the mark of a clock.
func (in *instance) credits(k MetricKind, burst model.BurstUse, clock int) float64 {
	switch k {
	case CPUCreditUsage:
		return model.Credits(in.use.Busy - in.marks[clock].Busy).Float64()
	case CPUSurplusCreditBalance:
		return burst.Surplus.Float64()
	case CPUSurplusCreditsCharged:
		return (burst.Charged - in.marks[clock].charged).Float64()
	}
	return burst.Balance.Float64()
}

// BurstOutcome is the CPU credits of some burstable instances, and what their hosts made
// of them.
type BurstOutcome struct {
	Instances int64         `window:"to"` // that had credits
	Least     model.Credits `window:"to"` // smallest balance of any of them at any time
	Charged   model.Credits // surplus that was charged
	Throttled sim.Time      // that they were at their baseline while they had more to do
	Contended sim.Time      // that their hosts gave them less than they asked for
	// Of those that run at the end.
	Running int64         `window:"to"`
	Surplus model.Credits `window:"to"`
	Balance model.Credits `window:"to"`
}

// add counts one instance, at the end of its life or of the run.
func (o *BurstOutcome) add(use model.BurstUse, runs bool) {
	if o.Instances == 0 || use.Least < o.Least {
		o.Least = use.Least
	}
	o.Instances++
	o.Charged += use.Charged
	o.Throttled = sim.Sum(o.Throttled, use.Throttled)
	o.Contended = sim.Sum(o.Contended, use.Contended)
	if runs {
		o.Running++
		o.Balance += use.Balance
		o.Surplus += use.Surplus
	}
}

// Merge adds other instances.
func (o *BurstOutcome) Merge(other *BurstOutcome) {
	if o.Instances == 0 || other.Instances > 0 && other.Least < o.Least {
		o.Least = other.Least
	}
	o.Instances += other.Instances
	o.Charged += other.Charged
	o.Throttled = sim.Sum(o.Throttled, other.Throttled)
	o.Contended = sim.Sum(o.Contended, other.Contended)
	o.Running += other.Running
	o.Balance += other.Balance
	o.Surplus += other.Surplus
}

// burstOf returns the books of whom an instance belongs to.
func (cp *Plane) burstOf(in *instance) *BurstOutcome {
	if g := in.order.group; g != None {
		return &cp.members[g].Burst
	}
	return &cp.uses[in.order.fleet].Burst
}

// closeAccount counts the credits of an instance that has ended, or runs at the end of
// the run.
func (cp *Plane) closeAccount(in *instance, runs bool) {
	if in.account.mode == 0 {
		return
	}
	cp.chargeSurplus(in.server, &in.account, in.payer())
	cp.burstOf(in).add(cp.data.Burst(in.server), runs && !in.life.rests())
}
