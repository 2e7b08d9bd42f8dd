package fluid

import (
	"slices"

	"headroom/sim/rng"
)

// LinkPlayer plays the flows of crowds one by one with [Auto], from those that each has when it begins. What is played takes the
// place of what the crowd says; that goes on beside it, and alone where there are more than 60,000 flows at a target.
type LinkPlayer struct {
	auto    *Auto
	service int32
	stream  rng.Stream
	begun   uint64
	of      *Crowd
	play    *linkReplay // nil: rates
	targets int
	number  float64 // that it has shown
}

// LinkPlayer returns what plays the flows of another link of a service's targets.
func (a *Auto) LinkPlayer(service int32) *LinkPlayer {
	a.linkPlayers++
	return &LinkPlayer{auto: a, service: service, stream: a.stream.Fork(linkStreams + a.linkPlayers)}
}

// Advance has a crowd play a step, and plays its flows.
func (p *LinkPlayer) Advance(c *Crowd, s LinkStep) {
	if p.of != c || p.targets != s.Targets || !near(p.number, c.Number()) { // or others have come with their flows, or some were sent away
		p.of, p.targets, p.play = c, s.Targets, nil
	}
	if p.play == nil && c.held() <= mostFlows {
		p.begun++
		p.play = newLinkReplay(&linkWindow{begins: c, targets: s.Targets}, p.stream.Fork(p.begun))
	}
	c.Advance(s.Length.Seconds(), s.Fits)
	found := &p.auto.found
	found.AllFlows += s.Flows
	if p.play != nil {
		found.Flows += s.Flows
		m := linkMoment{seconds: s.Length.Seconds(), fits: s.Fits, kinds: kindsOf(c)}
		p.play.advance(&m, s.Rule)
		p.show(c)
		p.auto.note(Span{Service: p.service, From: s.At - s.Length, To: s.At, Why: Linked, Requests: s.Flows})
	}
	if p.number = c.Number(); c.held() > mostFlows {
		p.play = nil
	}
}

// show has a crowd say what was played.
func (p *LinkPlayer) show(c *Crowd) {
	n := float64(len(p.play.links))
	for i := range c.Kinds {
		k, ends := &c.Kinds[i], flowsEnded{}
		k.Passed, k.Number, k.Held = 0, 0, 0
		for l := range p.play.links {
			if link := &p.play.links[l]; i < len(link.kinds) {
				of := &link.kinds[i]
				ends.stays = append(ends.stays, of.ended.stays...)
				ends.dropped += of.ended.dropped
				ends.released += of.ended.released
				k.Passed += of.ended.passed / n
				k.Number += float64(of.awaited) / n
				k.Held += float64(of.held) / n
				of.ended = flowsEnded{stays: of.ended.stays[:0]}
			}
		}
		k.Done, k.Dropped, k.Ended = float64(len(ends.stays))/n, float64(ends.dropped)/n, float64(ends.released)/n
		k.tellPlayed(ends.stays)
	}
}

// tellPlayed notes the stays of those who passed in a step.
func (k *CrowdKind) tellPlayed(stays []float64) {
	left := k.Done + k.Dropped
	if left <= noFlows {
		return
	}
	slices.Sort(stays)
	var shown, shares []float64
	for j, points := 0, min(len(stays), crowdPoints); j < points; j++ {
		shown, shares = append(shown, stays[(2*j+1)*len(stays)/(2*points)]), append(shares, k.Done/left/float64(points))
	}
	inTime := len(shown)
	if k.Dropped > noFlows {
		shown, shares = append(shown, k.Late), append(shares, k.Dropped/left)
	}
	k.tell(shown, shares, inTime)
}

// flowsOfKind is those of a kind on a link that is played.
type flowsOfKind struct {
	held, awaited int
	ended         flowsEnded
}

// flowsEnded is what became of them since somebody looked.
type flowsEnded struct {
	stays             []float64 // seconds of those who passed in time
	dropped, released int
	passed            float64
}

// kindOf is those of a kind.
func (l *playedLink) kindOf(kind int) *flowsOfKind {
	for len(l.kinds) <= kind {
		l.kinds = append(l.kinds, flowsOfKind{})
	}
	return &l.kinds[kind]
}
