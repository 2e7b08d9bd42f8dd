package report

import (
	"encoding/csv"
	"io"
	"strconv"

	"headroom/model/pricing"
	"headroom/results"
)

// writeAddresses writes which address belonged to whom in replication 0, and when, in the
// time zone of the run. One that was given back at once is left out. The place of a public
// address is that of its Region, as AWS publishes it for all of them; a private one has none,
// but the MAC address of its network interface.
func writeAddresses(w io.Writer, s *results.Summary) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"address", "kind", "owner", "instance", "region", "from", "to", "mac", "place"})
	for i := range s.Addresses {
		a := &s.Addresses[i]
		if a.To == a.From {
			continue
		}
		number := ""
		if a.Instance >= 0 {
			number = strconv.Itoa(int(a.Instance))
		}
		region, place := s.Config.RegionName(int(a.Region)), ""
		if a.Kind.Public() {
			place = pricing.RegionName(region)
		}
		_ = out.Write([]string{
			a.Address.String(), a.Kind.String(), s.Owners[a.Owner], number, region, s.Config.Stamp(a.From), s.Config.Stamp(a.To), a.MAC(), place,
		})
	}
	out.Flush()
	return out.Error()
}
