package terraform

import "headroom/scenarios/imports"

// origin says of which resource the lines of a scenario are, from one on.
type origin struct {
	line    int
	address string // empty: of none
}

// comesFrom notes of which resource the next lines are.
func (d *draft) comesFrom(address string) {
	d.origins = append(d.origins, origin{d.Lines() + 1, address})
}

// addressOf returns of which resource a line is.
func (d *draft) addressOf(line int) (address string) {
	for _, o := range d.origins {
		if o.line > line {
			break
		}
		address = o.address
	}
	return address
}

// refuse notes what is refused of the scenario, with the resource that says it.
func (d *draft) refuse(all []imports.Refusal) {
	for _, r := range all {
		d.refused.Add(imports.Place{File: d.file, Part: d.addressOf(r.Line)}, "`headroom validate` refuses it: "+r.Text)
	}
}

// Refused returns what is refused of the scenario that was written, a line each.
func (p *Plan) Refused() []string { return p.refused.Text() }
