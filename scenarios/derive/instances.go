package main

import (
	"fmt"
	"math/bits"
)

const (
	// azureStart is where the two played days begin, in seconds of the trace:
	// days in which small sizes and sizes rich in memory share the hosts.
	azureStart = 2318400
	azureSpan  = 2 * day

	arrivalBin = 300 // seconds: the trace knows an arrival by its five minutes
)

// arrival is one instance of the trace.
type arrival struct {
	bin      int // start of its five minutes, in seconds of the trace
	flavor   string
	lifetime int // index of its lifetime's range
}

// span is a range of lifetimes, in seconds.
type span struct{ low, high int }

// azureDays returns the instances that two days of the Azure trace start, with
// their lifetimes.
//
// The trace counts in steps of five minutes. The arrivals of a step are spread
// over it evenly, in their order. The lifetimes of a range are spread over it
// by the van der Corput sequence, which is even at every moment, so that early
// and late arrivals live alike. A lifetime of 0 stands for less than a step.
// Instances that outlived the observation (1 in 40) keep what was seen of it.
func azureDays(dir string) (table, error) {
	t := table{name: "azure-vms.csv.gz", header: "offset_s,size,lifetime_s"}
	spans, err := lifetimeSpans(dir)
	if err != nil {
		return t, err
	}
	arrivals, err := azureArrivals(dir)
	if err != nil {
		return t, err
	}
	drawn := make([]uint32, len(spans)) // lifetimes taken from each range
	for first := 0; first < len(arrivals); {
		next := first
		for next < len(arrivals) && arrivals[next].bin == arrivals[first].bin {
			next++
		}
		for i, a := range arrivals[first:next] {
			if a.lifetime < 0 || a.lifetime >= len(spans) {
				return t, fmt.Errorf("vm/azure_v1_2016_vms.csv.gz: dur_bin %d has no range", a.lifetime)
			}
			offset := a.bin - azureStart + arrivalBin*i/(next-first)
			lifetime := spans[a.lifetime].at(drawn[a.lifetime])
			drawn[a.lifetime]++
			t.rows = append(t.rows, fmt.Sprintf("%d,%s,%d", offset, a.flavor, lifetime))
		}
		first = next
	}
	return t, nil
}

// lifetimeSpans returns the ranges of lifetimes by their index.
func lifetimeSpans(dir string) ([]span, error) {
	var spans []span
	columns := []string{"bin", "min_s", "max_s"}
	err := eachRow(dir, "vm/azure_v1_duration_bins.csv", columns, func(cells []string) error {
		row, err := integers(cells)
		if err != nil {
			return err
		}
		if row[0] != len(spans) {
			return fmt.Errorf("bin %d, want %d", row[0], len(spans))
		}
		s := span{row[1], row[2]}
		if s == (span{}) {
			s = span{1, arrivalBin - 1}
		}
		spans = append(spans, s)
		return nil
	})
	return spans, err
}

// azureArrivals returns the instances of the played days in the trace's order.
func azureArrivals(dir string) ([]arrival, error) {
	var arrivals []arrival
	columns := []string{"arrive_bin_s", "dur_bin", "flavor"}
	last := 0
	err := eachRow(dir, "vm/azure_v1_2016_vms.csv.gz", columns, func(cells []string) error {
		row, err := integers(cells[:2])
		if err != nil {
			return err
		}
		if row[0] < last {
			return fmt.Errorf("arrival at %d s after one at %d s", row[0], last)
		}
		last = row[0]
		if row[0] >= azureStart && row[0] < azureStart+azureSpan {
			arrivals = append(arrivals, arrival{bin: row[0], flavor: cells[2], lifetime: row[1]})
		}
		return nil
	})
	return arrivals, err
}

// at returns the n-th of a sequence of lifetimes that fills the range evenly.
func (s span) at(n uint32) int {
	fraction := float64(bits.Reverse32(n)) / (1 << 32)
	return s.low + int(fraction*float64(s.high-s.low+1))
}
