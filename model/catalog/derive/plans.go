package main

import "strings"

// planSource begins the source of the rates that are kept: those of the others
// have no licence.
const planSource = "addisonj/pricesim "

// plans derives the Compute Savings Plan rates of us-east-1 Linux, beside the
// On-Demand price of their date: one to seven sizes a family, whose other sizes
// have the same ratio to within the rounding of the rates.
func (in *source) plans() output {
	out := output{path: "compute_plans.csv", header: "type,ondemand,1y_no,1y_partial,1y_all,3y_no,3y_partial,3y_all"}
	rates := map[string]map[string]string{} // by type, then term and payment
	for _, r := range in.plan {
		if !strings.HasPrefix(r["source"], planSource) || r["plan"] != "compute" || r["region"] != "us-east-1" || r["os"] != "linux" || r["ondemand"] == "" {
			continue
		}
		if rates[r["type"]] == nil {
			rates[r["type"]] = map[string]string{"ondemand": r["ondemand"]}
		}
		rates[r["type"]][r["term"]+"_"+r["payment"]] = r["usd_per_hour"]
	}
	columns := strings.Split(out.header, ",")[1:]
	for name, rate := range rates { // sorted when written
		cells := []string{name}
		for _, column := range columns {
			cells = append(cells, rate[column])
		}
		out.rows = append(out.rows, row(cells...))
	}
	return out
}
