package credits

import (
	"math"

	"headroom/model"
	"headroom/sim"
	"headroom/sim/bucket"
)

// perHour is what a millionth of a vCPU spends in an hour.
const perHour = int64(sim.Hour) / 1e6

// Account is the CPU credits of one instance. Its zero value has none, spends nothing
// and is never out of them.
type Account struct {
	earned bucket.Bucket // below zero: surplus
	launch bucket.Bucket // given at the launch
	terms  model.CreditTerms

	rate      uint64 // of computing, in millionths of a vCPU
	launching bool   // the launch's credits are not spent yet
	sinking   bool   // the balance may be falling
	charged   model.Credits
	settled   int64 // of earned.Overdrawn: what is counted in charged, or is rounding
	least     model.Credits
	stopped   sim.Time // since when the instance is; Never while it runs
}

// Open returns the account of an instance that is launched at an instant and does
// nothing yet.
func Open(at sim.Time, terms model.CreditTerms) Account {
	a := Account{terms: terms, stopped: sim.Never, least: terms.Start + terms.Launch}
	a.earned = bucket.New(at, a.shape(terms.Start))
	a.earned.SetEarn(at, int64(terms.Earn))
	a.give(at, terms.Launch)
	return a
}

// shape is that of the earned credits.
func (a *Account) shape(start model.Credits) bucket.Spec {
	full := int64(a.full())
	s := bucket.Spec{Capacity: full, Start: min(int64(start), full), Per: sim.Hour}
	if a.terms.Mode == model.CreditsUnlimited {
		s.Floor = -full
	}
	return s
}

func (a *Account) full() model.Credits { return fullAfter * a.terms.Earn }

// give adds a launch's credits.
func (a *Account) give(at sim.Time, amount model.Credits) {
	a.launch = bucket.New(at, bucket.Spec{Capacity: int64(amount), Start: int64(amount), Per: sim.Hour})
	a.launching = amount > 0
}

// Mode returns the mode; 0 of an instance without credits.
func (a *Account) Mode() model.CreditMode { return a.terms.Mode }

// Baseline returns the rate of computing that costs what the instance earns.
func (a *Account) Baseline() uint64 { return uint64(int64(a.terms.Earn) / perHour) }

// Rate returns the rate of computing.
func (a *Account) Rate() uint64 { return a.rate }

// Use changes the rate of computing from an instant on.
func (a *Account) Use(at sim.Time, rate uint64) {
	if a.sinking {
		a.note(at)
	}
	a.rate, a.sinking = rate, a.launching || rate > a.Baseline()
	if a.launching {
		a.launch.SetSpend(at, int64(rate)*perHour)
		a.turn(at)
		return
	}
	a.earned.SetSpend(at, int64(rate)*perHour)
}

// turn brings the account to an instant: once the launch's credits are spent, what is
// spent is earned.
func (a *Account) turn(at sim.Time) {
	if !a.launching {
		return
	}
	if over := a.launch.EmptyAt(); over <= at {
		a.launch.SetSpend(over, 0)
		a.earned.SetSpend(over, int64(a.rate)*perHour)
		a.launching = false
	}
}

// note brings the account to an instant and remembers its lowest balance: while no
// rate changes that is at either end, for a balance that rises can only fall, once
// full, by what the launch gave.
func (a *Account) note(at sim.Time) {
	a.turn(at)
	if a.stopped == sim.Never {
		a.least = min(a.least, a.Balance(at))
	}
}

// OutAt returns the first instant from which on the instance may not compute at its
// present rate; Never if it may for good.
func (a *Account) OutAt() sim.Time {
	if a.terms.Mode != model.CreditsStandard || a.rate <= a.Baseline() {
		return sim.Never
	}
	if !a.launching {
		return a.earned.EmptyAt()
	}
	over := a.launch.EmptyAt()
	if over == sim.Never {
		return sim.Never
	}
	then := a.earned
	then.SetSpend(over, int64(a.rate)*perHour)
	return then.EmptyAt()
}

// Balance returns the credits that the instance could spend at an instant.
func (a *Account) Balance(at sim.Time) model.Credits {
	a.turn(at)
	balance := model.Credits(max(0, a.earned.At(at)))
	if a.launching {
		balance += model.Credits(a.launch.At(at))
	}
	return balance
}

// Full reports whether the balance is full at an instant and stays so until the rate changes.
func (a *Account) Full(at sim.Time) bool {
	a.turn(at)
	return !a.launching && a.stopped == sim.Never && a.rate <= a.Baseline() && a.earned.At(at) == int64(a.full())
}

// Surplus returns the credits that the instance owes at an instant and that nobody has
// charged.
func (a *Account) Surplus(at sim.Time) model.Credits {
	a.turn(at)
	return model.Credits(max(0, -a.earned.At(at)))
}

// Charged returns the surplus credits that were charged until an instant.
func (a *Account) Charged(at sim.Time) model.Credits {
	a.turn(at)
	if a.terms.Mode != model.CreditsUnlimited { // what is overdrawn is spent in less than 1 ns
		return a.charged
	}
	return a.charged + model.Credits(a.earned.Overdrawn(at)-a.settled)
}

// Least returns the smallest balance until an instant.
func (a *Account) Least(at sim.Time) model.Credits {
	a.note(at)
	return a.least
}

// Spent returns what was spent until an instant, since the launch at another, by what
// was earned, given, lost and charged. It is meant for tests of accounts that were
// neither switched nor stopped.
func (a *Account) Spent(at, since sim.Time) model.Credits {
	a.turn(at)
	earned := int64(math.Round(float64(a.terms.Earn) * (float64(at-since) / float64(sim.Hour))))
	return a.terms.Start + a.terms.Launch - model.Credits(a.launch.At(at)) +
		model.Credits(earned-a.earned.Lost(at)+a.earned.Overdrawn(at)-a.earned.At(at))
}

// Switch changes the mode from an instant on. To standard it charges the surplus; to
// unlimited it takes away what is left of the launch's credits.
func (a *Account) Switch(at sim.Time, mode model.CreditMode) {
	if mode == a.terms.Mode {
		return
	}
	a.note(at)
	if mode == model.CreditsStandard {
		a.charge(at)
		a.terms.Mode = mode
		return
	}
	a.terms.Mode = mode
	a.settled = a.earned.Overdrawn(at)
	a.earned.Resize(at, -int64(a.full()), int64(a.full()))
	rate := a.rate
	a.give(at, 0)
	a.Use(at, rate)
	a.least = min(a.least, a.Balance(at))
}

// charge settles the surplus, for money, and lets no more be made.
func (a *Account) charge(at sim.Time) {
	a.earned.Resize(at, 0, int64(a.full()))
	a.charged = a.Charged(at)
	a.settled = a.earned.Overdrawn(at)
}

// Stop ends computing and earning at an instant and charges the surplus. What is left
// of the launch's credits is lost, and so is the balance where it is not kept.
func (a *Account) Stop(at sim.Time) {
	a.Use(at, 0)
	a.charge(at)
	a.earned.SetEarn(at, 0)
	a.give(at, 0)
	if a.terms.Keeps == 0 {
		a.earned = bucket.New(at, bucket.Spec{Per: sim.Hour})
	}
	a.stopped = at
}

// Restart lets a stopped instance earn again, with the credits that this start gives and by terms
// that may be others now, for it may have changed its type. It still has what it had earned if it has
// not been stopped for longer than that is kept.
func (a *Account) Restart(at sim.Time, terms model.CreditTerms) {
	terms.Start = 0
	if at-a.stopped <= a.terms.Keeps {
		terms.Start = min(a.Balance(at), fullAfter*terms.Earn)
	}
	charged, least := a.charged, a.least
	*a = Open(at, terms)
	a.charged, a.least = charged, min(least, a.least)
}

// Stopped reports whether the instance is stopped.
func (a *Account) Stopped() bool { return a.stopped != sim.Never }
