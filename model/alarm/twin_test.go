package alarm_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"headroom/model/alarm"
)

// brute evaluates a row as CloudWatch's pages describe it, from their words and not from the
// order of our decisions: '0' is sound, 'X' breaches, '-' is missing, the newest is last.
func brute(row string, n, m int, missing string, previous alarm.State) alarm.State {
	var real []byte // the newest of the range, at most n
	for i := len(row) - 1; i >= 0 && len(real) < n; i-- {
		if row[i] != '-' {
			real = append(real, row[i])
		}
	}
	filled := append([]byte(nil), real...)
	for len(filled) < n {
		switch missing {
		case "breaching":
			filled = append(filled, 'X')
		case "notBreaching":
			filled = append(filled, '0')
		default:
			filled = append(filled, '-')
		}
	}
	marks := map[byte]int{}
	for _, c := range filled {
		marks[c]++
	}
	switch {
	case marks['X'] >= m:
		return alarm.Alarm
	case marks['-'] == 0 || marks['0'] > 0:
		return alarm.OK
	case missing == "ignore":
		return previous
	case marks['X'] == 0:
		return alarm.InsufficientData
	}
	for i := max(0, len(row)-n); i <= len(row)-m; i++ { // premature: nothing newer speaks against it
		if row[i] == 'X' {
			return alarm.Alarm
		}
	}
	return previous
}

// TestAlarmsAgreeWithADumbTwin plays every row of sound, breaching and missing datapoints of
// up to seven periods, with every N and M that they allow, from every state.
func TestAlarmsAgreeWithADumbTwin(t *testing.T) {
	for n := 1; n <= 5; n++ {
		var rows []string
		for i, all := 0, pow(3, n+2); i < all; i++ {
			row := make([]byte, n+2)
			for k, rest := 0, i; k < len(row); k, rest = k+1, rest/3 {
				row[k] = "0X-"[rest%3]
			}
			rows = append(rows, string(row))
		}
		for m := 1; m <= n; m++ {
			for _, missing := range []string{"missing", "ignore", "breaching", "notBreaching"} {
				treat, err := alarm.ParseMissing(missing)
				if err != nil {
					t.Fatal(err)
				}
				cfg := threeOf(m, treat)
				cfg.EvaluationPeriods = n
				for _, row := range rows {
					w := window(t, cfg, spaced(row))
					for previous := alarm.InsufficientData; previous <= alarm.Alarm; previous++ {
						if got, want := alarm.Evaluate(w, previous), brute(row, n, m, missing, previous); got != want {
							t.Fatalf("%d of %d, %s, %q from %v: got %v, want %v", m, n, missing, row, previous, got, want)
						}
					}
				}
			}
		}
	}
}

// TestAlarmsOfLongSeriesAgreeWithADumbTwin pushes and revises datapoints of one window, which
// counts along, and compares each instant with a row of its own.
func TestAlarmsOfLongSeriesAgreeWithADumbTwin(t *testing.T) {
	value := map[byte]float64{'0': 10, 'X': 90, '-': math.NaN()}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(16, seed))
		cfg := threeOf(1, alarm.MissingIsMissing)
		cfg.EvaluationPeriods = 1 + r.IntN(6)
		cfg.DatapointsToAlarm = 1 + r.IntN(cfg.EvaluationPeriods)
		n := cfg.EvaluationPeriods
		w, row, state := alarm.NewWindow(cfg), []byte(strings.Repeat("-", n+2)), alarm.InsufficientData
		for step := range 300 {
			row = append(row, "0X-"[r.IntN(2+min(1, step%40/20))]) // stretches with gaps, and without
			w.Push(value[row[len(row)-1]], row[len(row)-1] != '-')
			if age := 1 + r.IntN(n+2); r.IntN(3) == 0 {
				row[len(row)-age] = "0X"[r.IntN(2)]
				w.Revise(age, value[row[len(row)-age]], true)
			}
			before := state
			state = alarm.Evaluate(&w, before)
			if want := brute(string(row[len(row)-n-2:]), n, cfg.DatapointsToAlarm, "missing", before); state != want {
				t.Fatalf("seed %d, %d of %d, %q from %v: got %v, want %v", seed, cfg.DatapointsToAlarm, n, row[len(row)-n-2:], before, state, want)
			}
		}
	}
}

func pow(base, to int) int {
	n := 1
	for range to {
		n *= base
	}
	return n
}

// spaced puts a blank between the marks of a row.
func spaced(row string) string {
	var b []byte
	for i := range row {
		b = append(b, row[i], ' ')
	}
	return string(b)
}
