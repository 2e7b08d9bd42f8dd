package main

import (
	"fmt"
	"strings"
)

// curve is a way to grow.
type curve struct {
	name        string
	least, most int
	command     []string
	scenario    func(size int) string
	why         string // an exponent may be above the limit; empty: it may not
}

// curves are those that are measured. What each varies, the other sizes are small.
func curves() []curve {
	once := []string{"run", "--format", "json"}
	return []curve{
		{name: "requests", least: 1e6, most: 1e9, command: once, scenario: requests},
		{name: "instances", least: 10, most: 1e6, command: once, scenario: instances},
		{name: "groups", least: 1, most: 1e4, command: once, scenario: groups},
		{name: "minutes", least: 1e3, most: longestRun, command: once, scenario: minutes},
		{name: "sweep points", least: 10, most: 1e6, command: []string{"sweep", "--format", "csv"}, scenario: points},
	}
}

const web = `service.web = {}
target_group.web = { service = "web" }
launch_template.web = { instance_type = "m6i.large" }
`

// header begins a scenario of one replication.
func header(duration string) string {
	return fmt.Sprintf("name = \"growth\"\nrun = { duration = %q, replications = 1 }\n", duration)
}

// requests is an hour of a queue with a hundred workers at 80 % of what they can do,
// whose requests become shorter as they become more.
func requests(n int) string {
	rate := float64(n) / 3600
	return header("1h") + fmt.Sprintf(`service.queue = { discipline = "fcfs", workers = 100, backlog = "unlimited" }
instance.server = { instance_type = "m6i.32xlarge", service = "queue" }
workload.customers = { to = "server", arrivals = { process = "poisson", rate = "%g/s" }, demand = { cpu = { dist = "exponential", mean = "%gus" } } }
`, rate, 80/rate*1e6)
}

// longestRun is how many minutes a run may have, those of 366 days.
const longestRun = 366 * 24 * 60

// largestGroup is the most instances that a group may have.
const largestGroup = 100_000

// instances is ten minutes of groups that stay as large as they are.
func instances(n int) string {
	groups := (n + largestGroup - 1) / largestGroup
	return header("10m") + web + groupsOf(groups, n/groups)
}

// groups is ten minutes of groups of one instance.
func groups(n int) string { return header("10m") + web + groupsOf(n, 1) }

func groupsOf(count, size int) string {
	var text strings.Builder
	for i := range count {
		fmt.Fprintf(&text, "autoscaling_group.g%d = { launch_template = \"web\", min_size = %d, max_size = %d, target_groups = [\"web\"] }\n", i, size, size)
	}
	return text.String()
}

// minutes is one instance with a request a second and the metrics of each minute.
func minutes(n int) string {
	return header(fmt.Sprintf("%dm", n)) + `service.web = {}
instance.web = { instance_type = "m6i.large", service = "web" }
workload.customers = { to = "web", arrivals = { process = "poisson", rate = "1/s" }, demand = { cpu = { dist = "exponential", mean = "50ms" } } }
`
}

// points is a sampled sweep of short runs.
func points(n int) string {
	return header("10s") + `service.web = {}
instance.web = { instance_type = "m6i.large", service = "web" }
workload.customers = { to = "web", arrivals = { process = "poisson", rate = "10/s" }, demand = { cpu = { dist = "exponential", mean = "50ms" } } }
sweep.design = "random"
` + fmt.Sprintf("sweep.points = %d\n", n) + `sweep.parameters = { "workload.customers.arrivals.rate" = { min = "1/s", max = "20/s" } }
`
}
