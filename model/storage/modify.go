package storage

import (
	"errors"
	"fmt"

	"headroom/model"
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

// MostAttachments is how many instances a volume can be attached to (EC2 User Guide,
// "Attach a volume to multiple instances").
const MostAttachments = 16

// ErrCombination is the code of what a volume of its type must not be.
var ErrCombination = errors.New("InvalidParameterCombination")

// Changed returns the volume as a modification would have it: what that does not say
// stays, or is what is included where the type changes.
func (s Spec) Changed(to model.VolumeSpec) Spec {
	if to.SizeGiB > 0 {
		s.SizeGiB = to.SizeGiB
	}
	if r, ok := Find(to.Type); ok && r.Kind != s.Kind {
		s.Kind, s.ThroughputMiBs = r.Kind, 0
		if s.IOPS = max(s.IOPS, r.LeastIOPS); r.MostIOPS == 0 {
			s.IOPS = 0
		}
		if r.Throughput {
			s.ThroughputMiBs = LeastThroughput
		}
	}
	if to.IOPS > 0 {
		s.IOPS = to.IOPS
	}
	if to.ThroughputMiBs > 0 {
		s.ThroughputMiBs = to.ThroughputMiBs
	}
	return s
}

// Check returns what is wrong with a volume by the rules of its type.
func (s Spec) Check() error {
	r := s.Kind.Rules()
	most := max(r.Included, r.PerGiB*s.SizeGiB)
	rule := ""
	switch {
	case s.SizeGiB < r.LeastGiB || s.SizeGiB > r.MostGiB:
		rule = fmt.Sprintf("a volume of %s must have %d..%d GiB, got %d", r.Name, r.LeastGiB, r.MostGiB, s.SizeGiB)
	case r.MostIOPS == 0 && s.IOPS > 0:
		rule = fmt.Sprintf("IOPS must not be given for %s", r.Name)
	case s.IOPS < r.LeastIOPS || s.IOPS > r.MostIOPS:
		rule = fmt.Sprintf("a volume of %s must have %d..%d IOPS, got %d", r.Name, r.LeastIOPS, r.MostIOPS, s.IOPS)
	case s.IOPS > most:
		rule = fmt.Sprintf("a volume of %s must have at most %d IOPS per GiB, %d with %d GiB, got %d", r.Name, r.PerGiB, most, s.SizeGiB, s.IOPS)
	case !r.Throughput && s.ThroughputMiBs > 0:
		rule = fmt.Sprintf("throughput must not be given for %s", r.Name)
	case r.Throughput && (s.ThroughputMiBs < LeastThroughput || s.ThroughputMiBs > MostThroughput):
		rule = fmt.Sprintf("a volume of %s must have %d..%d MiB/s, got %d", r.Name, LeastThroughput, MostThroughput, s.ThroughputMiBs)
	case r.Throughput && s.ThroughputMiBs*IOPSPerMiBps > s.IOPS:
		rule = fmt.Sprintf("a volume of %s must have at most 0.25 MiB/s per IOPS, %d with %d IOPS, got %d", r.Name, s.IOPS/IOPSPerMiBps, s.IOPS, s.ThroughputMiBs)
	default:
		return nil
	}
	return fmt.Errorf("%s [%w]", rule, ErrCombination)
}

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
