package main

// interfaces derives how many network interfaces a type may have, and how many private
// addresses on each.
func (in *source) interfaces() output {
	out := output{path: "interfaces.csv.gz", header: "type,interfaces,addresses"}
	for _, r := range in.catalog {
		out.rows = append(out.rows, row(r["type"], r["max_enis"], r["ipv4_per_eni"]))
	}
	return out
}
