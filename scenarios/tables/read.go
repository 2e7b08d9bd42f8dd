package tables

import (
	"slices"
	"sync"

	"headroom/scenarios/schema"
	"headroom/scenarios/space"
	"headroom/scenarios/tree"
)

// Vocabulary returns every key that a scenario may have.
var Vocabulary = sync.OnceValue(func() *schema.Schema {
	return schema.New(slices.Concat(
		topKeys(), runKeys(), regionKeys(), hostKeys(), imageKeys(), keyPairKeys(),
		launchTemplateKeys(), serviceKeys(), functionKeys(), outsideKeys(), journeyKeys(), diskKeys(), memoryKeys(), bandwidthKeys(), dedicatedHostKeys(), placementGroupKeys(), quotaKeys(), targetGroupKeys(), loadBalancerKeys(), dnsKeys(),
		groupKeys(), capacityProviderKeys(), containerServiceKeys(), taskDefinitionKeys(), taskPolicyKeys(), policyKeys(), customMetricKeys(), alarmKeys(), instanceKeys(), ownVolumeKeys(), snapshotKeys(), fileSystemKeys(), operatorKeys(),
		workloadKeys(), utilizationKeys(), speedKeys(), networkKeys(), addressKeys(), instanceWorkloadKeys(), arrivalKeys(), distributionKeys(),
		marketKeys(), outageKeys(), priceBookKeys(), commitmentKeys(), capacityReservationKeys(), securityGroupKeys(),
		windowKeys(), thresholdKeys(), tagKeys(), space.SweepKeys(), space.SearchKeys(),
	), func() []schema.Key { return append(plannedKeys(), foreignKeys()...) })
})

// namedTables are the keys at the top whose tables have names: [key.NAME].
var namedTables = sync.OnceValue(func() (keys []string) {
	for _, key := range topKeys() {
		if Vocabulary().Named(key.Path) {
			keys = append(keys, key.Path)
		}
	}
	return keys
})

// topKeys are the keys above all tables. The tables stand in the order in which
// they are documented.
func topKeys() []schema.Key {
	return []schema.Key{
		schema.Row("name", schema.Text(), "(the file's name)", "name of the scenario, in every output"),
		schema.Row("include", schema.Texts(), "", "files whose tables lie under those of this one; paths relative to it"),
		schema.Row("run", schema.Inner(), "", "the experiment: seed, calendar, length, replications"),
		schema.Row("region", schema.Inner(), "", "the AWS Region and its zones"),
		schema.Row("vpc", schema.Inner(), "", "the network of the scenario's own; the default VPC of the Region without"),
		schema.Row("subnet", schema.Named(), "", "private addresses in one zone"),
		schema.Row("internet_gateway", schema.Inner(), "", "the way from the VPC to the internet; a default VPC has one"),
		schema.Row("nat_gateway", schema.Named(), "", "by which instances without public addresses reach the internet"),
		schema.Row("elastic_ip", schema.Named(), "", "public addresses that stay with the account, and cost whether anybody has them or not"),
		schema.Row("network_interface", schema.Named(), "", "network interfaces of their own, which may move from one instance to another"),
		schema.Row("vpc_endpoint", schema.Named(), "", "gateway endpoints: routes to S3 that do not pass the internet"),
		schema.Row("vpn_connection", schema.Named(), "", "Site-to-Site VPNs, billed by the hour"),
		schema.Row("hosts", schema.Named(), "", "hypervisor hosts of one family; a family without has unlimited capacity"),
		schema.Row("dedicated_host", schema.Named(), "", "hosts of the account's own, paid by the host"),
		schema.Row("placement_group", schema.Named(), "", "instances near to each other, or apart"),
		schema.Row("quotas", schema.Inner(), "", "what the account may have; nothing is checked without"),
		schema.Row("image", schema.Named(), "", "machine images: platform and how long instances take to boot"),
		schema.Row("key_pair", schema.Named(), "", "key pairs, by which instances let people in"),
		schema.Row("launch_template", schema.Named(), "", "how instances are made"),
		schema.Row("service", schema.Named(), "", "what an instance does with a request"),
		schema.Row("security_group", schema.Named(), "", "which packets may pass, of those who have the group; without any, all do"),
		schema.Row("target_group", schema.Named(), "", "targets of a load balancer, alike in service and health checks"),
		schema.Row("load_balancer", schema.Named(), "", "load balancers with their listeners"),
		schema.Row("outside", schema.Named(), "", "machines in no AWS zone, such as those of a company's own, that load balancers reach by their addresses"),
		schema.Row("function", schema.Named(), "", "Lambda functions: services without instances, paid by the call"),
		schema.Row("dns_record", schema.Named(), "", "DNS names of Route 53, whose answers are load balancers"),
		schema.Row("autoscaling_group", schema.Named(), "", "Auto Scaling groups"),
		schema.Row("capacity_provider", schema.Named(), "", "ECS capacity providers: groups whose instances run tasks"),
		schema.Row("container_service", schema.Named(), "", "ECS services: tasks on the instances of a group, or on Fargate"),
		schema.Row("task_definition", schema.Named(), "", "other revisions of the tasks of ECS services, which actions deploy"),
		schema.Row("alarm", schema.Named(), "", "CloudWatch alarms that invoke scaling policies"),
		schema.Row("instance", schema.Named(), "", "instances outside any group, from start to end"),
		schema.Row("volume", schema.Named(), "", "EBS volumes of their own, attached to instances or not"),
		schema.Row("snapshot", schema.Named(), "", "EBS snapshots that there are at the start"),
		schema.Row("snapshot_schedule", schema.Named(), "", "when volumes are backed up"),
		schema.Row("recycle_bin", schema.Inner(), "", "what is kept of deleted snapshots"),
		schema.Row("file_system", schema.Named(), "", "EFS file systems, which all instances share"),
		schema.Row("action", schema.List(), "", "what an operator does, at a time or again and again"),
		schema.Row("workload", schema.Named(), "", "streams of requests"),
		schema.Row("instance_workload", schema.Named(), "", "instances that come and go by themselves and fill hosts"),
		schema.Row("spot_market", schema.Inner(), "", "how Spot prices move and instances are reclaimed"),
		schema.Row("cloudwatch", schema.Inner(), "", "CloudWatch itself"),
		schema.Row("fault", schema.List(), "", "what breaks, at a time or at a rate"),
		schema.Row("price_book", schema.Inner(), "", "what the account pays for things, beside list prices"),
		schema.Row("commitment", schema.List(), "", "what is already bought, by term; it takes part in every bill"),
		schema.Row("capacity_reservation", schema.Named(), "", "room for instances, billed whether they run or not; on finite hosts nobody else takes it"),
		schema.Row("window", schema.Named(), "", "stretches of the run that have every metric for themselves, at the price of playing it again so far"),
		schema.Row("thresholds", schema.Inner(), "", "limits on metrics; a breach makes the command exit 3"),
		schema.Row("sweep", schema.Inner(), "", "parameters to vary, and in which design"),
		schema.Row("search", schema.Inner(), "", "choices, of which `recommend` finds the cheapest that meets the thresholds"),
	}
}

// read goes through the whole tree. Whatever it finds wrong, it goes on, for
// all faults are reported at once.
func (l *loader) read(top *schema.Table) {
	l.scenario.Name = tree.Printable(top.Text("name"))
	l.cfg.Name = l.scenario.Name
	top.Pass("include")
	top.Ask("include")
	l.readRun(top.Inside("run"))
	if !l.openCatalog(top.Inside("region")) {
		return // what else there is depends on it
	}
	l.readPriceBook(top.Inside("price_book"))
	l.tables = map[string][]*schema.Table{}
	for _, key := range namedTables() {
		l.tables[key] = top.NamedTables(key)
	}
	l.readTags()
	l.readMarket(top.Inside("spot_market"))
	quotas := l.readLimits(top)
	l.readNetwork(top)
	l.asksForPaths = l.pathsAreAsked()
	l.readSecurityGroups()
	l.readHosts()
	l.readDedicatedHosts()
	l.readPlacementGroups()
	l.readImages()
	l.readKeyPairs()
	l.readLaunchTemplates()
	l.readServices()
	l.readTargetGroups()
	l.readFunctions()
	l.readLoadBalancers()
	l.readAlarms()
	l.readGroups()
	l.readCapacityProviders()
	l.readContainerServices()
	l.readTaskDefinitions()
	l.readInstances()
	l.checkFreeAddresses()
	l.readVolumes()
	l.readFileSystems()
	l.readSnapshots(top.Within("recycle_bin"))
	l.readActions(top.Each("action"))
	l.readJourneys()
	l.connectFunctions()
	l.connectContainerServices()
	l.readWorkloads()
	l.checkGateways()
	l.readInstanceWorkloads()
	l.readCloudWatch(top.Inside("cloudwatch"))
	l.readOutages(top.Each("fault"))
	l.readCommitments(top.Each("commitment"))
	l.readExchanges()
	l.readCapacityReservations()
	l.readQuotas(quotas)
	l.readThresholds(top.Inside("thresholds"))
	l.readSpace(top)
	top.Done()
	l.connect(top)
}

// readSpace reads which parameters vary, in a sweep or a search.
func (l *loader) readSpace(top *schema.Table) {
	given := space.Given{
		Root: l.scenario.root, Replications: l.scenario.Replications, Override: l.options.Replications,
		Limited: len(l.scenario.Thresholds) > 0, CheckMetric: l.options.CheckMetric,
	}
	l.scenario.Sweep = space.ReadSweep(top, given)
	l.scenario.Search = space.ReadSearch(top, given)
}

// openCatalog reads the Region and what it offers. The other faults of a file
// that names none are found with another Region's catalogue.
func (l *loader) openCatalog(t *schema.Table) bool {
	name := t.Choice("name")
	if !t.Sound("name") {
		name = "us-east-1"
	}
	var err error
	if l.catalog, err = l.shared.open(name); err != nil {
		t.Mistake("name", err.Error(), "")
		return false
	}
	if l.options.PriceBook != "" {
		l.overridePrices()
	}
	l.scenario.Catalog = l.catalog
	l.cfg.Region = name
	l.readZones(t)
	l.openRegions()
	l.scenario.elsewhere = l.elsewhere
	l.cfg.NetworkBurst = t.Duration("network_burst")
	t.Done()
	return true
}

// overridePrices lays the price book over the list prices.
func (l *loader) overridePrices() {
	path := l.options.PriceBook
	f, rule := l.options.files().Open(path)
	if rule != "" {
		l.Faults = append(l.Faults, schema.Fault{File: path, Rule: rule})
		return
	}
	l.layBook(path, f)
}

// connect verifies what concerns several tables and completes the Config.
func (l *loader) connect(top *schema.Table) {
	l.scenario.Config = l.cfg
	c := l.cfg
	if len(c.Groups)+len(c.Instances)+len(c.Functions)+len(c.Outside)+len(l.tables["instance_workload"]) == 0 {
		const rule = "has nothing to simulate: needs an autoscaling_group, a container_service, an instance, a function, machines outside or an instance_workload"
		top.Add(schema.Fault{Rule: rule, RestSound: true}, top.Node, "")
	}
	l.connectSnapshots()
	l.connectImages()
	l.connectRegions()
	l.connectMemory()
	l.checkApplications()
	l.connectDisks()
	l.connectBandwidth()
	l.connectOutside()
	l.checkFunctions()
	l.connectSpeeds()
	l.connectAlarms()
	l.connectPlaces()
	l.checkFootprint()
	l.checkStart()
}

// start is a table of what must find room at the start of the run, with the key
// of its number.
type start struct {
	table *schema.Table
	key   string
}

// checkStart refuses hosts that are too small for what runs, or is held, at the
// start: once nothing else is wrong.
func (l *loader) checkStart() {
	if len(l.Faults) > 0 || len(l.starts) == 0 {
		return
	}
	short := l.cfg.CheckStart(&l.cfg.Frame)
	for _, s := range l.starts {
		if short != nil && s.table.Path == short.Path {
			s.table.Reject(s.key, schema.Fault{Rule: short.Text, Code: short.Code})
		}
	}
}
