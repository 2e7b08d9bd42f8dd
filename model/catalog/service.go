package catalog

import "headroom/model"

// Item names a service price, "service/item".
type Item string

// Items of EBS.
const (
	GP2Storage           Item = "ebs/gp2_storage"                // GB-month
	GP3Storage           Item = "ebs/gp3_storage"                // GB-month
	GP3IOPS              Item = "ebs/gp3_provisioned_iops"       // IOPS-month above 3,000
	GP3Throughput        Item = "ebs/gp3_provisioned_throughput" // MiB/s-month above 125
	IO1Storage           Item = "ebs/io1_storage"                // GB-month
	IO1IOPS              Item = "ebs/io1_provisioned_iops"       // IOPS-month
	IO2Storage           Item = "ebs/io2_storage"                // GB-month
	IO2IOPSTier1         Item = "ebs/io2_iops_tier1_0_32k"       // IOPS-month
	IO2IOPSTier2         Item = "ebs/io2_iops_tier2_32k_64k"     // IOPS-month
	IO2IOPSTier3         Item = "ebs/io2_iops_tier3_over_64k"    // IOPS-month
	ST1Storage           Item = "ebs/st1_storage"                // GB-month
	SC1Storage           Item = "ebs/sc1_storage"                // GB-month
	StandardStorage      Item = "ebs/standard_storage"           // GB-month
	StandardRequests     Item = "ebs/standard_io_requests"       // 10⁶ requests
	SnapshotStorage      Item = "ebs/snapshot_storage"           // GB-month
	SnapshotArchive      Item = "ebs/snapshot_archive_storage"   // GB-month
	SnapshotArchiveFetch Item = "ebs/snapshot_archive_restore"   // GB
	FastSnapshotRestore  Item = "ebs/fast_snapshot_restore"      // DSU-hour
)

// Items of load balancing.
const (
	ALBHour         Item = "elb/alb_hour"
	ALBCapacityUnit Item = "elb/alb_lcu_hour" // LCU-hour
	NLBHour         Item = "elb/nlb_hour"
	NLBCapacityUnit Item = "elb/nlb_lcu_hour" // NLCU-hour
	GLBHour         Item = "elb/gwlb_hour"
	GLBCapacityUnit Item = "elb/gwlb_lcu_hour" // GLCU-hour
	CLBHour         Item = "elb/clb_hour"
	CLBData         Item = "elb/clb_data" // GB
)

// Items of the network. A GB between zones is billed to both sides.
const (
	InternetOutFirst10TB Item = "data_transfer/internet_out_0_10TB"             // GB
	InternetOutNext40TB  Item = "data_transfer/internet_out_10_50TB"            // GB
	InternetOutNext100TB Item = "data_transfer/internet_out_50_150TB"           // GB
	InternetOutBeyond    Item = "data_transfer/internet_out_over_150TB"         // GB
	CrossZoneEachSide    Item = "data_transfer/intra_region_each_direction_sum" // GB
	InterRegionOut       Item = "data_transfer/inter_region_out"                // GB
	InterUSEastOut       Item = "data_transfer/inter_us_east_out"               // GB; us-east-1 only
	PublicIPv4           Item = "ec2/public_ipv4"                               // hour
	NATGatewayHour       Item = "nat_gateway/hour"
	NATGatewayData       Item = "nat_gateway/data_processed" // GB
	EndpointHour         Item = "vpc/interface_endpoint_hour"
	EndpointData         Item = "vpc/interface_endpoint_data" // GB
)

// Items of EC2 and CloudWatch.
const (
	DetailedMonitoring      Item = "ec2/detailed_monitoring"                // metric-month; an instance has seven
	SurplusCreditsLinux     Item = "ec2/cpu_surplus_credit_linux_t2_t3_t3a" // vCPU-hour
	SurplusCreditsT4g       Item = "ec2/cpu_surplus_credit_linux_t4g"       // vCPU-hour
	SurplusCreditsWindows   Item = "ec2/cpu_surplus_credit_windows"         // vCPU-hour
	DedicatedInstanceRegion Item = "ec2/dedicated_instance_region"          // hour with any Dedicated Instance
	StandardAlarm           Item = "cloudwatch/standard_alarm"              // alarm-month
	HighResolutionAlarm     Item = "cloudwatch/high_resolution_alarm"       // alarm-month
)

// Items of EFS.
const (
	EFSStandard        Item = "efs/standard_storage"       // GB-month
	EFSStandardIA      Item = "efs/standard_ia_storage"    // GB-month
	EFSOneZone         Item = "efs/onezone_storage"        // GB-month
	EFSOneZoneIA       Item = "efs/onezone_ia_storage"     // GB-month
	EFSArchive         Item = "efs/archive_storage"        // GB-month
	EFSIARead          Item = "efs/ia_read"                // GB
	EFSIAWrite         Item = "efs/ia_write"               // GB
	EFSElasticRead     Item = "efs/elastic_read"           // GB
	EFSElasticWrite    Item = "efs/elastic_write"          // GB
	EFSProvisionedRate Item = "efs/provisioned_throughput" // MB/s-month
)

// Columns of the service table.
const (
	columnItemUnit = iota + 1
	columnItemUSD
	columnItemDate
	columnItemEstimated
)

// Service returns the price of one unit of an item. What only us-east-1 lists
// costs that price at the Region's level, estimated.
func (c *Catalog) Service(item Item) (Price, bool) {
	if usd, ok := c.book[string(item)]; ok {
		return Price{USD: usd, Date: bookDate}, true
	}
	r, ok := c.services.find(string(item))
	if !ok {
		return Price{}, false
	}
	return Price{
		USD:       mustFloat(r.cell(columnItemUSD)),
		Date:      r.cell(columnItemDate),
		Estimated: r.flag(columnItemEstimated),
	}, true
}

// Items lists what [Catalog.Service] prices in the Region, sorted.
func (c *Catalog) Items() []Item {
	items := make([]Item, len(c.services))
	for i, line := range c.services {
		items[i] = Item(row(line).cell(0))
	}
	return items
}

// Unit returns what an item is sold by: "GB-month", "hour".
func (c *Catalog) Unit(item Item) string {
	r, _ := c.services.find(string(item))
	return r.cell(columnItemUnit)
}

// SurplusCredits returns the item that prices CPU credits beyond what a type
// has earned.
func SurplusCredits(t model.InstanceType, platform model.Platform) Item {
	switch {
	case platform == model.Windows:
		return SurplusCreditsWindows
	case t.Family == "t4g":
		return SurplusCreditsT4g
	default:
		return SurplusCreditsLinux
	}
}
