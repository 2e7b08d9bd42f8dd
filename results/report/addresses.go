package report

import (
	"encoding/csv"
	"io"
	"strconv"

	"headroom/results"
)

// writeAddresses writes which address belonged to whom in replication 0, and when, in the
// time zone of the run. One that was given back at once is left out.
func writeAddresses(w io.Writer, s *results.Summary) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"address", "kind", "owner", "instance", "region", "from", "to"})
	for i := range s.Addresses {
		a := &s.Addresses[i]
		if a.To == a.From {
			continue
		}
		number := ""
		if a.Instance >= 0 {
			number = strconv.Itoa(int(a.Instance))
		}
		_ = out.Write([]string{
			a.Address.String(), a.Kind.String(), s.Owners[a.Owner], number, s.Config.Region, s.Config.Stamp(a.From), s.Config.Stamp(a.To),
		})
	}
	out.Flush()
	return out.Error()
}
