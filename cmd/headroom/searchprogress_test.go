package main

import (
	"testing"
	"time"
)

// A search says when it ends at the latest, once it knows how long replications take.
func TestSearchesTellTheLatestEnd(t *testing.T) {
	for _, c := range []struct {
		elapsed              time.Duration
		replications, budget int
		want                 string
	}{
		{time.Second, 19, 2000, ""},
		{30 * time.Second, 100, 2000, ", at most 9m30s more"},
		{time.Minute, 2000, 2000, ", at most 0s more"},
		{time.Minute, 2003, 2000, ", at most 0s more"},
	} {
		if got := leftAtMost(c.elapsed, c.replications, c.budget); got != c.want {
			t.Errorf("%v, %d of %d: %q, want %q", c.elapsed, c.replications, c.budget, got, c.want)
		}
	}
}
