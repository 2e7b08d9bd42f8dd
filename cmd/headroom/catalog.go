package main

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"headroom/model"
	"headroom/model/catalog"
	"headroom/results/report"
	"headroom/sim/regular"
)

// catalogFlags are the flags of catalog.
type catalogFlags struct {
	region, format, priceBook string
}

func newCatalog() *cobra.Command {
	var f catalogFlags
	c := &cobra.Command{
		Use:   "catalog [FILTER]",
		Short: "List instance types with their sizes and prices",
		Long: `catalog lists the instance types that a Region offers, with their On-Demand prices
and the long-run mean of their Linux Spot price. FILTER is the beginning of a name
("m6i", "m6i.large") or a pattern ("*.metal", "c[67]g*.xlarge"). Estimated prices
are marked with ~.

CPU busy and CPU alone are measured speeds of a vCPU, m5 = 1: while all vCPUs are
busy, and of one thread that is alone. They are medians of a family; ~ marks those
of another family with the same processors (cpu_speed_like).`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			filter := ""
			if len(args) == 1 {
				filter = args[0]
			}
			return f.run(c, filter)
		},
	}
	c.Flags().StringVar(&f.region, "region", "us-east-1", "Region, one of all that are commercial: eu-central-1, ap-south-1, ...")
	c.Flags().StringVar(&f.priceBook, "price-book", "", "CSV `file` of prices that replace the list prices")
	addFormat(c, &f.format)
	regions := cobra.FixedCompletions(catalog.Regions(), cobra.ShellCompDirectiveNoFileComp)
	if err := c.RegisterFlagCompletionFunc("region", regions); err != nil {
		panic("headroom: " + err.Error())
	}
	return c
}

func (f *catalogFlags) run(c *cobra.Command, filter string) error {
	format, err := report.ParseFormat(f.format)
	if err != nil {
		return badInput(fmt.Errorf("--%w", err))
	}
	if _, err := path.Match(filter, ""); err != nil {
		return badInput(fmt.Errorf("catalog: must be a name or a pattern, got %q", filter))
	}
	offers, err := f.open()
	if err != nil {
		return badInput(err)
	}
	sheet := report.Sheet{
		Columns: []string{"instance_type", "zones", "vcpus", "memory_gib", "network_gbps", "local_storage_gb",
			"cpu_speed_busy", "cpu_speed_alone", "cpu_speed_like", "linux_usd_per_hour", "windows_usd_per_hour",
			"spot_mean_usd_per_hour", "estimated"},
		Heads: []string{"Instance type", "zones", "vCPUs", "memory", "network", "local storage", "CPU busy", "CPU alone", "", "Linux", "Windows", "Spot mean", ""},
		Left:  2,
	}
	for _, t := range offers.Types() {
		if zones := offers.OfferedZones(t.Name); zones != "" && matches(filter, t.Name) {
			sheet.Rows = append(sheet.Rows, typeRow(offers, t, zones))
		}
	}
	hideEmpty(&sheet, localStorage)
	if len(sheet.Rows) == 0 {
		return badInput(noType(offers, filter))
	}
	return sheet.Write(c.OutOrStdout(), format)
}

func (f *catalogFlags) open() (*catalog.Catalog, error) {
	offers, err := catalog.Open(f.region)
	if err != nil || f.priceBook == "" {
		return offers, err
	}
	book, err := regular.Open(f.priceBook)
	if err != nil {
		return nil, fmt.Errorf("--price-book: %s: %w", f.priceBook, err)
	}
	defer book.Close()
	return offers.Override(f.priceBook, book)
}

func noType(offers *catalog.Catalog, filter string) error {
	hint := ""
	if near := offers.Suggest(filter); near != "" {
		hint = fmt.Sprintf(" (did you mean %q?)", near)
	}
	return fmt.Errorf("catalog: %s offers no such instance type, got %q%s", offers.Region(), filter, hint)
}

// matches reports whether a name begins with the filter or fits its pattern.
func matches(filter, name string) bool {
	if strings.ContainsAny(filter, "*?[") {
		ok, _ := path.Match(filter, name) // run has checked the pattern
		return ok
	}
	return strings.HasPrefix(name, filter)
}

func typeRow(offers *catalog.Catalog, t model.InstanceType, zones string) []report.Entry {
	linux, windows := priced(offers.OnDemand(t.Name, model.Linux)), priced(offers.OnDemand(t.Name, model.Windows))
	spot := priced(offers.SpotAverage(t.Name, model.Linux))
	price, ok := offers.OnDemand(t.Name, model.Linux)
	mark := report.Entry{Value: ok && price.Estimated}
	memory := float64(t.MemoryMiB) / 1024
	return []report.Entry{
		text(t.Name), text(zones),
		{Text: strconv.Itoa(t.VCPUs), Value: t.VCPUs},
		{Text: plain(memory) + " GiB", Value: memory},
		network(t), local(t),
		speed(offers, t, catalog.Busy), speed(offers, t, catalog.Alone), like(offers, t),
		linux, windows, spot, mark,
	}
}

func network(t model.InstanceType) report.Entry {
	if t.NetworkPeakGbps == 0 {
		return report.Entry{Text: "–"}
	}
	return report.Entry{Text: plain(t.NetworkPeakGbps) + " Gbps", Value: t.NetworkPeakGbps}
}

// hideEmpty hides a column from people in which no row has a value.
func hideEmpty(sheet *report.Sheet, column int) {
	if slices.ContainsFunc(sheet.Rows, func(row []report.Entry) bool { return row[column].Value != nil }) {
		return
	}
	sheet.Heads[column] = ""
	for _, row := range sheet.Rows {
		row[column] = report.Entry{}
	}
}

// localStorage is the column of what local returns.
const localStorage = 5

// local is an entry for the disks in the machine, none for a type that has only volumes.
func local(t model.InstanceType) report.Entry {
	s := &t.Store
	if s.Disks == 0 {
		return report.Entry{Text: "–"}
	}
	kind := map[model.DiskKind]string{model.NVMe: " NVMe", model.SSD: " SSD", model.HDD: " HDD"}[s.Kind]
	return report.Entry{Text: fmt.Sprintf("%d x %d GB%s", s.Disks, s.DiskGB, kind), Value: s.Disks * s.DiskGB}
}

// speed is an entry for a speed that may not be known. Three decimals are what
// the measurements carry.
func speed(offers *catalog.Catalog, t model.InstanceType, how catalog.Measured) report.Entry {
	v, ok := offers.Speed(t.Name, how)
	if !ok {
		return report.Entry{Text: "–"}
	}
	text := strconv.FormatFloat(v, 'f', 2, 64)
	if offers.SpeedLike(t.Name) != "" {
		text = "~" + text
	}
	return report.Entry{Text: text, Value: math.Round(v*1000) / 1000}
}

// like is an entry for the family that a speed is taken from, for programs
// only: people see the mark on the speed.
func like(offers *catalog.Catalog, t model.InstanceType) report.Entry {
	if family := offers.SpeedLike(t.Name); family != "" {
		return report.Entry{Value: family}
	}
	return report.Entry{}
}

// priced is an entry for a price that may not exist.
func priced(p model.Price, ok bool) report.Entry {
	if !ok {
		return report.Entry{Text: "–"}
	}
	text := "$" + strconv.FormatFloat(p.USD, 'f', 4, 64)
	if p.Estimated {
		text = "~" + text
	}
	return report.Entry{Text: text, Value: p.USD}
}

func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
