package catalog

import (
	"fmt"
	"strings"
)

// Measured says which measurement of CPU speed is meant.
type Measured uint8

// The two measurements. They compare types, not each other: a vCPU that shares
// its core with a busy one does about 0.6 of what it does alone.
const (
	Busy  Measured = iota + 1 // per vCPU while all vCPUs are busy: what throughput follows
	Alone                     // one busy thread: what an unloaded server's service time follows
)

// ParseMeasured returns the measurement of that name: "busy" or "alone".
func ParseMeasured(name string) (Measured, bool) {
	switch name {
	case "busy":
		return Busy, true
	case "alone":
		return Alone, true
	default:
		return 0, false
	}
}

// speedUnit is the family whose vCPU has speed 1.
const speedUnit = "m5"

// Columns of the speed table.
const (
	columnBusy = iota + 1
	columnAlone
	columnLike
)

// column is the measurement's place in the speed table.
func (how Measured) column() int {
	switch how {
	case Busy:
		return columnBusy
	case Alone:
		return columnAlone
	default:
		panic(fmt.Sprintf("catalog: measurement %d", how))
	}
}

// Speed returns what a vCPU of the type's family does in the time in which one
// of m5 does 1: public benchmarks of 2024 to 2026, the median over the family's
// sizes, so that all sizes of a family are alike. It is false for a type that
// does not exist and for the few families that nobody measured ([Catalog.NearestMeasured]).
func (c *Catalog) Speed(typeName string, how Measured) (speed float64, ok bool) {
	if _, exists := types().find(typeName); !exists {
		return 0, false
	}
	family, _, _ := strings.Cut(typeName, ".")
	r, _ := speeds().find(family)
	figure, measured := r.float(how.column())
	if !measured {
		return 0, false
	}
	unit, _ := speeds().find(speedUnit)
	one, _ := unit.float(how.column())
	return figure / one, true
}

// SpeedLike returns the family, or families with a slash between, whose figures
// stand for those of the type because it has the same processors but was not
// measured itself; "" for a family that was, and for one without a figure.
func (c *Catalog) SpeedLike(typeName string) string {
	family, _, _ := strings.Cut(typeName, ".")
	r, _ := speeds().find(family)
	return r.cell(columnLike)
}

// RelativeSpeed returns how many times as fast a vCPU of one type is as one of
// the type on which a demand was measured: the demand divided by it is the
// demand there. A type that does not exist or has no figure is an error that
// names the nearest one; it is never taken for 1.
func (c *Catalog) RelativeSpeed(of, measuredOn string, how Measured) (float64, error) {
	var speeds [2]float64
	for i, name := range []string{of, measuredOn} {
		if _, exists := types().find(name); !exists {
			return 0, fmt.Errorf("unknown instance type, got %q%s", name, hint(c.Suggest(name)))
		}
		speed, measured := c.Speed(name, how)
		if !measured {
			family, _, _ := strings.Cut(name, ".")
			return 0, fmt.Errorf("there is no CPU measurement of family %s, got %q%s", family, name, nearestFamily(c.NearestMeasured(name)))
		}
		speeds[i] = speed
	}
	return speeds[0] / speeds[1], nil
}

// nearestFamily words a neighbour; "" for none.
func nearestFamily(family string) string {
	if family == "" {
		return ""
	}
	return "; the nearest family with one is " + family
}

// NearestMeasured returns the family with a figure that is nearest to the
// type's: of the same class, preferably with the same attributes, then of the
// nearest generation, then the first by name. It is "" for a malformed name and
// where the class has none (Mac).
func (c *Catalog) NearestMeasured(typeName string) string {
	wanted, ok := ParseTypeName(typeName)
	if !ok {
		return ""
	}
	best, least := "", 0
	for r := range speeds().all() {
		family := r.cell(0)
		name, parsed := ParseTypeName(family + ".large")
		if _, measured := r.float(columnBusy); !measured || !parsed || name.Class != wanted.Class {
			continue
		}
		distance := 2 * max(name.Generation-wanted.Generation, wanted.Generation-name.Generation)
		if name.Attributes != wanted.Attributes {
			distance += 100 // no generation is that far away
		}
		if best == "" || distance < least {
			best, least = family, distance
		}
	}
	return best
}

// speedLuck is how much two families of the same processors may differ by the
// luck of the measurement: m5, m5d, m5n, m5dn, r5, r5d and r5n lie within 2 %,
// the families of Intel's generation 7 (without r7iz) and 8 within 4 %.
const speedLuck = 1.05

// SpeedSpread returns the slowest and the fastest of the types, all vCPUs busy,
// and how many times as fast the fastest is. Among equals the first counts.
// Types without a figure are left out. It is false where the types do not
// differ by more than measurements of the same processor do.
func (c *Catalog) SpeedSpread(types []string) (slowest, fastest string, ratio float64, ok bool) {
	var low, high float64
	for _, name := range types {
		speed, measured := c.Speed(name, Busy)
		if !measured {
			continue
		}
		if slowest == "" || speed < low {
			slowest, low = name, speed
		}
		if fastest == "" || speed > high {
			fastest, high = name, speed
		}
	}
	if slowest == "" || high/low <= speedLuck {
		return "", "", 0, false
	}
	return slowest, fastest, high / low, true
}

// SpeedWarning words the [Catalog.SpeedSpread] of types that serve one workload
// whose demand names no type that it was measured on; "" where there is none.
func (c *Catalog) SpeedWarning(types []string) string {
	slowest, fastest, ratio, ok := c.SpeedSpread(types)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s and %s count as equally fast, but a busy vCPU of %s does %.2f times the work of one of %s: "+
		"`demand.measured_on` names the type that the demand was measured on", slowest, fastest, fastest, ratio, slowest)
}
