package main

import "strings"

// This file is the house as a table. Whoever adds a package or a third party
// adds it here.

// row is one line of packages. A package imports what stands in rows below its
// own. A package beneath a listed one belongs to it, except beneath sim, model,
// scenarios and cmd, where every package is listed.
type row struct {
	line     int // the number of the layer; rows of one line see each other in tests
	packages string
	unaware  bool // not even the tests of a package import another of the row
}

// house lists the rows from the ground up.
var house = []row{
	{line: 0, packages: "sim"},
	{line: 0, packages: "sim/regular sim/memory"},
	{line: 0, packages: "sim/slab sim/fork sim/fetch sim/rng sim/stat sim/station sim/bucket sim/analytic sim/batch sim/notebook"},
	{line: 0, packages: "sim/fluid"},
	{line: 1, packages: "model/spelling"},
	{line: 1, packages: "model"},
	{line: 2, packages: "model/forecast model/container model/function"},
	{line: 2, packages: "model/catalog model/workload model/routing model/health model/placement model/alarm model/scaling " +
		"model/ami model/login model/lifecycle model/fluid " +
		"model/spot model/credits model/bandwidth model/memory model/contention model/storage model/snapshot model/addressing model/network model/pricing", unaware: true},
	{line: 2, packages: "model/dataplane model/controlplane", unaware: true},
	{line: 3, packages: "model/cloud", unaware: true},
	{line: 4, packages: "scenarios/tree"},
	{line: 4, packages: "scenarios/schema"},
	{line: 4, packages: "scenarios/space"},
	{line: 4, packages: "scenarios/imports"},
	{line: 4, packages: "scenarios/imports/accesslog scenarios/imports/cloudwatch scenarios/imports/terraform", unaware: true},
	{line: 4, packages: "scenarios/calibrate"},
	{line: 4, packages: "scenarios/tables"},
	{line: 4, packages: "scenarios results"},
	{line: 5, packages: "results/run"},
	{line: 6, packages: "results/sweep results/search results/buying", unaware: true},
	{line: 7, packages: "results/report"},
	{line: 7, packages: "results/page"},
	{line: 8, packages: "cmd/headroom"},
	{line: 8, packages: "cmd/tidy"},
}

// listed are the directories in which a package needs an entry of its own.
var listed = []string{"sim", "model", "scenarios", "cmd"}

// outside names the commands that import nothing of ours.
var outside = []string{"cmd/tidy"}

// door is a third party and the packages that may import it.
type door struct {
	module string
	code   string // the packages, with what is beneath them, whose code may import it
	tests  bool   // every test may import it
}

// doors lists every third party. What is not listed has no door at all.
var doors = []door{
	{module: "gonum.org/v1/gonum", code: "sim model results", tests: true},
	{module: "github.com/adhocore/gronx", code: "model/scaling"},
	{module: "github.com/BurntSushi/toml", code: "scenarios/tree"},
	{module: "github.com/olekukonko/tablewriter", code: "results/report"},
	{module: "gonum.org/v1/plot", code: "results/page"},
	{module: "github.com/klauspost/compress", code: "model/catalog"},
	{module: "github.com/parquet-go/parquet-go", code: "results/report"},
	{module: "github.com/hashicorp/terraform-json", code: "scenarios/imports/terraform"},
	{module: "github.com/nats-io", code: "sim/batch/jetstream"},
	{module: "github.com/spf13/cobra", code: "cmd/headroom"},
	{module: "github.com/spf13/pflag", code: "cmd/headroom"},
	{module: "github.com/vbauerster/mpb", code: "cmd/headroom"},
	{module: "github.com/google/go-cmp", tests: true},
	{module: "github.com/rogpeppe/go-internal", tests: true},
	{module: "github.com/santhosh-tekuri/jsonschema", tests: true},
}

// topLevel lists what may stand beside the dotfiles at the root.
var topLevel = strings.Fields("cmd sim model scenarios results go.mod go.sum Makefile README.md LICENSE NOTICE")
