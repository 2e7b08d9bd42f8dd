package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"headroom/results/folder"
	"headroom/results/report"
	"headroom/scenarios/imports"
	"headroom/scenarios/imports/accesslog"
)

// logsFlags are the flags of the imports of logs.
type logsFlags struct {
	from, to, out, format string
	per                   time.Duration
}

// logsLong says what each kind of log is.
var logsLong = map[string]string{
	"alb-logs": `alb-logs reads access logs of Application Load Balancers, as they lie in the bucket:
files and directories, gzipped or not, in any order. A request arrives when the load
balancer received it (request_creation_time).`,
	"nlb-logs": `nlb-logs reads access logs of Network Load Balancers, which have the connections of TLS
listeners only: each is an arrival. Their times are whole seconds.`,
	"access-log": `access-log reads logs of web servers in the common or combined log format, with the
seconds that a request took in a field behind it or not, and logs of Classic Load
Balancers: files and directories, gzipped or not, in any order.`,
}

func newImportLogs() []*cobra.Command {
	var all []*cobra.Command
	for _, format := range accesslog.Formats() {
		all = append(all, newImportLog(format))
	}
	return all
}

func newImportLog(format accesslog.Format) *cobra.Command {
	var f logsFlags
	c := &cobra.Command{
		Use:   format.Name + " FILE|DIR…",
		Short: "Arrivals from " + map[string]string{"alb-logs": "logs of Application Load Balancers", "nlb-logs": "logs of Network Load Balancers", "access-log": "logs of web servers and Classic Load Balancers"}[format.Name],
		Long: logsLong[format.Name] + `

It prints what the logs say. With --out DIR it writes arrivals.csv, a row a request
in the order of time, and scenario.toml, which plays it: paths, hosts and methods by
share, bytes by request; what serves them is assumed there and marked. With --per 1m
the rows are numbers of requests by minute. Lines that cannot be read are listed with
file, line and reason on standard error.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, names []string) error { return f.run(c, format, names) },
	}
	c.Flags().StringVar(&f.from, "from", "", "leave out requests before this `time`, such as 2026-03-02T09:00:00Z")
	c.Flags().StringVar(&f.to, "to", "", "leave out requests from this `time` on")
	c.Flags().DurationVar(&f.per, "per", 0, "write numbers of requests per `period`, such as 1m, instead of each request")
	c.Flags().StringVar(&f.out, "out", "", "`directory` for arrivals.csv and scenario.toml")
	addFormat(c, &f.format)
	return c
}

// options reads the flags that say what is taken.
func (f *logsFlags) options() (o accesslog.Options, err error) {
	if o.From, err = bound("--from", f.from); err != nil {
		return o, err
	}
	if o.To, err = bound("--to", f.to); err != nil {
		return o, err
	}
	if f.from != "" && f.to != "" && o.From >= o.To {
		return o, fmt.Errorf("--to: must be after --from (%s), got %s", f.from, f.to)
	}
	if f.per != 0 && (f.per < time.Millisecond || f.per > 24*time.Hour || f.per%time.Microsecond != 0) {
		return o, fmt.Errorf("--per: must be 1ms to 24h, got %s", f.per)
	}
	o.Per, o.Untraced = f.per.Microseconds(), f.out == ""
	return o, nil
}

// bound reads a time as microseconds since 1970, 0 for none.
func bound(flag, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil && at.Unix() > 0 {
			return at.UnixMicro(), nil
		}
	}
	return 0, fmt.Errorf("%s: must be a time such as 2026-03-02T09:00:00Z (UTC without a zone), got %q", flag, text)
}

func (f *logsFlags) run(c *cobra.Command, format accesslog.Format, names []string) (err error) {
	as, err := report.ParseFormat(f.format)
	if err != nil {
		return badInput(fmt.Errorf("--%w", err))
	}
	options, err := f.options()
	if err != nil {
		return badInput(err)
	}
	if names, err = imports.Expand(names); err != nil {
		return badInput(fmt.Errorf("%s: %w", c.Name(), err))
	}
	var to *folder.Folder
	if f.out != "" {
		if to, err = openOut(f.out, report.ImportFolder()); err != nil {
			return err
		}
		defer giveBack(to)
	}
	skipped := &imports.Skipped{}
	halt := func() bool { return c.Context().Err() != nil }
	in := accesslog.Read(imports.Lines{Files: inputs, Names: names, Skipped: skipped, Halt: halt}, format, options)
	defer func() { err = together(err, in.Close()) }()
	if halt() {
		return halted(c.Context(), "nothing is written")
	}
	tellSkipped(c, skipped)
	if in.Count == 0 && in.Outside > 0 {
		return badInput(fmt.Errorf("%s: all %d %s are outside --from and --to", c.Name(), in.Outside, format.What))
	} else if in.Count == 0 {
		return nothingTaken(c, names, format.What)
	}
	if err := in.Check(); err != nil {
		return badInput(fmt.Errorf("%s: %w", c.Name(), err))
	}
	err = saveImport(to, in.Scenario(report.ImportedTrace, skipped.Text()), map[string]func(w io.Writer) error{report.ImportedTrace: in.WriteTrace})
	if err != nil {
		return err
	}
	return factsSheet(in.Facts()).Write(c.OutOrStdout(), as)
}
