package tables

import (
	"strings"
	"testing"
)

// A DNS name is found by its bare name as all else is that requests go to, and has the same
// clients as by its full one.
func TestBareNameFindsDNSName(t *testing.T) {
	named := strings.Replace(good, "[workload.browsers]", "[dns_record.shop]\nrecord = [{ alias = \"front\" }]\n[workload.browsers]", 1)
	for _, to := range []string{"shop", "dns_record.shop"} {
		s, err := parse(strings.Replace(named, `to = "front"`, `to = "`+to+`"`, 1))
		if err != nil {
			t.Fatalf("to = %q: %v", to, err)
		}
		w := &s.Config.Workloads[0]
		if w.Record != 1 || s.Config.Records[0].Name != "shop" {
			t.Errorf("to = %q asks for DNS name %d of %d, want 1 of 1", to, w.Record, len(s.Config.Records))
		}
	}
}
