package report

import (
	"io"

	"headroom/results"
	"headroom/results/buying"
	"headroom/results/folder"
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

// portfolioBlock says how the instance-hours of what is recommended are bought.
func portfolioBlock(f *buying.Fleet) block {
	b := block{head: []string{"Instance-hours", "on Spot", "committed", "On-Demand"}, left: 1}
	columns := make([][]cell, buying.Shares)
	for _, p := range bests(f) {
		b.rows = append(b.rows, []string{horizonTitle(p.Horizon)})
		for k, share := range p.Shares {
			columns[k] = append(columns[k], fleetCell(f, share, "ratio"))
		}
	}
	b.fill(columns)
	return b
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
