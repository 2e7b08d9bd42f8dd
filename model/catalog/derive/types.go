package main

import (
	"strconv"
	"strings"
)

// types derives what a type is, wherever it runs.
func (in *source) types() output {
	out := output{
		path:   "types.csv.gz",
		header: "type,arch,vcpus,threads_per_core,memory_mib,bare_metal,burstable,current_gen,network_base_gbps,network_peak_gbps,baseline_percent,credits_per_hour,spot,volumes",
	}
	for _, r := range in.catalog {
		base, peak := network(r)
		arch := r["arch"]
		if arch == "i386|x86_64" { // both run; nothing of today is built for i386
			arch = "x86_64"
		}
		out.rows = append(out.rows, row(r["type"], arch, r["vcpu"], r["threads_per_core"], r["mem_mib"],
			r["bare_metal"], r["burstable"], r["current_gen"], base, peak,
			r["baseline_pct_per_vcpu"], r["credits_per_hour"], flag01(strings.Contains(r["usage"], "spot")), r["ebs_max_attach"]))
	}
	return out
}

// network returns the base and peak Gbps of a type. A fixed "N Gigabit" or
// "M x N Gigabit" text wins over the sum of the network cards, which doubles or
// halves the total of two dozen types.
func network(r record) (base, peak string) {
	text, fixed := strings.CutSuffix(r["net_perf"], " Gigabit")
	if !fixed || strings.HasPrefix(text, "Up to") {
		return r["net_base_gbps"], r["net_peak_gbps"]
	}
	cards, each, several := strings.Cut(text, "x ")
	total := text
	if several {
		total = strconv.FormatFloat(parse(cards)*parse(each), 'f', -1, 64)
	}
	return total, total
}

// shapes derives the machine below each family: the given table, and for the
// families it lacks the largest size.
func (in *source) shapes() output {
	out := output{path: "shapes.csv", header: "family,vcpus,cores,sockets,memory_mib,slots"}
	given := map[string]bool{}
	for _, r := range in.shape {
		given[r["family"]] = true
		cores := r["host_cores"]
		if r["family"] == "i3" { // empty in the source: 72 threads, two a core
			cores = "36"
		}
		memoryMiB := strconv.FormatFloat(parse(r["host_mem_gib"])*1024, 'f', -1, 64)
		out.rows = append(out.rows, row(r["family"], r["host_vcpus"], cores, sockets(r["family"]), memoryMiB, slots(r["family"])))
	}
	largest := map[string]record{}
	for _, r := range in.catalog {
		best, ok := largest[r["family"]]
		if !ok || parse(r["vcpu"]) > parse(best["vcpu"]) {
			largest[r["family"]] = r
		}
	}
	for family, r := range largest { // rows are sorted when written
		switch {
		case given[family]:
		case slots(family) != "0":
			// T2, T3a and T4g are given the T3 host, whose overcommit AWS states.
			out.rows = append(out.rows, row(family, "96", "0", "0", strconv.Itoa(768*1024), slots(family)))
		default:
			cores := r["cores"]
			if cores == "" {
				cores = "0"
			}
			out.rows = append(out.rows, row(family, r["vcpu"], cores, "0", in.mostMemory(family), "0"))
		}
	}
	return out
}

// mostMemory returns the MiB of the family's best equipped size.
func (in *source) mostMemory(family string) string {
	most := 0.0
	for _, r := range in.catalog {
		if r["family"] == family {
			most = max(most, parse(r["mem_mib"]))
		}
	}
	return strconv.FormatFloat(most, 'f', -1, 64)
}

// slots is how many of the smallest size an overcommitted host takes: AWS says
// 192 of a T3 host. 0 marks families without overcommit.
func slots(family string) string {
	switch family {
	case "t2", "t3", "t3a", "t4g":
		return "192"
	default:
		return "0"
	}
}

// sockets is 2 for the families whose hosts the model takes for two-socket
// machines (AWS says so of M5), else 0 for "not known".
func sockets(family string) string {
	switch family {
	case "c5", "c5d", "c5n", "m5", "m5n", "r5", "r5n", "t3":
		return "2"
	default:
		return "0"
	}
}
