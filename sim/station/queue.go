package station

import (
	"iter"
	"math/bits"

	"headroom/sim"
)

// Queue is a line in order of arrival from which a job may leave anywhere, in
// constant time, by the ticket that it was given. The zero Queue is empty. The
// place of one that left is kept until all before it have left too.
type Queue struct {
	line   ring[place]
	n      int32  // jobs in line
	above  uint32 // times 2⁶⁴, the rest of demand
	demand uint64 // of all jobs in line
}

// place is a job in line; gone after it left.
type place struct {
	demand sim.Time
	job    uint32
	gone   bool
}

// Len returns the number of jobs in line.
func (q *Queue) Len() int { return int(q.n) }

// Demand returns the demand of all jobs in line, [sim.Never] where that is more
// than a time can be.
func (q *Queue) Demand() sim.Time {
	if q.above > 0 || q.demand > uint64(sim.Never) {
		return sim.Never
	}
	return sim.Time(q.demand)
}

// Push adds a job at the end of the line and returns its ticket.
func (q *Queue) Push(job uint32, demand sim.Time) (ticket uint32) {
	ticket = q.line.push(place{demand: demand, job: job})
	q.n++
	var carry uint64
	q.demand, carry = bits.Add64(q.demand, uint64(demand), 0)
	q.above += uint32(carry)
	return ticket
}

// Pop takes out the first job in line. It panics if there is none.
func (q *Queue) Pop() (job uint32, demand sim.Time) {
	if q.n == 0 {
		panic("station: nobody waits")
	}
	p := *q.line.at(q.line.head)
	q.line.head++
	q.left(p.demand)
	return p.job, p.demand
}

// Remove takes out the job of a ticket. It panics if it has left before.
func (q *Queue) Remove(ticket uint32) {
	if ticket-q.line.head >= q.line.tail-q.line.head || q.line.at(ticket).gone {
		panic("station: the ticket is not in line")
	}
	p := q.line.at(ticket)
	p.gone = true
	q.left(p.demand)
}

// left accounts for a job that left and brings the head to one that waits.
func (q *Queue) left(demand sim.Time) {
	q.n--
	var borrow uint64
	q.demand, borrow = bits.Sub64(q.demand, uint64(demand), 0)
	q.above -= uint32(borrow)
	for q.line.head != q.line.tail && q.line.at(q.line.head).gone {
		q.line.head++
	}
}

// Rename gives the jobs in line other numbers, the first first.
func (q *Queue) Rename(name func(job, ticket uint32) uint32) {
	for t := q.line.head; t != q.line.tail; t++ {
		if p := q.line.at(t); !p.gone {
			p.job = name(p.job, t)
		}
	}
}

// All ranges over the jobs in line, the first first.
func (q *Queue) All() iter.Seq2[uint32, sim.Time] {
	return func(yield func(uint32, sim.Time) bool) {
		for t := q.line.head; t != q.line.tail; t++ {
			if p := q.line.at(t); !p.gone && !yield(p.job, p.demand) {
				return
			}
		}
	}
}

// TakeLine takes all who wait out of a station, as they stand there.
func (s *Station) TakeLine() Queue {
	line := s.waiting
	s.waiting = Queue{}
	return line
}

// PutLine puts those who wait elsewhere before a station, where nobody does.
func (s *Station) PutLine(line Queue) { s.waiting = line }
