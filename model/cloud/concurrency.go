package cloud

import (
	"cmp"
	"fmt"

	"headroom/model/function"
)

// OverReserved lists the functions, by index, that leave too little of the account's concurrency
// in their Region to others, after those before them.
func (c *Config) OverReserved() (list []int) {
	taken := map[int]int{}
	for i := range c.Functions {
		f := &c.Functions[i]
		if int(f.Zone) >= len(c.Zones) { // which is a fault of its own
			continue
		}
		n, region := f.Claimed(), c.RegionOf(f.Zone)
		if taken[region] += n; n > 0 && c.AccountConcurrency()-taken[region] < function.LeastUnreserved {
			list = append(list, i)
		}
	}
	return list
}

// AccountConcurrency is how many calls of functions the account serves at once in a Region.
func (c *Config) AccountConcurrency() int {
	return cmp.Or(c.FunctionConcurrency, function.AccountConcurrency)
}

func (c *Config) functionErrors() (errs []error) {
	for _, i := range c.OverReserved() {
		f := &c.Functions[i]
		errs = append(errs, fmt.Errorf("function.%s.%s: must leave %d of the account's %d concurrent executions to other functions",
			f.Name, f.Claims(), function.LeastUnreserved, c.AccountConcurrency()))
	}
	return errs
}
