package tables

import (
	"fmt"
	"testing"
)

// Shares that are 1 together are no more than that, however they are rounded.
func TestRejectedShares(t *testing.T) {
	for _, c := range []struct {
		shares [3]float64
		good   bool
	}{
		{[3]float64{0.8, 0.2, 0}, true}, // 1 - 0.8 < 0.2
		{[3]float64{0.9, 0.1, 0}, true},
		{[3]float64{0.05, 0.3, 0.65}, true},
		{[3]float64{0.05, 0.05, 0.05}, true},
		{[3]float64{0, 0, 1}, true},
		{[3]float64{0.8, 0.2, 0.001}, false},
		{[3]float64{0.8, 0.3, 0}, false},
		{[3]float64{0, 0, 1.001}, false},
	} {
		text := fmt.Sprintf(`
run = { duration = "1h" }
service.web = {}
target_group.web = { service = "web" }
instance.web = { instance_type = "m5.large", target_groups = ["web"] }
load_balancer.front = { default_action = { forward = ["web"] } }
workload.users = { to = "front", arrivals = { rate = "1/s" }, demand = { cpu = "1ms" }, rejected = { "400" = %v, "403" = %v, "414" = %v } }
`, c.shares[0], c.shares[1], c.shares[2])
		if _, err := parse(text); (err == nil) != c.good {
			t.Errorf("%v: %v, expected good: %v", c.shares, err, c.good)
		}
	}
}
