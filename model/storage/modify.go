package storage

import (
	"errors"
	"fmt"

	"headroom/sim"
)

// Errors of modifications, by the codes of EC2.
var (
	ErrTooManyModifications = errors.New("VolumeModificationRateExceeded")
	ErrModifying            = errors.New("IncorrectModificationState")
	ErrShrinks              = errors.New("InvalidParameterValue")
)

// A volume can be modified so often within a day (ModifyVolume, EC2 API Reference).
const (
	mostModifications = 4
	modificationDay   = 24 * sim.Hour
	perGiB            = 20 * sim.Second // ours
)

// History is when a volume was modified. The zero History is of one that never was.
type History struct {
	begun [mostModifications]sim.Time // of the last ones, the oldest first
	count int
	until sim.Time
}

// Modify begins to change a volume while it is used, and returns when that is complete.
// Its new size holds at once, its type, IOPS and throughput from then on.
func (h *History) Modify(now sim.Time, from, to Spec) (complete sim.Time, err error) {
	switch {
	case to.SizeGiB < from.SizeGiB:
		return 0, fmt.Errorf("a volume of %d GiB must not shrink to %d [%w]", from.SizeGiB, to.SizeGiB, ErrShrinks)
	case h.count > 0 && now < h.until:
		return 0, fmt.Errorf("a volume must not be modified before the last modification is complete, at %v [%w]", h.until, ErrModifying)
	case h.count == mostModifications && now < h.begun[0]+modificationDay:
		return 0, fmt.Errorf("a volume must not be modified more than %d times in 24h [%w]", mostModifications, ErrTooManyModifications)
	}
	if h.count == mostModifications {
		copy(h.begun[:], h.begun[1:])
		h.count--
	}
	h.begun[h.count] = now
	h.count++
	h.until = now + min(sim.Time(to.SizeGiB)*perGiB, modificationDay)
	return h.until, nil
}
