package controlplane

import (
	"fmt"

	"headroom/model"
	"headroom/sim"
)

// Certificate is one of a listener that expires some day, as AWS Certificate Manager keeps
// it (Managed certificate renewal, Troubleshoot managed certificate renewal).
type Certificate struct {
	Owner      string   // "load_balancer.front"
	Name       string   // "shop.com on port 443"
	Expires    sim.Time // may lie before the run
	Validation Validation
}

// Validation is by what a certificate is renewed.
type Validation uint8

// Validations. ACM renews by itself what records in DNS validate, and asks the owner of a
// domain that e-mail validates. It does not renew what it did not issue.
const (
	Imported Validation = iota
	ByDNS
	ByEmail
)

const (
	// CertificateValidity is for how long ACM issues certificates: 13 months.
	CertificateValidity = 395 * sim.Day
	renewalLead         = 60 * sim.Day // before its expiry, that ACM renews
	expiryNotice        = 45 * sim.Day // before it, that ACM writes to those who must act
)

// Fails is from when on handshakes fail; [sim.Never] of a certificate that ACM renews. It
// does not renew what has expired.
func (c *Certificate) Fails() sim.Time {
	if c.Validation == ByDNS && c.Expires > 0 {
		return sim.Never
	}
	return max(0, c.Expires)
}

// notice is when ACM begins to do something about a certificate that expires then.
func (c *Certificate) notice(expires sim.Time) sim.Time {
	if c.Validation == ByDNS {
		return max(0, expires-renewalLead)
	}
	return max(0, expires-expiryNotice)
}

// newCertificates plans what becomes of certificates. What ACM would have done before the
// run it does at its start.
func (cp *Plane) newCertificates() error {
	for i := range cp.cfg.Certificates {
		c := &cp.cfg.Certificates[i]
		cp.expiries = append(cp.expiries, c.Expires)
		cp.schedule(c.notice(c.Expires), indexed(certificateTurns, i))
	}
	return nil
}

// onCertificateTurns renews a certificate, tells that it will expire, or that it has.
func (cp *Plane) onCertificateTurns(ev model.Event) {
	i, now := ev.Index(), cp.kernel.Now()
	c, expires := &cp.cfg.Certificates[i], cp.expiries[i]
	activity := Activity{Subject: c.Owner, Instance: None, Detail: "certificate " + c.Name}
	switch {
	case now >= expires:
		activity.Kind, activity.Cause = "certificate-expired", "nobody renewed it"
		activity.Detail += ": handshakes fail"
	case c.Validation == ByDNS:
		cp.expiries[i] = sim.Sum(now, CertificateValidity)
		activity.Kind, activity.Cause = "renew", "ACM, validated by DNS"
		activity.Detail += ": valid until " + cp.frame.Clock(cp.expiries[i])
		cp.schedule(c.notice(cp.expiries[i]), ev)
	default:
		activity.Kind, activity.Cause = "certificate-expires", "imported: ACM does not renew it"
		if c.Validation == ByEmail {
			activity.Kind, activity.Cause = "renewal-needs-approval", "validated by e-mail: the owner of the domain must approve"
		}
		activity.Detail += fmt.Sprintf(": expires %s", cp.frame.Clock(expires))
		cp.schedule(expires, ev)
	}
	cp.note(activity)
}
