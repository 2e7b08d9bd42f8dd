package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"headroom/model"
	"headroom/results/sweep"
	"headroom/scenarios/space"
	"headroom/sim/rng"
)

// manyPoints are points with ties, of which some fail, breach a threshold, lack a metric or have fewer
// replications than others.
func manyPoints(n int, seed uint64) (*Points, []sweep.Row) {
	stream := rng.New(seed, 0, "points")
	layout := sweep.NewLayout([]string{"cost.total", "latency.p99"}, []string{"USD", "s"})
	rows := make([]sweep.Row, n)
	for i := range rows {
		rows[i] = sweep.Row{Point: i, Layout: layout}
		if stream.Below(50) == 0 {
			rows[i] = sweep.Row{Point: i, Err: "no such type"}
			continue
		}
		for range 2 + stream.Below(3) {
			latency := float64(stream.Below(700))
			if stream.Below(20) == 0 {
				latency = math.NaN()
			}
			rows[i].Values = append(rows[i].Values, []float64{float64(stream.Below(1000)), latency})
		}
	}
	return &Points{
		Axes: []string{"rate", "size"},
		Settings: func(point int) []space.Setting {
			number := float64(point*7919%n) / 8
			text := strconv.FormatFloat(number, 'f', -1, 64)
			return []space.Setting{{Text: text + "/s", Brief: text + "/s", Number: number, Unit: "/s"}, {Text: "m" + strconv.Itoa(point%5), Brief: strconv.Itoa(point % 5)}}
		},
		Each: func(do func(*sweep.Row) error) error {
			for i := range rows {
				if err := do(&rows[i]); err != nil {
					return err
				}
			}
			return nil
		},
		Thresholds: []model.Threshold{{Key: "cost.total", Operator: "<", Limit: 900, Text: "< 900"}},
	}, rows
}

// Of many points a page keeps those that it shows, and shows the same as if it had kept all.
func TestPagesOfManyPointsKeepThoseThatTheyShow(t *testing.T) {
	for seed := range uint64(3) {
		points, _ := manyPoints(3*surveyPoints+17, seed)
		s := SweepPage{Points: points, Metrics: []string{"latency.p99", "cost.total"}, Pareto: [2]string{"cost.total", "latency.p99"}, Top: 20}
		l, err := s.layout()
		if err != nil {
			t.Fatal(err)
		}
		few, err := s.survey(l, s.Top)
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.survey(l, math.MaxInt)
		if err != nil {
			t.Fatal(err)
		}
		got, want := s.best(l, few.points, false), s.best(l, all.points, false)
		if !slices.EqualFunc(got.rows, want.rows, slices.Equal) || len(want.rows) <= s.Top {
			t.Errorf("seed %d: shows\n%v\nwant\n%v", seed, got.rows, want.rows)
		}
		if few.counts != all.counts || len(all.points) != few.counts.points || len(few.points) > 2*surveyPoints {
			t.Errorf("seed %d: keeps %d of %d points, counts %+v and %+v", seed, len(few.points), len(all.points), few.counts, all.counts)
		}
	}
}

// The columns of a survey are what somebody finds who goes through the points one by one.
func TestSurfacesAreThoseOfTheirPoints(t *testing.T) {
	points, rows := manyPoints(997, 5)
	s := SweepPage{Points: points, Metrics: []string{"latency.p99"}}
	l, err := s.layout()
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.survey(l, 1)
	if err != nil {
		t.Fatal(err)
	}
	got := v.surface(0, 0)
	var numbers []float64
	for i := range rows {
		numbers = append(numbers, points.Settings(i)[0].Number)
	}
	slices.Sort(numbers)
	k, common := 0, math.MaxInt
	for i := range rows {
		var observed []float64
		for _, values := range rows[i].Values {
			if !math.IsNaN(values[1]) {
				observed = append(observed, values[1])
			}
		}
		if len(observed) == 0 {
			continue
		}
		common = min(common, len(observed))
		settings := points.Settings(i)
		level := -1
		for g := range levelGroups {
			if settings[0].Number >= numbers[g*len(numbers)/levelGroups] {
				level = g
			}
		}
		if got.Levels[0][k] != int32(level) || v.axes[1].names[got.Levels[1][k]] != settings[1].Brief || got.Values[0][k] != observed[0] {
			t.Fatalf("point %d: levels %d, %d and %v", i, got.Levels[0][k], got.Levels[1][k], got.Values[0][k])
		}
		k++
	}
	if want := fmt.Sprintf("%.4g/s..%.4g/s", numbers[0], numbers[len(numbers)/levelGroups-1]); v.axes[0].names[0] != want {
		t.Errorf("first group %s, want %s", v.axes[0].names[0], want)
	}
	if k != got.Points() || len(got.Values) != common || common != 1 {
		t.Errorf("%d points of %d replications, want %d of %d", got.Points(), len(got.Values), k, common)
	}
}
