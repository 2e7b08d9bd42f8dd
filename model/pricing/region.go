package pricing

import (
	"strings"

	"headroom/model"
)

// inEach bills each Region's part of the ledger at the Region's prices.
func (s *sheet) inEach(bill func(*sheet)) {
	whole := *s
	for r, part := range s.regions {
		s.ledger, s.book = part, whole.bookOf(r)
		if r > 0 {
			s.commitments, s.capacity = nil, nil
		}
		bill(s)
	}
	s.ledger, s.book, s.commitments, s.capacity = whole.ledger, whole.book, whole.commitments, whole.capacity
}

// bookOf returns the prices of a Region; those of the run's where nobody gave others.
func (s *sheet) bookOf(region int) Book {
	if region > 0 {
		if book := s.elsewhere[s.regions[region].Region]; book != nil {
			return book
		}
	}
	return s.book
}

// addIn adds a charge at the place and the prices of its owner's Region.
func (s *sheet) addIn(region int, c charge, service, item string) {
	ledger, book := s.ledger, s.book
	if region > 0 {
		s.ledger, s.book = s.regions[region], s.bookOf(region)
	}
	c.price = s.service(service, item)
	s.add(c)
	s.ledger, s.book = ledger, book
}

// home returns the sheet of the Region of the run alone, where commitments are.
func (s *sheet) home() *sheet {
	if len(s.regions) > 1 {
		s.ledger, s.regions = s.regions[0], nil
	}
	return s
}

// zone returns the letter of a zone.
func (s *sheet) zone(zone model.Zone) string {
	if zone < 0 {
		return ""
	}
	return strings.TrimPrefix(s.ledger.Zones[zone], s.ledger.Region)
}
