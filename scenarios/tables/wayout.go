package tables

import (
	"slices"

	"headroom/model"
	"headroom/model/controlplane"
	"headroom/model/network"
	"headroom/scenarios/tree"
)

// outgoing is a group or a fleet whose instances may ask somebody on the internet.
type outgoing struct {
	name     string
	at       *tree.Node
	services []int
	template *controlplane.LaunchTemplate
	subnets  []int // where they may be; those of a default VPC have the numbers of their zones
	elastic  bool  // an Elastic IP is, or may be, theirs
	ends     []int // counted from 1
}

// warnOfNoWaysOut warns of who asks somebody on the internet and gets no answer: no route leads
// there from some subnet, or no security group lets the packets out. What actions open may be
// meant so.
func (l *loader) warnOfNoWaysOut() {
	opens := func(a controlplane.Action) bool { return a.Do == controlplane.AuthorizeRules }
	if l.scenario.Sweep != nil || l.scenario.Search != nil || slices.ContainsFunc(l.cfg.Actions, opens) {
		return
	}
	for i := range l.cfg.Groups {
		if g := &l.cfg.Groups[i]; g.Template >= 0 {
			l.warnOfNoWayOut(&outgoing{
				name: g.Path(), at: l.groupTable(i).Node, services: g.Services(), template: &l.cfg.LaunchTemplates[g.Template],
				subnets: l.subnetsAmong(g.Subnets, g.Zones), ends: l.endsOf(g),
			})
		}
	}
	for i := range l.cfg.Instances {
		f := &l.cfg.Instances[i]
		l.warnOfNoWayOut(&outgoing{
			name: "instance." + f.Name, at: l.tables["instance"][i].Node, services: f.Services(), template: &f.Template,
			subnets: l.subnetsAmong(f.Subnets, f.Zones), elastic: l.mayHaveElastic(i), ends: l.endsIn(&f.Template, f.Subnets, f.Zones),
		})
	}
}

// subnetsAmong lists the subnets where something is that names some, or zones. Those of a default
// VPC have the numbers of their zones.
func (l *loader) subnetsAmong(subnets []int, zones []model.Zone) []int {
	if len(subnets) > 0 {
		return subnets
	}
	if len(l.cfg.Subnets) == 0 {
		for _, z := range zones {
			subnets = append(subnets, int(z))
		}
		return subnets
	}
	for i := range l.cfg.Subnets {
		if slices.Contains(zones, l.cfg.Subnets[i].Zone) {
			subnets = append(subnets, i)
		}
	}
	return subnets
}

// mayHaveElastic reports whether an Elastic IP is that of a fleet at the start, or an action makes
// it so.
func (l *loader) mayHaveElastic(fleet int) bool {
	has := func(e controlplane.ElasticIP) bool { return e.Fleet == fleet }
	gets := func(a controlplane.Action) bool { return a.Do == controlplane.AssociateAddress && a.Fleet == fleet }
	return slices.ContainsFunc(l.cfg.ElasticIPs, has) || slices.ContainsFunc(l.cfg.Actions, gets)
}

func (l *loader) warnOfNoWayOut(a *outgoing) {
	internet, s3 := l.missing(a)
	if internet == "" {
		return
	}
	for _, s := range a.services {
		if s >= 0 && l.cfg.Services[s].TalksOutside() {
			l.warnAt(a.at, a.name+": nobody on the internet answers its service."+l.cfg.Services[s].Name+": "+internet)
		}
	}
	script := &a.template.Script
	switch {
	case script.Publishes:
		l.warnAt(a.at, a.name+": its user data fails, as CloudWatch does not answer: "+internet)
	case script.Downloads > 0 && script.Baked < 1 && s3 != "":
		l.warnAt(a.at, a.name+": its user data fails, as S3 does not answer: "+s3)
	}
}

// missing says what some of the instances of one lack to reach the internet, and to reach S3;
// "" for nothing.
func (l *loader) missing(a *outgoing) (internet, s3 string) {
	policy := network.NewPolicy(l.cfg.Network.Groups)
	for _, e := range a.ends {
		if e > 0 && !policy.LetsOut(&l.cfg.Network.Ends[e-1]) {
			const rule = "none of its security groups lets tcp 443 out to a public address"
			return rule, rule
		}
	}
	if a.elastic || a.template.PublicIP && !a.template.PublicBySubnet {
		return "", ""
	}
	const route, shorter = "it has no public address, and its subnet no nat_gateway", ", nor a vpc_endpoint for S3"
	for _, i := range a.subnets {
		if len(l.cfg.Subnets) > 0 {
			if s := &l.cfg.Subnets[i]; s.NAT >= 0 || a.template.PublicBySubnet && s.PublicIP {
				continue
			}
		}
		if internet = route; !l.cfg.LeadsToS3(i) {
			s3 = route + shorter
		}
	}
	return internet, s3
}
