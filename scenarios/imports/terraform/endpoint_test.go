package terraform

import (
	"fmt"
	"strings"
	"testing"
)

// endpointPlan is a plan with a private subnet behind a NAT gateway, a public one, and endpoints.
func endpointPlan(planned, config string) string {
	values := func(kind, name, values string) string {
		return fmt.Sprintf(`{"address": "%[1]s.%[2]s", "mode": "managed", "type": "%[1]s", "name": "%[2]s", "values": {%s}},`, kind, name, values)
	}
	refers := func(kind, name, expressions string) string {
		return fmt.Sprintf(`{"address": "%[1]s.%[2]s", "mode": "managed", "type": "%[1]s", "name": "%[2]s", "expressions": {%s}},`, kind, name, expressions)
	}
	to := func(key, what string) string {
		return fmt.Sprintf(`%q: {"references": ["%s.id", %q]}`, key, what, what)
	}
	return planOf(
		values("aws_vpc", "main", `"cidr_block": "10.0.0.0/16"`)+values("aws_internet_gateway", "gw", "")+
			values("aws_subnet", "public", `"cidr_block": "10.0.0.0/24", "availability_zone": "us-east-1a"`)+
			values("aws_subnet", "private", `"cidr_block": "10.0.1.0/24", "availability_zone": "us-east-1a"`)+
			values("aws_nat_gateway", "nat", "")+values("aws_route_table", "inner", "")+values("aws_route_table", "outer", "")+
			values("aws_route_table_association", "one", "")+values("aws_route_table_association", "two", "")+
			values("aws_instance", "web", `"instance_type": "m5.large"`)+strings.TrimSuffix(planned, ","),
		refers("aws_nat_gateway", "nat", to("subnet_id", "aws_subnet.public"))+
			refers("aws_route_table_association", "one", to("subnet_id", "aws_subnet.private")+","+to("route_table_id", "aws_route_table.inner"))+
			refers("aws_route_table_association", "two", to("subnet_id", "aws_subnet.public")+","+to("route_table_id", "aws_route_table.outer"))+
			strings.TrimSuffix(config, ","))
}

// A gateway endpoint leads to S3 from the subnets of the route tables that have its route.
func TestAnEndpointIsOfItsRouteTablesSubnets(t *testing.T) {
	const s3 = `{"address": "aws_vpc_endpoint.s3", "mode": "managed", "type": "aws_vpc_endpoint", "name": "s3", "values": {"service_name": "com.amazonaws.us-east-1.s3", "vpc_endpoint_type": "Gateway"}}`
	const written = "[vpc_endpoint.s3]\nservice_name = \"com.amazonaws.us-east-1.s3\"\nsubnets = [\"private\"]\n"
	for name, c := range map[string]struct{ planned, config, written, skipped string }{
		"by its own list": {
			s3, `{"address": "aws_vpc_endpoint.s3", "mode": "managed", "type": "aws_vpc_endpoint", "name": "s3", "expressions": {"route_table_ids": {"references": ["aws_route_table.inner.id", "aws_route_table.inner"]}}}`,
			written, "",
		},
		"by an association": {
			s3 + `, {"address": "aws_vpc_endpoint_route_table_association.a", "mode": "managed", "type": "aws_vpc_endpoint_route_table_association", "name": "a", "values": {}}`,
			`{"address": "aws_vpc_endpoint.s3", "mode": "managed", "type": "aws_vpc_endpoint", "name": "s3", "expressions": {}},
			{"address": "aws_vpc_endpoint_route_table_association.a", "mode": "managed", "type": "aws_vpc_endpoint_route_table_association", "name": "a", "expressions": {
				"route_table_id": {"references": ["aws_route_table.inner.id", "aws_route_table.inner"]}, "vpc_endpoint_id": {"references": ["aws_vpc_endpoint.s3.id", "aws_vpc_endpoint.s3"]}}}`,
			written, "",
		},
		"by nothing": {
			s3, `{"address": "aws_vpc_endpoint.s3", "mode": "managed", "type": "aws_vpc_endpoint", "name": "s3", "expressions": {}}`,
			"", "p.json: aws_vpc_endpoint.s3: which subnets' route tables lead there by it is not in the plan",
		},
		"of another kind": {
			strings.NewReplacer(".s3\"", ".ecr.api\"", "Gateway", "Interface").Replace(s3), `{"address": "aws_vpc_endpoint.ecr.api", "mode": "managed", "type": "aws_vpc_endpoint", "name": "s3", "expressions": {}}`,
			"", "p.json: aws_vpc_endpoint.ecr.api: an endpoint of type Interface of com.amazonaws.us-east-1.ecr.api is not simulated, nor on the bill: those of type Gateway of S3 are",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, skipped := scenarioOf(t, "p.json", endpointPlan(c.planned, c.config))
			if c.written != "" && !strings.Contains(got, c.written) || c.written == "" && strings.Contains(got, "[vpc_endpoint") {
				t.Errorf("got\n%s\nwant in it\n%s", got, c.written)
			}
			if all := strings.Join(skipped, "\n"); c.skipped != "" && !strings.Contains(all, c.skipped) || c.skipped == "" && strings.Contains(all, "endpoint") {
				t.Errorf("left out:\n%s\nwant in it\n%s", all, c.skipped)
			}
		})
	}
}
