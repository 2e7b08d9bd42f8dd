package pricing

import "headroom/model"

// gatewayItems are the items of each kind of gateway: an hour of it, and how it is called.
var gatewayItems = map[model.GatewayKind][3]string{
	model.NATGateway:    {"nat_gateway", "hour", "NAT gateways"},
	model.VPNConnection: {"vpn", "connection_hour", "VPN connections"},
}

type gatewayGroup struct {
	owner int32
	kind  model.GatewayKind
	month int
}

// billGateways bills NAT gateways and VPN connections by the hour, a part of one as a whole
// one (Amazon VPC pricing, AWS VPN pricing), and what NAT gateways processed by the GB.
func billGateways(s *sheet) {
	var groups fold[gatewayGroup, usage]
	for i := range s.ledger.Gateways {
		g := &s.ledger.Gateways[i]
		whole := billed(g.From, g.To, 1)
		whole.to = whole.from + (whole.seconds()+hour-1)/hour*hour
		s.calendar.cut(whole, func(month int, part span) {
			groups.at(gatewayGroup{g.Owner, g.Kind, month}).add(part)
		})
	}
	for i, group := range groups.keys {
		sum, item := groups.sums[i], gatewayItems[group.kind]
		s.add(charge{
			service: VPC, sku: item[0] + "_hour", description: item[2],
			owner: group.owner, zone: noZone, month: group.month, span: sum.span,
			consumed: quantity{ratio(sum.seconds, 1), "Seconds"}, priced: quantity{ratio(sum.seconds, hour), "Hours"},
			price: s.service(item[0], item[1]),
		})
	}
	var bytes fold[ownerMonth, transferSum]
	for _, record := range s.transfers(model.ThroughNAT) {
		month, period := s.calendar.place(billed(record.From, record.To, 1))
		bytes.at(ownerMonth{record.Owner, month}).add(period, record.Amount)
	}
	for i, group := range bytes.keys {
		sum := &bytes.sums[i]
		s.add(charge{
			service: VPC, sku: "nat_gateway_bytes", description: "data that NAT gateways processed",
			owner: group.owner, zone: noZone, month: group.month, span: sum.span,
			consumed: sum.gib(), priced: sum.gib(), price: s.service("nat_gateway", "data_processed"),
		})
	}
}
