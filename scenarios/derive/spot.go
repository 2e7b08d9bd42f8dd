package main

import (
	"fmt"
	"strconv"
)

// fleetTypes are the instance types of the recorded Spot fleets, by the name of
// their trace.
var fleetTypes = map[string]string{"p3": "p3.2xlarge", "g4dn": "g4dn.xlarge"}

// spotFleet returns how many instances two Spot fleets had over half a day, after
// every instant at which instances came or went. Offsets count from the start of
// each fleet.
func spotFleet(dir string) (table, error) {
	t := table{name: "spot-fleet.csv.gz", header: "type,offset_s,available"}
	columns := []string{"trace", "t_ms", "event"}
	trace, last, nodes := "", 0, 0
	write := func() {
		if trace != "" {
			t.rows = append(t.rows, fmt.Sprintf("%s,%d,%d", fleetTypes[trace], last, nodes))
		}
	}
	err := eachRow(dir, "spot/bamboo_spot_node_events.csv.gz", columns, func(cells []string) error {
		at, err := strconv.Atoi(cells[1])
		if err != nil {
			return err
		}
		if at /= 1000; cells[0] != trace || at != last {
			if cells[0] == trace && at < last {
				return fmt.Errorf("event at %d s after one at %d s", at, last)
			}
			write()
			if cells[0] != trace {
				nodes = 0
			}
			trace, last = cells[0], at
		}
		switch {
		case fleetTypes[trace] == "":
			return fmt.Errorf("trace %q is of no known type", trace)
		case cells[2] == "add":
			nodes++
		case cells[2] == "remove" && nodes > 0:
			nodes--
		default:
			return fmt.Errorf("event %q with %d nodes", cells[2], nodes)
		}
		return nil
	})
	write()
	return t, err
}
