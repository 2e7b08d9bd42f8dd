package alarm_test

import (
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
					w := window(t, n, spaced(row))
					for previous := alarm.InsufficientData; previous <= alarm.Alarm; previous++ {
						if got, want := alarm.Evaluate(cfg, w, previous), brute(row, n, m, missing, previous); got != want {
							t.Fatalf("%d of %d, %s, %q from %v: got %v, want %v", m, n, missing, row, previous, got, want)
						}
					}
				}
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
