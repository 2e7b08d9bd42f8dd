package scenarios

// topKeys are the keys above all tables. The tables stand in the order in which
// they are documented.
func topKeys() []Key {
	return []Key{
		{"name", text(), "(the file's name)", "name of the scenario, in every output", ""},
		{"include", texts(), "", "files whose tables lie under those of this one; paths relative to it", ""},
		{"run", inner(), "", "the experiment: seed, calendar, length, replications", ""},
		{"region", inner(), "", "the AWS Region and its zones", ""},
		{"hosts", named(), "", "hypervisor hosts of one family; a family without has unlimited capacity", ""},
		{"image", named(), "", "machine images: platform and how long instances take to boot", ""},
		{"launch_template", named(), "", "how instances are made", ""},
		{"service", named(), "", "what an instance does with a request", ""},
		{"target_group", named(), "", "targets of a load balancer, alike in service and health checks", ""},
		{"load_balancer", named(), "", "load balancers with one listener", ""},
		{"autoscaling_group", named(), "", "Auto Scaling groups", ""},
		{"alarm", named(), "", "CloudWatch alarms that invoke scaling policies", ""},
		{"instance", named(), "", "instances outside any group, from start to end", ""},
		{"workload", named(), "", "streams of requests", ""},
		{"instance_workload", named(), "", "instances that come and go by themselves and fill hosts", ""},
		{"spot_market", inner(), "", "how Spot prices move and instances are reclaimed", ""},
		{"cloudwatch", inner(), "", "CloudWatch itself", ""},
		{"fault", list(), "", "what breaks, at a time or at a rate", ""},
		{"price_book", inner(), "", "what the account pays for things, beside list prices", ""},
		{"commitment", list(), "", "what is already bought, by term; it takes part in every bill", ""},
		{"capacity_reservation", named(), "", "room for instances, billed whether they run or not; it changes the bill only, for without [hosts.NAME] capacity is unlimited", ""},
		{"thresholds", inner(), "", "limits on metrics; a breach makes the command exit 3", ""},
		{"sweep", inner(), "", "parameters to vary, and in which design", ""},
		{"search", inner(), "", "choices, of which `recommend` finds the cheapest that meets the thresholds", ""},
	}
}

// read goes through the whole tree. Whatever it finds wrong, it goes on, for
// all faults are reported at once.
func (l *loader) read(top *table) {
	l.scenario.Name = top.text("name")
	l.cfg.Name = l.scenario.Name
	top.pass("include")
	l.asked["include"] = true
	l.readRun(top.inside("run"))
	if !l.openCatalog(top.inside("region")) {
		return // what else there is depends on it
	}
	l.readPriceBook(top.inside("price_book"))
	l.tables = map[string][]*table{}
	for _, key := range []string{
		"hosts", "image", "launch_template", "service", "target_group", "load_balancer",
		"autoscaling_group", "alarm", "instance", "workload", "instance_workload", "capacity_reservation",
	} {
		l.tables[key] = top.namedTables(key)
	}
	market := top.inside("spot_market")
	l.readMarket(market)
	l.readHosts()
	l.readImages()
	l.readLaunchTemplates()
	l.readServices()
	l.readTargetGroups()
	l.readLoadBalancers()
	l.readAlarms()
	l.readGroups()
	l.readInstances()
	l.readWorkloads()
	l.readInstanceWorkloads()
	l.readCloudWatch(top.inside("cloudwatch"))
	l.readOutages(top.each("fault"))
	l.readCommitments(top.each("commitment"))
	l.readCapacityReservations()
	l.readThresholds(top.inside("thresholds"))
	l.scenario.Sweep = l.readSweep(top)
	l.scenario.Search = l.readSearch(top)
	top.done()
	l.connect(top)
}

// openCatalog reads the Region and what it offers. The other faults of a file
// that names none are found with another Region's catalogue.
func (l *loader) openCatalog(t *table) bool {
	name := t.choice("name")
	if !t.sound("name") {
		name = "us-east-1"
	}
	var err error
	if l.catalog, err = l.options.shared.open(name); err != nil {
		t.mistake("name", err.Error(), "")
		return false
	}
	if l.options.PriceBook != "" {
		l.overridePrices()
	}
	l.scenario.Catalog = l.catalog
	l.cfg.Region = name
	l.readZones(t)
	t.done()
	return true
}

// overridePrices lays the price book over the list prices.
func (l *loader) overridePrices() {
	path := l.options.PriceBook
	f, rule := l.options.packed.open(path)
	if rule != "" {
		l.faults = append(l.faults, Fault{File: path, Rule: rule})
		return
	}
	l.layBook(path, f)
}

// connect verifies what concerns several tables and completes the Config.
func (l *loader) connect(top *table) {
	l.scenario.Config = l.cfg
	c := l.cfg
	if len(c.Groups)+len(c.Instances)+len(l.tables["instance_workload"]) == 0 {
		top.add(Fault{Rule: "has nothing to simulate: needs an autoscaling_group, an instance or an instance_workload"}, top.n, "")
	}
	l.connectServices()
	l.connectAlarms()
}
