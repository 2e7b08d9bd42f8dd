package dataplane

import (
	"headroom/model"
)

// place is a server's: its cohort, and what it had done when it came there.
type place struct {
	cohort                    *cohort
	busy, in, out             float64      // of it before
	busyFrom, inFrom, outFrom float64      // of the cohort then
	links                     [2]linkTimes // of it before
}

// isPlaced reports whether rates know a server.
func (p *Plane) isPlaced(id uint32) bool {
	f := p.fluid
	return f != nil && int(id) < len(f.places) && f.places[id].cohort != nil
}

// forgetPlace takes a server that has ended out of its cohort.
func (p *Plane) forgetPlace(id uint32) {
	if f := p.fluid; f != nil && int(id) < len(f.places) {
		p.leaveCohort(id, nil)
	}
}

// closePlace forgets a server, and what it has done: one that was stopped has been in a cohort
// of those that answer nothing.
func (p *Plane) closePlace(id uint32) {
	if f := p.fluid; f != nil && int(id) < len(f.places) {
		if f.places[id].cohort != nil {
			p.playFluid(p.kernel.Now() - 1)
		}
		p.leaveCohort(id, nil)
		f.places[id] = place{}
	}
}

// fluidUse is what a server has done for requests that were not played one by one.
func (p *Plane) fluidUse(id uint32) (busy uint64, in, out model.Bytes) {
	f := p.fluid
	if f == nil || int(id) >= len(f.places) {
		return 0, 0, 0
	}
	at := f.places[id]
	if c := at.cohort; c != nil {
		at.busy += c.busy - at.busyFrom
		at.in += c.in - at.inFrom
		at.out += c.out - at.outFrom
	}
	return uint64(at.busy), model.Bytes(at.in), model.Bytes(at.out)
}
