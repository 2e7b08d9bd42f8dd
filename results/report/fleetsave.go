package report

import (
	"io"
	"math"
	"slices"

	"headroom/results"
	"headroom/results/buying"
	"headroom/results/folder"
	"headroom/sim/stat"
)

// The files of a recommended purchase. The first is that by which its directory is known.
const (
	fleetFile  = "fleet.json"
	fleetTable = "fleet.csv"
)

// FleetFolder is what [SaveFleet] writes to.
func FleetFolder() *folder.Kind {
	return &folder.Kind{Name: "recommended purchase", Mark: fleetFile, Files: []string{fleetTable, PageFile}, Suffix: invoiceSuffix}
}

// SaveFleet writes what to buy: fleet.json, fleet.csv, and an invoice of what is recommended
// for each horizon, HORIZON.invoice.csv, and what is made of them. Those of an earlier
// recommendation are replaced, or go.
func SaveFleet(to *folder.Folder, f *buying.Fleet, made ...folder.Content) error {
	files := []folder.Content{{Name: fleetTable, Write: func(w io.Writer) error { return writeFleetCSV(w, f) }}}
	for _, p := range bests(f) {
		files = append(files, folder.Content{Name: p.Horizon + invoiceSuffix, Write: func(w io.Writer) error {
			return writeInvoice(w, &results.Summary{Scenario: f.Scenario, Config: f.Config, Currency: f.Currency, Charges: p.Charges})
		}})
	}
	files = append(files, folder.Content{Name: fleetFile, Write: func(w io.Writer) error { return writeFleetJSON(w, f) }})
	return to.Save(append(files, made...))
}

// sharesOfInstances and sharesOfTasks are how the hours of a purchase are bought.
func sharesOfInstances(p *buying.Purchase) *[buying.Shares]stat.Estimate { return &p.Shares }
func sharesOfTasks(p *buying.Purchase) *[buying.Shares]stat.Estimate     { return &p.Tasks }

// hasShares reports whether some purchase has such hours.
func hasShares(f *buying.Fleet, of func(*buying.Purchase) *[buying.Shares]stat.Estimate) bool {
	return slices.ContainsFunc(f.Purchases, func(p buying.Purchase) bool {
		s := of(&p)[0]
		return s.N > 0 && !math.IsNaN(s.Value)
	})
}

// portfolioBlocks say how the instance-hours of what is recommended are bought, and the vCPU-hours
// of its tasks on Fargate.
func portfolioBlocks(f *buying.Fleet) (blocks []block) {
	for _, kind := range []struct {
		title string
		of    func(*buying.Purchase) *[buying.Shares]stat.Estimate
	}{{"Instance-hours", sharesOfInstances}, {"vCPU-hours of tasks", sharesOfTasks}} {
		if !hasShares(f, kind.of) {
			continue
		}
		b := block{head: []string{kind.title, "on Spot", "committed", "On-Demand"}, left: 1}
		columns := make([][]cell, buying.Shares)
		for _, p := range bests(f) {
			b.rows = append(b.rows, []string{horizonTitle(p.Horizon)})
			for k, share := range kind.of(p) {
				columns[k] = append(columns[k], fleetCell(f, share, "ratio"))
			}
		}
		b.fill(columns)
		if len(b.rows) > 0 {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

// jsonLaunch is a way to launch, and how a file says it.
type jsonLaunch struct {
	Launch string   `json:"launch"`
	Write  []string `json:"write"`
}

func launchesOf(f *buying.Fleet) []jsonLaunch {
	var all []jsonLaunch
	for i := range f.Ways {
		all = append(all, jsonLaunch{f.Ways[i].Name, append([]string{}, f.Ways[i].Keys...)})
	}
	return all
}
