package results

import (
	"slices"
	"strings"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/pricing"
	"headroom/sim"
)

// Window is what one replication showed in a window of the run.
type Window struct {
	outcome *cloud.Outcome
	invoice *pricing.Invoice
}

// Ended is a replication, or what there was of it at an instant, and its bill.
type Ended struct {
	Outcome *cloud.Outcome
	Invoice pricing.Invoice
}

// Since returns what a replication showed between two instants: after, whose levels were
// measured since before, less before. Before has no outcome where the window begins with
// the run.
func Since(before, after Ended) Window {
	if before.Outcome == nil {
		return Window{after.Outcome, &after.Invoice}
	}
	from := before.Outcome.Config.Duration
	out := subtracted(after.Outcome, before.Outcome)
	cfg := *out.Config
	cfg.Duration -= from
	cfg.Warmup = min(max(0, cfg.Warmup-from), cfg.Duration)
	out.Config = &cfg
	out.Ledger = ledgerSince(out.Ledger, from, before.Outcome.Ledger)
	return Window{out, invoiceSince(&after.Invoice, &before.Invoice)}
}

// invoiceSince is a bill without what had been on it: each line of before stands there
// once more, with opposite sign.
func invoiceSince(after, before *pricing.Invoice) *pricing.Invoice {
	all := *after
	all.Lines = append([]pricing.Line(nil), after.Lines...)
	for _, l := range before.Lines {
		l.Consumed, l.Priced = -l.Consumed, -l.Priced
		l.List, l.Contracted, l.Billed, l.Effective = -l.List, -l.Contracted, -l.Billed, -l.Effective
		all.Lines = append(all.Lines, l)
	}
	all.Lasting -= before.Lasting
	return &all
}

// ledgerSince is what metrics read of a ledger since an instant: leases, what passed load
// balancers in the clock hours that ended after it, and bytes.
func ledgerSince(after *model.Ledger, from sim.Time, before *model.Ledger) *model.Ledger {
	all := *after
	all.Leases, all.Balancers = nil, nil
	for _, l := range after.Leases {
		if l.To > from {
			l.From = max(l.From, from)
			all.Leases = append(all.Leases, l)
		}
	}
	for _, b := range after.Balancers {
		if b.To > from {
			all.Balancers = append(all.Balancers, b)
		}
	}
	all.Transfers = append([]model.Transfer(nil), after.Transfers...)
	for _, t := range before.Transfers {
		t.Amount = -t.Amount
		all.Transfers = append(all.Transfers, t)
	}
	return &all
}

// unwindowed returns the key of a metric without its window.
func unwindowed(key string) string {
	at := strings.LastIndex(key, model.WindowLabel+"=")
	if at < 1 || !strings.HasSuffix(key, "}") {
		return key
	}
	if key[at-1] == ',' {
		return key[:at-1] + "}"
	}
	return strings.TrimSuffix(key[:at], "{")
}

// alone are the metrics that windows do not have: an extreme of the run that nobody
// measures anew, what is there at its end, what is said of it as a whole.
func (m *Metric) alone() bool {
	switch family, _, _ := strings.Cut(m.Name, "."); family {
	case "dr", "forecast", "commitment":
		return true
	}
	return slices.Contains([]string{
		"credits.balance.min", "memory.peak", "network.throughput.max", "network.burst_balance.min", "volume.burst_balance.min",
	}, m.Name)
}
