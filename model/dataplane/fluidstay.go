package dataplane

import (
	"slices"

	"headroom/sim"
	law "headroom/sim/fluid"
)

// alikeChoices reports whether choices are the same to within what nobody sees.
func alikeChoices(a, b []law.Choice) bool {
	return slices.EqualFunc(a, b, func(x, y law.Choice) bool {
		return x.Time == y.Time && near(x.Share, y.Share, 0.01) && near(x.Longer, y.Longer, 1e-3) && near(x.Within, y.Within, 1e-3)
	})
}

// near reports whether two shares, or times, are as good as the same.
func near(a, b, by float64) bool { return a-b <= by && b-a <= by }

// takeStay finds the law of the stays at a cohort: at the CPU, and away from there.
func (p *Plane) takeStay(c *cohort, service *fluidService) {
	if c.Law == nil {
		return
	}
	away := p.stagesAway(c, service)
	seconds := 0.0
	for i := range away {
		s := &away[i]
		if s.AtOnce {
			seconds += law.Chain(away[i : i+1]).Mean()
			continue
		}
		for _, choice := range s.Choices {
			part := choice.Longer
			if choice.Time != nil {
				part += choice.Time.Mean()
			}
			seconds += choice.Share * part * float64(s.Times)
		}
	}
	c.away, c.atDisk, c.aboard = seconds, c.staysAtDisks(), c.talksInCrowds()
	if c.holds {
		p.holdLonger(c, away)
		return
	}
	stages := append([]law.Stage{{Choices: []law.Choice{{Time: c.Law, Share: 1, Longer: c.gate.wait}}, Times: 1}}, away...)
	if c.stay == nil || !slices.EqualFunc(c.stages, stages, alikeStages) {
		c.stages, c.stay = stages, c.known.chain(stages)
	}
	for i := range c.asks {
		c.asks[i].takeStay(stages)
	}
}

// takeStay is that of the requests of a kind, for which the first stage is a law of their own.
func (k *asking) takeStay(stages []law.Stage) {
	if k.law == nil {
		k.stay = nil
		return
	}
	own := slices.Clone(stages)
	own[0].Choices = []law.Choice{{Time: k.law, Share: 1, Longer: stages[0].Choices[0].Longer}}
	if k.stay == nil || !slices.EqualFunc(k.stages, own, alikeStages) {
		k.stages, k.stay = own, law.Chain(own)
	}
}

// knownStays are the laws of stages that were found last: load that comes and goes brings the same ones again.
type knownStays struct {
	laws [4]struct {
		stages []law.Stage
		law    *law.Law
	}
	next int
}

// chain is [law.Chain] of them.
func (k *knownStays) chain(stages []law.Stage) *law.Law {
	for i := range k.laws {
		if of := &k.laws[i]; of.law != nil && slices.EqualFunc(of.stages, stages, alikeStages) {
			return of.law
		}
	}
	of := &k.laws[k.next]
	k.next = (k.next + 1) % len(k.laws)
	of.stages, of.law = stages, law.Chain(stages)
	return of.law
}

func alikeStages(a, b law.Stage) bool {
	return a.Times == b.Times && a.AtOnce == b.AtOnce && alikeChoices(a.Choices, b.Choices)
}

// stagesAway are the pauses, calls and disks of a journey.
func (p *Plane) stagesAway(c *cohort, service *fluidService) []law.Stage {
	return p.stagesOf(c, service, 0)
}

// stagesOf are those of a kind; 0: of all.
func (p *Plane) stagesOf(c *cohort, service *fluidService, kind StepKind) (away []law.Stage) {
	steps, call := p.cfg.Services[c.key.service].Steps, 0
	for k := range steps {
		switch step := &steps[k]; step.Kind {
		case StepPause:
			if step.outside() && p.isShutIn(c) { // the last step that it comes to
				if kind == 0 || kind == StepPause {
					away = append(away, law.Stage{Choices: []law.Choice{{Share: 1, Longer: clientConnect.Seconds()}}, Times: 1})
				}
				return away
			}
			if (kind == 0 || kind == StepPause) && step.outside() && c.links != nil {
				away = append(away, c.talkStage(k, step.Time))
			} else if kind == 0 || kind == StepPause {
				away = append(away, law.Stage{Choices: []law.Choice{{Time: step.Time, Share: 1}}, Times: 1})
			}
		case StepCall:
			e := service.calls[call]
			call++
			if e.choices == nil || kind != 0 && kind != StepCall {
				continue
			}
			if e.pool.wait > 0 && kind == 0 {
				away = append(away, law.Stage{Choices: []law.Choice{{Share: 1, Longer: e.pool.wait}}, Times: 1})
			}
			away = append(away, law.Stage{Choices: e.choices, Times: e.call.Count, AtOnce: e.call.Parallel})
		}
	}
	for _, d := range c.disks {
		if stage, ok := d.stage(); ok && (kind == 0 || kind == StepDisk) {
			away = append(away, stage)
		}
	}
	return away
}

// law is the law of how long requests of a current are at servers of its cohort.
func (c *current) law() *law.Law {
	switch of := c.cohort; {
	case c.stays != nil:
		return c.stays
	case of.stay != nil && len(of.asks) > 0 && of.asks[c.kind].stay != nil:
		return of.asks[c.kind].stay
	case of.stay != nil:
		return of.stay
	case c.own() != nil:
		return c.own()
	default:
		return of.Law
	}
}

// own is the law of the requests of a current at the CPU, where others ask for something else; nil: there are none.
func (c *current) own() *law.Law {
	if of := c.cohort; len(of.asks) > 0 {
		return of.asks[c.kind].law
	}
	return nil
}

// lateAfter is the share of those who leave that were there for longer than a time.
func (c *current) lateAfter(limit sim.Time) float64 {
	switch {
	case limit == sim.Never || c.stays == nil && c.cohort.stay == nil && c.own() == nil:
		return c.cohort.Late(limit)
	case c.cohort.function != nil:
		return c.law().Tail(limit.Seconds())
	}
	return c.cohort.LateOf(c.kind, c.law(), limit)
}
