package fluid

// past is what the requests at a target have had lately: the last steps, newest last.
type past struct {
	steps [pastSteps]pastStep
	last  int
}

// pastSteps is how many steps are known; what was before was as in the oldest of them.
const pastSteps = 64

// pastStep is one of them.
type pastStep struct {
	seconds float64
	rate    float64 // seconds of a server at full speed that each in service gets in a second
	came    float64 // requests, and those let in
}

// note takes the next step.
func (p *past) note(s pastStep) {
	p.last = (p.last + 1) % pastSteps
	p.steps[p.last] = s
}

// forget takes the last step back.
func (p *past) forget() {
	p.steps[p.last] = pastStep{}
	p.last = (p.last + pastSteps - 1) % pastSteps
}

// attained is how much service was had in so many seconds up to now, or more than enough.
func (p *past) attained(seconds, enough float64) float64 {
	sum := 0.0
	for k := range pastSteps {
		s := &p.steps[(p.last+pastSteps-k)%pastSteps]
		if s.seconds == 0 {
			break
		}
		if seconds <= s.seconds || k == pastSteps-1 {
			return sum + seconds*s.rate
		}
		if sum += s.seconds * s.rate; sum > enough {
			return sum
		}
		seconds -= s.seconds
	}
	return sum + seconds*p.oldest().rate
}

// since is how long ago the first of the last so many requests came.
func (p *past) since(requests float64) float64 {
	ago := 0.0
	for k := range pastSteps {
		s := &p.steps[(p.last+pastSteps-k)%pastSteps]
		if s.seconds == 0 {
			break
		}
		if requests < s.came {
			return ago + requests/s.came*s.seconds
		}
		requests -= s.came
		ago += s.seconds
	}
	if o := p.oldest(); o.came > 0 {
		return ago + requests/o.came*o.seconds
	}
	return ago
}

// within is how many came in so many seconds up to now.
func (p *past) within(seconds float64) float64 {
	sum := 0.0
	for k := range pastSteps {
		s := &p.steps[(p.last+pastSteps-k)%pastSteps]
		if s.seconds == 0 {
			break
		}
		if seconds <= s.seconds {
			return sum + s.came*seconds/s.seconds
		}
		sum += s.came
		seconds -= s.seconds
	}
	if o := p.oldest(); o.seconds > 0 {
		sum += o.came * seconds / o.seconds
	}
	return sum
}

func (p *past) oldest() pastStep {
	for k := pastSteps - 1; k > 0; k-- {
		if s := p.steps[(p.last+pastSteps-k)%pastSteps]; s.seconds > 0 {
			return s
		}
	}
	return p.steps[p.last]
}

// walk goes back through the past for more and more service.
type walk struct {
	past *past
	back int     // steps that are behind
	had  float64 // service in them
	ago  float64 // seconds
}

// took is how long it took to get so much, which is no less than what was asked for before.
func (w *walk) took(service float64) float64 {
	for {
		s := &w.past.steps[(w.past.last+pastSteps-w.back)%pastSteps]
		next := w.back + 1
		last := next == pastSteps || w.past.steps[(w.past.last+pastSteps-next)%pastSteps].seconds == 0
		if more := s.seconds * s.rate; !last && service > w.had+more {
			w.had, w.ago, w.back = w.had+more, w.ago+s.seconds, next
			continue
		}
		return w.ago + (service-w.had)/max(s.rate, 1e-12)
	}
}
