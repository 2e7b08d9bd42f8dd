package health

import (
	"fmt"
	"strconv"
	"strings"
)

// Matcher is the statuses that a check takes for a success. The zero Matcher is 200 alone.
type Matcher []struct{ From, To int }

// Contains reports whether a status is a success.
func (m Matcher) Contains(status int) bool {
	for _, r := range m {
		if r.From <= status && status <= r.To {
			return true
		}
	}
	return len(m) == 0 && status == 200
}

// MostGRPC is the highest gRPC status that a matcher may have; the lowest is 0.
const MostGRPC = 99

// MostStatus is the highest status that the matcher of a kind of load balancer may have;
// the lowest is 200.
func MostStatus(kind Kind) int {
	if kind == GRPC {
		return MostGRPC
	}
	if kind == ALB || kind == ALBLambda {
		return 499
	}
	return 599
}

// ParseMatcher reads a matcher: "200", "200,204" or "200-299", as AWS writes it.
func ParseMatcher(text string, kind Kind) (m Matcher, err error) {
	least, most, example := 200, MostStatus(kind), `"200", "200,204" or "200-299"`
	if kind == GRPC {
		least, example = 0, `"12", "0,12" or "0-99"`
	}
	for part := range strings.SplitSeq(text, ",") {
		from, to, span := strings.Cut(strings.TrimSpace(part), "-")
		if !span {
			to = from
		}
		low, wrong := strconv.Atoi(from)
		high, wrongToo := strconv.Atoi(to)
		if wrong != nil || wrongToo != nil || low < least || high > most || low > high {
			return nil, fmt.Errorf("must be statuses of %d to %d: %s", least, most, example)
		}
		m = append(m, struct{ From, To int }{low, high})
	}
	return m, nil
}
