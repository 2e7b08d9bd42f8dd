package scaling

import (
	"fmt"
	"math"
	"slices"
	"time"

	"headroom/model/forecast"
	"headroom/sim"
)

// Predictive raises a group's capacity to the forecast of its load at the start of each
// hour, and lets no other policy go below it during the hour; it never scales in by
// itself (Amazon EC2 Auto Scaling User Guide, "Predictive scaling"). Its first input is
// the load of the whole group.
type Predictive struct {
	Target     float64 // of the load per instance, above 0
	Scales     bool    // ForecastAndScale; false: ForecastOnly
	BufferTime sim.Time
	// IncreaseMax lets a forecast plus MaxBuffer percent raise max; the raised max
	// stays.
	IncreaseMax bool
	MaxBuffer   int
	Forecaster  string    // of package forecast
	Before      []float64 // load of the hours before the run, the last one first to go; NaN: not known
}

// predictiveKind is the line of [Policies].
func predictiveKind() Kind {
	var forecasters []Word
	for _, f := range forecast.Registry {
		forecasters = append(forecasters, Word{Name: f.Name, Meaning: f.Meaning})
	}
	return Kind{
		Name: "PredictiveScaling", Short: "predictive scaling",
		Description: "launches ahead of a forecast of the load, by the hour; never scales in",
		Parameters: []Parameter{
			{
				Name: "target_value", Form: Number, Low: -mostNumber, High: mostNumber, Required: true,
				Meaning: "percent, bytes or requests per minute and instance",
			},
			{
				Name: "mode", Form: Choice, Default: forecastOnly,
				Words:   []Word{{Name: forecastOnly, Meaning: "forecasts, and changes nothing"}, {Name: forecastAndScale, Meaning: "raises capacity to the forecast"}},
				Meaning: "whether it scales",
			},
			{
				Name: "scheduling_buffer_time", Form: Duration, High: mostBuffer, Default: BufferTimeDefault,
				Meaning: "how long before the hour instances are launched",
			},
			{
				Name: "max_capacity_breach_behavior", Form: Choice, Default: honorMax,
				Words:   []Word{{Name: honorMax, Meaning: "max_size holds"}, {Name: increaseMax, Meaning: "a forecast may raise max_size, for good"}},
				Meaning: "what a forecast above max_size does",
			},
			{Name: "max_capacity_buffer", Form: Whole, High: 100, Default: 0, Meaning: "percent above the forecast to which max_size rises"},
			{Name: "forecaster", Form: Choice, Words: forecasters, Default: forecast.Default, Meaning: "how it forecasts"},
		},
		Example: Predictive{Target: 50, Scales: true, BufferTime: BufferTimeDefault, Forecaster: forecast.Default},
		construct: func(s settings) Spec {
			p := Predictive{
				Target: s.number("target_value"), Scales: s.word("mode") == forecastAndScale,
				IncreaseMax: s.word("max_capacity_breach_behavior") == increaseMax, MaxBuffer: s.whole("max_capacity_buffer"),
				Forecaster: s.word("forecaster"),
			}
			p.BufferTime = s.orUnset("scheduling_buffer_time")
			return p
		},
	}
}

// Words of a predictive policy.
const (
	forecastOnly     = "ForecastOnly"
	forecastAndScale = "ForecastAndScale"
	honorMax         = "HonorMaxCapacity"
	increaseMax      = "IncreaseMaxCapacity"
)

// BufferTimeDefault is how long before the hour instances are launched unless told.
const BufferTimeDefault = 300 * sim.Second

// mostBuffer is the longest buffer time in seconds.
const mostBuffer = 3599

// Validate implements [Spec].
func (p Predictive) Validate() []error {
	var f faults
	if !(p.Target > 0) || math.IsInf(p.Target, 0) {
		f.add("target_value", "must be above 0, got %v", p.Target)
	}
	if p.BufferTime < 0 || p.BufferTime >= sim.Hour {
		f.add("scheduling_buffer_time", "must be from 0 to below 1 h, got %v", p.BufferTime)
	}
	switch {
	case p.MaxBuffer < 0 || p.MaxBuffer > 100:
		f.add("max_capacity_buffer", "must be from 0 to 100, got %d", p.MaxBuffer)
	case p.MaxBuffer > 0 && !p.IncreaseMax:
		f.add("max_capacity_buffer", "needs max_capacity_breach_behavior IncreaseMaxCapacity")
	}
	if _, ok := forecast.Find(p.Forecaster); !ok {
		f.add("forecaster", "is unknown: %q", p.Forecaster)
	}
	return f
}

// Mechanism implements [Spec]. It keeps the datapoints of two hours.
func (p Predictive) Mechanism() Mechanism {
	return Mechanism{History: int(2 * sim.Hour / sim.Minute), RaisesMax: p.IncreaseMax}
}

// Capacity returns how many instances a load needs.
func (p Predictive) Capacity(load float64) int { return min(ceil(load/p.Target), mostUnits) }

// Provide decides for a forecast: at least that capacity, and max raised to it where the
// policy may.
func (p Predictive) Provide(v View, capacity int) Decision {
	raised := 0
	if p.IncreaseMax {
		raised = max(v.Max, (capacity*(100+p.MaxBuffer)+99)/100)
		v.Max = raised
	}
	d := v.Raise(capacity)
	d.Max, d.Floor = raised, min(capacity, v.Max)
	return d
}

// New implements [Spec].
func (p Predictive) New(s Setup) Policy {
	f, _ := forecast.Find(p.Forecaster)
	epoch := s.Start.UTC()
	monday := int(epoch.Weekday()+6) % 7 * forecast.Day
	first := epoch.Truncate(time.Hour)
	o := &oracle{
		Predictive: p, forecaster: f.New(), offset: sim.Time(epoch.Sub(first)), begun: len(p.Before),
		forecast: []HourForecast{}, loads: slices.Clone(p.Before),
	}
	weekHour := monday + epoch.Hour() - len(p.Before)
	o.first = ((weekHour % forecast.Week) + forecast.Week) % forecast.Week
	return o
}

// HourForecast is what a predictive policy said of an hour.
type HourForecast struct {
	From       sim.Time
	Load, High float64 // High is not exceeded in nine of ten hours
	Capacity   int
	Actual     float64 // NaN where it was not measured
}

// Prophet is a [Policy] that forecasts.
type Prophet interface {
	// Forecasts returns what it said of each hour, the last that was said before the
	// hour began, in their order.
	Forecasts() []HourForecast
}

// oracle is a predictive policy at work. Hours are numbered from the first of Before.
type oracle struct {
	Predictive
	forecaster forecast.Forecaster
	first      int      // hour of the week of hour 0
	offset     sim.Time // of time 0 into its hour
	begun      int      // the hour of time 0
	loads      []float64
	sum        float64 // of the hour len(loads), with its datapoints
	points     int
	span       sim.Time // that they cover
	seen       sim.Time // until where datapoints were taken

	made     forecast.Forecast
	madeFor  int // the first hour of made
	forecast []HourForecast
}

// hourOf returns the number of the hour of an instant.
func (o *oracle) hourOf(t sim.Time) int { return o.begun + int((t+o.offset)/sim.Hour) }

// startOf returns when an hour begins.
func (o *oracle) startOf(hour int) sim.Time {
	return sim.Time(hour-o.begun)*sim.Hour - o.offset
}

// Wake implements [Waker]: at the start of the run, before each hour by the buffer time,
// and as it begins.
func (o *oracle) Wake(now sim.Time) (sim.Time, bool) {
	if now == 0 {
		return 1, true // the first instant after the start
	}
	next := o.startOf(o.hourOf(now) + 1)
	if early := next - o.BufferTime; early > now {
		return early, true
	}
	return next, true
}

// Decide implements [Policy].
func (o *oracle) Decide(v View) Decision {
	if v.Breach != Woken {
		return Decision{}
	}
	if len(v.History) > 0 {
		o.take(v.History[0], v.Now)
	}
	now := o.hourOf(v.Now)
	coming := o.hourOf(v.Now + o.BufferTime)
	said, ok := o.say(coming)
	if !ok {
		return Decision{Said: "no forecast: it has less than a day of history"}
	}
	if !o.Scales {
		return Decision{Said: "it only forecasts"}
	}
	capacity := said.Capacity
	if current, ok := o.said(now); ok {
		capacity = max(capacity, current.Capacity)
	}
	d := o.Provide(v, capacity)
	d.Said = fmt.Sprintf("forecast load %.4g", said.Load)
	return d
}

// take adds the datapoints that are new. A datapoint belongs to the hour in which it
// begins.
func (o *oracle) take(h History, now sim.Time) {
	for i := range h.Len() {
		d := h.At(i)
		if d.Until <= o.seen {
			continue
		}
		o.seen = d.Until
		o.closeHours(o.hourOf(d.From))
		if d.OK {
			o.sum += d.Value
			o.points++
			o.span += d.Until - d.From
		}
	}
}

// closeHours ends all hours before this one. An hour of which less than half was
// measured is not known.
func (o *oracle) closeHours(hour int) {
	for len(o.loads) < hour {
		load := math.NaN()
		if 2*o.span >= sim.Hour {
			load = o.sum / float64(o.points)
		}
		if said, ok := o.said(len(o.loads)); ok {
			said.Actual = load
		}
		o.loads = append(o.loads, load)
		o.sum, o.points, o.span = 0, 0, 0
	}
}

// said returns what was said of an hour.
func (o *oracle) said(hour int) (*HourForecast, bool) {
	if len(o.forecast) == 0 {
		return nil, false
	}
	i := int((o.startOf(hour) - o.forecast[0].From) / sim.Hour)
	if i < 0 || i >= len(o.forecast) {
		return nil, false
	}
	return &o.forecast[i], true
}

// say returns what is expected of an hour that has not begun, or has just.
func (o *oracle) say(hour int) (HourForecast, bool) {
	if said, ok := o.said(hour); ok {
		return *said, true
	}
	if i := hour - o.madeFor; o.made.Mean == nil || (o.first+hour)%forecast.Every == 0 || i >= len(o.made.Mean) {
		h := forecast.History{Hours: o.loads, First: o.first}
		made, ok := o.forecaster.Forecast(h, forecast.Ahead+hour-len(o.loads))
		if !ok {
			return HourForecast{}, false
		}
		o.made, o.madeFor = made, len(o.loads)
	}
	i := hour - o.madeFor
	said := HourForecast{
		From: o.startOf(hour), Load: o.made.Mean[i], High: o.made.High[i],
		Capacity: o.Capacity(o.made.Mean[i]), Actual: math.NaN(),
	}
	o.forecast = append(o.forecast, said)
	return said, true
}

// Forecasts implements [Prophet].
func (o *oracle) Forecasts() []HourForecast { return o.forecast }
