package page

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Of many points a page keeps those that it shows: the same, in the same order, as somebody finds who
// compares all; and its means are those of all points.
func TestPagesOfManyPointsShowTheSame(t *testing.T) {
	type point struct {
		number     int
		rate       float64
		kind       string
		cost, late float64
		front      bool
	}
	random := rand.New(rand.NewPCG(4, 1))
	all := make([]point, 3*leastLetGo+5)
	var text strings.Builder
	text.WriteString("point,rate,kind,replications,cost.total,cost.total.half_width,latency.p99,latency.p99.half_width\n")
	for i := range all {
		all[i] = point{i, random.Float64() * 50, "k" + strconv.Itoa(random.IntN(5)), float64(random.IntN(5000)), float64(random.IntN(5000)), false}
		fmt.Fprintf(&text, "%d,%g,%s,1,%g,0,%g,0\n", i, all[i].rate, all[i].kind, all[i].cost, all[i].late)
	}
	for i := range all {
		all[i].front = !slices.ContainsFunc(all, func(o point) bool {
			return o.cost <= all[i].cost && o.late <= all[i].late && (o.cost < all[i].cost || o.late < all[i].late || o.number < all[i].number)
		})
	}
	d, err := readDesign(filepath.Join(written(t, "sweep.csv", text.String()), "sweep.csv"), About{})
	if err != nil {
		t.Fatal(err)
	}
	if d.order(0, 1); d.points != len(all) || len(d.tried) > leastLetGo+mostDots {
		t.Fatalf("%d points, keeps %d of %d", d.points, len(d.tried), len(all))
	}
	sum, n, least, most := 0.0, 0, math.Inf(1), math.Inf(-1)
	for _, p := range all {
		least, most = min(least, p.rate), max(most, p.rate)
		if p.kind == "k2" {
			sum += p.cost
			n++
		}
	}
	effect := d.effect(1, 0).Figure.Table.Rows
	if len(effect) != 5 || !slices.ContainsFunc(effect, func(r row) bool {
		return r.Cells[0] == "k2" && r.Cells[1] == amount(sum/float64(n), "USD") && r.Cells[2] == strconv.Itoa(n)
	}) {
		t.Errorf("effects %v, want a mean of %g over %d points for k2", effect, sum/float64(n), n)
	}
	bins, points := d.effect(0, 0).Figure.Table.Rows, 0
	for _, bin := range bins {
		some, _ := strconv.Atoi(bin.Cells[2])
		points += some
	}
	if first := strconv.FormatFloat(least+(most-least)/mostBins, 'g', 5, 64); len(bins) != mostBins/2 || points != len(all) || bins[0].Cells[0] != first {
		t.Errorf("%d bins from %s of %d points, want %d from %s of %d", len(bins), bins[0].Cells[0], points, mostBins/2, first, len(all))
	}
	slices.SortStableFunc(all, func(a, b point) int {
		if a.front != b.front {
			return map[bool]int{true: -1, false: 1}[a.front]
		}
		return cmp.Compare(a.cost, b.cost)
	})
	for i, p := range all[:mostDots] {
		if got := &d.tried[i]; got.number != p.number || got.front != p.front {
			t.Fatalf("place %d: point %d (front %v), want %d (%v)", i, got.number, got.front, p.number, p.front)
		}
	}
}
