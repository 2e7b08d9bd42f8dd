package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"headroom/model/catalog"
	"headroom/results/report"
	"headroom/scenarios/calibrate"
	"headroom/scenarios/imports"
	"headroom/scenarios/imports/cloudwatch"
)

// calibrateFlags are the flags of calibrate.
type calibrateFlags struct {
	requests, cpu, instances, instanceType, latencies, column, format string
	vcpus                                                             int
}

func newCalibrate() *cobra.Command {
	var f calibrateFlags
	c := &cobra.Command{
		Use:   "calibrate FILE…",
		Short: "Fit the demand of requests to what was measured",
		Long: `calibrate fits the CPU time of a request to the requests and the CPU utilization of a
group, period by period, by the utilization law: U = X·D/c + U0. Files are answers of
CloudWatch (JSON) or tables (CSV with a column time), such as the measured.csv of an
import; the series are found by their names, or named.

  headroom calibrate week.json --instance-type m6i.large --instances GroupInServiceInstances
  headroom calibrate measured.csv --vcpus 4 --instances 3

With --latencies it also fits the distribution, to requests that came while the group
was nearly idle: at load, latencies have waiting in them that says nothing of it. It
says so when the data cannot tell, and what to measure. The last line is for a
scenario. Guide: scenarios/CALIBRATE.md.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, names []string) error { return f.run(c, names) },
	}
	c.Flags().StringVar(&f.requests, "requests", "", "`series` of the requests in each period; found by itself if there is one RequestCount")
	c.Flags().StringVar(&f.cpu, "cpu", "", "`series` of the CPU utilization of the group; found by itself if there is one CPUUtilization")
	c.Flags().StringVar(&f.instances, "instances", "1", "`number` of instances in service, or the series of it")
	c.Flags().StringVar(&f.instanceType, "instance-type", "", "`type` of the instances, which has the vCPUs and stands in measured_on")
	c.Flags().IntVar(&f.vcpus, "vcpus", 0, "`number` of vCPUs of an instance, instead of --instance-type")
	c.Flags().StringVar(&f.latencies, "latencies", "", "CSV `file` with a latency a row, such as the arrivals.csv of an import")
	c.Flags().StringVar(&f.column, "latency", "target_s", "`column` of the latencies, in seconds")
	addFormat(c, &f.format)
	return c
}

// vCPUs returns those of an instance.
func (f *calibrateFlags) vCPUs() (float64, error) {
	switch {
	case f.instanceType != "" && f.vcpus != 0:
		return 0, fmt.Errorf("--vcpus: must be left out with --instance-type")
	case f.vcpus < 0 || f.vcpus > 10_000 || f.instanceType == "" && f.vcpus == 0:
		return 0, fmt.Errorf("--vcpus: needs --instance-type, or 1 to 10000 vCPUs of an instance, got %d", f.vcpus)
	case f.vcpus != 0:
		return float64(f.vcpus), nil
	}
	offers, err := catalog.Open("us-east-1")
	if err != nil {
		return 0, err
	}
	for _, t := range offers.Types() {
		if t.Name == f.instanceType {
			return float64(t.VCPUs), nil
		}
	}
	return 0, fmt.Errorf("--instance-type: %w", noType(offers, f.instanceType))
}

// measured finds what is needed among the series.
func (f *calibrateFlags) measured(all []cloudwatch.Series) (m calibrate.Measured, err error) {
	if m.VCPUs, err = f.vCPUs(); err != nil {
		return m, err
	}
	requests, err := cloudwatch.Pick(all, f.requests, cloudwatch.RequestMetrics(), "--requests")
	if err != nil {
		return m, err
	}
	cpu, err := cloudwatch.Pick(all, f.cpu, []string{"CPUUtilization", "cpu"}, "--cpu")
	if err != nil {
		return m, err
	}
	m.Requests, m.CPU = requests, cpu
	if m.Count, err = strconv.ParseFloat(f.instances, 64); err == nil {
		if !(m.Count > 0) || m.Count > 1e6 {
			return m, fmt.Errorf("--instances: must be above 0, got %s", f.instances)
		}
		return m, nil
	}
	instances, err := cloudwatch.Pick(all, f.instances, nil, "--instances")
	m.Instances = &instances
	return m, err
}

func (f *calibrateFlags) run(c *cobra.Command, names []string) error {
	as, err := report.ParseFormat(f.format)
	if err != nil {
		return badInput(fmt.Errorf("--%w", err))
	}
	skipped := &imports.Skipped{}
	var all []cloudwatch.Series
	for _, name := range names {
		series, err := readAny(name, skipped)
		if err != nil {
			return badInput(err)
		}
		all = append(all, series...)
	}
	tellSkipped(c, skipped)
	m, err := f.measured(all)
	if err != nil {
		return badInput(fmt.Errorf("calibrate: %w", err))
	}
	samples, left := calibrate.Match(m)
	fit, err := calibrate.Utilization(samples)
	if err != nil {
		return badInput(fmt.Errorf("calibrate: %w (%s)", err, periods(len(samples), left)))
	}
	facts := fitFacts(fit, periods(len(samples), left))
	law, told, err := f.law(samples, m, fit)
	if err != nil {
		return err
	}
	facts = append(facts, imports.Fact{Name: "distribution", Text: told, Value: told}, f.demand(fit, law))
	return factsSheet(facts).Write(c.OutOrStdout(), as)
}

func readAny(name string, skipped *imports.Skipped) ([]cloudwatch.Series, error) {
	text, err := contentOf(name)
	if err != nil {
		return nil, err
	}
	return cloudwatch.ReadAny(name, text, skipped)
}

// periods says how many periods count.
func periods(n int, left calibrate.Left) string {
	text := fmt.Sprintf("%d periods", n)
	for _, l := range []struct {
		n   int
		why string
	}{{left.Unpaired, "without a point of every series"}, {left.Saturated, "above 95 % of CPU"}, {left.Scaling, "in which the group changed"}} {
		if l.n > 0 {
			text += fmt.Sprintf(", %d left out %s", l.n, l.why)
		}
	}
	return text
}

// fitFacts lists what was fitted.
func fitFacts(fit calibrate.Fit, used string) []imports.Fact {
	facts := []imports.Fact{
		{Name: "used", Text: used, Value: len(fit.Residuals)},
		{Name: "demand", Text: fmt.Sprintf("%.4g ms ± %.2g ms of CPU a request", 1e3*fit.Slope.Value, 1e3*fit.Slope.HalfWidth), Value: fit.Slope.Value},
		{Name: "busy without requests", Text: fmt.Sprintf("%.2f %% ± %.2f %%", 100*fit.Intercept.Value, 100*fit.Intercept.HalfWidth), Value: fit.Intercept.Value},
		{Name: "utilization", Text: fmt.Sprintf("%.1f %% to %.1f %%", 100*fit.Lowest, 100*fit.Highest), Value: fit.Highest},
		{Name: "explained", Text: fmt.Sprintf("%.1f %% of its variance", 100*fit.Explained), Value: fit.Explained},
		{Name: "residuals", Text: fmt.Sprintf("%.2f %% (standard deviation), at most %.2f %% at %s", 100*fit.Scatter, 100*fit.Off, fit.Worst.At.Format(time.RFC3339)), Value: fit.Scatter},
	}
	if fit.Lag > 0.3 {
		facts = append(facts, imports.Fact{Name: "note", Text: "residuals follow each other: something else than the requests moves the CPU; the intervals are widened", Value: fit.Lag})
	}
	return facts
}

// law fits the distribution of the demand, if latencies are given, and says what came of it.
func (f *calibrateFlags) law(samples []calibrate.Sample, m calibrate.Measured, fit calibrate.Fit) (law *calibrate.Law, told string, err error) {
	if f.latencies == "" {
		return nil, "not asked for: give --latencies", nil
	}
	text, err := contentOf(f.latencies)
	if err != nil {
		return nil, "", badInput(fmt.Errorf("--latencies: %w", err))
	}
	series, err := cloudwatch.ReadRows(f.latencies, text, &imports.Skipped{})
	if err != nil {
		return nil, "", badInput(fmt.Errorf("--latencies: %w", err))
	}
	latencies, err := cloudwatch.Pick(series, f.column, nil, "--latency")
	if err != nil {
		return nil, "", badInput(err)
	}
	seen, busy := calibrate.Quiet(samples, m.Requests.Period, latencies)
	one, err := calibrate.FitLaw(seen, busy, fit.Slope.Value)
	if err != nil {
		return nil, err.Error(), nil
	}
	told = fmt.Sprintf("%s, cv %.3g ± %.2g, of %d latencies at %.1f %% of CPU", one.Name, one.CV.Value, one.CV.HalfWidth, one.CV.N, 100*busy)
	if len(one.Rivals) > 0 {
		told += "; as good as " + strings.Join(one.Rivals, ", ")
	}
	return &one, told, nil
}

// demand is the line for a scenario.
func (f *calibrateFlags) demand(fit calibrate.Fit, law *calibrate.Law) imports.Fact {
	mean := fmt.Sprintf("%.4gms", 1e3*fit.Slope.Value)
	cpu := `"` + mean + `"`
	switch {
	case law != nil && law.Name == "exponential":
		cpu = fmt.Sprintf(`{ dist = "exponential", mean = %q }`, mean)
	case law != nil:
		cpu = fmt.Sprintf(`{ dist = %q, mean = %q, cv = %.3g }`, law.Name, mean, law.CV.Value)
	}
	text := "demand = { cpu = " + cpu
	if f.instanceType != "" {
		text += fmt.Sprintf(`, measured_on = %q`, f.instanceType)
	}
	return imports.Fact{Name: "in a scenario", Text: text + " }", Value: text + " }"}
}
