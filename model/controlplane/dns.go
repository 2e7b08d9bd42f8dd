package controlplane

import (
	"headroom/model"
	"headroom/sim"
)

// DNSName is what the bill needs to know of a DNS name.
type DNSName struct {
	Name    string
	Answers []string
	Checks  []model.CheckKind // that are paid
}

// openNames records the DNS names, each in a hosted zone of its own, and their health
// checks.
func (cp *Plane) openNames(names []DNSName) {
	cp.names = names
	for i := range names {
		owner := cp.owner("dns_record." + names[i].Name)
		cp.ledger.Names = append(cp.ledger.Names, model.NameUse{To: sim.Never, Owner: owner})
		for _, kind := range names[i].Checks {
			cp.ledger.Names = append(cp.ledger.Names, model.NameUse{To: sim.Never, Owner: owner, Check: kind})
		}
	}
}

// RecordTurns notes that an answer of a DNS name has become healthy, or unhealthy.
func (cp *Plane) RecordTurns(record, answer int, healthy bool) {
	kind := "unhealthy"
	if healthy {
		kind = "healthy"
	}
	n := &cp.names[record]
	cp.note(Activity{Subject: "dns_record." + n.Name, Kind: kind, Detail: n.Answers[answer], Cause: "health check", Instance: None})
}
