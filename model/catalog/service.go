package catalog

import (
	"slices"
	"strings"

	"headroom/model"
)

// Columns of the service table.
const (
	columnItemUnit = iota + 1
	columnItemUSD
	columnItemDate
	columnItemEstimated
)

// Service returns the price of one unit of an item of a service: ("ebs",
// "gp3_storage"), a GB-month. The file services in data lists them with their units. What only us-east-1 lists
// costs that price at the Region's level, estimated.
func (c *Catalog) Service(service, item string) (model.Price, bool) {
	key := service + "/" + item
	if usd, ok := c.book[key]; ok {
		return model.Price{USD: usd, Date: bookDate}, true
	}
	r, ok := c.services().find(key)
	if !ok {
		return model.Price{}, false
	}
	return model.Price{
		USD:       mustFloat(r.cell(columnItemUSD)),
		Date:      r.cell(columnItemDate),
		Estimated: r.flag(columnItemEstimated),
	}, true
}

// isPlanRate reports whether an item is the rate of another in a Compute Savings Plan, which
// a book may give: "fargate/vcpu_linux_x86.compute-savings-plan-1y-no-upfront".
func (c *Catalog) isPlanRate(item string) bool {
	of, rest, found := strings.Cut(item, ".compute-savings-plan-")
	if !found || !strings.HasPrefix(of, "fargate/") && !strings.HasPrefix(of, "lambda/") {
		return false
	}
	_, known := c.services().find(of)
	for _, term := range []model.Term{model.OneYear, model.ThreeYears} {
		for payment := model.NoUpfront; payment <= model.AllUpfront; payment++ {
			if rest == term.String()+"-"+payment.String() {
				return known || slices.Contains(unlisted, of)
			}
		}
	}
	return false
}

// unlisted are service items that no table has, and that a book may price all the same.
var unlisted = []string{
	"ec2/dedicated_region_fee",
	"vpc/gwlb_endpoint_hour",
	"vpc/gwlb_endpoint_bytes",
	"elb/gwlb_hour",
	"elb/gwlb_lcu_hour",
	"data_transfer/internet_out_over_150TB",
	"vpn/connection_hour",
	"route53/hosted_zone",
	"route53/health_check",
	"route53/fast_health_check",
	"fargate/vcpu_linux_x86_spot",
	"fargate/memory_linux_x86_spot",
	"fargate/vcpu_linux_arm_spot",
	"fargate/memory_linux_arm_spot",
	"lambda/request",
	"lambda/x86_gb_second",
	"lambda/x86_gb_second_tier2",
	"lambda/x86_gb_second_tier3",
	"lambda/arm_gb_second",
	"lambda/arm_gb_second_tier2",
	"lambda/arm_gb_second_tier3",
	"lambda/x86_provisioned_gb_second",
	"lambda/arm_provisioned_gb_second",
	"lambda/x86_provisioned_duration",
	"lambda/arm_provisioned_duration",
	"lambda/storage_gb_second",
	"cloudwatch/standard_alarm",
	"cloudwatch/high_resolution_alarm",
	"cloudwatch/custom_metric",
}
