package main

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"headroom/results"
	"headroom/results/folder"
	"headroom/results/run"
	"headroom/scenarios/imports/accesslog"
)

// checkAccessLog reports what --access-log cannot be written of.
func (f *runFlags) checkAccessLog(experiments []experiment) error {
	switch {
	case f.accessLog == "":
		return nil
	case len(experiments) > 1:
		return fmt.Errorf("--access-log: takes one scenario, got %d", len(experiments))
	case experiments[0].Config.Fluid > 0:
		return fmt.Errorf("--access-log: %s plays rates, and a log is of requests: --set run.fidelity=request", experiments[0].file)
	case !run.LogsAccess(experiments[0].Config):
		return fmt.Errorf("--access-log: %s has no Application Load Balancer, whose log it would be", experiments[0].file)
	}
	at, err := os.Stat(f.accessLog)
	if err != nil {
		return nil // there is nothing yet, or writing says what is wrong
	}
	if at.IsDir() {
		return fmt.Errorf("--access-log: %s: must be a file, got a directory", f.accessLog)
	}
	for _, read := range []string{experiments[0].file, f.priceBook} {
		if input, err := os.Stat(read); err == nil && os.SameFile(at, input) {
			return fmt.Errorf("--access-log: %s: must not be a file that the run reads", f.accessLog)
		}
	}
	return nil
}

// errUnended is of a run that failed, or of which no request had ended.
var errUnended = errors.New("it is not written, as the run did not end")

// simulateLogged runs one scenario and writes the access log that was asked for: of a run
// that is interrupted the requests that had ended by then. Where there are none, and of a
// run that fails, an earlier log stays.
func (e experiment) simulateLogged(c *cobra.Command, f *runFlags) (s *results.Summary, err error) {
	if f.accessLog == "" {
		return e.simulate(c.Context(), f, nil)
	}
	var log *accesslog.Writer
	unwritten := folder.Write(disk, f.accessLog, func(to io.Writer) error {
		out := bufio.NewWriterSize(to, 1<<18)
		plain := io.WriteCloser(unpacked{out})
		if strings.HasSuffix(f.accessLog, ".gz") {
			plain = gzip.NewWriter(out)
		}
		log = accesslog.NewWriter(plain, e.Config.Region, accesslog.MostLines)
		s, err = e.simulate(c.Context(), f, run.AccessLog(e.Config, log))
		broken := log.Close()
		if halted := c.Context().Err() != nil && log.Lines > 0; broken != nil || err != nil && !halted {
			return cmp.Or(broken, errUnended)
		}
		return errors.Join(plain.Close(), out.Flush())
	})
	switch {
	case errors.Is(unwritten, errUnended):
		complain("--access-log: " + unwritten.Error())
		return s, err
	case unwritten != nil:
		return s, together(err, diskOrInput(fmt.Errorf("--access-log: %w", unwritten)))
	}
	if err != nil {
		complain(fmt.Sprintf("--access-log: %s has the %d requests of the first replication that had ended by then", printable(f.accessLog), log.Lines))
	}
	if log.Left > 0 {
		fmt.Fprintf(c.ErrOrStderr(), "--access-log: %d requests are in %s, and %d more are left out: it has at most %d\n", log.Lines, printable(f.accessLog), log.Left, accesslog.MostLines)
	}
	return s, err
}

// unpacked is where a log goes that is not compressed.
type unpacked struct{ io.Writer }

// Close implements [io.Closer].
func (unpacked) Close() error { return nil }
