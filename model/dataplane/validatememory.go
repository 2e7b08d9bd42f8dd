package dataplane

import (
	"headroom/model"
	"headroom/sim"
)

// mostMemory bounds each amount of memory: sums of millions of them can be counted.
const mostMemory = 1 << 50

// memory checks what a service holds on its server.
func (v *validator) memory(s *Service, path string) {
	m := s.Memory
	if m == nil {
		return
	}
	amount := func(b model.Bytes, key string) {
		v.Check(b >= 0 && b <= mostMemory, path+key, "must be 0 to %d bytes, got %d", int64(mostMemory), b)
	}
	amount(m.Base, ".memory.base")
	amount(m.PerRequest, ".memory.per_request")
	amount(m.PerConnection, ".memory.per_connection")
	amount(m.Reserved, ".memory.os_reserved")
	amount(m.Swap.Size, ".swap.size")
	v.Check(m.PagesTouched >= 0 && m.PagesTouched <= MaxIOs, path+".memory.pages_touched", "must be 0 to %d, got %g", MaxIOs, m.PagesTouched)
	v.Check(m.Restart > 0 && m.Restart <= sim.Horizon, path+".memory.restart", "must be above 0 and at most %v, got %v", sim.Horizon, m.Restart)
	v.Check(len(s.Steps) > 0, path+".memory", "must have steps: requests that wait for pages are on a journey")
	if m.Swap.Size > 0 {
		v.Check(m.Swap.Block > 0, path+".swap.block_size", "must be above 0, got %d", m.Swap.Block)
		v.Reference(m.Swap.Disk, len(s.Disks), path+".swap.volume", "disk of the service")
	}
}
