package scenarios

import "headroom/scenarios/tables"

// Load reads a scenario file and everything that it names. The error is a
// [schema.Faults] with all that is wrong.
func Load(path string, options tables.Options) (*tables.Scenario, error) {
	return tables.Load(path, options)
}
