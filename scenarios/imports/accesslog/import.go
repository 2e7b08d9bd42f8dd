package accesslog

import (
	"fmt"
	"io"
	"strconv"

	"headroom/scenarios/imports"
)

// Options say what is taken, and how.
type Options struct {
	From, To int64 // microseconds since 1970 between which requests are taken; 0: no bound
	Per      int64 // microseconds of a period whose requests are counted; 0: each by itself
	Untraced bool  // nobody wants [Import.WriteTrace]: single requests are not kept
}

// Import is what a set of logs says.
type Import struct {
	Format  Format
	Options Options
	Lines   int64 // that were read, blank ones not
	Outside int64 // of them before From or after To
	*Tally
	order   *Order          // of each by itself
	periods map[int64]int64 // of counts: requests by period
}

// jump is how far a line may be from the one before it until it is worth a word.
const jump = 24 * 3600 * int64(1e6)

// mostPeriods bounds the rows of a trace of counts.
const mostPeriods = 10_000_000

// Read reads logs. Close what it returns.
func Read(lines imports.Lines, format Format, options Options) *Import {
	in := &Import{Format: format, Options: options, Tally: NewTally()}
	if options.Per > 0 {
		in.periods = map[int64]int64{}
	} else if !options.Untraced {
		in.order = NewOrder()
	}
	in.read(lines)
	return in
}

// read reads logs.
func (in *Import) read(lines imports.Lines) {
	format, options := in.Format, in.Options
	var r Record
	var before int64
	var file string
	lines.Each(func(at imports.Place, line []byte) string {
		in.Lines++
		if why := format.Parse(line, &r); why != "" {
			return why
		}
		if at.File == file && (r.At > before+jump || r.At < before-jump) {
			lines.Skipped.Add(at, "the clock jumps by more than a day against the line before; the line is taken: leave it out with --from and --to")
		}
		file, before = at.File, r.At
		if r.At < options.From || options.To > 0 && r.At >= options.To {
			in.Outside++
			return ""
		}
		if in.periods != nil {
			period := r.At / options.Per
			if _, known := in.periods[period]; !known && len(in.periods) == mostPeriods {
				return "too many periods: a longer --per, or less time between --from and --to"
			}
			in.periods[period]++
		} else if in.order != nil {
			in.order.Add(&Arrival{At: r.At, Received: r.Received, Sent: r.Sent, Target: r.Target, Status: int64(r.Status)})
		}
		in.Add(&r)
		return ""
	})
}

// Close removes what is temporary.
func (in *Import) Close() error {
	if in.order == nil {
		return nil
	}
	return in.order.Close()
}

// Check reports what there is to say against a trace of what was read.
func (in *Import) Check() error {
	if in.periods == nil || in.Count == 0 {
		return nil
	}
	if rows := in.Last/in.Options.Per - in.First/in.Options.Per + 1; rows > mostPeriods {
		return fmt.Errorf("from %s to %s are %d periods, at most %d can be: bound them by --from and --to, or make --per longer",
			instant(in.First), instant(in.Last), rows, mostPeriods)
	}
	return nil
}

// WriteTrace writes the arrivals as a table that `arrivals.file` reads: a row a
// request in the order of time, or a row a period with the number of its requests.
func (in *Import) WriteTrace(w io.Writer) error {
	if in.periods != nil {
		return in.writePeriods(w)
	}
	return in.writeRequests(w)
}

// Columns of the trace.
const (
	timeColumn     = "time"
	countColumn    = "requests"
	receivedColumn = "request_bytes"
	sentColumn     = "response_bytes"
	targetColumn   = "target_s"
	statusColumn   = "status"
)

func (in *Import) writeRequests(w io.Writer) error {
	_, err := io.WriteString(w, timeColumn+","+receivedColumn+","+sentColumn+","+targetColumn+","+statusColumn+"\n")
	if err != nil {
		return err
	}
	rows := make([]byte, 0, rowsAtOnce+longestRow)
	second, digits := int64(-1), make([]byte, 0, 20) // which many rows have in common
	err = in.order.Each(func(a *Arrival) error {
		if a.At/1e6 != second {
			second = a.At / 1e6
			digits = strconv.AppendInt(digits[:0], second, 10)
		}
		if rows = append(rows, digits...); !in.Coarse {
			rows = appendMillionths(rows, a.At%1e6)
		}
		rows = append(rows, ',')
		rows = append(strconv.AppendInt(rows, a.Received, 10), ',')
		rows = append(strconv.AppendInt(rows, a.Sent, 10), ',')
		if a.Target >= 0 {
			rows = appendSeconds(rows, a.Target, false)
		}
		rows = append(strconv.AppendInt(append(rows, ','), a.Status, 10), '\n')
		if len(rows) < rowsAtOnce {
			return nil
		}
		_, err := w.Write(rows)
		rows = rows[:0]
		return err
	})
	if err != nil {
		return err
	}
	_, err = w.Write(rows)
	return err
}

const (
	rowsAtOnce = 1 << 15 // bytes of rows that are written at once
	longestRow = 128     // bytes: five numbers of at most 20 digits
)

func (in *Import) writePeriods(w io.Writer) error {
	if _, err := io.WriteString(w, timeColumn+","+countColumn+"\n"); err != nil {
		return err
	}
	per := in.Options.Per
	row := make([]byte, 0, 64)
	for period := in.First / per; period <= in.Last/per; period++ {
		row = appendSeconds(row[:0], period*per, per%1e6 == 0)
		row = append(row, ',')
		row = strconv.AppendInt(row, in.periods[period], 10)
		row = append(row, '\n')
		if _, err := w.Write(row); err != nil {
			return err
		}
	}
	return nil
}

// appendSeconds appends microseconds as seconds with six decimals, or with none.
func appendSeconds(to []byte, micros int64, whole bool) []byte {
	to = strconv.AppendInt(to, micros/1e6, 10)
	if whole {
		return to
	}
	return appendMillionths(to, micros%1e6)
}

// appendMillionths appends a point and six decimals.
func appendMillionths(to []byte, part int64) []byte {
	a, b, c := part/1e4, part/100%100, part%100
	return append(to, '.', byte('0'+a/10), byte('0'+a%10), byte('0'+b/10), byte('0'+b%10), byte('0'+c/10), byte('0'+c%10))
}
