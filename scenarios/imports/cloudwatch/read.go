package cloudwatch

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"headroom/scenarios/imports"
)

// Point is one measurement.
type Point struct {
	At    time.Time // the beginning of its period
	Value float64
}

// Series is what was measured of one metric.
type Series struct {
	Name      string // its label
	ID        string // of the query; empty if there is none
	Statistic string // Average, Sum, …; empty where the answer does not say
	Unit      string
	Period    time.Duration // the least distance of two points; 0 for one point alone
	Points    []Point       // sorted; one an instant
	Line      int64         // where it ends
}

// statistics lists the names of the values of a datapoint, the best first.
var statistics = []string{"Average", "Sum", "SampleCount", "Maximum", "Minimum"}

// percentages are the metrics that are a share of a whole in percent.
var percentages = []string{"CPUUtilization", "MemoryUtilization", "mem_used_percent"}

// Read reads answers of CloudWatch. The error says why nothing could be read.
func Read(file string, text []byte, skipped *imports.Skipped) ([]Series, error) {
	v, err := imports.ReadJSON(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	r := &reader{file: file, skipped: skipped}
	r.answer(v)
	if len(r.alarms) > 0 {
		r.skip(v, "alarms are no measurements: give the file to `headroom import cloudwatch` alone")
	}
	if len(r.series) == 0 && len(skipped.Reasons()) == 0 {
		return nil, fmt.Errorf("%s: must be an answer of get-metric-data (MetricDataResults), get-metric-statistics (Datapoints) or describe-alarms (MetricAlarms)", file)
	}
	return r.series, nil
}

// ReadAlarms reads answers of describe-alarms; ok is false for a file that has none. What a
// scenario cannot carry is skipped, with the reason.
func ReadAlarms(file string, text []byte, skipped *imports.Skipped) (all []Alarm, ok bool) {
	v, err := imports.ReadJSON(text)
	if err != nil {
		return nil, false
	}
	r := &reader{file: file, skipped: skipped}
	for _, one := range append(v.List, v) {
		if one.Member("MetricAlarms") != nil {
			ok = true
			r.alarmsOf(one)
		}
	}
	return r.alarms, ok
}

// reader is the state of one reading.
type reader struct {
	file    string
	skipped *imports.Skipped
	every   bool // points of one instant are all kept
	series  []Series
	alarms  []Alarm
}

func (r *reader) skip(v *imports.Value, format string, args ...any) {
	r.skipped.Add(imports.Place{File: r.file, Line: v.Line}, fmt.Sprintf(format, args...))
}

// answer reads one answer, or a list of them.
func (r *reader) answer(v *imports.Value) {
	switch {
	case v.Members == nil:
		for _, one := range v.List {
			r.answer(one)
		}
	case v.Member("MetricDataResults") != nil:
		for _, result := range v.Member("MetricDataResults").List {
			r.result(result)
		}
		if v.Member("NextToken").Text() != "" {
			r.skip(v, "the answer has a NextToken: there is more that is not in the file")
		}
	case v.Member("Datapoints") != nil:
		r.statistics(v)
	case v.Member("MetricAlarms") != nil:
		r.alarmsOf(v)
	}
}

// result reads a result of get-metric-data.
func (r *reader) result(v *imports.Value) {
	s := Series{Name: v.Member("Label").Text(), ID: v.Member("Id").Text(), Line: v.Line}
	if s.Name == "" {
		s.Name = s.ID
	}
	if code := v.Member("StatusCode").Text(); code != "" && code != "Complete" {
		r.skip(v, "%s: its status is %s: there may be more that is not in the file", s.Name, code)
	}
	times, values := v.Member("Timestamps"), v.Member("Values")
	if times == nil || values == nil || len(times.List) != len(values.List) {
		r.skip(v, "%s: must have as many Timestamps as Values", s.Name)
		return
	}
	for i, at := range times.List {
		r.point(&s, at, values.List[i])
	}
	r.finish(s, v)
}

// statistics reads an answer of get-metric-statistics: of each datapoint the first value
// that is there in the order of [statistics], else a percentile.
func (r *reader) statistics(v *imports.Value) {
	s := Series{Name: v.Member("Label").Text(), Line: v.Line}
	for _, p := range v.Member("Datapoints").List {
		if s.Statistic == "" {
			s.Statistic, s.Unit = statisticOf(p), p.Member("Unit").Text()
		}
		value := p.Member(s.Statistic)
		if value == nil {
			value = p.Member("ExtendedStatistics").Member(s.Statistic)
		}
		if value == nil {
			r.skip(p, "%s: a datapoint without %s", s.Name, cmp.Or(s.Statistic, "a value"))
			continue
		}
		r.point(&s, p.Member("Timestamp"), value)
	}
	r.finish(s, v)
}

// statisticOf returns which value of a datapoint is taken.
func statisticOf(p *imports.Value) string {
	for _, name := range statistics {
		if p.Member(name) != nil {
			return name
		}
	}
	extended := p.Member("ExtendedStatistics")
	if extended == nil {
		return ""
	}
	names := make([]string, 0, len(extended.Members))
	for name := range extended.Members {
		names = append(names, name)
	}
	slices.Sort(names)
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// point adds a point to a series, if it is one.
func (r *reader) point(s *Series, at, value *imports.Value) {
	when, ok, zoned := instant(at)
	if !ok {
		r.skip(value, "%s: a timestamp that is none: must be seconds since 1970 or such as 2026-03-02T09:00:00Z", s.Name)
		return
	}
	if !zoned {
		r.skip(value, "%s: timestamps without a zone are taken as UTC", s.Name)
	}
	v, ok := value.Number()
	if !ok || math.IsInf(v, 0) || v < 0 {
		r.skip(value, "%s: a value that is no number of at least 0", s.Name)
		return
	}
	if v > 100.5 && (s.Unit == "Percent" || isPercentage(s.Name)) { // CloudWatch itself may say 100.2
		r.skip(value, "%s: more than 100 percent (%g): must be of another metric, or of another unit", s.Name, v)
		return
	}
	s.Points = append(s.Points, Point{when, v})
}

func isPercentage(name string) bool {
	return slices.ContainsFunc(percentages, func(p string) bool { return strings.Contains(name, p) })
}

// instant reads a timestamp, and whether it says its zone.
func instant(v *imports.Value) (at time.Time, ok, zoned bool) {
	if seconds, is := v.Number(); is {
		if seconds > 1e11 { // milliseconds: the year 5138 is far
			seconds /= 1000
		}
		if seconds < 0 || seconds > 1e11 {
			return time.Time{}, false, true
		}
		return time.UnixMilli(int64(math.Round(seconds * 1000))).UTC(), true, true
	}
	text := v.Text()
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05Z07:00"} {
		if at, err := time.Parse(layout, text); err == nil && at.Unix() >= 0 {
			return at.UTC(), true, true
		}
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", "2006-01-02T15:04"} {
		if at, err := time.Parse(layout, text); err == nil && at.Unix() >= 0 {
			return at, true, false
		}
	}
	return time.Time{}, false, true
}

// finish sorts a series and keeps it, if it has points.
func (r *reader) finish(s Series, v *imports.Value) {
	if len(s.Points) == 0 {
		r.skip(v, "%s: no points", cmp.Or(s.Name, "a metric without a label"))
		return
	}
	slices.SortStableFunc(s.Points, func(a, b Point) int { return a.At.Compare(b.At) })
	if r.every {
		r.series = append(r.series, s)
		return
	}
	kept := s.Points[:1]
	for _, p := range s.Points[1:] {
		last := &kept[len(kept)-1]
		if gap := p.At.Sub(last.At); gap > 0 {
			if s.Period == 0 || gap < s.Period {
				s.Period = gap
			}
			kept = append(kept, p)
			continue
		}
		if last.Value != p.Value {
			r.skip(v, "%s: two values at %s: the first is taken", s.Name, p.At.Format(time.RFC3339))
		}
	}
	s.Points = kept
	r.series = append(r.series, s)
}

// Missing returns how many periods between the first and the last point have none.
func (s *Series) Missing() int64 {
	if s.Period == 0 {
		return 0
	}
	whole := int64(s.Points[len(s.Points)-1].At.Sub(s.Points[0].At)/s.Period) + 1
	return max(0, whole-int64(len(s.Points)))
}

// Mean returns the mean of the points.
func (s *Series) Mean() float64 {
	sum := 0.0
	for _, p := range s.Points {
		sum += p.Value
	}
	return sum / float64(len(s.Points))
}
